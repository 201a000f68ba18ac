"""Messages of OpenAI Chat Completions, both ways; `wire.openai_chat` is the door to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
from replaydbg.wire import arguments, conversation, loose
from replaydbg.wire.arguments import call_from_any

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.DEVELOPER,
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}


def read_messages(value: Json) -> tuple[Message, ...]:
    """One message for each item of the list; what is no message becomes one of role unknown."""
    return tuple(read_message(item) for item in loose.sequence(value))


def read_message(item: Json) -> Message:
    if not isinstance(item, dict):
        return Message(Role.UNKNOWN, (OtherPart(item),))
    word = loose.text(item.get("role"))
    role = _ROLES.get(word, Role.UNKNOWN)
    name = loose.text(item.get("name"))
    if role is Role.TOOL:
        return Message(role, (_read_response(item, name),))
    parts: list[Part] = []
    reasoning = loose.text(item.get("reasoning_content")) or loose.text(item.get("reasoning"))
    if reasoning:
        parts.append(Reasoning(reasoning))
    parts += _read_content(item.get("content"))
    if loose.text(item.get("refusal")):
        parts.append(OtherPart({"type": "refusal", "refusal": item["refusal"]}))
    parts += (_read_call(call) for call in loose.sequence(item.get("tool_calls")))
    legacy = item.get("function_call")
    if isinstance(legacy, dict):
        parts.append(call_from_any("", loose.text(legacy.get("name")), legacy.get("arguments")))
    return Message(role, tuple(parts), name or (word if role is Role.UNKNOWN else ""))


def _read_response(item: dict[str, Json], name: str) -> ToolResponse:
    content = item.get("content")
    parts = loose.sequence(content)
    if len(parts) == 1 and isinstance(parts[0], dict) and isinstance(parts[0].get("text"), str):
        content = parts[0]["text"]
    id_ = loose.text(item.get("tool_call_id"))
    return ToolResponse(id_, "" if content is None else content, name, is_error=item.get("is_error") is True)


def _read_content(content: Json) -> list[Part]:
    if isinstance(content, str):
        return [Text(content)] if content else []
    if isinstance(content, list):
        return [read_part(part) for part in content]
    return [] if content is None else [OtherPart(content)]


def read_part(part: Json) -> Part:
    if isinstance(part, str):
        return Text(part)
    kind = loose.text(loose.mapping(part).get("type"))
    if kind in {"text", "input_text", "output_text"} and isinstance(part.get("text"), str):
        return Text(part["text"])
    if kind == "image_url":
        image = part.get("image_url")
        uri = loose.text(image if isinstance(image, str) else loose.mapping(image).get("url"))
        head, comma, data = uri.partition(";base64,")
        if comma and head.startswith("data:"):
            return Media("image", head.removeprefix("data:"), data=data)
        if uri:
            return Media("image", uri=uri)
    if kind == "input_audio":
        audio = loose.mapping(part.get("input_audio"))
        if loose.text(audio.get("data")):
            return Media("audio", f"audio/{loose.text(audio.get('format'))}", data=audio["data"])
    return OtherPart(part)


def _read_call(call: Json) -> Part:
    function = loose.mapping(call).get("function")
    if not isinstance(function, dict):
        return OtherPart(call)
    return call_from_any(
        loose.text(call.get("id")), loose.text(function.get("name")), function.get("arguments")
    )


def write_messages(messages: tuple[Message, ...]) -> list[Json]:
    """The messages in this shape; one with several tool responses becomes as many, its other parts come after them."""
    return [item for message in messages for item in _write_message(message)]


def _write_message(message: Message) -> Iterator[Json]:
    match message:
        case Message(
            Role.SYSTEM | Role.USER | Role.ASSISTANT, (Text(text),), ""
        ):  # nearly all of a long history
            yield {"role": str(message.role), "content": text}
            return
    for response in message.tool_responses:
        yield _write_response(response)
    parts = [part for part in message.parts if not isinstance(part, ToolResponse)]
    if not parts and message.tool_responses:
        return
    calls = [_write_call(part) for part in parts if isinstance(part, ToolCall)]
    calls += [part.value for part in parts if isinstance(part, OtherPart) and _is_custom_call(part.value)]
    item: dict[str, Json] = {"role": str(message.role), "content": _write_content(parts, bare=bool(calls))}
    if message.role is Role.UNKNOWN:
        item["role"] = message.name or "user"
    elif message.name:
        item["name"] = message.name
    reasoning = _reasoning(parts)
    if reasoning:
        item["reasoning_content"] = reasoning
    if calls:
        item["tool_calls"] = calls
    yield item


def _reasoning(parts: Sequence[Part]) -> str:
    """Reasoning in the open. What is signed belongs to another provider and means nothing here."""
    return "\n".join(part.text for part in parts if isinstance(part, Reasoning) and not part.signature)


def _is_custom_call(value: Json) -> bool:
    return isinstance(value, dict) and value.get("type") == "custom" and "custom" in value


def _write_response(response: ToolResponse) -> Json:
    result = response.result
    is_parts = isinstance(result, list) and result and all(_is_text_part(part) for part in result)
    content = result if isinstance(result, str) or is_parts else loose.encoded(result)
    item = {"role": "tool", "tool_call_id": response.id, "content": content}
    return item | ({"name": response.name} if response.name else {})


def _is_text_part(part: Json) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)


def _write_call(call: ToolCall) -> Json:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments.raw_text(call)},
    }


def _write_content(parts: Sequence[Part], *, bare: bool) -> Json:
    """Text alone is written as text, as every client does; anything else as a list of parts."""
    content = [written for part in parts if (written := _write_part(part)) is not None]
    if not content:
        return None if bare else ""
    if len(content) == 1 and _is_text_part(content[0]):
        return content[0]["text"]
    return content


def _write_part(part: Part) -> Json | None:
    match part:
        case Text(text):
            return {"type": "text", "text": text}
        case Media(kind="image"):
            url = part.uri or f"data:{part.mime_type};base64,{part.data}"
            return {"type": "image_url", "image_url": {"url": url}}
        case Media(kind="audio") if part.data:
            audio = {"data": part.data, "format": part.mime_type.removeprefix("audio/")}
            return {"type": "input_audio", "input_audio": audio}
        case OtherPart(value) if not _is_custom_call(value) and not conversation.is_reasoning(part):
            return value
    return None
