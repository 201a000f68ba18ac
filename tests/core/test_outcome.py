"""Outcomes are values, told apart by their type."""

from __future__ import annotations

import pytest

from replaydbg.core.message import Message, Role
from replaydbg.core.outcome import Failed, Outcome, Reply, Skipped, ToolResult


@pytest.mark.parametrize(
    ("outcome", "word"),
    [
        (Reply(Message(Role.ASSISTANT)), "reply"),
        (ToolResult(None), "result"),
        (Failed("timeout", "too slow", retryable=True), "timeout"),
        (Skipped("not allowed"), "not allowed"),
    ],
)
def test_told_apart(outcome: Outcome, word: str) -> None:
    match outcome:
        case Reply():
            said = "reply"
        case ToolResult():
            said = "result"
        case Failed(kind):
            said = kind
        case Skipped(reason):
            said = reason
    assert said == word
    assert hash(outcome) == hash(outcome)
