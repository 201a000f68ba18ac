"""Empty answer.

What it finds:
    A model call that was answered with nothing: no text, no tool call, no media; a thought alone counts as nothing.
    Recordings that keep no content, and replies that were cut or ended in order to call tools, are left alone.

Why it matters:
    The run ends without a word, or the framework asks again with the same prompt and pays twice. It is often the first
    sign of a filter, of a parser that lost the answer, or of a prompt that already ends with the answer.

Example:
    finish_reason "stop", content "".

What to do:
    Look at how the prompt ends: a conversation that ends with the assistant's own words invites it. Write the reply that
    was wanted in its place and re-run what follows, or change the prompt.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.replies import CALL_REASONS, REFUSAL_REASONS, Reply
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps

_TOKENS_OF_NOTHING_MAX = 8
"""Some providers count the end of a message as tokens. With more of them there was an answer that was not recorded."""


def check(facts: Facts) -> Iterator[Finding]:
    trace = facts.trace
    kept = any(reply.calls or reply.text_chars for reply in facts.replies)
    for reply in facts.replies:
        if not reply.recorded or reply.text_chars or reply.calls or reply.others or reply.cut:
            continue
        if reply.finish_reason in CALL_REASONS or not reply.finish_reason:
            continue
        if trace.output_tokens[reply.row] > _TOKENS_OF_NOTHING_MAX and not reply.thinks:
            continue
        if not kept and not _is_empty_for_certain(trace, reply):
            continue
        message = "the reply is a thought and no answer" if reply.thinks else "the reply is empty"
        if reply.finish_reason in REFUSAL_REASONS:
            message += f": the provider filtered it ({reply.finish_reason})"
        at = Evidence(trace.ids[reply.row], "/output", f"it ended with {reply.finish_reason}")
        yield of_steps(RULE, trace, (reply.row,), message, at)


def _is_empty_for_certain(trace: Trace, reply: Reply) -> bool:
    """Whether the recording keeps what is said, and no tokens were paid for; asked where no reply of a run has content."""
    if reply.thinks or reply.finish_reason in REFUSAL_REASONS:
        return True
    told = any(message.text for message in trace.body(reply.row).messages or ())
    return told and 0 <= trace.output_tokens[reply.row] <= _TOKENS_OF_NOTHING_MAX


RULE = Rule("R004", "empty-answer", Severity.WARNING, since="0.1", check=check)
