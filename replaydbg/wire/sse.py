"""Server-sent events: bytes as they come from a connection in, whole events out; and the way back.

By the WHATWG specification: lines end in LF, CR or CRLF, a blank line ends an event, several `data:` lines are
joined by LF, lines that begin with a colon are comments. Pieces may be cut anywhere, inside a character too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from replaydbg.core.message import Json
from replaydbg.wire import loose

_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Event:
    """`name` is "" where the stream names none: then it is a `message` by the specification."""

    data: str
    name: str = ""

    @property
    def json(self) -> dict[str, Json]:
        """The JSON object in `data`; an empty one where there is none (`[DONE]`, damage)."""
        return loose.decoded(self.data)


class Parser:
    """Incremental. `feed` pieces as they come; `finish` gives an event that lacked its blank line at the end."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._data: list[str] = []
        self._name = ""
        self._at_start = True

    def feed(self, piece: bytes) -> list[Event]:
        self._pending += piece
        if self._at_start:
            if len(self._pending) < len(_BOM) and _BOM.startswith(self._pending):
                return []
            self._at_start = False
            if self._pending.startswith(_BOM):
                del self._pending[: len(_BOM)]
        events = []
        at = 0
        for end in _LINE_END.finditer(self._pending):
            # A CR that is the last byte so far may be half of a CRLF: it waits for the next piece.
            if end.group() == b"\r" and end.end() == len(self._pending):
                break
            event = self._line(bytes(self._pending[at : end.start()]))
            at = end.end()
            if event:
                events.append(event)
        del self._pending[:at]
        return events

    def finish(self) -> list[Event]:
        """What is left when the stream ends. The specification drops it; servers that forget the last blank line exist."""
        last = self._line(bytes(self._pending).removesuffix(b"\r")) if self._pending else None
        self._pending.clear()
        rest = self._line(b"")
        return [event for event in (last, rest) if event]

    def _line(self, line: bytes) -> Event | None:
        if not line:
            event = Event("\n".join(self._data), self._name) if self._data else None
            self._data, self._name = [], ""
            return event
        field, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value
        return None


def parse(text: bytes) -> list[Event]:
    """All events of a whole stream."""
    parser = Parser()
    return parser.feed(text) + parser.finish()


def write(value: Json, name: str = "") -> bytes:
    """One event with a JSON value."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {loose.encoded(value)}\n\n".encode()
