"""Steps as plain JSON documents and back: what `show --output json` prints and what an edit points into.

A message with text and calls reads as OpenAI's chat shape does (`content`, `tool_calls`), since that is what people
write pointers for; a message with anything else lists its `parts`. Documents of unedited messages are never read
back: `edited_step` keeps the recorded `Message` wherever the document still says the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from replaydbg.core import pointer
from replaydbg.core.branch import Edit
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
from replaydbg.core.step import Body, Kind, PlainBody, Step, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import arguments as argument_text

EDITABLE = {
    Kind.MODEL_CALL: ("messages", "model", "params", "tools", "output", "tool_calls"),
    Kind.TOOL_EXECUTION: ("tool_calls", "result"),
}
"""First tokens of the pointers that can be edited, by kind. The rest of a step is history."""


class EditRefusedError(ValueError):
    """The edit does not fit the step. The message is a sentence for the person who made it."""


def step_summary(step: Step, findings: Sequence[str] = ()) -> dict[str, Json]:
    """One row of `show --output json`."""
    body = step.body
    return {
        "number": step.number,
        "id": step.id,
        "parent_id": step.parent_id,
        "kind": str(step.kind),
        "name": step.name,
        "agent": step.agent or None,
        "model": step.model or None,
        "started_at": None if step.started_ns is None else timestamp(step.started_ns),
        "duration_ms": step.duration_ms,
        "status": str(step.status),
        "tool_calls": [call_document(call) for call in step.tool_calls],
        "result": body.result if body.has_result else None,
        "usage": usage_document(body.usage),
        "cost_usd": step.cost_usd,
        "error": body.error or None,
        "findings": list(findings),
    }


def step_document(step: Step, findings: Sequence[str] = ()) -> dict[str, Json]:
    """The whole step, as `show --step --output json` prints it; edits point into this."""
    body = step.body
    document = step_summary(step, findings)
    if step.kind is Kind.MODEL_CALL:
        document |= {
            "response_model": body.response_model or None,
            "provider": body.provider or None,
            "params": dict(body.params),
            "messages": None if body.messages is None else [message_document(item) for item in body.messages],
            "output": None if body.output is None else output_document(body.output),
            "tools": None if body.tools is None else [tool_document(tool) for tool in body.tools],
        }
    elif step.kind is Kind.TOOL_EXECUTION:
        document["has_result"] = body.has_result
    else:
        document |= {"input": body.input, "output": body.output_value}
    return document


def timestamp(unix_ns: int) -> str:
    """ISO 8601 in UTC with microseconds; out-of-range times of broken traces are shown as the number they are."""
    try:
        return datetime.fromtimestamp(unix_ns / 1e9, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return str(unix_ns)


def usage_document(usage: Usage) -> dict[str, int | None]:
    names = ("input_tokens", "output_tokens", "cache_read_tokens", "reasoning_tokens")
    return {name: getattr(usage, name) for name in names}


def call_document(call: ToolCall) -> dict[str, Json]:
    return {"id": call.id, "name": call.name, "arguments": call.arguments, "arguments_raw": call.raw}


def tool_document(tool: ToolSpec) -> dict[str, Json]:
    return {"name": tool.name, "description": tool.description, "parameters": tool.schema}


def output_document(message: Message) -> dict[str, Json]:
    """The reply without its tool calls: those stand in `tool_calls` of the step, in one place only."""
    reasoning = "\n".join(part.text for part in message.parts if isinstance(part, Reasoning))
    return {
        "role": str(message.role),
        "content": message.text if any(isinstance(part, Text) for part in message.parts) else None,
        "reasoning": reasoning or None,
        "finish_reason": message.finish_reason or None,
    }


def message_document(message: Message) -> dict[str, Json]:
    document: dict[str, Json] = {"role": str(message.role)}
    if message.name:
        document["name"] = message.name
    parts = message.parts
    calls = message.tool_calls
    texts = parts[: len(parts) - len(calls)]
    if len(parts) == 1 and isinstance(parts[0], ToolResponse):
        response = parts[0]
        document |= {"tool_call_id": response.id, "content": response.result}
        if response.is_error:
            document["is_error"] = True
    elif len(texts) <= 1 and all(isinstance(part, Text) for part in texts) and parts[len(texts) :] == calls:
        document["content"] = message.text if texts else None
        if calls:
            document["tool_calls"] = [call_document(call) for call in calls]
    else:
        document["parts"] = [part_document(part) for part in parts]
    return document


def part_document(part: Part) -> dict[str, Json]:
    match part:
        case Text(text):
            return {"type": "text", "text": text}
        case Reasoning(text, signature):
            return {"type": "reasoning", "text": text, "signature": signature}
        case ToolCall():
            return {"type": "tool_call", **call_document(part)}
        case ToolResponse():
            return {"type": "tool_response", "id": part.id, "result": part.result, "is_error": part.is_error}
        case Media():
            size = {"data": part.data} if part.data else {}
            return {"type": "media", "kind": part.kind, "mime_type": part.mime_type, "uri": part.uri, **size}
        case OtherPart(value):
            return {"type": "other", "value": value}


def edited_step(step: Step, edits: Iterable[Edit]) -> Step:
    """The step after the edits, in order. Raises EditRefusedError with a sentence."""
    before = step_document(step)
    document = before
    for edit in edits:
        _check_place(step, edit.pointer)
        try:
            found = pointer.get(document, edit.pointer)
        except pointer.PointerError:
            found = None
        if found != edit.before:
            raise EditRefusedError(f"{edit.pointer} of step #{step.number} is not what the edit was made for")
        try:
            document = pointer.replace(document, edit.pointer, edit.after)
        except pointer.PointerError as error:
            raise EditRefusedError(str(error)) from error
    try:
        return _read_back(step, before, document)
    except (TypeError, AttributeError, KeyError, ValueError) as error:
        raise EditRefusedError(f"step #{step.number} cannot be made of that: {error}") from error


def make_edit(step: Step, place: str, value: Json) -> Edit:
    """The edit that puts `value` at `place` of the recorded step. Raises EditRefusedError."""
    _check_place(step, place)
    document = step_document(step)
    try:
        pointer.replace(document, place, value)
    except pointer.PointerError as error:
        raise EditRefusedError(str(error)) from error
    try:
        before = pointer.get(document, place)
    except pointer.PointerError:
        before = None  # a new key: nothing stood there
    edit = Edit(step.id, place, before, value)
    edited_step(step, (edit,))
    return edit


def _check_place(step: Step, place: str) -> None:
    try:
        path = pointer.tokens(place)
    except pointer.PointerError as error:
        raise EditRefusedError(str(error)) from error
    editable = EDITABLE.get(step.kind, ())
    if not path or path[0] not in editable:
        places = ", ".join("/" + name for name in editable)
        what = f"can be edited at {places}" if places else "has nothing that can be edited"
        raise EditRefusedError(f"{place or 'the whole step'}: step #{step.number} ({step.kind}) {what}")


def _read_back(step: Step, before: Mapping[str, Json], after: Mapping[str, Json]) -> Step:
    old = step.body
    if step.kind is Kind.TOOL_EXECUTION:
        calls = _read_calls(before["tool_calls"], after["tool_calls"], step.tool_calls)
        has_result = old.has_result or after["result"] != before["result"]
        body = _plain(old, call=calls[0] if calls else None, has_result=has_result, result=after["result"])
        return replace(step, body=body)
    output = old.output
    if after["output"] != before["output"] or after["tool_calls"] != before["tool_calls"]:
        output = _read_output(output, before, after)
    body = _plain(
        old,
        messages=_read_messages(before["messages"], after["messages"], old.messages),
        output=output,
        tools=_read_tools(before["tools"], after["tools"], old.tools),
        params=dict(_mapping(after["params"], "/params")),
    )
    model = after["model"] or ""
    if not isinstance(model, str):
        raise TypeError("model must be a string")
    return replace(step, model=model, body=body)


def _mapping(value: Json, place: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TypeError(f"{place} must be an object")
    return value


def _sequence(value: Json, place: str) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(f"{place} must be a list")
    return value


def _read_tools(
    before: Sequence[Json] | None, after: Json, old: tuple[ToolSpec, ...] | None
) -> tuple[ToolSpec, ...] | None:
    """An offer that the edit left alone keeps its provider's own shape; one that it changed has lost it."""
    if after is None:
        return None
    known = list(zip(before or (), old or (), strict=False))
    tools = []
    for document in _sequence(after, "/tools"):
        same = next((spec for was, spec in known if was == document), None)
        if same is not None:
            tools.append(same)
            continue
        if not isinstance(document, dict) or not isinstance(document.get("name"), str):
            raise TypeError("a tool has a name, a description and parameters")
        tools.append(
            ToolSpec(document["name"], document.get("description") or "", document.get("parameters"))
        )
    return tuple(tools)


