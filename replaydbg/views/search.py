"""What a step says: its names, its messages, its arguments, its result, as texts to be searched."""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, OtherPart, Reasoning, Text, ToolCall, ToolResponse
from replaydbg.core.step import Body, Kind
from replaydbg.core.trace import Trace
from replaydbg.views.blocks import one_line


def said(trace: Trace, row: int) -> Iterator[str]:
    """The texts of a step, the cheap ones first: its names before the body is decoded. What a model call was told is

    given where it was new: the whole history stands in each call of a thread, and a hit in every one of them would be
    no hit at all. So of a prompt only the last message is given, and all of the first one of a thread.
    """
    yield f"{trace.name(row)}\n{trace.agent(row)}\n{trace.model(row)}\n{trace.ids[row]}"
    yield from _texts(trace.decode(trace.handles[row]), trace.kind(row))


def _texts(body: Body, kind: Kind) -> Iterator[str]:
    if body.error:
        yield body.error
    if kind is Kind.MODEL_CALL:
        messages = body.messages or ()
        has_begun = any(message.tool_calls or str(message.role) == "assistant" for message in messages)
        for message in messages[-1:] if has_begun else messages:
            yield from _message_texts(message)
        if body.output is not None:
            yield from _message_texts(body.output)
    elif kind is Kind.TOOL_EXECUTION:
        if body.call is not None:
            yield from _call_texts(body.call)
        if body.has_result:
            yield _value_text(body.result)
    else:
        yield _value_text(body.input)
        yield _value_text(body.output_value)


def _message_texts(message: Message) -> Iterator[str]:
    for part in message.parts:
        match part:
            case Text(text) | Reasoning(text):
                yield text
            case ToolCall():
                yield from _call_texts(part)
            case ToolResponse(result=result):
                yield _value_text(result)
            case OtherPart(value):
                yield _value_text(value)


def _call_texts(call: ToolCall) -> Iterator[str]:
    yield call.name
    yield call.raw if call.raw is not None else one_line(call.arguments)


def _value_text(value: Json) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else one_line(value)
