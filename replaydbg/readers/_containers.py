"""How records lie in a file: one JSON value, an array, JSON Lines, or values written one after another.

`records` splits and does not parse; `values` parses too, and saves what it can of damaged records. Memory stays
small: a record is a view into the buffer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.readers import _salvage

_BOM = b"\xef\xbb\xbf"
_NOT_BLANK = re.compile(rb"[^ \t\r\n]")
_LINE_OF_JSON = re.compile(rb"\n[ \t]*(?=[{\[])")
_SCALAR = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[^,\]\s]+', re.DOTALL)
_COPY_BYTES_MAX = 1 << 20
_WINDOW_BYTES = 64 << 10
_DAMAGED_LINES_MAX = 3
"""How many lines at the head may be damaged before a file is no longer taken for JSON Lines."""

_WHOLE = msgspec.json.Decoder(msgspec.Raw)
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Record:
    """JSON text as it stands in the file. `place` is `line N`, `byte N`, a JSON pointer, or "" for the whole file."""

    raw: memoryview
    place: str
    start: int = -1
    """The offset in the file, of a line; -1 where it is not known."""


def records(
    buffer: memoryview, notices: list[Notice] | None = None, *, items: bool = False
) -> Iterator[Record]:
    """Every record of the file, unparsed; with `items` an array that is the whole file gives its items.

    What lies between records and is no JSON goes to `notices`. The last record may be cut off.
    """
    notices = [] if notices is None else notices
    start = _start(buffer)
    if start < 0:
        return
    if has_lines(buffer):
        yield from lines(buffer, notices)
    elif is_json(buffer[start:]):
        yield from _whole(buffer[start:], items=items)
    elif buffer[start] in b"{[":
        yield from _one_after_another(buffer, start, notices, items=items)
    else:
        notices.append(Notice("byte 0", "the file does not begin with JSON"))
        yield from lines(buffer, notices)


def values(buffer: memoryview, notices: list[Notice], *, items: bool = False) -> Iterator[tuple[Json, str]]:
    """Every record parsed, with its place. Of a damaged one its whole beginning, and a notice."""
    for record in records(buffer, notices, items=items):
        yield from parsed(record, notices)


def parsed(record: Record, notices: list[Notice]) -> Iterator[tuple[Json, str]]:
    """The record's value and place; nothing but a notice where no beginning of it is whole."""
    try:
        yield _salvage.loads(record.raw), record.place
    except ValueError:
        value = _salvage.repaired(record.raw)
        place = record.place or "byte 0"
        if value is None:
            notices.append(Notice(place, "not JSON, left out"))
        else:
            notices.append(Notice(place, _salvage.lost(record.raw)))
            yield value, record.place


def first_record(head: bytes) -> Json | None:
    """The first JSON value of a file's first bytes, as far as it can be seen; None where there is none.

    A value that goes on beyond `head` is closed after its last whole member. Cached: every format asks for it.
    """
    return _first_record(head)


@lru_cache(maxsize=2)
def _first_record(head: bytes) -> Json | None:
    view = memoryview(head)
    start = _start(view)
    if start < 0:
        return None
    for _ in range(_DAMAGED_LINES_MAX):
        end = _line_end(view, start)
        try:
            return _salvage.loads(view[start:end])
        except ValueError:
            pass
        value = _salvage.repaired(view[start:]) if view[start] in b"{[" else None
        if value:
            return value
        following = _NOT_BLANK.search(view, end)
        if following is None:
            return value
        start = following.start()
    return None


def is_json(raw: memoryview) -> bool:
    """Whether the bytes are one JSON value, and nothing else."""
    try:
        _WHOLE.decode(raw)
    except _salvage.UNREADABLE:
        try:
            _salvage.loads(raw)
        except ValueError:
            return False
    return True


def has_lines(buffer: memoryview, first_line_bytes_max: int | None = None) -> bool:
    """Whether this is JSON Lines: one of the first lines is a whole JSON object or array, and others follow.

    With a bound for the first line, a document on one line is told without a walk through all of it.
    """
    if first_line_bytes_max is not None and b"\n" not in bytes(buffer[:first_line_bytes_max]):
        return False
    at = _start(buffer)
    for damaged in range(_DAMAGED_LINES_MAX):
        if at < 0:
            return False
        end = _line_end(buffer, at)
        following = _NOT_BLANK.search(buffer, end)
        line = buffer[at:end]
        if not damaged and (following is None or bytes(line[-2:]).rstrip()[-1:] in {b"{", b"["}):
            return False  # one line, or the first of a pretty-printed document
        if _is_line(line) and (not damaged or not is_json(buffer[_start(buffer) :])):
            return True
        at = following.start() if following else -1
    return False


