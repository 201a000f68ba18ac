"""What every provider demands of a conversation, whatever its shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from replaydbg.core.message import Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse

_USER = Role.USER
"""The name of a member is looked up in ten times as long, and every message of a run is asked."""


def dangling(messages: tuple[Message, ...]) -> tuple[ToolCall, ...]:
    """Tool calls without a response in the messages after them, in order. Providers refuse such a prompt.

    Ids repeat in real runs, so each response answers the nearest unanswered call before it that has its id.
    """
    waiting: list[ToolCall] = []
    for message in messages:
        for part in message.parts:
            if isinstance(part, ToolCall):
                waiting.append(part)
            elif isinstance(part, ToolResponse):
                at = next((n for n in range(len(waiting) - 1, -1, -1) if waiting[n].id == part.id), -1)
                if at >= 0:
                    del waiting[at]
    return tuple(waiting)


def is_user_turn(message: Message) -> bool:
    """Whether a person (or a harness in their place) speaks: some providers put tool responses under the user's role."""
    return message.role is _USER and bool(message.text.strip()) and not message.tool_responses


def without_reasoning(message: Message) -> Message:
    """The message as it may be sent once it was edited: signatures vouch for the turn as it was, and are refused now."""
    left = tuple(part for part in message.parts if not is_reasoning(part))
    return message if len(left) == len(message.parts) else replace(message, parts=left)


def is_reasoning(part: Part) -> bool:
    """Reasoning in the open, or locked up by its provider."""
    if isinstance(part, Text):  # nearly all are, and a history is long
        return False
    value = getattr(part, "value", None)
    return isinstance(part, Reasoning) or (isinstance(value, dict) and value.get("type") in _LOCKED_REASONING)


_LOCKED_REASONING = ("thinking", "redacted_thinking", "reasoning")


def with_ids(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The messages with an id for each tool call that was recorded without one, and for the response to it.

    Gemini and the first OpenAI function calls had none; both wire shapes of today demand one. Responses without an
    id answer the calls of their name in order, or simply in order.
    """
    if all(part.id for part in _calls_and_responses(messages)):
        return messages
    counter = 0
    waiting: list[ToolCall] = []
    filled = []
    for message in messages:
        parts: list[Part] = []
        for part in message.parts:
            if isinstance(part, ToolCall) and not part.id:
                counter += 1
                waiting.append(replace(part, id=f"call_{counter}"))
                parts.append(waiting[-1])
            elif isinstance(part, ToolResponse) and not part.id and waiting:
                at = next((n for n, call in enumerate(waiting) if call.name == part.name), 0)
                parts.append(replace(part, id=waiting.pop(at).id))
            else:
                parts.append(part)
        filled.append(replace(message, parts=tuple(parts)))
    return tuple(filled)


def _calls_and_responses(messages: tuple[Message, ...]) -> Iterator[ToolCall | ToolResponse]:
    return (
        part for message in messages for part in message.parts if isinstance(part, (ToolCall, ToolResponse))
    )


def is_instruction(message: Message) -> bool:
    """Whether the message is the operator's word, not a turn of the talk."""
    return message.role is Role.SYSTEM or message.role is Role.DEVELOPER


def first_of_turn(last: int, turn: Callable[[int], object], fits: Callable[[int], bool]) -> int:
    """Of the calls that wait, the first that fits in the turn of the one at `last`: within a turn they are answered in
    their order, also where their ids are one and the same.
    """
    first = at = last
    while at > 0 and turn(at - 1) == turn(last):
        at -= 1
        if fits(at):
            first = at
    return first
