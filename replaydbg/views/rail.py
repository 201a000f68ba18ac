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
    pitch: int = 2,
    *,
    bright: Collection[int] | None = None,
    signs: Signs = UNICODE,
) -> list[Span]:
    """`pitch` cells for each of `lanes_max` lanes, and one behind them where that is one; `bright` are the lanes to stand
    out, None for all alike.

    A step on a lane that has no room stands in the last cell, with an ellipsis before it.
    """
    room = pitch * lanes_max
    last = room - 1 if pitch > 1 else room
    pieces = _pieces(laid, pitch)
    cells = [signs.box[piece] for piece in pieces[:room]]
    cells.extend(" " * (last + 1 - len(cells)))
    looks = ["lane"] * len(cells)
    if bright is not None:
        for lane in bright:
            if pitch * lane < room:
                looks[pitch * lane] = "lane-bright"
    if any(pieces[room:]):
        cells[last] = signs.ellipsis
    at = pitch * laid.lane
    if laid.lane >= 0 and at < room:
        cells[at], looks[at] = sign.text, sign.look
        if laid.more and at < last:
            cells[last if laid.width >= lanes_max else pitch * (laid.width - 1) + 1] = signs.ellipsis
    elif laid.lane >= 0:
        cells[last - 1 :] = [signs.ellipsis, sign.text]
        looks[last] = sign.look
    elif laid.width > lanes_max:
        cells[last] = signs.ellipsis
    if laid.lane == FREE:
        _over_line(cells, looks, pitch * laid.header_lane, sign)
    return _runs(cells, looks)


def _over_line(cells: list[str], looks: list[str], at: int, sign: Span) -> None:
    """The sign of an open fold stands on the line that leads into it, or where its first step is going to stand."""
    at = min(at, len(cells) - 1)
    cells[at], looks[at] = sign.text, sign.look


def _pieces(laid: Laid, pitch: int) -> list[int]:
    pieces = [0] * (pitch * max(laid.width, 1))
    for lane, edge in enumerate(laid.before):
        if edge >= 0:
            pieces[pitch * lane] |= UP
    for lane, edge in enumerate(laid.after):
        if edge >= 0:
            pieces[pitch * lane] |= DOWN
    if laid.lane in (FREE, OVERFLOW):
        return pieces
    for lane in (*laid.merges, *laid.forks):
        low, high = sorted((pitch * lane, pitch * laid.lane))
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
