"""The layered drawing: no box on another, no line through a box, cycles up the gutter."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.graph.layers import Box, Layout, lay_out

UPRIGHT, LEVEL = 1 | 2, 4 | 8


def cells(layout: Layout, boxes: list[Box]) -> dict[tuple[int, int], int]:
    """Cell to box; fails where two boxes share one."""
    taken: dict[tuple[int, int], int] = {}
    for number, (x, y) in layout.corners.items():
        assert layout.widths[number] >= boxes[number].width
        for at in range(x, x + layout.widths[number]):
            for row in range(y, y + boxes[number].height):
                assert (at, row) not in taken
                taken[at, row] = number
    return taken


def test_a_chain_is_a_column() -> None:
    layout = lay_out([Box(9, 2)] * 3, [(0, 1), (1, 2)])
    assert layout.layers == ((0,), (1,), (2,))
    assert len({x for x, _ in layout.corners.values()}) == 1
    assert all(len({x for x, _ in route.points}) == 1 for route in layout.routes), "straight lines"


def test_an_edge_that_closes_a_cycle_goes_up_on_the_right() -> None:
    layout = lay_out([Box(9, 2)] * 3, [(0, 1), (1, 2), (2, 0)])
    (back,) = [route for route in layout.routes if route.back]
    assert (back.source, back.target) == (2, 0)
    assert max(x for x, _ in back.points) > 9
    assert back.points[-1][1] < layout.corners[0][1]


def test_nothing_and_one() -> None:
    assert lay_out([], []).layers == ()
    assert lay_out([Box(5, 2)], [(0, 0)]).corners == {0: (0, 0)}


def test_a_layer_is_no_wider_than_there_is_room() -> None:
    """What has no room beside the others comes below them, and all lines from one box are one."""
    edges = [(0, target) for target in range(1, 8)]
    layout = lay_out([Box(20, 2)] * 8, edges, 70)
    assert layout.layers == ((0,), (1, 2, 3), (4, 5, 6), (7,))
    assert layout.width <= 70 + 5
    passing = {x for route in layout.routes for (x, y), _ in route.cells() if y == layout.corners[1][1]}
    assert len(passing) == 1, "one line goes down through the layer"


def test_boxes_have_room_for_all_that_leads_to_them() -> None:
    layout = lay_out([Box(9, 2)] * 9, [(source, 8) for source in range(8)])
    arrows = sorted(route.points[-1][0] for route in layout.routes)
    assert layout.widths[8] >= 8 * 5
    assert min(right - left for left, right in pairwise(arrows)) >= 4


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Box], list[tuple[int, int]], int]:
    count = draw(st.integers(1, 14))
    boxes = [Box(draw(st.integers(8, 30)), draw(st.integers(2, 6))) for _ in range(count)]
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    return (
        boxes,
        draw(st.lists(ends, max_size=3 * count, unique=True)),
        draw(st.sampled_from([0, 40, 78, 120])),
    )


@settings(max_examples=150)
@given(graphs())
def test_boxes_and_lines_keep_apart(graph: tuple[list[Box], list[tuple[int, int]], int]) -> None:
    boxes, edges, width = graph
    layout = lay_out(boxes, edges, width)
    taken = cells(layout, boxes)
    assert {(route.source, route.target) for route in layout.routes} == {
        edge for edge in edges if edge[0] != edge[1]
    }
    for route in layout.routes:
        for (x0, y0), (x1, y1) in pairwise(route.points):
            assert x0 == x1 or y0 == y1, "lines are straight"
        assert not {cell for cell, _ in route.cells()} & taken.keys(), "no line runs through a box"
        x, y = route.points[-1]
        assert taken[x, y + 1] == route.target
        x, y = route.points[0]
        assert taken[x, y - 1] == route.source
        assert all(0 <= x < layout.width and 0 <= y < max(1, layout.height) for x, y in route.points)


@settings(max_examples=150)
@given(graphs())
def test_lines_of_two_boxes_cross_and_never_run_along_each_other(
    graph: tuple[list[Box], list[tuple[int, int]], int],
) -> None:
    drawn: dict[tuple[int, int], dict[int, int]] = {}
    for route in lay_out(*graph).routes:
        for cell, piece in route.cells():
            of = drawn.setdefault(cell, {})
            of[route.source] = of.get(route.source, 0) | piece
    for of in drawn.values():
        assert len(of) == 1 or sorted(of.values()) == [UPRIGHT, LEVEL]
