"""Comparing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from replaydbg.actions.compare import compare_branch, compare_traces
from replaydbg.graph.facts import Facts
from tests.support.build import model_call, trace, user
from tests.support.sittings import branch, recording


def test_a_branch_is_compared_by_what_its_steps_stand_for() -> None:
    facts = Facts(recording())
    comparison = compare_branch(facts, branch())

    assert comparison.first_divergence is None
    assert [(row.row_a, row.row_b) for row in comparison.rows] == [(0, 0), (1, 1), (2, 2)]


def test_two_traces_are_compared_step_by_step() -> None:
    before = Facts(trace(model_call("a", [user("hi")], "yes")))
    after = Facts(trace(model_call("b", [user("hi")], "no")))
    comparison = compare_traces(before, after)

    assert comparison.first_divergence == 0
    assert [change.pointer for change in comparison.rows[0].changes] == ["/output/content"]


def test_what_is_being_done_is_told_and_can_be_ended_at_each_moment() -> None:
    before = Facts(trace(*(model_call(f"a{at}", [user("hi")], f"yes {at}") for at in range(200))))
    after = Facts(trace(*(model_call(f"b{at}", [user("hi")], f"no {at}") for at in range(200))))
    told: list[tuple[str, float]] = []
    whole = compare_traces(before, after, heed=lambda what, done: told.append((what, done)))
    assert list(dict.fromkeys(what for what, _ in told)) == [
        "looking for findings",
        "looking which step is which",
        "what differs in each",
    ]
    assert all(0 <= done <= 1 for _, done in told)
    assert whole == compare_traces(before, after)

    class Stopped(BaseException):
        pass

    for moment in range(0, len(told), 7):
        left = iter(range(moment))

        def heed(_what: str, _done: float, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise Stopped

        with pytest.raises(Stopped):
            compare_traces(Facts(before.trace), Facts(after.trace), heed=heed)