def _plain(body: Body, **changes: Any) -> PlainBody:
    fields = {name: getattr(body, name) for name in PlainBody.__slots__}
    return PlainBody(**{**fields, **changes})


def _read_messages(
    before: Sequence[Json] | None, after: Json, old: Sequence[Message] | None
) -> tuple[Message, ...] | None:
    if after is None:
        return None
    kept = list(zip(before or (), old or (), strict=False))
    documents = _sequence(after, "/messages")
    if len(documents) == len(kept):
        pairs = zip(documents, kept, strict=True)
        return tuple(was[1] if was[0] == document else read_message(document, was) for document, was in pairs)
    # Messages were added or removed: the others are those that they were, in their order.
    messages, at = [], 0
    for document in documents:
        same = next((index for index in range(at, len(kept)) if kept[index][0] == document), None)
        messages.append(read_message(document) if same is None else kept[same][1])
        at = at if same is None else same + 1
    return tuple(messages)


def read_message(document: Json, recorded: tuple[Json, Message] | None = None) -> Message:
    """A message from its document; raw arguments that the edit left alone are kept. Raises TypeError, KeyError."""
    if not isinstance(document, dict):
        raise TypeError("a message is an object with role and content")
    try:
        role = Role(document.get("role", "user"))
    except ValueError as error:
        raise TypeError(f"{document.get('role')!r} is no role; there is {', '.join(Role)}") from error
    old_document, old = recorded or ({}, Message(role))
    name = document.get("name") or ""
    if "parts" in document:
        return replace(old, role=role, parts=_read_parts(document, old_document, old), name=name)
    if "tool_call_id" in document:
        was = next(iter(old.tool_responses), None)
        response = ToolResponse(
            document["tool_call_id"],
            document.get("content"),
            # The document does not show the name; an answer to the same call has the same one.
            name=was.name if was is not None and was.id == document["tool_call_id"] else "",
            is_error=bool(document.get("is_error")),
        )
        return replace(old, role=role, parts=(response,), name=name)
    content = document.get("content")
    if content is not None and not isinstance(content, str):
        raise TypeError("content must be a string; to say more than text, give parts")
    texts: tuple[Part, ...] = () if content is None else (Text(content),)
    calls = _read_calls(
        old_document.get("tool_calls") or [], document.get("tool_calls") or [], old.tool_calls
    )
    return replace(old, role=role, parts=texts + calls, name=name)


