"""Comparing."""

from __future__ import annotations

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
