"""The lanes of one row as characters, each with its look: lines, the step's own sign, forks and merges."""

from __future__ import annotations

from collections.abc import Collection

from replaydbg.graph.rows import FREE, OVERFLOW, Laid
from replaydbg.views.signs import UNICODE, Signs
from replaydbg.views.text import Span

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8


def rail(
    laid: Laid,
    lanes_max: int,
    sign: Span,
    *,
    bright: Collection[int] | None = None,
    signs: Signs = UNICODE,
) -> list[Span]:
    """Two cells for each of `lanes_max` lanes; `bright` are the lanes to stand out, None for all alike.

    A step on a lane that has no room stands in the last cell, with an ellipsis before it.
    """
    width = 2 * lanes_max
    pieces = _pieces(laid)
    cells = [signs.box[piece] for piece in pieces[:width]]
    cells.extend(" " * (width - len(cells)))
    looks = ["lane"] * width
    if bright is not None:
        for lane in bright:
            if 2 * lane < width:
                looks[2 * lane] = "lane-bright"
    if any(pieces[width:]):
        cells[width - 1] = signs.ellipsis
    at = 2 * laid.lane
    if laid.lane >= 0 and at < width:
        cells[at], looks[at] = sign.text, sign.look
        if laid.more and at + 1 < width:
            cells[width - 1 if laid.width >= lanes_max else 2 * laid.width - 1] = signs.ellipsis
    elif laid.lane >= 0:
        cells[width - 2 :] = [signs.ellipsis, sign.text]
        looks[width - 1] = sign.look
    elif laid.width > lanes_max:
        cells[width - 1] = signs.ellipsis
    if laid.lane == FREE:
        _over_line(cells, looks, laid, sign)
    return _runs(cells, looks)


def _over_line(cells: list[str], looks: list[str], laid: Laid, sign: Span) -> None:
    """The sign of an open fold stands on the line that leads into it, or where its first step is going to stand."""
    at = min(2 * laid.header_lane, len(cells) - 1)
    cells[at], looks[at] = sign.text, sign.look


def _pieces(laid: Laid) -> list[int]:
    pieces = [0] * (2 * max(laid.width, 1))
    for lane, edge in enumerate(laid.before):
        if edge >= 0:
            pieces[2 * lane] |= UP
    for lane, edge in enumerate(laid.after):
        if edge >= 0:
            pieces[2 * lane] |= DOWN
    if laid.lane in (FREE, OVERFLOW):
        return pieces
    for lane in (*laid.merges, *laid.forks):
        low, high = sorted((2 * lane, 2 * laid.lane))
        for at in range(low, high + 1):
            pieces[at] |= (LEFT if at > low else 0) | (RIGHT if at < high else 0)
    return pieces


def _runs(cells: list[str], looks: list[str]) -> list[Span]:
    """Neighbours of one look as one span: fewer changes of style, fewer bytes to the terminal."""
    spans: list[Span] = []
    for cell, look in zip(cells, looks, strict=True):
        if spans and (spans[-1].look == look or cell == " "):
            spans[-1] = Span(spans[-1].text + cell, spans[-1].look)
        else:
            spans.append(Span(cell, look))
    return spans
