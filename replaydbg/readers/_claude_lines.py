"""Lines of Claude Code as far as the structure of a session needs them; what was said stays in the buffer.

The session files and the stream of the command line write the same messages, with other names around them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.readers import _moments
from replaydbg.readers._salvage import UNREADABLE
from replaydbg.readers._shaped_lines import shaped
from replaydbg.wire import loose


class Usage(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class Block(msgspec.Struct, gc=False):
    type: str | None = None
    id: str | None = None
    name: str | None = None
    tool_use_id: str | None = None
    is_error: bool | None = None


class Said(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    content: list[Block] | str | None = None
    usage: Usage | None = None


class Line(msgspec.Struct, gc=False):
    """A line of `--output-format stream-json`; `SessionLine` has the names of a session file."""

    type: str | None = None
    uuid: str | None = None
    parent_uuid: str | None = None
    timestamp: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    session_id: str | None = None
    agent_id: str | None = None
    is_sidechain: bool | None = None
    is_compact_summary: bool | None = None
    is_api_error: bool | None = None
    subtype: str | None = None
    parent_tool_use_id: str | None = None
    cost_usd: float | None = None
    message: Said | None = None


class SessionLine(Line, gc=False):
    parent_uuid: str | None = msgspec.field(name="parentUuid", default=None)
    session_id: str | None = msgspec.field(name="sessionId", default=None)
    agent_id: str | None = msgspec.field(name="agentId", default=None)
    is_sidechain: bool | None = msgspec.field(name="isSidechain", default=None)
    is_compact_summary: bool | None = msgspec.field(name="isCompactSummary", default=None)
    is_api_error: bool | None = msgspec.field(name="isApiErrorMessage", default=None)
    parent_tool_use_id: str | None = msgspec.field(name="parentToolUseID", default=None)
    cost_usd: float | None = msgspec.field(name="costUSD", default=None)


class Progress(msgspec.Struct):
    """What a running agent does, told in the session that waits for it: `message` is a line without its frame."""

    agent_id: str = msgspec.field(name="agentId", default="")
    message: SessionLine | None = None


class _ProgressLine(msgspec.Struct):
    data: Progress


SESSION: msgspec.json.Decoder[Line] = msgspec.json.Decoder(SessionLine)
STREAM: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
_decode_progress = msgspec.json.Decoder(_ProgressLine).decode


def lines(
    buffer: memoryview, decoder: msgspec.json.Decoder[Line], notices: list[Notice]
) -> Iterator[tuple[Line, int, int]]:
    """The lines with where they begin and end. What is damaged is read as far as it goes."""
    return shaped(buffer, decoder, from_value, notices)


def progress(raw: memoryview) -> Progress | None:
    """What a line tells of a running agent; None where it tells of something else."""
    if b"agent_progress" not in bytes(raw):
        return None
    try:
        return _decode_progress(raw).data
    except UNREADABLE:
        return None


def from_value(value: Json) -> Line:
    """A line that is not as lines are, or is damaged: each field that is what it should be."""
    found = loose.mapping(value)
    texts = {name: found[key] for name, key in _TEXTS if isinstance(found.get(key), str)}
    moment = _moments.from_iso(loose.text(found.get("timestamp")))
    return Line(
        timestamp=datetime.fromtimestamp(moment / 1e9, UTC) if moment >= 0 else None,
        is_sidechain=found.get("isSidechain") is True,
        is_compact_summary=found.get("isCompactSummary") is True,
        is_api_error=found.get("isApiErrorMessage") is True,
        message=_said(found["message"]) if isinstance(found.get("message"), dict) else None,
        **texts,
    )


_TEXTS = tuple(
    (field.name, field.encode_name)
    for shape in (Line, SessionLine)  # names of a session file win
    for field in msgspec.structs.fields(shape)
    if field.type == str | None
)


def _said(message: dict[str, Json]) -> Said:
    content, usage = message.get("content"), loose.mapping(message.get("usage"))
    return Said(
        id=loose.text(message.get("id")),
        model=loose.text(message.get("model")),
        content=content if isinstance(content, str) else [_block(item) for item in loose.sequence(content)],
        usage=Usage(**{name: loose.count(usage.get(name)) for name in Usage.__struct_fields__}),
    )


def _block(item: Json) -> Block:
    block = loose.mapping(item)
    texts = {name: block[name] for name in _BLOCK_TEXTS if isinstance(block.get(name), str)}
    return Block(**texts, is_error=True if block.get("is_error") is True else None)


_BLOCK_TEXTS = ("type", "id", "name", "tool_use_id")
