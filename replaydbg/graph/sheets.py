"""Boxes and lines on a sheet of a given width: what is joined by lines is one drawing, boxes without lines stand in columns.

Drawings that have room beside each other stand so, in the order of their first boxes; below them the boxes that no line
leads to, row by row. The sheet grows downwards: it is wider than asked for only where one layer cannot be narrower.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from replaydbg.graph.layers import GAP_CELLS, Box, Point, Route, lay_out

_ROWS_BETWEEN = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """Upper left corners and widths of the boxes, and the boxes in the order in which they are read."""

    corners: Mapping[int, Point]
    widths: Mapping[int, int]
    routes: tuple[Route, ...]
    order: tuple[int, ...]
    width: int
    height: int

    @property
    def crossings(self) -> int:
        """Cells in which the lines of two boxes cross."""
        lines = {(route.source, cell) for route in self.routes for cell, _ in route.cells()}
        return len(lines) - len({cell for _, cell in lines})


def sheet(boxes: Sequence[Box], edges: Sequence[tuple[int, int]], width: int, label: int = 5) -> Sheet:
    """Boxes are named by their index; edges from a box to itself are left out. A `width` of 0 is no bound.

    Lines that enter a box have `label` cells each.
    """
    made = _Sheet(boxes, width, label)
    joined = list(_joined(len(boxes), edges))
    for group in joined:
        if len(group) > 1:
            made.add_drawing(group, edges)
    made.end_row()
    made.add_columns([group[0] for group in joined if len(group) == 1])
    return Sheet(made.corners, made.widths, tuple(made.routes), tuple(made.order), made.width, made.height)


def _joined(count: int, edges: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Boxes that edges join, in order of the first box of each group."""
    near: list[set[int]] = [set() for _ in range(count)]
    for source, target in edges:
        near[source].add(target)
        near[target].add(source)
    seen = bytearray(count)
    for first in range(count):
        if seen[first]:
            continue
        seen[first] = 1
        group = [first]
        for box in group:
            fresh = [other for other in sorted(near[box]) if not seen[other]]
            group.extend(fresh)
            for other in fresh:
                seen[other] = 1
        yield sorted(group)


class _Sheet:
    """What has been placed so far; `x` and `y` are where the next drawing may begin."""

    def __init__(self, boxes: Sequence[Box], width_max: int, label: int) -> None:
        self.label = label
        self.boxes = boxes
        self.width_max = width_max
        self.corners: dict[int, Point] = {}
        self.widths: dict[int, int] = {}
        self.routes: list[Route] = []
        self.order: list[int] = []
        self.width = self.height = self.x = self.y = 0

    def add_drawing(self, group: Sequence[int], edges: Sequence[tuple[int, int]]) -> None:
        number = {box: at for at, box in enumerate(group)}
        inner = [(number[source], number[target]) for source, target in edges if source in number]
        boxes = [self.boxes[box] for box in group]
        drawn = lay_out(boxes, inner, self.width_max, self.label)
        if 0 < self.width_max < drawn.width:  # what passes between boxes takes room, too
            less = max(1, 2 * self.width_max - drawn.width)
            narrower = lay_out(boxes, inner, less, self.label)
            drawn = min(drawn, narrower, key=lambda one: one.width)
        if self.x and self.width_max and self.x + drawn.width > self.width_max:
            self.end_row()
        for at, (x, y) in drawn.corners.items():
            self.corners[group[at]] = self.x + x, self.y + y
            self.widths[group[at]] = drawn.widths[at]
        for route in drawn.routes:
            points = tuple((self.x + x, self.y + y) for x, y in route.points)
            self.routes.append(Route(group[route.source], group[route.target], points, route.back))
        self.order.extend(group[at] for layer in drawn.layers for at in layer)
        self.width = max(self.width, self.x + drawn.width)
        self.height = max(self.height, self.y + drawn.height)
        self.x += drawn.width + GAP_CELLS

    def end_row(self) -> None:
        if self.height:
            self.x, self.y = 0, self.height + _ROWS_BETWEEN

    def add_columns(self, alone: Sequence[int]) -> None:
        """Row by row, in as many columns as fit, each as wide as its widest box."""
        widths = self._columns([self.boxes[box].width for box in alone])
        lefts = [*accumulate((width + GAP_CELLS for width in widths), initial=0)]
        for start in range(0, len(alone), len(widths) or 1):
            row = alone[start : start + len(widths)]
            for box, left, width in zip(row, lefts, widths, strict=False):
                self.corners[box], self.widths[box] = (left, self.y), width
            self.height = self.y + max(self.boxes[box].height for box in row)
            self.y = self.height
        self.order.extend(alone)
        self.width = max(self.width, lefts[-1] - GAP_CELLS)

    def _columns(self, widths: Sequence[int]) -> list[int]:
        for count in range(len(widths), 1, -1):
            columns = [max(widths[at::count]) for at in range(count)]
            if not self.width_max or sum(columns) + GAP_CELLS * (count - 1) <= self.width_max:
                return columns
        return [max(widths)] if widths else []
