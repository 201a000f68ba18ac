"""Bars on an axis of time, to an eighth of a cell."""

from __future__ import annotations

from dataclasses import dataclass

from replaydbg.views.signs import UNICODE, Signs
from replaydbg.views.text import Span


@dataclass(frozen=True, slots=True)
class Axis:
    """The stretch of time that the bars are drawn on, in ns. `end_ns` is after `start_ns`."""

    start_ns: int
    end_ns: int


def bar(
    axis: Axis,
    start_ns: int,
    end_ns: int,
    width: int,
    look: str,
    *,
    thin: bool = False,
    signs: Signs = UNICODE,
) -> list[Span]:
    """`width` cells, a blank one at each end. What lies outside the axis is not drawn; what is short is still seen.

    `thin` draws a line instead: for steps that only stand around others.
    """
    room = width - 2
    if end_ns < axis.start_ns or start_ns > axis.end_ns or room < 1:
        return [Span(" " * width)]
    unit = room / (axis.end_ns - axis.start_ns)
    begin = max(0.0, (start_ns - axis.start_ns) * unit)
    stop = min(float(room), max((end_ns - axis.start_ns) * unit, begin))
    first = min(int(begin), room - 1)
    whole = max(0, int(stop) - first) if stop > begin else 0
    parts = signs.bar[:0:-1]
    part = int((stop - int(stop)) * (len(parts) + 1)) if stop > begin else 0
    drawn = signs.bar[0] * whole + (parts[part - 1] if part else "")
    drawn = (drawn or parts[0])[: room - first]
    if thin:
        drawn = signs.box[12] * len(drawn)
    return [Span(" " * (first + 1)), Span(drawn, look), Span(" " * (room - first - len(drawn) + 1))]