def _read_parts(document: Json, old_document: Json, old: Message) -> tuple[Part, ...]:
    was = list(zip(old_document.get("parts", ()), old.parts, strict=False))
    parts = []
    for index, part in enumerate(_sequence(document["parts"], "parts")):
        recorded = was[index] if index < len(was) else None
        same = recorded is not None and recorded[0] == part
        parts.append(recorded[1] if same and recorded is not None else _read_part(part, recorded))
    return tuple(parts)


def _read_part(document: Json, recorded: tuple[Json, Part] | None = None) -> Part:
    kind = document["type"]
    match kind:
        case "text":
            return Text(document["text"])
        case "reasoning":
            return Reasoning(document["text"], document.get("signature", ""))
        case "tool_call":
            was = recorded[0] if recorded is not None and isinstance(recorded[1], ToolCall) else {}
            return _read_call(document, was)
        case "tool_response":
            return ToolResponse(document["id"], document["result"], is_error=bool(document.get("is_error")))
        case "media":
            return Media(
                document["kind"],
                document.get("mime_type", ""),
                document.get("uri", ""),
                document.get("data", ""),
            )
        case "other":
            return OtherPart(document["value"])
    raise TypeError(f"{kind!r} is no type of part")


def _read_calls(before: Sequence[Json], after: Json, old: tuple[ToolCall, ...]) -> tuple[ToolCall, ...]:
    calls = []
    for index, document in enumerate(_sequence(after, "/tool_calls")):
        was = before[index] if index < len(before) else {}
        calls.append(old[index] if was and document == was else _read_call(document, was))
    return tuple(calls)


def _read_call(document: Json, was: Mapping[str, Json]) -> ToolCall:
    """The call as edited. Text and value of its arguments say the same, or the one that was edited counts."""
    if not isinstance(document.get("name"), str):
        raise TypeError("a tool call needs a name")
    id_, name = document.get("id") or "", document["name"]
    arguments, raw = document.get("arguments"), document.get("arguments_raw")
    if isinstance(raw, str):
        spelled = argument_text.call_from_raw(id_, name, raw)
        if spelled.arguments == arguments or arguments == was.get("arguments"):
            return spelled
    return ToolCall(id_, name, {} if arguments is None else arguments)


_OUTPUT_FIELDS = frozenset({"role", "content", "reasoning", "finish_reason", "tool_calls"})


def _read_output(old: Message | None, before: Mapping[str, Json], after: Mapping[str, Json]) -> Message:
    """The edited reply. Its reasoning is dropped: signed thoughts of a turn that was altered are refused by providers."""
    old = old or Message(Role.ASSISTANT)
    document = _mapping(after["output"] or {}, "/output")
    was = before["output"] or {"role": str(old.role)}
    for fixed in ("role", "reasoning"):
        if document.get(fixed, was.get(fixed)) != was.get(fixed):
            raise TypeError(f"/output/{fixed} is kept as recorded; edit /output/content or /tool_calls")
    content = document.get("content")
    if content is not None and not isinstance(content, str):
        raise TypeError("/output/content must be a string")
    if unknown := sorted(document.keys() - _OUTPUT_FIELDS):
        raise TypeError(f"/output has no {', '.join(unknown)}; it has {', '.join(sorted(_OUTPUT_FIELDS))}")
    # People write a message as providers do, with the calls inside.
    asked = document.get("tool_calls", after["tool_calls"])
    calls = _read_calls(before["tool_calls"], asked, old.tool_calls)
    others = tuple(part for part in old.parts if not isinstance(part, (Text, Reasoning, ToolCall)))
    texts: tuple[Part, ...] = () if content is None else (Text(content),)
    finish = document.get("finish_reason") or ""
    if asked != before["tool_calls"]:
        finish = "tool_calls" if calls else "stop"
    return replace(old, parts=texts + others + calls, finish_reason=finish)
