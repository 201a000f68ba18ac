"""Defaults that a person relies on."""

from __future__ import annotations

from replaydbg import limits
from replaydbg.replay.api import Need, Policy, Progress


def test_a_rerun_is_bounded_unless_told_otherwise() -> None:
    policy = Policy()
    assert (policy.calls_max, policy.tokens_max) == (limits.REPLAY_CALLS_MAX, limits.REPLAY_TOKENS_MAX)
    assert policy.cost_max_usd is None
    assert not policy.tell_failures


def test_a_new_rerun_has_spent_nothing() -> None:
    assert Progress() == Progress(live_calls=0, tokens=0, cost_usd=0.0, waiting=0, steps=0)
    assert Need().asked == ()