def _is_line(line: memoryview) -> bool:
    """Cheap where a line is an opening bracket of a pretty-printed document, or ends with a comma."""
    stripped = bytes(line[-64:]).rstrip()
    return line[0] in b"{[" and stripped[-1:] in {b"}", b"]"} and is_json(line)


def _start(buffer: memoryview) -> int:
    """The offset of the first byte that is neither a byte order mark nor blank; -1 in an empty file."""
    found = _NOT_BLANK.search(buffer, len(_BOM) if bytes(buffer[:3]) == _BOM else 0)
    return found.start() if found else -1


def _line_end(buffer: memoryview, at: int, size: int = 256) -> int:
    """The offset of the next newline, or of the end. Copies of growing size are searched: that is `memchr`."""
    while at < len(buffer):
        found = bytes(buffer[at : at + size]).find(b"\n")
        if found >= 0:
            return at + found
        at += size
        size = min(4 * size, _COPY_BYTES_MAX)
    return len(buffer)


def _ends_of_lines(buffer: memoryview, at: int) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends. Many are found in one copy; one that is longer is looked for by itself."""
    while at < len(buffer):
        window = bytes(buffer[at : at + _WINDOW_BYTES])
        stop = window.rfind(b"\n") + 1
        if not stop:
            end = _line_end(buffer, at + len(window), 4 * _WINDOW_BYTES)
            yield at, end
            at = end + 1
            continue
        begin = 0
        while begin < stop:
            end = window.find(b"\n", begin, stop)
            yield at + begin, at + end
            begin = end + 1
        at += stop


def lines(buffer: memoryview, notices: list[Notice], number: int = 1) -> Iterator[Record]:
    """Every line that holds JSON, whole or not; `number` is that of the first one."""
    start = len(_BOM) if bytes(buffer[:3]) == _BOM else 0
    for at, (begin, end) in enumerate(_ends_of_lines(buffer, start), number):
        first = begin
        if begin < end and buffer[begin] not in b"{[":
            found = _NOT_BLANK.search(buffer, begin, end)
            first = found.start() if found is not None else end
        if first == end:
            continue
        if buffer[first] in b"{[":
            yield Record(buffer[first:end], f"line {at}", first)
        else:
            notices.append(Notice(f"line {at}", "not a JSON object, left out"))


def _whole(raw: memoryview, *, items: bool) -> Iterator[Record]:
    if items and raw[0] in b"[":
        yield from _items(raw, "")
    else:
        yield Record(raw, "")


def _items(raw: memoryview, place: str) -> Iterator[Record]:
    """Items of an array, also of one that is damaged: then the last is what is left."""
    try:
        for index, item in enumerate(_ITEMS.decode(raw)):
            yield Record(memoryview(item), f"{place}/{index}")
        return
    except _salvage.UNREADABLE:
        pass
    at, index = 1, 0
    while (found := _NOT_BLANK.search(raw, at)) is not None and raw[found.start()] not in b"]":
        start = found.start()
        if raw[start] in b"{[":
            end = _salvage.value_end(raw, start)
        else:
            scalar = _SCALAR.match(raw, start)
            end = scalar.end() if scalar else start + 1
        end = len(raw) if end < 0 else end
        if raw[start] not in b",":
            yield Record(raw[start:end], f"{place}/{index}")
            index += 1
        at = end


def _one_after_another(
    buffer: memoryview, start: int, notices: list[Notice], *, items: bool
) -> Iterator[Record]:
    at = start
    while at < len(buffer):
        end = _salvage.value_end(buffer, at)
        end = len(buffer) if end < 0 else end
        if items and at == start and buffer[at] in b"[" and end == len(buffer):
            yield from _items(buffer[at:], "")  # an array that stops in the middle
            return
        yield Record(buffer[at:end], f"byte {at}")
        following = _NOT_BLANK.search(buffer, end)
        if following is None:
            return
        at = following.start()
        if buffer[at] not in b"{[":
            resumed = _LINE_OF_JSON.search(buffer, at)
            notices.append(Notice(f"byte {at}", "not JSON, left out"))
            if resumed is None:
                return
            at = resumed.end()
