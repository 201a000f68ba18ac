"""The layered drawing: no box on another, no line through a box, cycles up the gutter."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.graph.layers import Box, Layout, lay_out


def cells(layout: Layout, boxes: list[Box]) -> dict[tuple[int, int], int]:
    """Cell to box; fails where two boxes share one."""
    taken: dict[tuple[int, int], int] = {}
    for number, (x, y) in layout.corners.items():
        for at in range(x, x + boxes[number].width):
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


@settings(max_examples=80)
@given(st.data())
def test_boxes_and_lines_keep_apart(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    boxes = [Box(data.draw(st.integers(8, 30)), data.draw(st.integers(2, 6))) for _ in range(count)]
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    edges = data.draw(st.lists(ends, max_size=2 * count, unique=True))
    layout = lay_out(boxes, edges)
    taken = cells(layout, boxes)
    assert {(route.source, route.target) for route in layout.routes} == {
        edge for edge in edges if edge[0] != edge[1]
    }
    for route in layout.routes:
        for (x0, y0), (x1, y1) in zip(route.points, route.points[1:], strict=False):
            assert x0 == x1 or y0 == y1, "lines are straight"
            line = {
                (x, y)
                for x in range(min(x0, x1), max(x0, x1) + 1)
                for y in range(min(y0, y1), max(y0, y1) + 1)
            }
            assert not line & taken.keys(), "no line runs through a box"
        x, y = route.points[-1]
        assert taken[x, y + 1] == route.target
        x, y = route.points[0]
        assert taken[x, y - 1] == route.source
        assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in route.points)
