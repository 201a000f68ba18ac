"""Prompts that repeat each other: each call of an agent resends all that was said before, so decode only what is new.

A text that begins with another prompt's text, less its closing bracket, begins with that prompt's messages: at that
place the JSON parser was in the same state. The messages are shared, so a repeated history is held once.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import AnyStr

import orjson

from replaydbg.core.message import Message
from replaydbg.readers import _salvage
from replaydbg.wire import genai

CHAINS_MAX = 8
"""Prompts remembered: agents that take turns in one run rarely exceed it; each may hold half a megabyte of text."""

_SHORT_CHARS = 512
"""Below this decoding anew is as fast as remembering."""

_TEXT_VALUE = re.compile(rb'\s*\{\s*"(?:stringValue|string_value)"\s*:\s*"')
_AFTER_TEXT = re.compile(rb'"\s*\}\s*')


class Histories:
    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[Message, ...]] = OrderedDict()
        self._known_escaped: OrderedDict[bytes, tuple[Message, ...]] = OrderedDict()

    def messages(self, text: str) -> tuple[Message, ...] | None:
        """The messages of a JSON list of them; None where the text is no whole list."""
        if len(text) < _SHORT_CHARS or not text.endswith("]"):
            return _decoded(text)
        begun, known = _begun(self._known, text)
        rest = text[begun:]
        new = () if rest == "]" else _decoded("[" + rest[1:] if begun else rest)
        return None if new is None else _remembered(self._known, text, known + new)

    def messages_in(self, value: memoryview) -> tuple[Message, ...] | None:
        """The same of the text of an `AnyValue`, of which only what is new is taken out of its escapes.

        None where it is no such text, or one that `messages` knows better how to read.
        """
        raw = bytes(value)
        opening, end = _TEXT_VALUE.match(raw), raw.rfind(b'"')
        if opening is None or raw[end - 1 : end] != b"]" or not _AFTER_TEXT.fullmatch(raw, end):
            return None
        text = raw[opening.end() : end]
        begun, known = _begun(self._known_escaped, text) if len(text) >= _SHORT_CHARS else (0, ())
        new: tuple[Message, ...] | None = ()
        if not begun or begun < len(text) - 1:
            try:  # both are strict: a quote that ends the text early is an error here
                rest = orjson.loads(b'"' + text[begun:] + b'"')
                found = orjson.loads("[" + rest[1:] if begun else rest)
            except ValueError:
                return None
            new = genai.read_messages(found) if isinstance(found, list) else None
        if new is None:
            return None
        return _remembered(self._known_escaped, text, known + new) if len(text) >= _SHORT_CHARS else new


def _begun(known: OrderedDict[AnyStr, tuple[Message, ...]], text: AnyStr) -> tuple[int, tuple[Message, ...]]:
    """How much of the text an earlier prompt was, less its closing bracket, and the messages of that."""
    for beginning, messages in reversed(known.items()):
        after = text[len(beginning) : len(beginning) + 1]
        if after in _GOES_ON and text.startswith(beginning):
            known.pop(beginning)
            return len(beginning), messages
    return 0, ()


_GOES_ON = frozenset({",", "]", b",", b"]"})


def _remembered(
    known: OrderedDict[AnyStr, tuple[Message, ...]], text: AnyStr, messages: tuple[Message, ...]
) -> tuple[Message, ...]:
    if messages:
        known[text[:-1]] = messages
        while len(known) > CHAINS_MAX:
            known.popitem(last=False)
    return messages


def _decoded(text: str) -> tuple[Message, ...] | None:
    try:
        found = _salvage.loads(text)
    except ValueError:
        return None
    return genai.read_messages(found) if isinstance(found, list) else None
