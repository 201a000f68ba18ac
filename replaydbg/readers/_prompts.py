"""Prompts that repeat each other in the bytes of a file: what an earlier one has shown need not be walked again.

Each call of an agent resends all that was said before, so that nearly all of such a file is repetition. Two texts
that begin alike leave a JSON parser in the same state where they part: the structure of the file can be read as if
the shared beginning were not there. Bodies are decoded from the file as it is.
"""

from __future__ import annotations

import re
from collections import deque
from itertools import pairwise
from typing import NamedTuple

import msgspec

from replaydbg.readers._salvage import UNREADABLE

LONG_KEYS = (
    "gen_ai.input.messages",
    "gen_ai.prompt",
    "pydantic_ai.all_messages",
    "input.value",
    "llm.input_messages",
    "traceloop.entity.input",
    "ai.prompt.messages",
)
"""The attributes that hold whole histories. None of them may be one that columns want: see the tests."""

_LONG_TEXT = re.compile(
    rb'"key"\s*:\s*"(?:'
    + b"|".join(re.escape(key.encode()) for key in LONG_KEYS)
    + rb')"\s*,\s*"value"\s*:\s*\{\s*"(?:stringValue|string_value)"\s*:\s*"'
)
_AFTER_VALUE = re.compile(r"trailing characters \(byte (\d+)\)")
_ANY = msgspec.json.Decoder(msgspec.Raw)

_KNOWN_MAX = 16
"""Texts that the next one is compared with: agents that take turns rarely exceed it."""

_HEAD_BYTES, _TAIL_BYTES = 256, 64
_BLOCK_BYTES = 64 << 10
_NEW_BYTES = 4 << 10
_SHARED_BYTES_MIN = 1 << 10
"""Below this nothing is gained."""

_JUDGED_AFTER = 32
_WORTH_BYTES = 16 << 10
_PAUSED_WINDOWS = 256
"""So many texts must have shared so much each; otherwise none is looked for in so many windows: parsing is faster."""

_REACH = 16
"""A window may reach over so many times its room in the file: to find a span in it again, all of it is decoded."""


class Window(NamedTuple):
    """Text of the file from some place on, less what was left out."""

    text: bytes
    end: int
    """Where in the file it ends."""
    pieces: list[tuple[int, int]]
    """Where each piece begins in `text`, and where in the file."""

    def gaps(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """What was left out between two places in the file, each counted from `start`."""
        after = [(place + next_ - begin) for (begin, place), (next_, _) in pairwise(self.pieces)]
        goes_on = (place for _, place in self.pieces[1:])
        return tuple(
            (left - start, place - start)
            for left, place in zip(after, goes_on, strict=True)
            if left < place < end
        )

    def place(self, offset: int) -> int:
        """The place in the file of an offset in `text`."""
        for start, place in reversed(self.pieces):
            if start <= offset:
                return place + offset - start
        raise IndexError(offset)


class Prompts:
    """Cuts windows out of a file, and leaves out what earlier windows have shown."""

    def __init__(self) -> None:
        self._known: deque[tuple[bytes, memoryview]] = deque(maxlen=_KNOWN_MAX)
        """Texts, and how they begin."""
        self._pause = 0
        self._seen = self._shared_bytes = 0

    def window(self, body: memoryview, at: int, room: int) -> Window:
        """About `room` bytes of text from `at` on; more where a long text ends behind them."""
        if self._pause:
            self._pause -= 1
            text = bytes(body[at : at + room])
            return Window(text, at + len(text), [(0, at)])
        pieces: list[tuple[int, int]] = []
        texts: list[bytes] = []
        size, reach = 0, min(len(body), at + _REACH * room)
        while size < room and at < reach:
            until = min(len(body), at + room - size)
            found = _LONG_TEXT.search(body, at, until)
            long = self._long_text(body, found.end()) if found else None
            for start, stop in ((at, until),) if long is None else ((at, long[0]), long[1:]):
                pieces.append((size, start))
                texts.append(bytes(body[start:stop]))
                size += stop - start
                at = stop
            if long is None:
                break
        return Window(b"".join(texts), at, pieces)

    def _long_text(self, body: memoryview, start: int) -> tuple[int, int, int] | None:
        """Where a text begins, where it says something new, and where it ends; None where it does not."""
        head = bytes(body[start : start + _HEAD_BYTES])
        shared = self._shared(body, start, head)
        end = _text_end(body, start + shared)
        if end is None:
            return None
        if end - start >= _SHARED_BYTES_MIN:
            self._known.append((head, body[start:end]))
        self._seen += 1
        self._shared_bytes += shared
        if self._seen == _JUDGED_AFTER:
            if self._shared_bytes < _JUDGED_AFTER * _WORTH_BYTES:
                self._pause = _PAUSED_WINDOWS
            self._seen = self._shared_bytes = 0
        return start, start + shared, end

    def _shared(self, body: memoryview, start: int, head: bytes) -> int:
        """How many bytes of the text that begins at `start` an earlier one has shown."""
        best = None
        for begins, text in reversed(self._known):
            if begins == head:
                best = best or text
                if _ends_in(text, body, start):
                    best = text
                    break
        if best is None:
            return 0
        length = _common(best, body[start : start + len(best)])
        # Behind a closing brace no escape is begun, and no character.
        before = max(length - _NEW_BYTES, 0)
        brace = bytes(best[before:length]).rfind(b"}")
        shared = before + brace + 1
        return shared if brace >= 0 and shared >= _SHARED_BYTES_MIN else 0


def _ends_in(known: memoryview, body: memoryview, start: int) -> bool:
    """Whether the text at `start` seems to hold all of `known`, less its closing bracket."""
    end = len(known) - 1
    tail = slice(start + end - _TAIL_BYTES, start + end)
    return bytes(known[end - _TAIL_BYTES : end]) == bytes(body[tail])


def _common(one: memoryview, other: memoryview) -> int:
    """About how many bytes are equal from the beginning: never more, and a few less at most."""
    done, step, size = 0, _BLOCK_BYTES, min(len(one), len(other)) - 1  # the last is the closing bracket
    while step >= _TAIL_BYTES and done < size:
        end = min(done + step, size)
        # Copies are compared: memory views compare item by item.
        if bytes(one[done:end]) == bytes(other[done:end]):
            done = end
        else:
            step = (end - done) // 2
    return max(done, 0)


def _text_end(body: memoryview, start: int) -> int | None:
    """Where the JSON text that goes on at `start` ends: the offset of its closing quote."""
    size = _NEW_BYTES
    while True:
        text = b"".join((b'"', body[start : start + size]))
        try:
            _ANY.decode(text)
        except UNREADABLE as error:
            after = _AFTER_VALUE.search(str(error))
            behind = int(after[1]) - 1 if after else None
        else:
            behind = len(text)
        if behind is not None:
            return start + text.rindex(b'"', 0, behind) - 1
        if start + size >= len(body):
            return None
        size *= 8
