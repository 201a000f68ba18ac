"""The plan as a verb."""

from __future__ import annotations

import pytest

from replaydbg.actions.plan import plan_edits
from replaydbg.core.branch import Edit
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.replay.plan import Touch
from tests.support.build import assistant, chat, user
from tests.support.drive import edit

TALK = chat([user("u"), assistant("a"), user("v"), assistant("b")])


def test_a_plan_of_edits_that_fit() -> None:
    plan = plan_edits(Facts(TALK), [edit(TALK, "m1", "/output/content", "x")])
    assert [step.touch for step in plan.steps] == [Touch.EDITED, Touch.RERUN]


@pytest.mark.parametrize("wrong", [Edit("m9", "/output/content", "a", "b"), Edit("m1", "/name", 1, 2)])
def test_edits_that_do_not_fit_are_a_usage_problem(wrong: Edit) -> None:
    with pytest.raises(UsageProblem):
        plan_edits(Facts(TALK), [wrong])
