"""Lines of Codex as far as the structure of a session needs them; what was said stays in the buffer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.readers import _json_lines
from replaydbg.wire import loose

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Usage(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None


class TokenInfo(msgspec.Struct, gc=False):
    last_token_usage: Usage | None = None


class Item(msgspec.Struct, gc=False):
    """What a line tells: an item of the Responses API, or an event of the program."""

    type: str | None = None
    role: str | None = None
    id: str | None = None
    call_id: str | None = None
    name: str | None = None
    model: str | None = None
    info: TokenInfo | None = None


class Line(Item, gc=False):
    """A line; those of old versions are the item itself."""

    timestamp: str | None = None
    payload: Item | None = None


_decode = msgspec.json.Decoder(Line).decode
_FAILED = re.compile(
    rb'exit_code\\*":\s*-?[1-9]|"output":\s*"(?:Exit code: |[^"]{0,200}exited with code )-?[1-9]|"success\\*":\s*false'
)
_LOOKED_AT_BYTES = 4 << 10


def lines(buffer: memoryview, notices: list[Notice]) -> Iterator[tuple[Line, int, memoryview]]:
    """The lines with their offsets and their bytes. What is damaged is read as far as it goes."""
    for text in _json_lines.lines(buffer):
        try:
            yield _decode(text[2]), text[1], text[2]
        except UNREADABLE:
            value = _json_lines.value(text, notices)
            if value is not None:
                yield from_value(value), text[1], text[2]


def from_value(value: Json) -> Line:
    """A line that is not as lines are: each field that is what it should be."""
    found = loose.mapping(value)
    payload = found.get("payload")
    line = Line(
        timestamp=loose.text(found.get("timestamp")) or None,
        payload=Item() if isinstance(payload, dict) else None,
    )
    for item, source in ((line, found), (line.payload, loose.mapping(payload))):
        for name in ("type", "role", "id", "call_id", "name", "model"):
            if item is not None and isinstance(source.get(name), str):
                setattr(item, name, source[name])
    return line


def has_failed(raw: bytes | memoryview) -> bool:
    """Whether the output of a tool says that it failed. Codex keeps exit codes inside the text."""
    return _FAILED.search(raw[:_LOOKED_AT_BYTES]) is not None or _FAILED.search(raw[-256:]) is not None
