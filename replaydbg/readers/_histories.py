"""Prompts that repeat each other: each call of an agent resends all that was said before, so decode only what is new.

A text that begins with another prompt's text, less its closing bracket, begins with that prompt's messages: at that
place the JSON parser was in the same state. The messages are shared, so a repeated history is held once. A prompt of
which only the new messages were recorded mostly begins with the reply before it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import AnyStr, NamedTuple, TypeAlias

import orjson

from replaydbg.core.message import Message
from replaydbg.readers import _salvage
from replaydbg.wire import genai

CHAINS_MAX = 8
"""Prompts remembered, and replies: agents that take turns in one run rarely exceed it; each may hold half a megabyte of text."""

_SHORT_CHARS = 128
"""Below this decoding anew is as fast as remembering."""

_TEXT_VALUE = re.compile(rb'\s*\{\s*"(?:stringValue|string_value)"\s*:\s*"')
_AFTER_TEXT = re.compile(rb'"\s*\}\s*')


_Messages: TypeAlias = tuple[Message, ...]
_Known: TypeAlias = list[tuple[AnyStr, _Messages]]
"""Beginnings of texts with their messages, the latest last. No mapping: nothing but the hash of half a megabyte costs as much."""


class Told(NamedTuple):
    """The messages of a text, and how much of it, in its own bytes or characters, an earlier one began with."""

    messages: _Messages
    begun: int = 0


class Histories:
    def __init__(self) -> None:
        self._known: _Known[str] = []
        self._known_escaped: _Known[bytes] = []
        self._replies_escaped: _Known[bytes] = []

    def messages(self, text: str) -> Told | None:
        """The messages of a JSON list of them; None where the text is no whole list."""
        if len(text) < _SHORT_CHARS or not text.endswith("]"):
            messages = _decoded(text)
            return None if messages is None else Told(messages)
        begun, known = _begun(self._known, text, 0, ",]")
        rest = text[begun:]
        new = () if rest == "]" else _decoded("[" + rest[1:] if begun else rest)
        return None if new is None else Told(_remembered(self._known, text[:-1], known + new), begun)

    def messages_in(self, value: memoryview, *, replied: bool = False) -> Told | None:
        """The same of the text of an `AnyValue`, of which only what is new is taken out of its escapes.

        None where it is no such text, or one that `messages` knows better how to read. `replied` says that it is no
        prompt: replies are remembered apart, so that they do not drive out the long ones.
        """
        raw = bytes(value)
        opening, end = _TEXT_VALUE.match(raw), raw.rfind(b'"')
        if opening is None or raw[end - 1 : end] != b"]" or not _AFTER_TEXT.fullmatch(raw, end):
            return None
        start = opening.end()
        is_short = end - start < _SHORT_CHARS
        begun, known = (0, ()) if is_short or replied else self._begun_in(raw, start)
        new: _Messages | None = ()
        if not begun or start + begun < end - 1:
            try:  # both are strict: a quote that ends the text early is an error here
                rest = orjson.loads(b'"' + raw[start + begun : end] + b'"')
                found = orjson.loads("[" + rest[1:] if begun else rest)
            except ValueError:
                return None
            new = genai.read_messages(found) if isinstance(found, list) else None
        if new is None:
            return None
        if is_short:
            return Told(new)
        remembering = self._replies_escaped if replied else self._known_escaped
        return Told(_remembered(remembering, raw[start : end - 1], known + new), begun)

    def _begun_in(self, raw: bytes, start: int) -> tuple[int, _Messages]:
        begun, known = _begun(self._known_escaped, raw, start, b",]")
        return (begun, known) if begun else _begun(self._replies_escaped, raw, start, b",]")


def _begun(known: _Known[AnyStr], text: AnyStr, start: int, goes_on: AnyStr) -> tuple[int, _Messages]:
    """How much of the text at `start` an earlier one was, less its closing bracket, and the messages of that."""
    for one in reversed(known[:]):  # another thread may remember one meanwhile, or forget this one
        beginning, messages = one
        if text.startswith(beginning, start):
            behind = start + len(beginning)
            mark = text[behind : behind + 1]
            if mark and mark in goes_on:
                with suppress(ValueError):
                    known.remove(one)
                return len(beginning), messages
    return 0, ()


def _remembered(known: _Known[AnyStr], beginning: AnyStr, messages: _Messages) -> _Messages:
    if messages:
        known.append((beginning, messages))
        del known[:-CHAINS_MAX]
    return messages


def _decoded(text: str) -> _Messages | None:
    try:
        found = _salvage.loads(text)
    except ValueError:
        return None
    return genai.read_messages(found) if isinstance(found, list) else None
