"""OpenTelemetry GenAI messages, JSON to core and back: `{role, parts: [...], name?, finish_reason?}`.

Accepted beside the conventions: `result` for `response` in tool responses (their own example writes it), `thinking`
for `reasoning` (pydantic-ai), text under `text`, content that is a plain string, roles that are none of ours.

What the conventions can not say (raw argument text, a provider's signature) is written beside them under the key
`replaydbg`, which other tools pass over; so `read_messages(write_messages(m)) == m` for every message.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

import msgspec

from replaydbg.core.message import (
    Json,
    Media,
    Message,
    OtherPart,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import _anthropic_blocks, _openai_chat_messages, arguments, loose, tool_specs

EXACT = "replaydbg"
"""Key of what the conventions have no word for."""

_ROLES = {str(role): role for role in Role} | {
    "human": Role.USER,
    "ai": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "function": Role.TOOL,
}
_PARTS = {part.__name__: part for part in get_args(Part)}

# What msgspec knows of a class it finds out when it first meets it, and a second thread that comes meanwhile ends the
# process (it sees a class half known). While a module is imported there is no second thread.
for _kind in (*_PARTS.values(), ToolSpec):
    msgspec.json.Decoder(_kind)


def role(word: Json) -> Role:
    if not isinstance(word, str):
        return Role.UNKNOWN
    return _ROLES.get(word) or _ROLES.get(word.lower(), Role.UNKNOWN)


def read_messages(value: Json) -> tuple[Message, ...]:
    """Messages out of a list of them, or of one; what is no message is kept as one of unknown role."""
    return tuple([read_message(item) for item in (value if isinstance(value, list) else [value])])


def read_message(value: Json) -> Message:
    if not isinstance(value, dict):
        is_text = isinstance(value, str)
        return Message(Role.USER, (Text(value),)) if is_text else Message(Role.UNKNOWN, (OtherPart(value),))
    get = value.get
    name, finish = get("name"), get("finish_reason")
    if "parts" not in value:
        other = _of_provider(value)
        if other is not None:
            return other if not finish else replace(other, finish_reason=_text(finish))
    return Message(
        role(get("role")),
        read_parts(value["parts"] if "parts" in value else get("content")),
        name if isinstance(name, str) else "",
        finish if isinstance(finish, str) else "",
    )


def _of_provider(value: dict[str, Json]) -> Message | None:
    """A message as a provider spells it, in the place of the conventions' own; None where it is not certain to be one."""
    if not value.keys().isdisjoint(("tool_calls", "tool_call_id")):
        return _openai_chat_messages.read_message(value)
    content = value.get("content")
    kinds = {_text(block.get("type")) for block in loose.sequence(content) if isinstance(block, dict)}
    if kinds.isdisjoint(("tool_use", "tool_result")):
        return None
    found = _anthropic_blocks.read_content(content)
    said = Role.TOOL if kinds == {"tool_result"} else role(value.get("role"))
    return Message(said, found)


def read_parts(value: Json) -> tuple[Part, ...]:
    """Parts out of a list of them, a plain text, or nothing."""
    if isinstance(value, list):
        return tuple([_read_part(item) for item in value])
    if value is None:
        return ()
    return (Text(value),) if isinstance(value, str) else (_read_part(value),)


def _read_part(value: Json) -> Part:
    if not isinstance(value, dict):
        return Text(value) if isinstance(value, str) else OtherPart(value)
    if EXACT in value:
        exact = _read_exact(value[EXACT])
        if exact is not None:
            return exact
    get = value.get
    match get("type"):
        case "text":
            text = get("content", get("text"))
            return Text(text) if isinstance(text, str) else OtherPart(value)
        case "reasoning" | "thinking":
            return Reasoning(_text(value.get("content")), _text(value.get("signature")))
        case "tool_call" | "server_tool_call":
            return _read_call(value)
        case "tool_call_response" | "server_tool_call_response":
            result = value.get("response", value.get("result"))
            return ToolResponse(_text(value.get("id")), result, name=_text(value.get("name")))
        case "blob":
            return Media(*_described(value), data=_text(value.get("content", value.get("data"))))
        case "uri" | "file":
            return Media(*_described(value), uri=_text(value.get("uri", value.get("file_id"))))
    return OtherPart(value)


