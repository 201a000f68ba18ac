"""How much messages hold: characters as counted, tokens as estimated."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence

from replaydbg.core.digest import canonical
from replaydbg.core.history import History
from replaydbg.core.message import Json, Message, Text, ToolCall, ToolResponse

PACKED_CHARS_MIN = 4096
_PACKED = re.compile(rf"(?:data:[^,]{{0,100}},)?[A-Za-z0-9+/_-]{{{PACKED_CHARS_MIN}}}")


def without_packed(value: Json) -> Json:
    """The value with nothing in the place of what is packed as base64: pictures, sounds, files. Nobody reads those as text."""
    if isinstance(value, str):
        return "" if len(value) >= PACKED_CHARS_MIN and _PACKED.match(value) else value
    if isinstance(value, dict):
        return {key: without_packed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_packed(inner) for inner in value]
    return value


def _result_chars(result: Json) -> int:
    length = len(result if isinstance(result, str) else canonical(result))
    if length < PACKED_CHARS_MIN:
        return length
    said = without_packed(result)
    return len(said if isinstance(said, str) else canonical(said))


def chars(messages: Iterable[Message]) -> int:
    """Length of all text, calls and results, pictures left out: what an estimate of tokens rests on."""
    total = 0
    for message in messages:
        for part in message.parts:  # in one pass: a history is long, and counted anew for each answer
            if isinstance(part, Text):
                total += len(part.text)
            elif isinstance(part, ToolCall):
                total += len(part.raw or canonical(part.arguments))
            elif isinstance(part, ToolResponse):
                total += _result_chars(part.result)
    return total


CHARS_PER_TOKEN = 4
"""The rule of thumb for English and JSON; every number that comes of it is called an estimate."""


def tokens_estimate(messages: Iterable[Message]) -> int:
    return -(-chars(messages) // CHARS_PER_TOKEN)


def tokens_of_first(messages: Sequence[Message], count: int, bytes_max: int) -> int | None:
    """The estimate for the first `count` messages. None where too much would have to be decoded for it: a prompt that others
    begin with is counted once, and a session of screenshots has hundreds of megabytes.
    """
    if not isinstance(messages, History):
        return tokens_estimate(messages[:count])
    conversation = messages.conversation
    sums = conversation.chars
    for place in range(len(sums) - 1, count):
        bytes_max -= conversation.size(place)
        if bytes_max < 0:
            return None
        # Written to its place: two threads that count at once come to the same.
        sums[place + 1 : place + 2] = array("q", (sums[place] + chars((conversation[place],)),))
    return -(-sums[count] // CHARS_PER_TOKEN)
