"""What a person is asked when nobody else is to answer, and what their text means as an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from replaydbg import codec
from replaydbg.core.changes import ABSENT, changes
from replaydbg.core.message import Message, Role, ToolCall, text_message
from replaydbg.core.outcome import Outcome, Reply, ToolResult
from replaydbg.core.request import ModelRequest, ToolRequest
from replaydbg.replay.api import Asked
from replaydbg.views.blocks import Block, Folds, one_line, shown
from replaydbg.views.conversation import part_blocks
from replaydbg.views.editing import Form, Part

_MESSAGES_SHOWN = 2
_CHANGES_SHOWN = 8


HINT = 'to call tools write JSON: {"tool_calls": [{"name": "search", "arguments": {"q": "x"}}]}'


def question(asked: Asked) -> str:
    request = asked.request
    if isinstance(request, ModelRequest):
        return f"What does {request.model or 'the model'} say? Nobody was allowed to be asked"
    return f"What does {request.call.name} return? Nothing recorded answers this call"


def context_blocks(asked: Asked) -> Iterator[Block]:
    """The end of what the answer is an answer to."""
    request = asked.request
    yield Block(shown(asked.why), "dim")
    yield Block()
    if isinstance(request, ModelRequest):
        for message in request.messages[-_MESSAGES_SHOWN:]:
            yield Block(str(message.role), "strong")
            yield from (
                replace(block, indent=block.indent + 2, fold="")
                for block in part_blocks(message, "", Folds())
            )
    else:
        yield Block(f"→ {shown(request.call.name)}  {shown(one_line(request.call.arguments))}")


def permission(asked: Asked) -> str:
    assert isinstance(asked.request, ToolRequest)
    return f"May {shown(asked.request.call.name)} run?"


def permission_blocks(asked: Asked, recorded: ToolCall | None, how: str) -> Iterator[Block]:
    """The call that would run, what would run it, and how the call differs from the one that was recorded here."""
    assert isinstance(asked.request, ToolRequest)
    call = asked.request.call
    yield Block(f"→ {shown(call.name)}  {shown(one_line(call.arguments))}", "strong", hang=4)
    yield Block(f"by {shown(how)}", hang=4)
    yield Block(shown(asked.why), "dim", hang=4)
    yield Block()
    if recorded is None:
        yield Block("nothing was recorded at this place", "dim")
        return
    differences = list(islice(changes(recorded.arguments, call.arguments), _CHANGES_SHOWN))
    if not differences:
        yield Block("the recorded call here had the same arguments", "dim")
        return
    yield Block("beside the recorded call", "heading")
    for one in differences:
        before = "nothing" if one.before is ABSENT else one_line(one.before)
        after = "nothing" if one.after is ABSENT else one_line(one.after)
        yield Block(
            f"{shown(one.pointer) or '/'}: {shown(before)} → {shown(after)}", "edited", indent=2, hang=2
        )


def part(asked: Asked) -> Part:
    """The text to write: a model's turn is text, or a message as JSON when it is to call tools."""
    if isinstance(asked.request, ModelRequest):
        return Part("reply", "/output", "", Form.TEXT)
    return Part("result", "/result", "", Form.TEXT)


def outcome(asked: Asked, text: str) -> Outcome:
    """The answer that the text stands for. Raises ValueError with a sentence."""
    if not isinstance(asked.request, ModelRequest):
        try:
            return ToolResult(json.loads(text))
        except ValueError:
            return ToolResult(text)
    return Reply(_message(text), model=asked.request.model)


def _message(text: str) -> Message:
    if text.lstrip().startswith("{"):
        try:
            document = json.loads(text)
        except ValueError:
            return text_message(Role.ASSISTANT, text)
        if isinstance(document, dict) and "tool_calls" in document:
            try:
                return codec.read_message({"role": "assistant", **document})
            except (TypeError, KeyError, AttributeError) as error:
                raise ValueError(f"that is no message: {error}") from error
    return text_message(Role.ASSISTANT, text)
