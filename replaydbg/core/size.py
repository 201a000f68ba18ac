"""How much messages hold: characters as counted, tokens as estimated."""

from __future__ import annotations

from collections.abc import Iterable

from replaydbg.core.digest import canonical
from replaydbg.core.message import Message, Text, ToolCall, ToolResponse


def chars(messages: Iterable[Message]) -> int:
    """Length of all text, calls and results: what an estimate of tokens rests on."""
    total = 0
    for message in messages:
        for part in message.parts:  # in one pass: a history is long, and counted anew for each answer
            if isinstance(part, Text):
                total += len(part.text)
            elif isinstance(part, ToolCall):
                total += len(part.raw or canonical(part.arguments))
            elif isinstance(part, ToolResponse):
                total += len(part.result if isinstance(part.result, str) else canonical(part.result))
    return total


CHARS_PER_TOKEN = 4
"""The rule of thumb for English and JSON; every number that comes of it is called an estimate."""


def tokens_estimate(messages: Iterable[Message]) -> int:
    return -(-chars(messages) // CHARS_PER_TOKEN)
