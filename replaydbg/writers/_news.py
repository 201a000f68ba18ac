"""What each prompt says that none before it said: recorded prompts repeat the conversation, a report tells it once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from replaydbg.core.digest import canonical
from replaydbg.core.message import Message, Role, Text
from replaydbg.wire import genai


class News:
    """Messages are told apart by what they say; one that a prompt holds twice is told twice.

    A reply comes back in later prompts, often reworded by a client: an assistant's message counts as told when one with
    the same text and calls was a reply.
    """

    def __init__(self) -> None:
        self._told: Counter[str] = Counter()

    def of(self, messages: Sequence[Message]) -> list[Message]:
        """The messages that are new, in order; they count as told from now on."""
        seen: Counter[str] = Counter()
        new = []
        for message in messages:
            name = _name(message)
            seen[name] += 1
            if seen[name] > self._told[name]:
                self._told[name] += 1
                new.append(message)
        return new

    def reply(self, message: Message) -> None:
        self._told[_name(message)] += 1


def _name(message: Message) -> str:
    if message.role is Role.ASSISTANT:
        said = "".join(part.text for part in message.parts if isinstance(part, Text)).strip()
        return canonical(["assistant", said, [(call.name, call.arguments) for call in message.tool_calls]])
    return canonical([str(message.role), genai.write_messages([message])[0]["parts"]])
