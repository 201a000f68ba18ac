"""Drawings and boxes on a sheet of a given width."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.graph.layers import Box
from replaydbg.graph.sheets import sheet


def test_boxes_without_lines_stand_in_columns() -> None:
    made = sheet([Box(10, 3), Box(20, 4), Box(12, 2), Box(10, 2), Box(14, 2)], [], 40)
    assert made.corners == {0: (0, 0), 1: (18, 0), 2: (0, 4), 3: (18, 4), 4: (0, 6)}
    assert [made.widths[box] for box in range(5)] == [14, 20, 14, 20, 14], (
        "as wide as the widest of their column"
    )
    assert (made.width, made.height) == (38, 8)
    assert sheet([Box(10, 3)] * 9, [], 0).height == 3, "0 is no bound"


def test_what_lines_join_stands_above_the_rest() -> None:
    made = sheet([Box(10, 2)] * 7, [(1, 2), (5, 6)], 30)
    assert made.order == (1, 2, 5, 6, 0, 3, 4)
    assert made.corners[5][1] == made.corners[1][1] == 0, "two drawings that have room beside each other"
    assert made.corners[0][1] > made.corners[6][1]
    below = sheet([Box(10, 2)] * 7, [(1, 2), (5, 6)], 20)
    assert below.corners[5][1] > below.corners[2][1]


def test_what_passes_between_boxes_takes_room_too() -> None:
    made = sheet([Box(20, 2)] * 8, [(0, target) for target in range(1, 8)], 70)
    assert made.width <= 70


def test_crossings_are_cells_where_two_lines_meet() -> None:
    assert sheet([Box(10, 2)] * 4, [(0, 2), (1, 3)], 0).crossings == 0
    assert sheet([Box(10, 2)] * 4, [(0, 2), (0, 3), (1, 2), (1, 3)], 0).crossings > 0


def test_nothing() -> None:
    made = sheet([], [], 80)
    assert (made.corners, made.order, made.width, made.height) == ({}, (), 0, 0)


@settings(max_examples=80)
@given(st.data())
def test_all_boxes_are_there_and_apart(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 14))
    boxes = [Box(data.draw(st.integers(6, 40)), data.draw(st.integers(2, 9))) for _ in range(count)]
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    edges = data.draw(st.lists(ends, max_size=count, unique=True))
    made = sheet(boxes, edges, data.draw(st.sampled_from([0, 40, 78, 118])))
    assert sorted(made.order) == list(range(count))
    taken: dict[tuple[int, int], int] = {}
    for box, (x, y) in made.corners.items():
        assert x + made.widths[box] <= made.width
        assert y + boxes[box].height <= made.height
        for cell in ((x + at, y + row) for at in range(made.widths[box]) for row in range(boxes[box].height)):
            assert taken.setdefault(cell, box) == box, "no box overlaps another"
    assert {(route.source, route.target) for route in made.routes} == {
        edge for edge in edges if edge[0] != edge[1]
    }
    assert not {cell for route in made.routes for cell, _ in route.cells()} & taken.keys()
