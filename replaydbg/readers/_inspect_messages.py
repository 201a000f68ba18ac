"""Messages of Inspect: OpenAI's with parsed arguments, errors of tools beside their text, and parts of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from replaydbg.core.message import (
    Json,
    Media,
    Message,
    OtherPart,
    ParseProblem,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.wire import arguments, loose

_ROLES = {role.value: role for role in (Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL)}
_SAID_RAW = re.compile(
    r"\AError parsing the following tool call arguments:\n\n(.*)\n\nError details: (.*)\Z", re.DOTALL
)
"""Inspect drops arguments that it could not parse, and quotes them here."""
_CUT = "(arguments middle-truncated from"
_MEDIA = ("image", "audio", "video", "document")


def read_messages(value: Json) -> tuple[Message, ...]:
    return tuple(read_message(item) for item in loose.sequence(value))


def read_message(item: Json) -> Message:
    if not isinstance(item, dict):
        return Message(Role.UNKNOWN, (OtherPart(item),))
    role = _ROLES.get(loose.text(item.get("role")), Role.UNKNOWN)
    if role is Role.TOOL:
        return Message(role, (_response(item),))
    return Message(role, tuple(_parts(item, {})))


def read_reply(item: dict[str, Json], finish_reason: str, raw: Mapping[str, str]) -> Message:
    """The reply of a model; `raw` has the text of arguments by call id."""
    return Message(Role.ASSISTANT, tuple(_parts(item, raw)), finish_reason=finish_reason)


def read_call(item: Json, raw: Mapping[str, str] | None = None) -> ToolCall:
    """A tool call of a message, or the one that a tool event ran."""
    call = loose.mapping(item)
    id_, name = loose.text(call.get("id")), loose.text(call.get("function"))
    problem = loose.text(call.get("parse_error"))
    if raw and id_ in raw:
        return arguments.call_from_raw(id_, name, raw[id_])
    if problem:
        quoted = _SAID_RAW.match(problem)
        if quoted is None or _CUT in quoted[1]:
            return ToolCall(id_, name, None, None, ParseProblem(problem))
        return ToolCall(id_, name, None, quoted[1], ParseProblem(quoted[2]))
    return arguments.call_from_any(id_, name, call.get("arguments"))


def _parts(item: dict[str, Json], raw: Mapping[str, str]) -> list[Part]:
    content = item.get("content")
    parts: list[Part] = []
    if isinstance(content, str):
        parts = [Text(content)] if content else []
    elif isinstance(content, list):
        parts = [_part(part) for part in content]
    elif content is not None:
        parts = [OtherPart(content)]
    if isinstance(item.get("reasoning"), str):  # logs of early 2025 have it beside the content
        parts.insert(0, Reasoning(item["reasoning"]))
    return parts + [read_call(call, raw) for call in loose.sequence(item.get("tool_calls"))]


def _part(part: Json) -> Part:
    if isinstance(part, str):
        return Text(part)
    kind = loose.text(loose.mapping(part).get("type"))
    if kind == "text" and isinstance(part.get("text"), str):
        return Text(part["text"])
    if kind == "reasoning":
        said = loose.text(part.get("reasoning"))
        if part.get("redacted") is True:
            said = loose.text(part.get("summary"))
        return Reasoning(said, loose.text(part.get("signature")))
    if kind in _MEDIA and isinstance(part.get(kind), str):
        return _media(kind, part[kind], loose.text(part.get("mime_type")))
    return OtherPart(part)


def _media(kind: str, source: str, mime_type: str) -> Media:
    head, comma, data = source.partition(";base64,")
    if comma and head.startswith("data:"):
        return Media(kind, head.removeprefix("data:"), data=data)
    return Media(kind, mime_type, uri=source)


def _response(item: dict[str, Json]) -> ToolResponse:
    error = loose.mapping(item.get("error"))
    content = item.get("content")
    parts = loose.sequence(content)
    if len(parts) == 1 and isinstance(loose.mapping(parts[0]).get("text"), str):
        content = parts[0]["text"]
    told = content or loose.text(error.get("message")) or ""
    id_, name = loose.text(item.get("tool_call_id")), loose.text(item.get("function"))
    return ToolResponse(id_, told, name, is_error=bool(error))