def _read_call(value: dict[str, Json]) -> ToolCall:
    id_, name = _text(value.get("id")), _text(value.get("name"))
    if "arguments" not in value:
        return ToolCall(id_, name)
    return arguments.call_from_any(id_, name, value["arguments"])


def _described(value: dict[str, Json]) -> tuple[str, str]:
    """Kind and mime type; the kind may be missing where the mime type tells it."""
    mime_type = _text(value.get("mime_type"))
    return _text(value.get("modality")) or mime_type.partition("/")[0] or "file", mime_type


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def write_messages(messages: Iterable[Message]) -> list[Json]:
    return [write_message(message) for message in messages]


def write_message(message: Message) -> dict[str, Json]:
    document: dict[str, Json] = {
        "role": str(message.role),
        "parts": [write_part(part) for part in message.parts],
    }
    if message.name:
        document["name"] = message.name
    if message.finish_reason:
        document["finish_reason"] = message.finish_reason
    return document


def write_part(part: Part) -> Json:
    """The part in the words of the conventions, and beside them what they would lose."""
    plain = _plain(part)
    if _read_part(plain) != part:
        plain[EXACT] = {"part": type(part).__name__, **msgspec.to_builtins(part)}
    return plain


def _plain(part: Part) -> dict[str, Json]:
    match part:
        case Text(text):
            return {"type": "text", "content": text}
        case Reasoning(text):
            return {"type": "reasoning", "content": text}
        case ToolCall():
            return _plain_call(part)
        case ToolResponse():
            named = {"name": part.name} if part.name else {}
            return {"type": "tool_call_response", "id": part.id, **named, "response": part.result}
        case Media():
            described = {"modality": part.kind, "mime_type": part.mime_type}
            if part.data:
                return {"type": "blob", **described, "content": part.data}
            return {"type": "uri", **described, "uri": part.uri}
        case OtherPart(value):
            return dict(value) if isinstance(value, dict) else {"type": "other"}


def _plain_call(call: ToolCall) -> dict[str, Json]:
    document: dict[str, Json] = {"type": "tool_call", "id": call.id, "name": call.name}
    if call.problem is not None:
        document["arguments"] = call.raw
    elif call.arguments is not None or call.raw is not None:
        document["arguments"] = call.arguments
    return document


def _read_exact(value: Json) -> Part | None:
    if not isinstance(value, dict) or loose.text(value.get("part")) not in _PARTS:
        return None
    fields = {key: item for key, item in value.items() if key != "part"}
    try:
        return msgspec.convert(fields, _PARTS[value["part"]])  # type: ignore[no-any-return]
    except (msgspec.ValidationError, TypeError):
        return None


def write_tools(tools: Iterable[ToolSpec]) -> list[Json]:
    """`gen_ai.tool.definitions`, and beside each what it would lose."""
    documents = []
    for tool in tools:
        document: dict[str, Json] = {"type": "function", "name": tool.name}
        if tool.description:
            document["description"] = tool.description
        if tool.schema is not None:
            document["parameters"] = tool.schema
        if tool_specs.read_tools([document]) != (tool,):
            document[EXACT] = {
                "name": tool.name,
                "description": tool.description,
                "schema": tool.schema,
                "raw": tool.raw,
            }
        documents.append(document)
    return documents


def read_tools(value: Json) -> tuple[ToolSpec, ...]:
    """Tools as `write_tools` wrote them, or in any shape that `tool_specs` knows."""
    if not isinstance(value, list):
        return tool_specs.read_tools(value)
    tools: list[ToolSpec] = []
    for item in value:
        exact = item.get(EXACT) if isinstance(item, dict) else None
        try:
            tools += [msgspec.convert(exact, ToolSpec)] if exact else tool_specs.read_tools([item])
        except (msgspec.ValidationError, TypeError):
            tools += tool_specs.read_tools([item])
    return tuple(tools)
