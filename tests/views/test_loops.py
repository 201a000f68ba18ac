"""What is told of a loop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg.core.finding import LoopDetail, RoundChange
from replaydbg.graph.facts import Facts
from replaydbg.graph.rounds import loop_detail
from replaydbg.views.loops import loop_lines, wasted_words
from tests.support.staged import done, each, times

RUN = done(("g", {}, "y"), *each("f", "q", ["order 7", "order 3", "order 9", "order 1"], "no results"))
DETAIL = loop_detail(RUN, Facts(RUN).cycles.loops[0])


def texts(detail: LoopDetail, most: int = 12) -> list[str]:
    return [line.text for line in loop_lines(RUN, detail, most)]


def test_where_it_is_and_what_changes() -> None:
    first, wasted, *changes = loop_lines(RUN, DETAIL)
    assert first == ("4 rounds of 2 steps: #3 to #10, going round from #5 on", 4)
    assert wasted.text.startswith("after the first round: ")
    assert [line.text for line in changes] == [
        "round 2: arguments q: order 7 → order 3",
        "round 3: arguments q: order 3 → order 9",
        "round 4: arguments q: order 9 → order 1",
    ]
    assert [line.row for line in changes] == [4, 6, 8]


def test_a_long_list_is_cut_and_that_is_said() -> None:
    assert texts(DETAIL, 1)[-1] == "and 2 more changes"
    assert texts(replace(DETAIL, more_changes=True), 1)[-1] == "and more changes"


def test_nothing_changes() -> None:
    run = done(*times(3, ("f", {}, "x")))
    (loop,) = Facts(run).cycles.loops
    *_, last = loop_lines(run, loop_detail(run, loop))
    assert last.text == "from round to round: nothing changes"


def test_inside_one_step() -> None:
    assert texts(LoopDetail(1, 200, "m1", "m1", "m1", tokens=900)) == [
        "200 rounds in #1",
        "after the first round: 900 tokens",
    ]


def test_others_between() -> None:
    assert (
        texts(replace(DETAIL, period=0))[0] == "4 rounds, others between: #3 to #10, going round from #5 on"
    )


def test_what_was_there_and_is_not_is_told() -> None:
    change = RoundChange(2, "result", "x3", "/result", "", "new\x1b[2J")
    assert texts(replace(DETAIL, changes=(change,)))[-1] == "round 2: result: nothing → new\\x1b[2J"


@pytest.mark.parametrize(
    ("detail", "words"),
    [
        (LoopDetail(1, 2, "a", "a", "a"), ""),
        (
            LoopDetail(1, 2, "a", "a", "a", tokens=1200, duration_ms=4600, cost_usd=0.02),
            "1.2k tokens, 4.6s, $0.02",
        ),
    ],
)
def test_what_was_recorded_of_the_waste(detail: LoopDetail, words: str) -> None:
    assert wasted_words(detail) == words
