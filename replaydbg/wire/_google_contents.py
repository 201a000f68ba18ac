"""Contents and parts of Google's generateContent, both ways; `wire.google_generate` is the door to them.

Results of functions stand in the user's content there; here each is a tool message. Calls and their results have no
ids in most recordings and are paired by name and order. A thought signature belongs to the part that it stands on:
here it is reasoning without text, right before that part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

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
from replaydbg.wire.conversation import is_instruction
from replaydbg.wire.loose import either

_ROLES = {"user": Role.USER, "model": Role.ASSISTANT, "system": Role.SYSTEM, "function": Role.USER}

UNSIGNED = "skip_thought_signature_validator"
"""What Google takes in place of the signature of a call that it did not make itself: Gemini 3 refuses one without any."""

_SIGNING = re.compile(r"gemini-(\d+)")
_SIGNING_VERSION_MIN = 3


def read_messages(value: Json) -> tuple[Message, ...]:
    """Messages of the contents (a list, one content, or a text). One content gives several where it holds results."""
    if isinstance(value, str):
        return (Message(Role.USER, (Text(value),)),) if value else ()
    items = value if isinstance(value, list) else [value] if value else []
    return tuple(message for item in items for message in _read_content(item))


def _read_content(item: Json) -> Iterator[Message]:
    if isinstance(item, str):
        yield Message(Role.USER, (Text(item),))
        return
    if not isinstance(item, dict):
        yield Message(Role.UNKNOWN, (OtherPart(item),))
        return
    word = loose.text(item.get("role"))
    role = _ROLES.get(word, Role.UNKNOWN) if word else Role.USER
    name = word if role is Role.UNKNOWN else ""
    parts: list[Part] = []
    for part in read_parts(item.get("parts")):
        if isinstance(part, ToolResponse):
            if parts:
                yield Message(role, tuple(parts), name)
                parts = []
            yield Message(Role.TOOL, (part,))
        else:
            parts.append(part)
    if parts or not loose.sequence(item.get("parts")):
        yield Message(role, tuple(parts), name)


def read_parts(value: Json) -> tuple[Part, ...]:
    if isinstance(value, str):
        return (Text(value),) if value else ()
    items = value if isinstance(value, list) else [value] if value else []
    return tuple(part for item in items for part in _read_part(item))


def _read_part(item: Json) -> Iterator[Part]:
    if isinstance(item, str):
        yield Text(item)
        return
    if not isinstance(item, dict):
        yield OtherPart(item)
        return
    signature = loose.text(either(item, "thoughtSignature"))
    if item.get("thought") is True and isinstance(item.get("text"), str):
        yield Reasoning(item["text"], signature)
        return
    part = _read_plain(item)
    if signature and not isinstance(part, OtherPart):
        yield Reasoning("", signature)
    yield part


def _read_plain(item: dict[str, Json]) -> Part:
    call, response = either(item, "functionCall"), either(item, "functionResponse")
    inline, file = loose.mapping(either(item, "inlineData")), loose.mapping(either(item, "fileData"))
    if isinstance(call, dict):
        return arguments.call_from_any(
            loose.text(call.get("id")), loose.text(call.get("name")), call.get("args")
        )
    if isinstance(response, dict):
        said = response.get("response")
        is_error = isinstance(said, dict) and list(said) == ["error"]
        return ToolResponse(
            loose.text(response.get("id")), said, loose.text(response.get("name")), is_error=is_error
        )
    if isinstance(item.get("text"), str):
        return Text(item["text"])
    mime_type = loose.text(either(inline or file, "mimeType"))
    kind = mime_type.partition("/")[0] or "file"
    if isinstance(inline.get("data"), str):
        return Media(kind, mime_type, data=inline["data"])
    if isinstance(either(file, "fileUri"), str):
        return Media(kind, mime_type, uri=loose.text(either(file, "fileUri")))
    return OtherPart(item)


def write_messages(messages: Sequence[Message], *, model: str = "") -> list[Json]:
    """The contents of a talk, sides taking turns. Instructions are none of them, wherever they stand."""
    version = _SIGNING.search(model)
    signs = version is not None and int(version[1]) >= _SIGNING_VERSION_MIN
    written: list[dict[str, Json]] = []
    for message in _named(messages):
        if is_instruction(message):
            continue
        role = "model" if message.role is Role.ASSISTANT else "user"
        parts = list(write_parts(message.parts, signs=signs and role == "model"))
        if not parts:
            continue
        if written and written[-1]["role"] == role:
            written[-1]["parts"] += parts
        else:
            written.append({"role": role, "parts": parts})
    return list(written)


def write_parts(parts: Iterable[Part], *, signs: bool = False) -> Iterator[Json]:
    """With `signs` the first call of the turn goes out signed, be it by the words that stand for a signature."""
    signature = ""
    unsigned = signs
    for part in parts:
        if isinstance(part, Reasoning):
            signature = signature if part.text else part.signature
            if part.text and part.signature:  # what nobody signed, or another model thought, is not Google's
                yield {"text": part.text, "thought": True, "thoughtSignature": part.signature}
            continue
        for written in _write_part(part):
            if "functionCall" in written:
                signature = signature or (UNSIGNED if unsigned else "")
                unsigned = False
            yield written | ({"thoughtSignature": signature} if signature else {})
        signature = ""


def _write_part(part: Part) -> Iterator[dict[str, Json]]:
    match part:
        case Text(text) if text:
            yield {"text": text}
        case ToolCall():
            id_: dict[str, Json] = {"id": part.id} if part.id else {}
            yield {"functionCall": {**id_, "name": part.name, "args": write_arguments(part)}}
        case ToolResponse():
            id_ = {"id": part.id} if part.id else {}
            yield {"functionResponse": {**id_, "name": part.name, "response": _write_result(part)}}
        case Media():
            mime_type = part.mime_type or f"{part.kind}/*"
            if part.uri:
                yield {"fileData": {"mimeType": mime_type, "fileUri": part.uri}}
            else:
                yield {"inlineData": {"mimeType": mime_type, "data": part.data}}
        case OtherPart(value) if isinstance(value, dict) and "type" not in value:
            yield value  # parts of the other shapes have a type, and are refused


def write_arguments(call: ToolCall) -> Json:
    """Arguments must be an object here; broken ones are told as the text that they are."""
    return call.arguments if isinstance(call.arguments, dict) else {"INVALID_JSON": arguments.raw_text(call)}


def _write_result(response: ToolResponse) -> Json:
    if isinstance(response.result, dict):
        return response.result
    return {"error" if response.is_error else "output": response.result}


def _named(messages: Sequence[Message]) -> Iterator[Message]:
    """The messages with the name of its call in each result: other shapes name it by its id alone."""
    waiting: list[ToolCall] = []
    for message in messages:
        parts: list[Part] = []
        for part in message.parts:
            if isinstance(part, ToolCall):
                waiting.append(part)
            elif isinstance(part, ToolResponse):
                same = [at for at, call in enumerate(waiting) if call.id == part.id]
                alike = [at for at in same if waiting[at].name == part.name] or same
                if alike:
                    asked = waiting.pop(alike[-1] if part.id else alike[0])
                    part = replace(part, name=part.name or asked.name)  # noqa: PLW2901
            parts.append(part)
        yield replace(message, parts=tuple(parts))
