"""Prompts that share their messages: the n-th prompt of a conversation is the first so many of one growing list.

An agent's thousandth prompt holds the 999 before it. Written out each, that is quadratic in memory and time; here a
prompt is a list and a length (`History`), and each message is decoded once, when somebody looks.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, overload

from replaydbg.core.message import Message

DECODED_BYTES_MAX = 96 << 20
"""Text of decoded messages that one conversation keeps: all of a run that is not very large, since every rule asks."""

LATEST_BYTES_MAX = 32 << 20
"""Text of those looked at last, which are kept beside them for a while."""

HEAVY_BYTES_MIN = 256 << 10
"""A message with an image in it is decoded whenever it is looked at: a thousand of them would fill the memory."""


def size_of_bytes(entry: Any) -> int:
    """What the text of an entry takes, where the entry is that text."""
    return len(entry) if isinstance(entry, (bytes, memoryview)) else 0


class Conversation:
    """Messages of one thread in order, appended as messages or as handles that `decode` makes messages of.

    One that `goes on` from another shares its first `kept` messages: a fork, or what a compaction left.
    """

    __slots__ = (
        "_decode", "_decoded", "_decoded_bytes", "_latest", "_latest_bytes", "_size", "before", "chars",
        "entries", "kept",
    )  # fmt: skip

    def __init__(
        self,
        decode: Callable[[Any], Message],
        before: Conversation | None = None,
        kept: int = 0,
        size: Callable[[Any], int] = size_of_bytes,
    ) -> None:
        self._decode = decode
        self._size = size
        self.before = before
        self.kept = min(kept, len(before)) if before is not None else 0
        self.entries: list[Any] = []
        """Those that no other conversation lent. Only appended to."""
        self.chars = array("q", (0,))
        """Of the first messages, as far as somebody counted."""
        self._decoded: dict[int, Message] = {}
        self._decoded_bytes = 0
        self._latest: list[int] = []
        """Places of those that are kept for a while only."""
        self._latest_bytes = 0

    def append(self, entry: Any) -> int:
        """The place of the new message."""
        self.entries.append(entry)
        return len(self) - 1

    def __len__(self) -> int:
        return self.kept + len(self.entries)

    def __getitem__(self, place: int) -> Message:
        """The message at a place from 0 on."""
        at = place - self.kept
        if at >= 0:
            return self._decoded.get(at) or self.own(at)
        holder = self._holder(place)
        return holder.own(place - holder.kept)

    def between(self, first: int, end: int) -> tuple[Message, ...]:
        """The messages from one place until before another."""
        if first < self.kept:
            return tuple([self[place] for place in range(first, end)])
        known, own, kept = self._decoded.get, self.own, self.kept
        return tuple([known(at) or own(at) for at in range(first - kept, end - kept)])

    def entry(self, place: int) -> Any:
        """What the message at a place was appended as."""
        holder = self._holder(place)
        return holder.entries[place - holder.kept]

    def size(self, place: int) -> int:
        """Bytes of the text that the message at a place is decoded from; 0 where it is a message already."""
        holder = self._holder(place)
        return holder.own_size(place - holder.kept)

    def own_size(self, at: int) -> int:
        return self._size(self.entries[at])

    def entries_between(self, first: int, last: int) -> list[Any]:
        """What the messages from one place to another were appended as."""
        lent = [self.entry(place) for place in range(first, min(self.kept, last + 1))]
        return lent + self.entries[max(first - self.kept, 0) : max(last + 1 - self.kept, 0)]

    def _holder(self, place: int) -> Conversation:
        holder = self
        while holder.before is not None and place < holder.kept:
            holder = holder.before
        return holder

    def own(self, at: int) -> Message:
        """The message at a place among those that no other conversation lent."""
        message = self._decoded.get(at)
        if message is None:
            entry = self.entries[at]
            if isinstance(entry, Message):
                return entry
            message = self._decode(entry)
            size = self._size(entry)
            if size < HEAVY_BYTES_MIN:
                self._keep(at, message, size)
        return message

    def _keep(self, at: int, message: Message, size: int) -> None:
        if self._decoded_bytes + size <= DECODED_BYTES_MAX:
            self._decoded_bytes += size
        else:
            if self._latest_bytes + size > LATEST_BYTES_MAX:
                gone, self._latest, self._latest_bytes = self._latest, [], 0
                for place in gone:
                    self._decoded.pop(place, None)
            self._latest.append(at)
            self._latest_bytes += size
        self._decoded[at] = message


class History(Sequence[Message]):
    """The first `length` messages of a conversation, which may go on growing. Equal to any sequence of equal messages."""

    __slots__ = ("conversation", "length")

    def __init__(self, conversation: Conversation, length: int) -> None:
        self.conversation = conversation
        self.length = length

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, place: int) -> Message: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Message, ...]: ...

    def __getitem__(self, place: int | slice) -> Message | tuple[Message, ...]:
        if isinstance(place, slice):
            first, end, step = place.indices(self.length)
            return self.conversation.between(first, end)[::step] if step > 0 else tuple(self)[place]
        at = place + self.length if place < 0 else place
        if not 0 <= at < self.length:
            raise IndexError(place)
        return self.conversation[at]

    def __iter__(self) -> Iterator[Message]:
        return map(self.conversation.__getitem__, range(self.length))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, History) and other.conversation is self.conversation:
            return other.length == self.length
        if not isinstance(other, (tuple, History)) or len(other) != self.length:
            return NotImplemented if not isinstance(other, (tuple, History)) else False
        return all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"<History of {self.length}: {', '.join(map(repr, islice(self, 3)))}…>"
