"""Going about the flow map."""

from __future__ import annotations

from replaydbg.views.flow_stops import FlowStop, Stops

CARD = FlowStop("a: 3 calls", (1, 2), 2, 0, 8, card=0)
TOOL = FlowStop("a → look: 2 runs", (3,), 1, 1, 20, card=0, ends=((0, 5),))
MORE = FlowStop("a: 2 more tools", (), 1, 2, 20, card=0, ends=((0, 6), (0, 7)))
RIGHT = FlowStop("b: 1 call", (0,), 30, 1, 8, card=1)
LINE = FlowStop("a → b: 1 time", (0,), 33, 0, 2, card=0, ends=((0, 1),), route=0)
ALL = Stops([CARD, TOOL, MORE, LINE, RIGHT])


def test_the_run_begins_at_the_card_of_its_first_step() -> None:
    assert ALL.first == 4
    assert Stops().first == 0


def test_what_a_cell_belongs_to() -> None:
    assert ALL.at(5, 1) == 1
    assert ALL.at(34, 0) == 3
    assert ALL.at(60, 1) is None
    assert Stops([CARD, FlowStop("", (1,), 4, 0, 2, 0, ((0, 0),))]).at(4, 0) == 1, "the one on top"


def test_the_same_as_it_is_drawn_now() -> None:
    assert ALL.like(TOOL) == 1
    assert ALL.like(FlowStop("", (9,), 0, 0, 0, 0, ((0, 7),))) == 2, "the row that it is folded into"
    unfolded = Stops(
        [CARD, TOOL, FlowStop("", (4,), 1, 2, 9, 0, ((0, 6),)), FlowStop("", (5,), 1, 3, 9, 0, ((0, 7),))]
    )
    assert unfolded.like(MORE) == 2, "the first of those it stood for"
    assert ALL.like(FlowStop("", (9,), 0, 0, 0, 1, ((1, 9),))) == 4, "else its card"
    assert ALL.like(FlowStop("", (9,), 0, 0, 0, 7)) == ALL.first
    assert Stops([CARD, LINE]).like(FlowStop("", (0,), 1, 1, 9, 0, ((0, 1),))) == 1, (
        "a row that is a line now"
    )


def test_cards_that_fold() -> None:
    assert ALL.foldable == {0}


def test_from_card_to_card() -> None:
    assert ALL.card_after(2, 1) == 4, "past the rows and lines of this one"
    assert ALL.card_after(4, -1) == 0
    assert ALL.card_after(4, 1) == 4
    assert Stops().card_after(0, 1) == 0


def test_left_and_right_go_to_another_card() -> None:
    assert ALL.beside(TOOL, 1) == 4
    assert ALL.beside(RIGHT, -1) == 1, "as high as this one"
    assert ALL.beside(RIGHT, 1) == 4, "nothing is there"


def test_what_is_nearest() -> None:
    assert ALL.nearest(0, 2) == 2
    assert ALL.nearest(31, 1) == 4
    assert Stops().nearest(1, 1) == 0
