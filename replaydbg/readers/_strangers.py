"""Steps of readers that are no part of this program: what these raise while somebody looks is told, and costs no more.

Bodies are decoded long after the reader has read, wherever one looks: on the screen, in a rule, in a search. There what a
plug-in raises would be taken for a fault of this program, and end it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar, cast

from replaydbg import readers as package
from replaydbg.core.finding import Notice
from replaydbg.core.message import Message, ToolCall
from replaydbg.core.step import Body, PlainBody, Usage
from replaydbg.core.trace import Trace
from replaydbg.errors import UnreadableInput
from replaydbg.readers._api import Document, Feed, Reader, Reading

RAISED = (Exception, SystemExit)
"""What a stranger's code may raise: who leaves the program there leaves no word of why."""

_T = TypeVar("_T")
_NOTHING = PlainBody()
_TYPES: dict[str, type | tuple[type, ...]] = {
    "messages": (Sequence, type(None)),
    "output": (Message, type(None)),
    "tools": (Sequence, type(None)),
    "params": Mapping,
    "call": (ToolCall, type(None)),
    "has_result": bool,
    "result": object,
    "input": object,
    "output_value": object,
    "error": str,
    "usage": Usage,
    "response_model": str,
    "provider": str,
    "raw": object,
}
"""What stands in a body, and what it may be."""


def is_ours(reader: Reader) -> bool:
    """Whether what it raises is a fault of this program; a stranger's costs a notice."""
    return getattr(reader.read, "__module__", "").startswith(f"{package.__name__}.")


def failed(reader: Reader, error: BaseException) -> str:
    return f"the reader {reader.name!r} failed: {error!r}"


def unreadable(name: str, said: str) -> UnreadableInput:
    return UnreadableInput(f"{name} cannot be read: {said}", "it is no part of replaydbg")


def admitted(given: object) -> Reader:
    """What an entry point of another package gave, as a reader whose fields are what they have to be, and whose `sniff` gives
    numbers. Raises TypeError and ValueError with what is wrong.
    """
    if not isinstance(given, Reader):
        raise TypeError(f"it is no Reader but {type(given).__name__}")
    if not (isinstance(given.name, str) and given.name and given.name.isprintable()):
        raise ValueError(f"its name is {given.name!r}, no text that can be typed")
    for name, type_ in (("marks", str), ("needs", bytes), ("main_files", str), ("parts", tuple)):
        values = getattr(given, name)
        if not (isinstance(values, tuple) and all(isinstance(value, type_) for value in values)):
            raise TypeError(f"its {name} are {values!r}, no tuple of {type_.__name__}")
    try:
        for expression, _ in given.parts:
            re.compile(expression)
        for pattern in given.main_files:
            pattern.format(name="")
    except (re.error, LookupError, TypeError, ValueError) as error:
        raise ValueError(f"its parts or main_files name no files: {error!r}") from error
    feed = given.feed
    return replace(
        given,
        title=str(given.title),
        sniff=_measured(given.sniff),
        feed=feed and (lambda document: _Feed(given, feed, document)),
    )


def _measured(sniff: Callable[[Document], float]) -> Callable[[Document], float]:
    @wraps(sniff)
    def look(document: Document) -> float:
        score = sniff(document)
        if not (isinstance(score, (int, float)) and 0 <= score <= 1):
            raise ValueError(f"{score!r} is no number from 0 to 1")
        return score

    return look


class _Feed:
    """The `Feed` of a plug-in. What it raises ends the following, with a sentence."""

    def __init__(self, reader: Reader, feed: Callable[[Document], Feed], document: Document) -> None:
        self._reader = reader
        self._name = document.name
        self._inner = self._told(lambda: feed(document))

    def add(self, lines: memoryview) -> None:
        self._told(lambda: self._inner.add(lines))

    def reading(self) -> Reading:
        return self._told(lambda: guarded(self._inner.reading(), self._reader.name))

    def _told(self, call: Callable[[], _T]) -> _T:
        try:
            return call()
        except RAISED as error:
            raise unreadable(self._name, failed(self._reader, error)) from error


def guarded(reading: Reading, reader: str) -> Reading:
    """The reading of a plug-in; its traces as they are, but what decodes their steps. Raises TypeError where the columns hold
    what nobody could show.
    """
    for trace in reading.traces:
        _hold_texts(trace)
    return replace(
        reading, traces=tuple(trace.under(decode=_Guard(trace.decode, reader)) for trace in reading.traces)
    )


def _hold_texts(trace: Trace) -> None:
    about = (trace.id, trace.source.name, trace.source.format)
    for what, values in (("name of a trace", about), ("id", trace.ids), ("word", trace.strings)):
        for value in values:
            if not isinstance(value, str):
                raise TypeError(f"the {what} {value!r} is no text")


def notices(trace: Trace) -> tuple[Notice, ...]:
    """What went wrong so far while bodies of the trace were looked at."""
    return tuple(trace.decode.told) if isinstance(trace.decode, _Guard) else ()


def _is_right(name: str, given: Any) -> bool:
    """Whether it is of the type that it should be; messages one by one, since they may be decoded as they are asked for."""
    if name == "messages" and given is not None:
        return isinstance(given, Sequence) and all(isinstance(said, Message) for said in given)
    return isinstance(given, _TYPES[name])


class _Guard:
    def __init__(self, decode: Callable[[Any], Body], reader: str) -> None:
        self._decode = decode
        self._reader = reader
        self.told: dict[Notice, None] = {}
        """Once each: a body is decoded as often as somebody asks."""

    def __call__(self, handle: Any) -> Body:
        body = _Body(self)
        try:
            body.inner = self._decode(handle)
        except RAISED as error:
            body.failed("a step", repr(error))
        return cast("Body", body)

    def say(self, part: str, problem: object) -> str:
        said = f"the reader {self._reader!r} failed on {part}: {problem}"
        self.told.setdefault(Notice("", said))
        return said


class _Body:
    """The `Body` that a plug-in made, with nothing in the place of what it does not give."""

    def __init__(self, guard: _Guard) -> None:
        self.inner: Body = _NOTHING
        self._guard = guard
        self._problems: dict[str, None] = {}

    def failed(self, part: str, problem: object) -> None:
        self._problems.setdefault(self._guard.say(part, problem))

    def __getattr__(self, name: str) -> Any:
        """A part, of which none is an attribute here; kept, as other bodies keep theirs."""
        if name not in _TYPES:
            raise AttributeError(name)
        value = getattr(_NOTHING, name)
        try:
            given = getattr(self.inner, name)
            if _is_right(name, given):
                value = given
            else:
                self.failed(name, f"it gave {type(given).__name__}")
        except RAISED as error:
            self.failed(name, repr(error))
        self.__dict__[name] = value
        return value

    @property
    def notice(self) -> str:
        """What went wrong with any part."""
        for name in _TYPES:
            getattr(self, name)
        return "\n".join(self._problems)
