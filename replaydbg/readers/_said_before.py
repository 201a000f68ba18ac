"""Requests that repeat each other: each message of theirs is read once, and is one value in all of them.

A log of whole requests grows with the square of the talk. What is read of it, and what is found out about it, need not.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Sequence
from typing import TypeAlias

from replaydbg.core.message import Json, Message

KEPT_BYTES_MAX = 32 << 20
"""Text of messages that are remembered; then they are forgotten, and read once more."""

Read: TypeAlias = Callable[[list[Json]], tuple[Message, ...]]
"""Reads messages of one shape, each for itself."""


class SaidBefore:
    def __init__(self) -> None:
        self._known: dict[tuple[Read, bytes], tuple[Message, ...]] = {}
        self._bytes = 0

    def read(self, items: Sequence[Json], read: Read) -> tuple[Message, ...]:
        """As `read(items)`."""
        found: list[Message] = []
        for item in items:
            try:
                # Unlike JSON text it tells 1 from 1.0 and NaN from null. The second version is of values alone.
                name = read, marshal.dumps(item, 2)
            except ValueError:  # nested too deep
                found += read([item])
                continue
            messages = self._known.get(name)
            if messages is None:
                messages = read([item])
                self._remember(name, messages)
            found += messages
        return tuple(found)

    def _remember(self, name: tuple[Read, bytes], messages: tuple[Message, ...]) -> None:
        self._bytes += len(name[1])
        if self._bytes > KEPT_BYTES_MAX:
            self._known.clear()
            self._bytes = len(name[1])
        self._known[name] = messages
