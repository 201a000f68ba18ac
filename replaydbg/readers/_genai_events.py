"""GenAI content that was recorded as events: log records, span events, or the `events` attribute of older Logfire.

`gen_ai.{system,user,assistant,tool}.message` are the prompt in order, `gen_ai.choice` is the reply. The newer single
event `gen_ai.client.inference.operation.details` carries the attributes that a span would. Strands Agents writes the
blocks of Bedrock's Converse as the text of contents, and what a tool was given and gave as such events, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from replaydbg.core.message import Json, Message, Part, Role, ToolCall, ToolResponse
from replaydbg.readers._attributes import whole
from replaydbg.readers._span import Event, merged
from replaydbg.wire import arguments, bedrock_converse, genai, loose

OPERATION_DETAILS = "gen_ai.client.inference.operation.details"
CHOICE = "gen_ai.choice"
_CONTENT = "gen_ai.event.content"
_PROMPT = {
    "gen_ai.system.message": Role.SYSTEM,
    "gen_ai.user.message": Role.USER,
    "gen_ai.assistant.message": Role.ASSISTANT,
    "gen_ai.tool.message": Role.TOOL,
}


def prompt(events: Sequence[Event]) -> tuple[Message, ...] | None:
    """The prompt that the events tell; None where none is part of one, or all are without what was said.

    Instrumentations leave contents out unless they are told otherwise: such events say that somebody spoke, not what.
    """
    said = [event for event in events if event.name in _PROMPT]
    if not any(_is_told(event.fields) for event in said):
        return None
    return tuple(_message(_PROMPT[event.name], event.fields) for event in said)


def reply(events: Sequence[Event]) -> Message | None:
    """The first choice; further choices were never part of the conversation."""
    choices = [event.fields for event in events if event.name == CHOICE]
    first = [fields for fields in choices if not whole(fields.get("index"))]
    found = merged([_choice(fields) for fields in first])
    # Nothing was said, or nothing of what was said was recorded: the prompt tells.
    return found if found is None or found.parts or prompt(events) is not None else None


def opened(events: Sequence[Event]) -> list[Event]:
    """The events with what Azure's clients put into one attribute of theirs, as JSON text, told as others tell it."""
    return [_opened(event) if _CONTENT in event.fields else event for event in events]


def _opened(event: Event) -> Event:
    said = loose.parsed(event.fields[_CONTENT])
    if not isinstance(said, dict):
        return Event(event.name, {**event.fields, "content": said})
    return Event(event.name, {**event.fields, **said})


def details(events: Sequence[Event]) -> dict[str, Json]:
    """The attributes that events of the span carry for it."""
    return {
        key: value
        for event in events
        if event.name == OPERATION_DETAILS
        for key, value in event.fields.items()
    }


def given(events: Sequence[Event]) -> Json:
    """What a tool was given, None where no event of its execution tells."""
    return next(
        (event.fields.get("content") for event in events if event.name == "gen_ai.tool.message"), None
    )


def returned(events: Sequence[Event]) -> Json:
    """What a tool gave, None where no event of its execution tells."""
    said = next((event.fields.get("message") for event in events if event.name == CHOICE), None)
    if bedrock_converse.parts_in(said) is None:
        return said
    return bedrock_converse.read_result(loose.parsed(said))


def content_of(events: Sequence[Event], *, prompts: bool) -> Json:
    """What events say that an agent was given, or that it gave: the one thing, or all of them in order."""
    key = "content" if prompts else "message"
    said = [
        event.fields.get(key)
        for event in events
        if (event.name in _PROMPT if prompts else event.name == CHOICE)
    ]
    told = [loose.parsed(value) for value in said if value is not None]
    return told[0] if len(told) == 1 else told or None


def from_attribute(value: Json) -> list[Event]:
    """Events out of the list that older Logfire writes: each names itself under `event.name`."""
    if not isinstance(value, list):
        return []
    named = [item for item in value if isinstance(item, dict) and isinstance(item.get("event.name"), str)]
    return [Event(item["event.name"], item) for item in named]


def _is_told(fields: Mapping[str, Json]) -> bool:
    calls = [
        loose.mapping(loose.mapping(call).get("function"))
        for call in loose.sequence(fields.get("tool_calls"))
    ]
    return fields.get("content") is not None or any("arguments" in call for call in calls)


def _message(role: Role, fields: Mapping[str, Json]) -> Message:
    said = genai.role(fields.get("role"))
    role = role if said is Role.UNKNOWN else said
    blocks = bedrock_converse.parts_in(fields.get("content"))
    if blocks is not None and (
        role is not Role.TOOL or any(isinstance(part, ToolResponse) for part in blocks)
    ):
        return Message(role, (*blocks, *_calls(fields)))
    if role is Role.TOOL:
        id_, name = loose.text(fields.get("id", fields.get("tool_call_id"))), loose.text(fields.get("name"))
        return Message(role, (ToolResponse(id_, fields.get("content"), name=name),))
    return Message(role, (*genai.read_parts(fields.get("content") or None), *_calls(fields)))


def _choice(fields: Mapping[str, Json]) -> Message:
    inner = fields.get("message")
    said = {**fields, **inner} if isinstance(inner, dict) else fields
    if isinstance(inner, str):
        said = {**fields, "content": inner}
    message = _message(Role.ASSISTANT, said)
    finish = fields.get("finish_reason")
    return Message(Role.ASSISTANT, message.parts, finish_reason=finish if isinstance(finish, str) else "")


def _calls(fields: Mapping[str, Json]) -> list[Part]:
    calls: list[Part] = []
    for call in loose.sequence(fields.get("tool_calls")):
        function = loose.mapping(call).get("function")
        if isinstance(function, dict):
            id_, name = loose.text(call.get("id")), loose.text(function.get("name"))
            known = (
                "arguments" in function
            )  # else contents were left out, which is not to say that there were none
            calls.append(
                arguments.call_from_any(id_, name, function["arguments"]) if known else ToolCall(id_, name)
            )
    return calls
