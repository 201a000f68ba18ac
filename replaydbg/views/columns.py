"""What fits beside the names of the list of steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from replaydbg import limits


@dataclass(frozen=True, slots=True)
class Columns:
    """What fits beside the names in a list of `width` cells; widths in cells, 0 for a column that is left out."""

    width: int
    number: int
    origin: int
    lanes: int
    duration: int
    tokens: int
    cost: int
    bar: int
    pitch: int = 2
    """Cells of a lane: two, or one where there would not be room for all."""


_LANES = ((50, 3), (76, 6), (110, 8), (150, 12))
"""How many lanes of two cells lists narrower than so many cells have room for."""
_CLOSE_LANES = ((40, 6), (50, 10))
"""The same for lanes without a gap between; those that find no room share the last cell."""


def fitting(width: int, lanes: int, numbers: int, *, origins: bool, costs: bool, bars: bool) -> Columns:
    """For rows that need `lanes` lanes and numbers of `numbers` digits; the others say what there is to show."""
    room, pitch = _room(width, _LANES), 2
    if lanes > room:
        room, pitch = _room(width, _CLOSE_LANES), 1
    return Columns(
        width=width,
        number=max(3, numbers) if width >= 30 else 0,
        origin=2 if origins else 0,
        lanes=max(1, min(lanes, room)),
        duration=7 if width >= 44 else 0,
        tokens=0 if width < 56 else 7 if width < 96 else 10,
        cost=9 if width >= 104 and costs else 0,
        bar=min(48, width // 4) if bars and width >= 84 else 0,
        pitch=pitch,
    )


def _room(width: int, lanes: Sequence[tuple[int, int]]) -> int:
    return next((lanes for cells, lanes in lanes if width < cells), limits.LANES_MAX)


def timeline(width: int, lanes: int, numbers: int, *, origins: bool) -> Columns:
    """Most of the width is time; the names keep what it takes to know the steps."""
    return Columns(
        width=width,
        number=max(3, numbers) if width >= 60 else 0,
        origin=2 if origins else 0,
        lanes=max(1, min(lanes, 3)),
        duration=8 if width >= 44 else 0,
        tokens=0,
        cost=0,
        bar=max(10, width * 55 // 100),
        pitch=1 if width < 100 else 2,
    )
