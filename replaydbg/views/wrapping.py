"""Lines that fit a width, and two texts beside each other in columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from replaydbg.views.blocks import Block, Spans
from replaydbg.views.text import cell_width

BESIDE_CELLS_MIN = 100
"""Narrower screens show the two sides below each other."""
_RULE = " │ "
_HANG_CELLS = 2

Cells = Callable[[str], int]


def wrapped(
    text: str, width: int, cells: Cells = cell_width, first: int | None = None
) -> Iterator[tuple[int, int]]:
    """Stretches of the text that are the lines of a column of `width` cells; breaks at spaces where there are any.

    The first line may have more room than the others, which hang.
    """
    begin = 0
    while True:
        end = text.find("\n", begin)
        if end < 0:
            end = len(text)
        yield from _wrapped_line(text, begin, end, width, cells, width if first is None or begin else first)
        if end >= len(text):
            return
        begin = end + 1


def _wrapped_line(  # noqa: PLR0917 - of one text
    text: str, begin: int, end: int, width: int, cells: Cells, room: int
) -> Iterator[tuple[int, int]]:
    if begin == end:
        yield begin, end
    while begin < end:
        stop = _fitting(text, begin, end, room, cells)
        if stop < end and text[stop] != " ":
            space = text.rfind(" ", begin + room // 3, stop)
            stop = space if space > begin else stop
        yield begin, stop
        room = width
        begin = stop + 1 if stop < end and text[stop] == " " else stop


def _fitting(text: str, begin: int, end: int, width: int, cells: Cells) -> int:
    """How far the text goes in `width` cells from `begin`; at least one character."""
    stop = min(begin + width, end)
    piece = text[begin:stop]
    if piece.isascii() or cells(piece) <= width:
        return stop
    used = 0
    for at in range(begin, stop):
        used += cells(text[at])
        if used > width:
            return max(at, begin + 1)
    return stop


@dataclass(frozen=True, slots=True)
class Side:
    """One column of a line. `text` has been made printable and may hold line ends."""

    text: str = ""
    look: str = ""
    spans: Spans = ()
    indent: int = 0


def beside(left: Side, right: Side, width: int, block: Block = Block()) -> Iterator[Block]:  # noqa: B008 - a value
    """The two sides as columns of one text; `block` gives the lines their mark, place and row."""
    half = max(8, (width - len(_RULE)) // 2)
    mark, plain = block.mark, replace(block, look="", indent=0, hang=0)
    for mine, theirs in zip_longest(_lines(left, half), _lines(right, half), fillvalue=("", ())):
        fill = " " * max(0, half - cell_width(mine[0]))
        lead = len(mine[0]) + len(fill)
        spans = (
            *mine[1],
            (lead, lead + len(_RULE), "frame"),
            *((begin + lead + len(_RULE), end + lead + len(_RULE), look) for begin, end, look in theirs[1]),
        )
        yield replace(plain, text=mine[0] + fill + _RULE + theirs[0], spans=spans, mark=mark)
        mark = ""


def below(left: Side, right: Side, block: Block = Block()) -> Iterator[Block]:  # noqa: B008 - a value
    """The same for narrow screens: one under the other, an empty side left out."""
    mark = block.mark
    for side in (left, right):
        if side.text:
            said = replace(block, text=side.text, look=side.look, spans=side.spans, mark=mark)
            yield replace(said, indent=side.indent, hang=0 if "\n" in side.text else _HANG_CELLS)
            mark = ""


def _lines(side: Side, cells: int) -> Iterator[tuple[str, Spans]]:
    """The lines of one column with the looks that fall on each; what a line is continued by is indented further."""
    if not side.text:
        return
    indent = min(side.indent, cells // 2)
    for begin, end in wrapped(side.text, max(4, cells - indent - _HANG_CELLS)):
        hang = _HANG_CELLS if begin and side.text[begin - 1] != "\n" else 0
        lead = " " * (indent + hang)
        shift = len(lead) - begin
        looks = side.spans or (((0, len(side.text), side.look),) if side.look else ())
        spans = tuple(
            (max(first, begin) + shift, min(stop, end) + shift, look)
            for first, stop, look in looks
            if max(first, begin) < min(stop, end)
        )
        yield lead + side.text[begin:end], spans
