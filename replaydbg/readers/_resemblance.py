"""Which formats a document that nobody knows resembles most, and what it lacks to be one of them."""

from __future__ import annotations

from collections.abc import Iterable

from replaydbg.core.message import Json
from replaydbg.readers._api import Document, Reader
from replaydbg.readers._containers import first_record

_NEAREST = 3
_USUAL = frozenset({"otlp", "chat-log", "claude-code"})
"""Of formats that it resembles alike, or not at all, these are named first: most people have a file of one of them."""
_KEYS_MAX = 10_000
"""Keys looked at of the first record: enough to see what it is."""


def nearest(document: Document, readers: Iterable[Reader]) -> str:
    """The nearest formats in words, each with those of its keys that are there and those that are missing."""
    keys = _keys(first_record(document.head))
    marked = [reader for reader in readers if reader.marks]
    marked.sort(
        key=lambda reader: (
            -len(keys.intersection(reader.marks)) / len(reader.marks),
            reader.name not in _USUAL,
        )
    )
    return "; ".join(_in_words(reader, keys) for reader in marked[:_NEAREST])


def _in_words(reader: Reader, keys: set[str]) -> str:
    there = [mark for mark in reader.marks if mark in keys]
    missing = [mark for mark in reader.marks if mark not in keys]
    said = [f"has {', '.join(there)}"] if there else []
    said += [f"lacks {', '.join(missing)}"] if missing else []
    return f"{reader.title} ({'; '.join(said)})"


def _keys(value: Json) -> set[str]:
    """The keys of all objects in the value. Iterative, and bounded."""
    keys: set[str] = set()
    waiting = [value]
    while waiting and len(keys) < _KEYS_MAX:
        item = waiting.pop()
        if isinstance(item, dict):
            keys.update(item)
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
    return keys
