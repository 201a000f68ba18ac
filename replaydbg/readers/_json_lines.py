"""Lines of a file of JSON Lines, however long: where each begins and its bytes, a window of the file at a time.

Windows are copied, since `bytes.find` is `memchr` and a view has nothing like it; a line of many megabytes costs a
copy of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.readers import _salvage

_WINDOW_BYTES = 64 << 10
"""So much stays in the cache of the processor while its lines are parsed."""
_BOM = b"\xef\xbb\xbf"
_OBJECT = re.compile(rb'\{"\w+":')
_LOOKED_AT_MAX = 20
"""Lines of a head that tell a format."""
_BEGINNINGS_MAX = 64
"""Of objects in a torn line that are tried as the line that was written next."""


JsonLine: TypeAlias = tuple[int, int, memoryview, bool]
"""Its number from 1, its offset in the file, its bytes, and whether a newline follows."""


def lines(buffer: memoryview, at: int = 0) -> Iterator[JsonLine]:
    """The lines that are not empty, from the one that begins at this offset; their numbers count from it."""
    number = 0
    while at < len(buffer):
        stretch, stop = window(buffer, at)
        view, find, begin = memoryview(stretch), stretch.find, 0
        if at == 0 and stretch.startswith(_BOM):
            begin = len(_BOM)
        while begin < stop:
            end = find(b"\n", begin, stop)
            number += 1
            if end < 0:
                yield number, at + begin, view[begin:stop], False
                break
            if end > begin:
                yield number, at + begin, view[begin:end], True
            begin = end + 1
        at += stop


def window(buffer: memoryview, at: int) -> tuple[bytes, int]:
    """Some bytes of the file, and where the last whole line in them ends; all that is left where none ends."""
    size = _WINDOW_BYTES
    while True:
        stretch = bytes(buffer[at : at + size])
        stop = stretch.rfind(b"\n") + 1
        if stop:
            return stretch, stop
        if at + size >= len(buffer):
            return stretch, len(stretch)
        size *= 4


def line_at(buffer: memoryview, start: int) -> memoryview:
    """The line that begins at this offset. Copies of growing size are searched, as for `memchr`."""
    at, size = start, 4 << 10
    while at < len(buffer):
        newline = bytes(buffer[at : at + size]).find(b"\n")
        if newline >= 0:
            return buffer[start : at + newline]
        at += size
        size = min(4 * size, 1 << 20)
    return buffer[start:]


def value(line: JsonLine, notices: list[Notice]) -> Json | None:
    """The line's value; of a damaged line what can be had, with a notice, and None where that is nothing.

    A file that is still being written ends in the middle of a line, which is nothing to worry about.
    """
    number, _, raw, is_whole = line
    place = f"line {number}"
    try:
        return _salvage.loads(raw)
    except ValueError:
        pass
    if bytes(raw).isspace():
        return None
    if not is_whole:
        notices.append(Notice(place, "the last line is not whole: it was being written, or the file was cut"))
        return None
    found, lost = saved(raw)
    notices.append(Notice(place, lost))
    return found


@lru_cache(maxsize=2)
def first_values(head: bytes) -> tuple[Json, ...]:
    """The values of a file's first lines, of damaged ones what can be had. Cached: several formats ask for them."""
    found = []
    for _, (_, _, raw, _) in zip(range(_LOOKED_AT_MAX), lines(memoryview(head)), strict=False):
        try:
            value = _salvage.loads(raw)
        except ValueError:
            value, _ = saved(raw)
        found.append(value)
    return tuple(found)


def saved(raw: bytes | memoryview) -> tuple[Json | None, str]:
    """What can be had of a damaged line, and what is lost of it.

    A program that died while it wrote and was started again goes on in the middle of its last line: then the later
    object is the line.
    """
    for _, found in zip(range(_BEGINNINGS_MAX), _OBJECT.finditer(raw, 1), strict=False):
        try:
            later = _salvage.loads(raw[found.start() :])
        except ValueError:
            continue
        return later, f"its first {found.start()} bytes are the beginning of another line"
    repaired = _salvage.repaired(raw)
    if repaired is None:
        return None, "not JSON, left out"
    return repaired, _salvage.lost(raw)
