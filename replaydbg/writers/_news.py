"""What each prompt says that none before it said: recorded prompts repeat the conversation, a report tells it once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from replaydbg.core.digest import digest
from replaydbg.core.history import Conversation, History
from replaydbg.core.message import Message, Role, Text
from replaydbg.wire import genai


class News:
    """Messages are told apart by what they say; one that a prompt holds twice is told twice.

    A reply comes back in later prompts, often reworded by a client, as several messages, or without the calls that were
    taken out of its text: an assistant's message counts as told when all that it says and asks for was in replies.
    """

    def __init__(self) -> None:
        self._told: Counter[str] = Counter()
        self._so_far: dict[int, tuple[Conversation, int, Counter[str]]] = {}
        """Of conversations how much has been told: their next prompt begins with the same, which need not be looked at again."""

    def of(self, messages: Sequence[Message]) -> list[Message]:
        """The messages that are new, in order; they count as told from now on."""
        told, seen = 0, Counter[str]()
        if isinstance(messages, History):
            conversation = messages.conversation
            _, length, counted = self._so_far.get(id(conversation), (conversation, 0, seen))
            if length <= len(messages):
                told, seen = length, counted
                self._so_far[id(conversation)] = conversation, len(messages), seen
        new = []
        for message in (messages[place] for place in range(told, len(messages))):
            names = _names(message)
            seen.update(names)
            if any(seen[name] > self._told[name] for name in names):
                self._told.update(
                    {
                        name: seen[name] - self._told[name]
                        for name in {*names}
                        if seen[name] > self._told[name]
                    }
                )
                new.append(message)
        return new

    def reply(self, message: Message) -> None:
        self._told.update(_names(message))


def _names(message: Message) -> list[str]:
    """Of what an assistant said and of each of its calls; one for any other message."""
    if message.role is not Role.ASSISTANT:
        return [digest([str(message.role), genai.write_messages([message])[0]["parts"]])]
    said = "".join(part.text for part in message.parts if isinstance(part, Text)).strip()
    calls = [digest(["call", call.name, call.arguments]) for call in message.tool_calls]
    return [digest(["assistant", said]), *calls] if said or not calls else calls
