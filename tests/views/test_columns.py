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
        + columns.pitch * columns.lanes
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


@pytest.mark.parametrize(
    ("width", "lanes", "shown", "pitch"),
    [
        (66, 6, 6, 2),
        (66, 7, 7, 1),
        (66, 20, 20, 1),
        (66, 200, 20, 1),
        (45, 20, 10, 1),
        (120, 12, 12, 2),
        (120, 13, 13, 1),
    ],
)
def test_lanes_stand_close_where_there_would_not_be_room_for_all(
    width: int, lanes: int, shown: int, pitch: int
) -> None:
    columns = fitting(width, lanes, 3, origins=False, costs=False, bars=False)
    assert (columns.lanes, columns.pitch) == (shown, pitch)
