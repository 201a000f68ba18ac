"""Prompts that repeat each other: each call of an agent resends all that was said before, so decode only what is new.

A text that begins with another prompt's text, less its closing bracket, begins with that prompt's messages: at that
place the JSON parser was in the same state. The messages are shared, so a repeated history is held once.
"""

from __future__ import annotations

from collections import OrderedDict

from replaydbg.core.message import Message
from replaydbg.readers import _salvage
from replaydbg.wire import genai

CHAINS_MAX = 8
"""Prompts remembered: agents that take turns in one run rarely exceed it; each may hold half a megabyte of text."""

_SHORT_CHARS = 512
"""Below this decoding anew is as fast as remembering."""


class Histories:
    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Message, ...]] = OrderedDict()

    def messages(self, text: str) -> tuple[Message, ...] | None:
        """The messages of a JSON list of them; None where the text is no whole list."""
        if len(text) < _SHORT_CHARS or not text.endswith("]"):
            return _decoded(text)
        for known, messages in reversed(self._known.items()):
            rest = text[len(known) :]
            if rest[:1] in {",", "]"} and text.startswith(known):
                new = () if rest == "]" else _decoded("[" + rest[1:])
                if new is None:
                    return None
                self._known.pop(known)
                return self._remembered(text, messages + new)
        whole = _decoded(text)
        return None if whole is None else self._remembered(text, whole)

    def _remembered(self, text: str, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        if messages:
            self._known[text[:-1]] = messages
            while len(self._known) > CHAINS_MAX:
                self._known.popitem(last=False)
        return messages


def _decoded(text: str) -> tuple[Message, ...] | None:
    try:
        found = _salvage.loads(text)
    except ValueError:
        return None
    return genai.read_messages(found) if isinstance(found, list) else None
