"""Layers of a directed graph."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.graph.ranks import closing, ranks


def test_what_leads_back_closes_a_cycle() -> None:
    assert closing(3, [(0, 1), (1, 2)]) == set()
    assert closing(3, [(0, 1), (1, 2), (2, 0)]) == {(2, 0)}
    assert closing(2, [(1, 0), (0, 1)]) == {(1, 0)}, "the walk begins at the first box"


def test_each_box_is_below_what_leads_to_it() -> None:
    assert ranks([9] * 4, 4, [(0, 1), (1, 2), (0, 2)]) == [0, 1, 2, 0]


def test_a_layer_that_is_full_is_passed_over() -> None:
    assert ranks([20] * 5, 4, [(0, 1), (0, 2), (0, 3), (3, 4)], 50) == [0, 1, 1, 2, 3]
    assert ranks([90, 90], 4, [], 50) == [0, 1], "what is wider than all the room has a layer of its own"


@settings(max_examples=80)
@given(st.data())
def test_without_the_edges_that_close_cycles_all_lead_down(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 12))
    widths = [data.draw(st.integers(1, 40)) for _ in range(count)]
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
        lambda end: end[0] != end[1]
    )
    edges = data.draw(st.lists(ends, max_size=3 * count, unique=True))
    width = data.draw(st.sampled_from([0, 50, 100]))
    back = closing(count, edges)
    down = [edge for edge in edges if edge not in back]
    layer_of = ranks(widths, 4, down, width)
    assert all(layer_of[source] < layer_of[target] for source, target in down)
    assert set(layer_of) == set(range(max(layer_of) + 1)), "no layer is empty"
    for layer in set(layer_of) if width else ():
        inside = [widths[box] for box in range(count) if layer_of[box] == layer]
        assert len(inside) == 1 or sum(inside) + 4 * (len(inside) - 1) <= width
