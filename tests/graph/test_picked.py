"""What a filter leaves of a chain."""

from __future__ import annotations

from replaydbg.graph.facts import Facts
from replaydbg.graph.lanes import Chain
from replaydbg.graph.picked import Picked
from tests.support.runs import looping

RUN = looping(8)
WHOLE = Chain(RUN, Facts(RUN))


def test_the_rows_stand_one_under_the_other() -> None:
    picked = Picked(WHOLE, [2, 5, 9])
    assert len(picked) == 3
    assert [laid.entry.row for laid in picked.window(0, 99)] == [2, 5, 9]
    assert [laid.entry.end for laid in picked.window(1, 2)] == [6]
    assert {laid.width for laid in picked.window(0, 3)} == {1}


def test_places_of_what_is_shown_and_of_what_is_not() -> None:
    picked = Picked(WHOLE, [2, 5, 9])
    assert picked.shows(5)
    assert not picked.shows(6)
    assert [picked.place(row) for row in (0, 2, 6, 30)] == [0, 0, 1, 2]


def test_folds_stay_those_of_the_whole() -> None:
    picked = Picked(WHOLE, [])
    assert not picked.shows(3)
    assert picked.state == WHOLE.state
    picked.unfold_all()
    picked.fold_all()
    assert picked.state == WHOLE.state
    assert picked.around(0) is None
    assert not Picked(WHOLE, [1]).can_toggle(0)
