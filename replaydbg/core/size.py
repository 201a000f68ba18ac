"""How much messages hold: characters as counted, tokens as estimated."""

from __future__ import annotations

from collections.abc import Iterable

from replaydbg.core.digest import canonical
from replaydbg.core.message import Message


def chars(messages: Iterable[Message]) -> int:
    """Length of all text, calls and results: what an estimate of tokens rests on."""
    total = 0
    for message in messages:
        total += len(message.text)
        total += sum(len(call.raw or canonical(call.arguments)) for call in message.tool_calls)
        for response in message.tool_responses:
            total += len(response.result if isinstance(response.result, str) else canonical(response.result))
    return total


CHARS_PER_TOKEN = 4
"""The rule of thumb for English and JSON; every number that comes of it is called an estimate."""


def tokens_estimate(messages: Iterable[Message]) -> int:
    return -(-chars(messages) // CHARS_PER_TOKEN)
