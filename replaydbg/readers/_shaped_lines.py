"""Lines of a session in the shape that its format gives them, decoded a window of the file at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TypeVar

import msgspec

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.readers import _json_lines
from replaydbg.readers._salvage import UNREADABLE

_Shape = TypeVar("_Shape")
_OPENS, _CLOSES, _NEWLINE = b"{}\n"


def shaped(
    buffer: memoryview,
    decoder: msgspec.json.Decoder[_Shape],
    from_value: Callable[[Json], _Shape],
    notices: list[Notice],
) -> Iterator[tuple[_Shape, int, int]]:
    """The lines that are not empty, each with where it begins and ends in the buffer.

    `from_value` takes what is of another shape; what is damaged as far as it can be had, with a notice.
    """
    return chain.from_iterable(_by_windows(buffer, decoder, from_value, notices))


def _by_windows(
    buffer: memoryview,
    decoder: msgspec.json.Decoder[_Shape],
    from_value: Callable[[Json], _Shape],
    notices: list[Notice],
) -> Iterator[Iterable[tuple[_Shape, int, int]]]:
    at = number = 0
    while at < len(buffer):
        window, stop = _json_lines.window(buffer, at)
        view = memoryview(window)[:stop]
        try:
            found = decoder.decode_lines(view)
        except UNREADABLE:
            found = []
        starts, ends = _places(window, stop, at) if found else ([], [])
        if found and len(found) == len(ends):
            yield zip(found, starts, ends, strict=True)
            number += len(ends)
        else:
            yield _one_by_one(buffer[: at + stop], at, number, decoder, from_value, notices)
            number += window.count(b"\n", 0, stop)
        at += stop


def _one_by_one(  # noqa: PLR0917 - what `shaped` was given, and where it is
    buffer: memoryview,
    at: int,
    number: int,
    decoder: msgspec.json.Decoder[_Shape],
    from_value: Callable[[Json], _Shape],
    notices: list[Notice],
) -> Iterator[tuple[_Shape, int, int]]:
    for line, start, raw, is_whole in _json_lines.lines(buffer, at):
        try:
            yield decoder.decode(raw), start, start + len(raw)
        except UNREADABLE:
            value = _json_lines.value((number + line, start, raw, is_whole), notices)
            if value is not None:
                yield from_value(value), start, start + len(raw)


def _places(window: bytes, stop: int, at: int) -> tuple[list[int], list[int]]:
    """Where the lines begin and end in the file, of which the window begins `at`; nothing where one of them is no object.

    Values may go over several lines, and lines may have several. Where each begins and ends as an object does none ends
    inside one, since after an object inside another no brace opens; so there are as many values as lines only if each
    line is one.
    """
    find, starts, ends, begin = window.find, list[int](), list[int](), 0
    if window[stop - 1] != _NEWLINE:
        return [], []
    while begin < stop:
        end = find(b"\n", begin)
        if window[begin] != _OPENS or window[end - 1] != _CLOSES:
            return [], []
        starts.append(at + begin)
        ends.append(at + end)
        begin = end + 1
    return starts, ends
