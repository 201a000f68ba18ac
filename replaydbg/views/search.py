"""What a step says: its names, its messages, its arguments, its result, as texts to be searched."""

from __future__ import annotations

import re
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


class Saying:
    """Whether a step says some words, in any case. Bytes that cannot hold them are not decoded: a run of a gigabyte has
    a hit in the first second, wherever it is.
    """

    def __init__(self, trace: Trace, words: str) -> None:
        self._trace = trace
        self._words = words.casefold()
        self._named = {
            number for number, string in enumerate(trace.strings) if self._words in string.casefold()
        }
        sure = (run for run in _PLAIN.findall(self._words) if not any(run in word for word in _WORDS_OF_JSON))
        self._needle = max(sure, key=len, default="").encode()
        self._written = trace.written if self._needle else None
        self._known: dict[int, bool] = {}
        """By the bytes, which the trace holds: steps of several agents lie in turns."""

    def __call__(self, row: int) -> bool:
        trace, words = self._trace, self._words
        if self._written is not None and (written := self._written(row)) is not None:
            may = self._known.get(id(written))
            if may is None:
                may = self._known[id(written)] = _may_hold(bytes(written).lower(), self._needle)
            if not may:
                return words in trace.ids[row].casefold() or (bool(self._named) and self._is_named(row))
        return any(words in text.casefold() for text in said(trace, row))

    def _is_named(self, row: int) -> bool:
        trace = self._trace
        return not self._named.isdisjoint((trace.names[row], trace.agents[row], trace.models[row]))


def _may_hold(low: bytes, needle: bytes) -> bool:
    # From the end: in long texts that do not hold it, `in` takes twice as long.
    if low.rfind(needle) >= 0:
        return True
    plain = low.isascii() and low.rfind(b"\\u") < 0
    return not plain and any(mark in low for mark in _MAY_BE_LETTERS)


_WORDS_OF_JSON = ("null", "true", "false", "nan", "infinity")
"""Said of values that are not written so everywhere: what is left out is null, too."""

_PLAIN = re.compile(r"[a-z][a-z_]{2,}")
"""Of the words only letters are sought in the bytes: signs and numbers are written in more than one way."""

_MAY_BE_LETTERS = (
    b"\\u00",
    *(
        form
        for char in "\u00df\u0130\u0149\u017f\u01f0\u1e96\u1e97\u1e98\u1e99\u1e9a\u1e9e\u212a\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06"
        for form in (char.encode(), b"\\u%04x" % ord(char))
    ),
)
"""Letters that are escaped, or that become plain ones when their case is put aside."""
