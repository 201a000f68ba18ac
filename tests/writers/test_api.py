"""What a format has no place for is counted by what it is and why."""

from __future__ import annotations

from replaydbg.writers._api import Losses


def test_losses_are_counted_and_told_in_order() -> None:
    losses = Losses()
    losses.add("step", "too long")
    losses.add("part", "unknown", 2)
    losses.add("step", "too long")
    losses.add("reply", "none", 0)
    losses.add("reply", "short", 2000)
    assert list(losses) == ["2 steps: too long", "2 parts: unknown", "2,000 replies: short"]
    one = Losses()
    one.add("step", "too long")
    assert list(one) == ["1 step: too long"]
