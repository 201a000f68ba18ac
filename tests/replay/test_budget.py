"""What is counted, and when enough is enough."""

from __future__ import annotations

import pytest

from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.replay.api import Policy
from replaydbg.replay.budget import Budget
from tests.support.build import assistant, user

REQUEST = ModelRequest("m", (user("x" * 36),))
REPLY = Reply(assistant("y" * 4), usage=Usage(70, 30))


@pytest.mark.parametrize(
    ("policy", "kind"),
    [
        (Policy(calls_max=1), "calls"),
        (Policy(tokens_max=100), "tokens"),
        (
            Policy(
                cost_max_usd=0.1,
                price=lambda model, usage: 0.001 * ((usage.input_tokens or 0) + (usage.output_tokens or 0)),
            ),
            "cost",
        ),
    ],
)
def test_a_bound_is_reached_by_the_call_that_reaches_it(policy: Policy, kind: str) -> None:
    budget = Budget(policy)
    assert budget.bound() is None
    budget.ask(9)
    budget.answered(9, live=True)
    budget.count(REQUEST, REPLY)
    bound = budget.bound()
    assert bound is not None
    assert bound[0] == kind
    assert bound[1].endswith("allow more to go on")


def test_tokens_are_estimated_where_none_are_reported() -> None:
    budget = Budget(Policy())
    budget.count(REQUEST, Reply(assistant("y" * 4)))
    assert budget.tokens == 10
    assert budget.model == "m"


def test_a_call_that_was_not_made_is_not_counted() -> None:
    budget = Budget(Policy(calls_max=1))
    budget.ask(9)
    budget.answered(9, live=False)
    assert budget.bound() is None


def price(_model: str, usage: Usage) -> float:
    return 0.001 * ((usage.input_tokens or 0) + (usage.output_tokens or 0))


@pytest.mark.parametrize(
    ("policy", "kind"), [(Policy(tokens_max=100), "tokens"), (Policy(cost_max_usd=0.1, price=price), "cost")]
)
def test_a_prompt_that_would_pass_a_bound_is_known_before_it_is_sent(policy: Policy, kind: str) -> None:
    budget = Budget(policy)
    assert budget.over("m", 100) is None
    over = budget.over("m", 101)
    assert over is not None
    assert over[0] == kind
    assert over[1].endswith("allow more to go on")
    budget.ask(60)
    assert budget.over("m", 40) is None
    assert budget.over("m", 41) is not None, "beside the one that is under way"
    budget.answered(60, live=False)
    assert budget.over("m", 41) is None
