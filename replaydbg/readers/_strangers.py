"""Steps of readers that are no part of this program: what these raise while somebody looks is told, and costs no more.

Bodies are decoded long after the reader has read, wherever one looks: on the screen, in a rule, in a search. There what a
plug-in raises would be taken for a fault of this program, and end it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from replaydbg import readers as package
from replaydbg.core.finding import Notice
from replaydbg.core.message import Message, ToolCall
from replaydbg.core.step import Body, PlainBody, Usage
from replaydbg.core.trace import Trace
from replaydbg.readers._api import Reader, Reading

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


def failed(reader: Reader, error: Exception) -> str:
    return f"the reader {reader.name!r} failed: {error!r}"


def guarded(reading: Reading, reader: str) -> Reading:
    """The reading of a plug-in; its traces as they are, but what decodes their steps."""
    return replace(
        reading, traces=tuple(trace.under(decode=_Guard(trace.decode, reader)) for trace in reading.traces)
    )


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
        except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
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
        except Exception as error:  # noqa: BLE001
            self.failed(name, repr(error))
        self.__dict__[name] = value
        return value

    @property
    def notice(self) -> str:
        """What went wrong with any part."""
        for name in _TYPES:
            getattr(self, name)
        return "\n".join(self._problems)
