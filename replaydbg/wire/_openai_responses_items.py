"""Items of OpenAI Responses, both ways; `wire.openai_responses` is the door to them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, groupby

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
from replaydbg.wire import arguments, loose

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.DEVELOPER,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
}
_TEXTS = frozenset({"input_text", "output_text", "text", "summary_text", "reasoning_text"})
_OUTPUTS = "_output"
"""How the type of every item ends that answers a call: function_call_output, custom_tool_call_output, ..."""


def read_messages(value: Json) -> tuple[Message, ...]:
    """Messages of the items (or of the one text that `input` may be): the model's neighbouring items are one message."""
    if isinstance(value, str):
        return (Message(Role.USER, (Text(value),)),) if value else ()
    messages: list[Message] = []
    read = map(_read_item, loose.sequence(value))
    for is_models, run in groupby(read, lambda message: message.role is Role.ASSISTANT):
        first, *more = run
        parts = chain(first.parts, *(message.parts for message in more))
        messages += [Message(Role.ASSISTANT, tuple(parts))] if is_models and more else [first, *more]
    return tuple(messages)


def _read_item(item: Json) -> Message:
    if not isinstance(item, dict):
        return Message(Role.UNKNOWN, (OtherPart(item),))
    kind = loose.text(item.get("type"))
    call_id = loose.text(item.get("call_id"))
    if kind == "function_call":
        name = loose.text(item.get("name"))
        call = arguments.call_from_any(call_id, name, item.get("arguments"))
        return Message(Role.ASSISTANT, (call,))
    if kind == "custom_tool_call":  # its input is free text, no JSON
        value = {"input": item.get("input")}
        return Message(Role.ASSISTANT, (ToolCall(call_id, loose.text(item.get("name")), value),))
    if kind.endswith(_OUTPUTS) and call_id:
        return Message(Role.TOOL, (ToolResponse(call_id, _read_output(item.get("output"))),))
    if kind == "reasoning":
        return Message(Role.ASSISTANT, (_read_reasoning(item),))
    word = loose.text(item.get("role"))
    if kind in {"message", ""} and word:
        role = _ROLES.get(word, Role.UNKNOWN)
        return Message(role, _read_content(item.get("content")), word if role is Role.UNKNOWN else "")
    return Message(Role.ASSISTANT if kind else Role.UNKNOWN, (OtherPart(item),))


def _read_content(content: Json) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Text(content),) if content else ()
    return tuple(_read_part(part) for part in loose.sequence(content))


def _read_part(part: Json) -> Part:
    body = loose.mapping(part)
    if loose.text(body.get("type")) in _TEXTS and isinstance(body.get("text"), str):
        return Text(body["text"])
    if body.get("type") == "input_image" and isinstance(body.get("image_url"), str):
        head, comma, data = body["image_url"].partition(";base64,")
        if comma and head.startswith("data:"):
            return Media("image", head.removeprefix("data:"), data=data)
        return Media("image", uri=body["image_url"])
    return OtherPart(part)


def _read_output(output: Json) -> Json:
    match output:
        case [{"type": "input_text", "text": str(text)}]:
            return text
        case None:
            return ""
    return output


def _read_reasoning(item: dict[str, Json]) -> Part:
    """The text that is in the open. What is locked up counts as its signature."""
    texts = [
        loose.text(loose.mapping(part).get("text"))
        for key in ("content", "summary")
        for part in loose.sequence(item.get(key))
    ]
    return Reasoning("\n".join(texts), loose.text(item.get("encrypted_content")))


def write_messages(messages: tuple[Message, ...]) -> list[Json]:
    """The messages as items, in the order of their parts."""
    return [item for message in messages for item in _write_items(message)]


def _write_items(message: Message) -> Iterator[Json]:
    is_model = message.role is Role.ASSISTANT
    content: list[Json] = []
    role = message.name if message.role is Role.UNKNOWN and message.name else str(message.role)
    for part in message.parts:
        written = _write_part(part, "output_text" if is_model else "input_text")
        if written is not None:
            content.append(written)
            continue
        if content:
            yield {"type": "message", "role": role, "content": content}
            content = []
        yield from _write_item(part)
    if content or not message.parts:
        yield {"type": "message", "role": role, "content": content}


def _write_part(part: Part, text_kind: str) -> Json | None:
    match part:
        case Text(text):
            return {"type": text_kind, "text": text} | (
                {"annotations": []} if text_kind == "output_text" else {}
            )
        case Media(kind="image"):
            url = part.uri or f"data:{part.mime_type};base64,{part.data}"
            return {"type": "input_image", "image_url": url}
        case OtherPart({"type": "refusal" | "input_file" | "input_audio"} as value):
            return value
    return None


def _write_item(part: Part) -> Iterator[Json]:
    match part:
        case ToolCall():
            raw = arguments.raw_text(part)
            yield {"type": "function_call", "call_id": part.id, "name": part.name, "arguments": raw}
        case ToolResponse():
            is_text = isinstance(part.result, str)
            output = part.result if is_text else loose.encoded(part.result)
            yield {"type": "function_call_output", "call_id": part.id, "output": output}
        case Reasoning(text, signature):
            summary = [{"type": "summary_text", "text": text}] if text else []
            yield {"type": "reasoning", "summary": summary} | (
                {"encrypted_content": signature} if signature else {}
            )
        case OtherPart(value) if isinstance(value, dict):
            yield value
