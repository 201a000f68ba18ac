"""Lines of Codex as far as the structure of a session needs them; what was said stays in the buffer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.readers import _moments
from replaydbg.readers._shaped_lines import shaped
from replaydbg.wire import loose


class Usage(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_input_tokens: int | None = None
    reasoning_output_tokens: int | None = None


class TokenInfo(msgspec.Struct, gc=False):
    last_token_usage: Usage | None = None


class Told(msgspec.Struct, gc=False):
    """What an event of a session that is kept in pages is about."""

    type: str | None = None


class Item(msgspec.Struct, gc=False):
    """What a line tells: an item of the Responses API, or an event of the program."""

    type: str | None = None
    role: str | None = None
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    model: str | None = None
    info: TokenInfo | None = None
    item: Told | None = None


class Line(Item, gc=False):
    """A line; those of old versions are the item itself."""

    timestamp: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    payload: Item | None = None


_decoder = msgspec.json.Decoder(Line)
_FAILED_FIRST = (
    (b'"Exit code: ', re.compile(rb'(?<="output":)"Exit code: -?[1-9]|(?<="output": )"Exit code: -?[1-9]')),
    (b"exited with code ", re.compile(rb"exited with code -?[1-9]")),
)
_EXITED = re.compile(rb'exit_code\\*":\s*-?[1-9]')
_FAILED_LAST = (
    (b"exit_code", _EXITED),
    (b'"success', re.compile(rb'"success\\*":\s*false')),
)
"""How a tool's output says that it failed, at its beginning or at its end: what is cheap to look for, and what has to
stand there.
"""
_LOOKED_AT_BYTES = 512
_METADATA = b'\\"metadata\\":{\\"'
_METADATA_EXIT_CODE = _METADATA + b"exit_code"
"""Older versions end what a command printed with it and the exit code, as JSON in a text: there is nothing else to look for."""


def lines(buffer: memoryview, notices: list[Notice]) -> Iterator[tuple[Line, int, int]]:
    """The lines with where they begin and end. What is damaged is read as far as it goes."""
    return shaped(buffer, _decoder, from_value, notices)


def from_value(value: Json) -> Line:
    """A line that is not as lines are: each field that is what it should be."""
    found = loose.mapping(value)
    payload = found.get("payload")
    moment = _moments.from_iso(loose.text(found.get("timestamp")))
    line = Line(
        timestamp=datetime.fromtimestamp(moment / 1e9, UTC) if moment >= 0 else None,
        payload=Item() if isinstance(payload, dict) else None,
    )
    for item, source in ((line, found), (line.payload, loose.mapping(payload))):
        for name in ("type", "role", "id", "call_id", "name", "model"):
            if item is not None and isinstance(source.get(name), str):
                setattr(item, name, source[name])
    return line


def has_failed(raw: bytes | memoryview) -> bool:
    """Whether the output of a tool says that it failed. Codex keeps exit codes inside the text."""
    last = bytes(raw[-_LOOKED_AT_BYTES:])
    at = last.rfind(_METADATA_EXIT_CODE)
    if at >= 0:
        return _EXITED.match(last, at + len(_METADATA)) is not None
    first = bytes(raw[:_LOOKED_AT_BYTES])
    for text, marks in ((last, _FAILED_LAST), (first, _FAILED_FIRST)):
        for mark, pattern in marks:
            at = text.find(mark)
            while at >= 0:
                if pattern.match(text, at) is not None:
                    return True
                at = text.find(mark, at + 1)
    return False
