"""Messages and content blocks of Anthropic, both ways; `wire.anthropic_messages` is the door to them.

Tool results stand in user messages there, before the user's own words; here each is a tool message. Writing puts
them back, and merges neighbours of one role, since the two sides must take turns. Markers for the prompt cache have
no place here; turns that are sent again as they were keep theirs (`wire.verbatim`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

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

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT, "system": Role.SYSTEM, "developer": Role.DEVELOPER}
_OPENAI_PARTS = frozenset({"refusal", "file", "input_file", "custom", "video_url", "reasoning"})
"""Parts of other shapes that Anthropic refuses."""


def read_messages(value: Json) -> tuple[Message, ...]:
    """Messages of the list. One message gives several where it holds tool results."""
    return tuple(message for item in loose.sequence(value) for message in _read_message(item))


def _read_message(item: Json) -> Iterator[Message]:
    if not isinstance(item, dict):
        yield Message(Role.UNKNOWN, (OtherPart(item),))
        return
    word = loose.text(item.get("role"))
    role = _ROLES.get(word, Role.UNKNOWN)
    parts: list[Part] = []
    for part in read_content(item.get("content")):
        if isinstance(part, ToolResponse):
            if parts:
                yield Message(role, tuple(parts))
                parts = []
            yield Message(Role.TOOL, (part,))
        else:
            parts.append(part)
    if parts or not loose.sequence(item.get("content")):
        yield Message(role, tuple(parts), word if role is Role.UNKNOWN else "")


def read_content(content: Json) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Text(content),) if content else ()
    if isinstance(content, list):
        return tuple([read_block(block) for block in content])
    return () if content is None else (OtherPart(content),)


def read_block(block: Json) -> Part:
    if isinstance(block, str):
        return Text(block)
    found = loose.mapping(block)
    kind = found.get("type")
    if kind == "text" and isinstance(found.get("text"), str):
        return Text(found["text"])
    if kind == "tool_use" and isinstance(found.get("name"), str):
        return arguments.call_from_any(loose.text(found.get("id")), found["name"], found.get("input"))
    if kind == "tool_result":
        id_, is_error = loose.text(found.get("tool_use_id")), found.get("is_error") is True
        return ToolResponse(id_, _read_result(found.get("content")), is_error=is_error)
    if kind == "thinking" and isinstance(found.get("thinking"), str):
        return Reasoning(found["thinking"], loose.text(found.get("signature")))
    match block:
        case {"type": "image", "source": {"type": "base64", "data": str(data)} as source}:
            return Media("image", loose.text(source.get("media_type")), data=data)
        case {"type": "image", "source": {"type": "url", "url": str(url)}}:
            return Media("image", uri=url)
    return OtherPart(block)


def _read_result(content: Json) -> Json:
    """A single text block says no more than its text; other blocks are kept as they came."""
    match content:
        case [{"type": "text", "text": str(text)}]:
            return text
        case None:
            return ""
    return content


def write_messages(messages: tuple[Message, ...], *, system_inside: bool = False) -> list[Json]:
    """The messages of the talk, sides taking turns; leading instructions are `system`, not written here.

    Instructions further down are a role only newer models take, so `system_inside` says that the recording had it so;
    otherwise they become words of the user, marked as what they are.
    """
    talk = messages[len(leading_instructions(messages)) :]
    written: list[dict[str, Json]] = []
    for message in talk:
        role, blocks = _written(message, system_inside=system_inside)
        if not blocks:
            continue
        if written and written[-1]["role"] == role:
            written[-1]["content"] += blocks
        else:
            written.append({"role": role, "content": blocks})
    for item in written:
        item["content"] = _plain(item["content"])
    return list(written)


def _written(message: Message, *, system_inside: bool) -> tuple[str, list[Json]]:
    if message.role in {Role.SYSTEM, Role.DEVELOPER}:
        if system_inside:
            return "system", list(write_content(message.parts))
        return "user", [{"type": "text", "text": f"<system>\n{message.text}\n</system>"}]
    # Reasoning that nobody signed, another model's or an edited turn's, would be refused.
    parts = [part for part in message.parts if not isinstance(part, Reasoning) or part.signature]
    return "assistant" if message.role is Role.ASSISTANT else "user", list(write_content(parts))


def leading_instructions(messages: Sequence[Message]) -> tuple[Message, ...]:
    count = 0
    while count < len(messages) and messages[count].role in {Role.SYSTEM, Role.DEVELOPER}:
        count += 1
    return tuple(messages[:count])


def write_system(messages: Iterable[Message]) -> Json | None:
    """Instructions as the `system` of a request: text where it is one text, else blocks; None where there is none."""
    blocks = [block for message in messages for block in write_content(message.parts)]
    return _plain(blocks) if blocks else None


def _plain(blocks: list[Json]) -> Json:
    """A single text is written as text, as every client does."""
    match blocks:
        case [{"type": "text", "text": text}]:
            return text
    return blocks


def write_content(parts: Iterable[Part]) -> Iterator[Json]:
    for part in parts:
        match part:
            case Text(text) if text:
                yield {"type": "text", "text": text}
            case Reasoning(text, signature):
                yield {"type": "thinking", "thinking": text, "signature": signature}
            case ToolCall():
                yield {"type": "tool_use", "id": part.id, "name": part.name, "input": write_input(part)}
            case ToolResponse():
                yield _write_result(part)
            case Media(kind="image"):
                yield {"type": "image", "source": _write_source(part)}
            case OtherPart(value) if (
                isinstance(value, dict) and loose.text(value.get("type")) not in _OPENAI_PARTS
            ):
                yield value


def write_input(call: ToolCall) -> Json:
    """Arguments must be an object here. Broken ones are wrapped in the way that Anthropic's documents give."""
    if isinstance(call.arguments, dict):
        return call.arguments
    return {"INVALID_JSON": arguments.raw_text(call)}


def _write_result(response: ToolResponse) -> Json:
    result = response.result
    is_blocks = (
        isinstance(result, list) and result and all(loose.mapping(item).get("type") for item in result)
    )
    content = result if isinstance(result, str) or is_blocks else loose.encoded(result)
    block = {"type": "tool_result", "tool_use_id": response.id, "content": content}
    return block | ({"is_error": True} if response.is_error else {})


def _write_source(media: Media) -> Json:
    if media.uri:
        return {"type": "url", "url": media.uri}
    return {"type": "base64", "media_type": media.mime_type, "data": media.data}
