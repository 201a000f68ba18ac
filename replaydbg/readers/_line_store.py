"""Where the lines lie that are shown: offsets, no bytes. An entry is a number, a line and a mark of the reader's own.

The mark says which part of the line is meant. Lines may be chained, for replies that are written in several.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator

from replaydbg.core.message import Json
from replaydbg.readers import _json_lines, _salvage
from replaydbg.readers._windows import Windows

MARK_BITS = 16
MARK_MASK = (1 << MARK_BITS) - 1

_REMEMBERED_BYTES_MAX = 1 << 20
_NEAR_LINES_MAX = 64
"""Lines of a reply that lie so near each other are looked at with those between them."""


class LineStore:
    def __init__(self) -> None:
        self._windows: list[Windows] = []
        self._bases = array("q")
        self._base = 0
        self._starts = array("q")
        self._following = array("i")
        self._latest: tuple[int, list[Json], int] = (-1, [], 0)
        """The entry looked at last, its lines parsed, and their bytes: its message, facts and size are asked for together."""

    def open(self, buffer: memoryview) -> None:
        """The lines that are added from now on are in this buffer."""
        self._base += len(self._windows[-1].buffer) if self._windows else 0
        self._bases.append(self._base)
        self._windows.append(Windows(buffer))

    def add(self, start: int, mark: int) -> int:
        """The entry of the line that begins at this offset of the buffer."""
        self._starts.append(self._base + start)
        return (len(self._starts) - 1) << MARK_BITS | mark

    def link(self, entry: int, following: int) -> None:
        """`following` is the next line of the reply that `entry` is a line of."""
        self._latest = (-1, [], 0)
        missing = len(self._starts) - len(self._following)
        self._following.frombytes(b"\xff" * (missing * self._following.itemsize))
        self._following[entry >> MARK_BITS] = following >> MARK_BITS

    def size(self, entry: int) -> int:
        at, _, size = self._latest
        if at == entry >> MARK_BITS:
            return size
        return sum(len(self._raw(at)) for at in self._chain(entry))

    def may_hold(self, entry: int, *pieces: tuple[bytes, ...]) -> bool:
        """Whether all pieces of one of these stand somewhere in the lines: most need not be parsed to know that they do not."""
        text = b"\n".join([bytes(self._raw(at)) for at in self._chain(entry)])
        return any(all(piece in text for piece in each) for each in pieces)

    def written(self, entry: int) -> list[memoryview]:
        """The windows of the file that the lines of the entry lie in."""
        first = last = at = entry >> MARK_BITS
        while at >= 0:
            last = at
            at = self._following[at] if at < len(self._following) else -1
        if last - first > _NEAR_LINES_MAX:
            return [view for at in self._chain(entry) for view in self._over(at, at)]
        return self._over(first, last)

    def _over(self, first: int, last: int) -> list[memoryview]:
        """The windows from the beginning of one line to the end of another."""
        start, following = self._starts[first], last + 1
        holder = bisect_right(self._bases, start) - 1 if len(self._bases) > 1 else 0
        while following < len(self._starts) and self._starts[following] == self._starts[last]:
            following += 1  # a line may be several entries
        base, windows = self._bases[holder], self._windows[holder]
        end = self._starts[following] - base if following < len(self._starts) else len(windows.buffer)
        return windows.over(start - base, min(end, len(windows.buffer)))

    def values(self, entry: int) -> list[Json]:
        """The lines of the entry, parsed; a damaged one as far as it is whole."""
        at, values, _ = self._latest
        if at != entry >> MARK_BITS:
            lines = [bytes(self._raw(at)) for at in self._chain(entry)]
            values = [_parsed(line) for line in lines]
            size = sum(map(len, lines))
            if size <= _REMEMBERED_BYTES_MAX:
                self._latest = entry >> MARK_BITS, values, size
        return values

    def _chain(self, entry: int) -> Iterator[int]:
        at = entry >> MARK_BITS
        while at >= 0:
            yield at
            at = self._following[at] if at < len(self._following) else -1

    def _raw(self, at: int) -> memoryview:
        start = self._starts[at]
        holder = bisect_right(self._bases, start) - 1
        return _json_lines.line_at(self._windows[holder].buffer, start - self._bases[holder])


def _parsed(raw: bytes) -> Json:
    try:
        return _salvage.loads(raw)
    except ValueError:
        return _json_lines.saved(raw)[0]
