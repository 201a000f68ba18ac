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
        begun, known = _begun(self._known, text, 0, ",]")
        rest = text[begun:]
        new = () if rest == "]" else _decoded("[" + rest[1:] if begun else rest)
        return None if new is None else _remembered(self._known, text[:-1], known + new)

    def messages_in(self, value: memoryview) -> tuple[Message, ...] | None:
        """The same of the text of an `AnyValue`, of which only what is new is taken out of its escapes.

        None where it is no such text, or one that `messages` knows better how to read.
        """
        raw = bytes(value)
        opening, end = _TEXT_VALUE.match(raw), raw.rfind(b'"')
        if opening is None or raw[end - 1 : end] != b"]" or not _AFTER_TEXT.fullmatch(raw, end):
            return None
        start = opening.end()
        is_short = end - start < _SHORT_CHARS
        begun, known = (0, ()) if is_short else _begun(self._known_escaped, raw, start, b",]")
        new: tuple[Message, ...] | None = ()
        if not begun or start + begun < end - 1:
            try:  # both are strict: a quote that ends the text early is an error here
                rest = orjson.loads(b'"' + raw[start + begun : end] + b'"')
                found = orjson.loads("[" + rest[1:] if begun else rest)
            except ValueError:
                return None
            new = genai.read_messages(found) if isinstance(found, list) else None
        if new is None or is_short:
            return new
        return _remembered(self._known_escaped, raw[start : end - 1], known + new)


def _begun(
    known: OrderedDict[AnyStr, tuple[Message, ...]], text: AnyStr, start: int, goes_on: AnyStr
) -> tuple[int, tuple[Message, ...]]:
    """How much of the text at `start` an earlier prompt was, less its closing bracket, and the messages of that."""
    for beginning, messages in reversed(list(known.items())):  # another thread may remember one meanwhile
        behind = start + len(beginning)
        mark = text[behind : behind + 1]
        if mark and mark in goes_on and text.startswith(beginning, start):
            known.pop(beginning, None)
            return len(beginning), messages
    return 0, ()


def _remembered(
    known: OrderedDict[AnyStr, tuple[Message, ...]], beginning: AnyStr, messages: tuple[Message, ...]
) -> tuple[Message, ...]:
    if messages:
        known[beginning] = messages
        while len(known) > CHAINS_MAX:
            known.popitem(last=False)
    return messages


def _decoded(text: str) -> tuple[Message, ...] | None:
    try:
        found = _salvage.loads(text)
    except ValueError:
        return None
    return genai.read_messages(found) if isinstance(found, list) else None
