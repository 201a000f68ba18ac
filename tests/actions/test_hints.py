"""The verbs of hints are those of their driver."""

from __future__ import annotations

from replaydbg.actions import hints


def test_hints_are_kept() -> None:
    hints.write({"jump": 1})
    assert hints.read() == {"jump": 1}
