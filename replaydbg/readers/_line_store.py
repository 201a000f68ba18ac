"""Where the lines lie that are shown: offsets, no bytes. An entry is a number, a line and a mark of the reader's own.

The mark says which part of the line is meant. Lines may be chained, for replies that are written in several.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from replaydbg.core.message import Json
from replaydbg.readers import _json_lines, _salvage
from replaydbg.readers._windows import WINDOW_BITS, windows

MARK_BITS = 16
MARK_MASK = (1 << MARK_BITS) - 1

_REMEMBERED_BYTES_MAX = 1 << 20


def whole(raw: bytes) -> Json:
    """The value of a line; of a damaged one as far as it is whole."""
    try:
        return _salvage.loads(raw)
    except ValueError:
        return _json_lines.saved(raw)[0]


_NONE: tuple[int, Callable[[bytes], Json], list[Json], int] = (-1, whole, [], 0)


class LineStore:
    def __init__(self) -> None:
        self._buffers: list[memoryview] = []
        self._bases = array("q")
        self._base = 0
        self._starts = array("q")
        self._following = array("i")
        self._latest: tuple[int, Callable[[bytes], Json], list[Json], int] = _NONE
        """The entry looked at last, its lines parsed, and their bytes: its message, facts and size are asked for together."""

        self._windows: list[memoryview] = []
        self._firsts = array("i")
        """Of each buffer the number of its first window: laid when words are looked for."""

    def open(self, buffer: memoryview) -> None:
        """The lines that are added from now on are in this buffer."""
        self._base += len(self._buffers[-1]) if self._buffers else 0
        self._bases.append(self._base)
        self._buffers.append(buffer)

    def between(self, start: int, end: int) -> memoryview:
        """Bytes of the buffer that was opened last."""
        return self._buffers[-1][start:end]

    def add(self, start: int, mark: int) -> int:
        """The entry of the line that begins at this offset of the buffer."""
        self._starts.append(self._base + start)
        return (len(self._starts) - 1) << MARK_BITS | mark

    def link(self, entry: int, following: int) -> None:
        """`following` is the next line of the reply that `entry` is a line of."""
        self._latest = _NONE
        missing = len(self._starts) - len(self._following)
        self._following.frombytes(b"\xff" * (missing * self._following.itemsize))
        self._following[entry >> MARK_BITS] = following >> MARK_BITS

    def size(self, entry: int) -> int:
        at, _, _, size = self._latest
        if at == entry >> MARK_BITS:
            return size
        return sum(len(self._raw(at)) for at in self._chain(entry))

    def room(self, entry: int) -> int:
        """Not less than `size`, and quick: what the program alone is told between its lines is among it."""
        first = last = entry >> MARK_BITS
        following, starts = self._following, self._starts
        while last < len(following) and following[last] >= 0:
            last = following[last]
        end = last + 1
        while end < len(starts) and starts[end] == starts[last]:  # a line may be several entries
            end += 1
        return starts[end] - starts[first] if end < len(starts) else self.size(entry)

    def may_hold(self, entry: int, *pieces: tuple[bytes, ...]) -> bool:
        """Whether all pieces of one of these stand somewhere in the lines: most need not be parsed to know that they do not."""
        text = b"\n".join([bytes(self._raw(at)) for at in self._chain(entry)])
        return any(all(piece in text for piece in each) for each in pieces)

    def written(self, entry: int) -> list[memoryview]:
        """The windows from the first line of the entry to its last."""
        first = last = at = entry >> MARK_BITS
        following = self._following
        while at >= 0:
            last = at
            at = following[at] if at < len(following) else -1
        return self._windows_between(first, last)

    def all_written(self, entries: Sequence[int]) -> list[memoryview]:
        """The windows from the first line of all these entries to the last one."""
        first = at = min(entries) >> MARK_BITS
        last = max(entries) >> MARK_BITS
        while at <= last:  # with the lines that go on those before
            at, last = last + 1, max(last, *self._following[at : last + 1], -1)
        return self._windows_between(first, last)

    def _windows_between(self, first: int, last: int) -> list[memoryview]:
        if len(self._firsts) < len(self._buffers):
            for buffer in self._buffers[len(self._firsts) :]:
                self._firsts.append(len(self._windows))
                self._windows += windows(buffer)
        following = bisect_right(self._starts, self._starts[last], last)  # a line may be several entries
        after = self._window(following) + 1 if following < len(self._starts) else len(self._windows)
        return self._windows[self._window(first) : after]

    def _window(self, at: int) -> int:
        """The number of the first window of a line."""
        start = self._starts[at]
        holder = bisect_right(self._bases, start) - 1
        return self._firsts[holder] + (start - self._bases[holder] >> WINDOW_BITS)

    def values(self, entry: int, parse: Callable[[bytes], Json] = whole) -> list[Json]:
        """The lines of the entry, parsed."""
        at, parsed, values, _ = self._latest
        if at != entry >> MARK_BITS or parsed is not parse:
            lines = [bytes(self._raw(at)) for at in self._chain(entry)]
            values = [parse(line) for line in lines]
            size = sum(map(len, lines))
            if size <= _REMEMBERED_BYTES_MAX:
                self._latest = entry >> MARK_BITS, parse, values, size
        return values

    def _chain(self, entry: int) -> Iterator[int]:
        at = entry >> MARK_BITS
        while at >= 0:
            yield at
            at = self._following[at] if at < len(self._following) else -1

    def _raw(self, at: int) -> memoryview:
        start = self._starts[at]
        holder = bisect_right(self._bases, start) - 1
        return _json_lines.line_at(self._buffers[holder], start - self._bases[holder])
