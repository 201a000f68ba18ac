"""What of a step can be edited, as texts to put before a person, and what is wrong with a text that they typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from replaydbg import schema
from replaydbg.codec import call_document, message_document
from replaydbg.core.message import (
    Json,
    Media,
    Message,
    OtherPart,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.core.step import Kind
from replaydbg.views.blocks import as_json, one_line
from replaydbg.views.subject import Subject

_WHOLE_PROMPT = "/messages"
_ALL_CALLS = "/tool_calls"


class Form(StrEnum):
    """How a text stands for a value."""

    TEXT = "text"
    """The value is the text."""
    JSON = "json"
    """The value is what the text says as JSON."""
    JSON_TEXT = "json text"
    """The value is the text, and the text should be JSON."""


@dataclass(frozen=True, slots=True)
class Part:
    """One editable place of a step. `schema` is what its value should satisfy, None where that is not known."""

    label: str
    place: str
    value: Json
    form: Form
    schema: Json = None
    schema_source: str = ""

    @property
    def text(self) -> str:
        if self.form is Form.JSON:
            return json.dumps(self.value, ensure_ascii=False, indent=2)
        return self.value if isinstance(self.value, str) else ""

    @property
    def preview(self) -> str:
        """The beginning, on one line."""
        text = one_line(self.value) if self.form is Form.JSON else self.text
        return " ".join(text[:200].split())


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a text: where (line and column from 1, 0 where that cannot be said) and what.

    `fatal` problems make the text unusable; the others are the person's to decide: a debugger must let people break things.
    """

    message: str
    fatal: bool
    line: int = 0
    column: int = 0


def parts(subject: Subject) -> tuple[Part, ...]:
    """The editable places of the step, the likeliest first."""
    if subject.step.kind is Kind.MODEL_CALL:
        return tuple(_parts_of_model_call(subject))
    if subject.step.kind is Kind.TOOL_EXECUTION:
        body = subject.step.body
        calls = [_call_part(subject, call, 0) for call in subject.step.tool_calls]
        result = _value_part("result", "/result", body.result if body.has_result else "")
        return (*calls, result, *map(_name_part, subject.step.tool_calls, range(1)))
    return ()


def part_at(subject: Subject, place: str) -> Part | None:
    """The editable part that a place on the screen belongs to: it, or the nearest around it or inside it."""
    if not place:
        return None
    own = [part for part in parts(subject) if part.place not in (_WHOLE_PROMPT, _ALL_CALLS, _name_of(place))]
    around = [part for part in own if place == part.place or place.startswith(part.place + "/")]
    inside = [part for part in own if part.place.startswith(place + "/")]
    return max(around, key=lambda part: len(part.place), default=None) or (
        inside[0] if len(inside) == 1 else None
    )


def _parts_of_model_call(subject: Subject) -> Iterator[Part]:
    step = subject.step
    messages = step.body.messages or ()
    own = [part for index, message in enumerate(messages) for part in _message_parts(subject, message, index)]
    system = [part for part in own if part.label.startswith("system")]
    yield from system
    for number, call in enumerate(step.tool_calls):
        yield _call_part(subject, call, number)
    output = step.body.output
    yield Part("reply text", "/output/content", output.text if output else "", Form.TEXT)
    yield from reversed([part for part in own if part not in system])
    if messages:
        documents = [message_document(message) for message in messages]
        if not system:
            begun = [{"role": "system", "content": ""}, *documents]
            yield Part("add a system prompt", _WHOLE_PROMPT, begun, Form.JSON)
        yield Part("all messages: add, remove", _WHOLE_PROMPT, documents, Form.JSON)
    yield from map(_name_part, step.tool_calls, range(len(step.tool_calls)))
    if output is not None:
        yield Part(
            "all tool calls: add, remove", _ALL_CALLS, list(map(call_document, step.tool_calls)), Form.JSON
        )
    yield Part("model", "/model", step.model, Form.TEXT)
    yield Part("parameters", "/params", dict(step.body.params), Form.JSON)
    if step.body.tools is not None:
        tools = [
            {"name": tool.name, "description": tool.description, "parameters": tool.schema}
            for tool in step.body.tools
        ]
        yield Part("tools offered", "/tools", tools, Form.JSON)


def _message_parts(subject: Subject, message: Message, index: int) -> Iterator[Part]:
    place = f"/messages/{index}"
    role = "system prompt" if message.role in (Role.SYSTEM, Role.DEVELOPER) else f"{message.role} message"
    label = role if role == "system prompt" and index == 0 else f"{role} {index + 1}"
    texts = [part for part in message.parts if isinstance(part, Text)]
    if len(message.parts) == 1 and isinstance(message.parts[0], ToolResponse):
        response = message.parts[0]
        name = subject.call_name(response.id, index) or response.name
        yield _value_part(
            f"result {name} {index + 1}".replace("  ", " "), f"{place}/content", response.result
        )
    elif len(message.parts) == 1 and texts:
        yield Part(label, f"{place}/content", texts[0].text, Form.TEXT)
    else:
        for number, part in enumerate(message.parts):
            at = f"{place}/parts/{number}"
            match part:
                case Text(text) if not message.tool_calls:
                    yield Part(f"{label}, part {number + 1}", at + "/text", text, Form.TEXT)
                case ToolResponse():
                    yield _value_part(
                        f"result {number + 1} of message {index + 1}", at + "/result", part.result
                    )
                case Text() | Reasoning() | ToolCall() | Media() | OtherPart():
                    pass  # a turn of the model is edited at the call that made it


def _call_part(subject: Subject, call: ToolCall, number: int) -> Part:
    place = f"/tool_calls/{number}"
    spec = subject.spec(call.name)
    schema = spec.spec.schema if spec else None
    source = str(spec.source) if spec and schema is not None else ""
    label = f"arguments of {call.name}"
    if call.problem is not None:
        return Part(label, place + "/arguments_raw", call.raw or "", Form.JSON_TEXT, schema, source)
    return Part(label, place + "/arguments", call.arguments, Form.JSON, schema, source)


def _name_part(call: ToolCall, number: int) -> Part:
    return Part(f"name of the tool {call.name}", f"{_ALL_CALLS}/{number}/name", call.name, Form.TEXT)


def _name_of(place: str) -> str:
    """The place of the name of the call at this place: who points at a call means what it says."""
    return f"{place}/name" if place.startswith(_ALL_CALLS) else ""


def _value_part(label: str, place: str, value: Json) -> Part:
    if not isinstance(value, str):
        return Part(label, place, value, Form.JSON)
    return Part(label, place, value, Form.JSON_TEXT if as_json(value) is not None else Form.TEXT)


def read(part: Part, text: str) -> Json:
    """The value that the text stands for. Raises ValueError where `problems` has a fatal one."""
    return json.loads(text) if part.form is Form.JSON else text


def problems(part: Part, text: str) -> tuple[Problem, ...]:
    """What is wrong with the text: JSON first, then the schema where one is known."""
    if part.form is Form.TEXT:
        return ()
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg}"
        return (Problem(message, part.form is Form.JSON, error.lineno, error.colno),)
    except RecursionError:
        return (Problem("nested too deep", fatal=True),)
    if part.schema is None:
        return ()

    return tuple(
        Problem(f"{violation.pointer.lstrip('/') or 'arguments'}: {violation.message}", fatal=False)
        for violation in schema.violations(part.schema, value)
    )
