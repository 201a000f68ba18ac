"""What fits beside the names."""

from __future__ import annotations

import pytest

from replaydbg.views.columns import fitting, timeline


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120, 200])
def test_names_keep_some_room(width: int) -> None:
    columns = fitting(width, 20, 4, origins=True, costs=True, bars=True)
    used = (
        columns.number
        + columns.origin
        + 2 * columns.lanes
        + columns.duration
        + columns.tokens
        + columns.cost
        + columns.bar
    )
    assert used < width
    assert columns.width == width


def test_most_of_a_timeline_is_time() -> None:
    columns = timeline(120, 8, 3, origins=False)
    assert columns.bar > 60
    assert columns.lanes == 3
    assert columns.tokens == columns.cost == 0
