"""Messages of Claude's Agent SDK for Python, written down by `dataclasses.asdict`, as the lines that Claude Code prints.

The SDK makes objects of those lines and tells them apart by their classes, of which `asdict` keeps nothing: only the fields say
what a message is, and what a block of it. Some programs write the name of the class beside them, as `type`.
"""

from __future__ import annotations

from dataclasses import replace

from replaydbg.core.message import Json
from replaydbg.readers import _claude_whole, _containers
from replaydbg.readers._api import Document
from replaydbg.wire import loose

_CLASSES = ("AssistantMessage", "UserMessage", "SystemMessage", "ResultMessage", "StreamEvent")
_BLOCKS = (
    (("tool_use_id", "content"), "tool_result"),
    (("id", "name", "input"), "tool_use"),
    (("thinking", "signature"), "thinking"),
    (("text",), "text"),
)


def is_message(value: Json) -> bool:
    return _class(loose.mapping(value)) != ""


def in_lines(document: Document) -> Document:
    """What Claude Code printed of these messages; a document without any as it is."""
    if not is_message(_first(_containers.first_record(document.head))):
        return document
    values = (value for value, _ in _containers.values(document.buffer, [], items=True))
    return replace(
        document, buffer=memoryview(b"\n".join(_claude_whole.line(_line(value)) for value in values))
    )


def _first(value: Json) -> Json:
    return next(iter(value), None) if isinstance(value, list) else value


def _class(found: dict[str, Json]) -> str:
    """The class of a message, by its fields; "" where it is none."""
    named = found.get("type")
    if named is not None:
        return named if named in _CLASSES else ""
    keys = found.keys()
    if keys >= {"subtype", "num_turns", "is_error"}:
        return "ResultMessage"
    if keys >= {"subtype", "data"}:
        return "SystemMessage"
    if keys >= {"content", "parent_tool_use_id"} and not keys & {"role", "message"}:
        return "AssistantMessage" if "model" in keys else "UserMessage"
    return "StreamEvent" if keys >= {"event", "session_id", "parent_tool_use_id"} else ""


def _line(value: Json) -> Json:
    found = loose.mapping(value)
    kind = _class(found)
    if kind == "SystemMessage":
        return {**loose.mapping(found.get("data")), "type": "system", "subtype": found.get("subtype")}
    if kind == "ResultMessage":
        return {**found, "type": "result"}
    if kind not in {"AssistantMessage", "UserMessage"}:
        return {**found, "type": "stream_event"} if kind else value
    role = "assistant" if kind == "AssistantMessage" else "user"
    content = found.get("content")
    message: dict[str, Json] = {
        "role": role,
        "content": list(map(_block, content)) if isinstance(content, list) else content,
    }
    for own, name in (
        ("message_id", "id"),
        ("model", "model"),
        ("stop_reason", "stop_reason"),
        ("usage", "usage"),
    ):
        if found.get(own) is not None:
            message[name] = found[own]
    beside = {
        key: found[key] for key in ("parent_tool_use_id", "session_id", "uuid", "error") if found.get(key)
    }
    return {"session_id": "", "parent_tool_use_id": None, **beside, "type": role, "message": message}


def _block(value: Json) -> Json:
    if not isinstance(value, dict) or "type" in value:
        return value
    kind = next((kind for keys, kind in _BLOCKS if value.keys() >= {*keys}), "")
    return {"type": kind, **value} if kind else value
