"""The whole run in two columns: where the findings and the loops are, and which part of it is in view."""

from __future__ import annotations

from replaydbg.core.finding import Severity
from replaydbg.views.chain import ChainView
from replaydbg.views.text import Line, Span

_HERE, _INFO, _QUIET = "▐", "▏", " "
_MARK = {"error": "█", "warning": "▌", "loop": "▎", "quiet": _QUIET}
"""The worse, the wider: without colours, too."""
_MARK_ASCII = {"error": "!", "warning": "w", "loop": "@", "quiet": " "}


def minimap_line(view: ChainView, y: int, height: int, top: int, shown: int, *, plain: bool = False) -> Line:
    """Line `y` of `height`, while rows `top` to `top + shown` are in view: two cells. `plain` asks for ASCII.

    A line stands for a range of rows, and those for a range of steps, folded or not: three subtractions.
    """
    count = len(view.chain)
    first, last = bucket(y, height, count)
    if first >= count:
        return (Span("  "),)
    start = view.chain.entry(first).row
    end = view.chain.entry(last).row if last < count else len(view.trace)
    look = _worst(view, start, max(end, start + 1))
    here = first < top + shown and last > top
    if view.hits and view.hit(start, max(end, start + 1)):
        return (
            Span(">" if plain else "▸", "hit"),
            Span(_MARK_ASCII.get(look, ".") if plain else _MARK.get(look, _INFO), look),
        )
    if plain:
        return (Span("|" if here else " ", "view-mark"), Span(_MARK_ASCII.get(look, "."), look))
    return (Span(_HERE if here else " ", "view-mark"), Span(_MARK.get(look, _INFO), look))


def bucket(y: int, height: int, count: int) -> tuple[int, int]:
    """The rows that line `y` of the map stands for; one row a line where there is room for all."""
    if count <= height:
        return y, y + 1
    return y * count // height, max((y + 1) * count // height, y * count // height + 1)


def row_at(y: int, height: int, count: int) -> int:
    """The row to go to when line `y` is clicked."""
    return min(bucket(y, height, count)[0], max(0, count - 1))


def _worst(view: ChainView, start: int, end: int) -> str:
    if (
        view.errors_before[end] > view.errors_before[start]
        or view.failed_before[end] > view.failed_before[start]
    ):
        return Severity.ERROR.label
    if view.warned_before[end] > view.warned_before[start]:
        return Severity.WARNING.label
    if view.looping_before[end] > view.looping_before[start]:
        return "loop"
    if view.marked_before[end] > view.marked_before[start]:
        return Severity.INFO.label
    return "quiet"
