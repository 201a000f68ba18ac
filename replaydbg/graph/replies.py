"""The replies of a run in a few facts each: what rules about answers ask of every model call, decoded once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from replaydbg.core.message import Json, OtherPart, Reasoning, Text, ToolCall
from replaydbg.core.step import Body
from replaydbg.graph.hosted import HostedFailure, hosted_failures

WINDOW_FULL = "model_context_window_exceeded"
"""How Anthropic and Bedrock say that the model could read no more."""

CUT_REASONS = frozenset(
    {"length", "max_tokens", "max_output_tokens", "model_length", "incomplete", WINDOW_FULL}
)
"""How providers say that the token limit ended a reply, in lower case."""

CALL_REASONS = frozenset({"tool_calls", "tool_use", "tool_call", "function_call", "tool-calls"})
"""How providers say that a reply ended with tool calls."""

REFUSAL_REASONS = frozenset(
    {
        "blocklist", "content_filter", "content_filtered", "guardrail_intervened", "prohibited_content", "recitation", "refusal",
        "safety", "spii",
    }
)  # fmt: skip
"""How providers say that they, or the model, would not answer."""

BROKEN_REASONS = frozenset({"error", "abort", "aborted", "cancelled", "canceled", "interrupted"})
"""How recorders say that a reply was broken off, by a person or by the network."""


class Reply(NamedTuple):
    """`recorded` is false where a model call has no reply: it failed, or its content was not kept."""

    row: int
    recorded: bool
    finish_reason: str
    """In lower case; "" where it was not recorded."""
    text_chars: int
    """Of its text without the white space around it."""
    chars: int
    """Of all its text."""
    thinks: bool
    others: bool
    """Whether it holds media or parts that none of ours stands for."""
    calls: int
    params: Mapping[str, Json]
    answered_by: str
    """The model that the answer names; "" where it names none."""
    hosted: tuple[HostedFailure, ...] = ()
    """Tools that the provider ran inside the reply, and that failed."""

    @property
    def cut(self) -> bool:
        """Whether the token limit ended it."""
        return self.finish_reason in CUT_REASONS


def reply_of(row: int, body: Body, before: Reply | None) -> Reply:
    """The reply of a model call. Most calls of a run have the parameters of the one `before`, which are kept once."""
    params, output = body.params, body.output
    text_chars, chars, thinks, others, calls = 0, -1, False, False, 0  # a newline stands between two parts
    for part in output.parts if output is not None else ():
        if isinstance(part, Text):
            text_chars += len(part.text.strip())
            chars += len(part.text) + 1
        elif isinstance(part, ToolCall):
            calls += 1
        elif isinstance(part, Reasoning):
            thinks = True
        else:
            others = others or not isinstance(part, OtherPart) or bool(part.value)
    told = (
        row,
        output is not None,
        output.finish_reason.lower() if output is not None else "",
        text_chars,
        max(chars, 0),
        thinks,
        others,
        calls,
        before.params
        if before is not None and (before.params is params or before.params == params)
        else params,
        body.response_model,
        hosted_failures(output.parts) if others and output is not None else (),
    )
    return tuple.__new__(Reply, told)  # half the time of a call, and there is one for every reply of a run
