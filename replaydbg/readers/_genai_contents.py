"""What frameworks that speak the conventions' words keep under words of their own: contents, and what a span is.

Google's ADK, Spring AI, LiveKit, AgentOps, Laminar, Agenta, OpenLIT, Azure's inference client, Mozilla's any-agent. Where the
conventions' own attributes say something, those are right; here is what is looked at when they do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from replaydbg.core.message import Json, Message, Role, Text, ToolCall
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Kind
from replaydbg.core.tool import ToolSpec
from replaydbg.readers._attributes import Attributes
from replaydbg.readers._span import Event
from replaydbg.wire import arguments, genai, google_generate, loose, mixed_messages

# ---- what a span is ---------------------------------------------------------------------------------------------

_WORDS = {
    "llm": Kind.MODEL_CALL,
    "chat": Kind.MODEL_CALL,
    "completion": Kind.MODEL_CALL,
    "tool": Kind.TOOL_EXECUTION,
    "tool_call": Kind.TOOL_EXECUTION,
    "agent": Kind.AGENT_INVOCATION,
    "retriever": Kind.RETRIEVAL,
}
_KIND_KEYS = ("agentops.span.kind", "lmnr.span.type", "spring.ai.kind", "ag.type.node")
TOOL_NAMES = ("lk.function_tool.name", "spring.ai.tool.definition.name")
_HAYSTACK_TYPE = "haystack.component.type"
STEP_NAMES = ("haystack.component.name",)
"""What a step is called, where all spans are called the same."""
WANTED = frozenset({*_KIND_KEYS, *TOOL_NAMES, *STEP_NAMES, _HAYSTACK_TYPE})
"""Each says the same few things again and again."""


def kind(wanted: Mapping[str, Json], name: str) -> Kind | None:
    for key in _KIND_KEYS:
        word = wanted.get(key)
        if isinstance(word, str):
            return _WORDS.get(word.lower())
    if any(wanted.get(key) for key in TOOL_NAMES):
        return Kind.TOOL_EXECUTION
    if loose.text(wanted.get(_HAYSTACK_TYPE)).endswith("Generator"):
        return Kind.MODEL_CALL
    is_of_adk = name == "call_llm" and "gen_ai.request.model" in wanted
    return Kind.MODEL_CALL if is_of_adk else None


# ---- tools ------------------------------------------------------------------------------------------------------

GIVEN = (
    "gcp.vertex.agent.tool_call_args", "spring.ai.tool.call.arguments", "lk.function_tool.arguments",
    "lk.pii.function_tool.arguments", "gen_ai.tool.args", "gen_ai.tool.input", "lmnr.span.input", "agentops.entity.input",
    "tool.parameters", "ag.data.inputs",
)  # fmt: skip
GAVE = (
    "gcp.vertex.agent.tool_response", "spring.ai.tool.call.result", "lk.function_tool.output", "lk.pii.function_tool.output",
    "gen_ai.tool.output", "gen_ai.output", "lmnr.span.output", "agentops.entity.output", "tool.result", "ag.data.outputs",
)  # fmt: skip
CALL_IDS = ("lk.function_tool.id", "spring.ai.tool.call.id")
IS_ERROR = "lk.function_tool.is_error"
SCHEMAS = ("gen_ai.tool.json_schema", "spring.ai.tool.definition.schema")


# ---- model calls ------------------------------------------------------------------------------------------------

_ADK_ASKED, _ADK_CAME = "gcp.vertex.agent.llm_request", "gcp.vertex.agent.llm_response"
_ASKED = ("gen_ai.prompt", "lmnr.span.input", "agentops.entity.input", "ag.data.inputs")
_CAME = (
    "gen_ai.completion",
    "gen_ai.output",
    "lmnr.span.output",
    "agentops.entity.output",
    "ag.data.outputs",
)
_HAYSTACK_ASKED, _HAYSTACK_CAME = "haystack.component.input", "haystack.component.output"
_LIVEKIT_ASKED = ("lk.chat_ctx", "lk.pii.chat_ctx")
_LIVEKIT_SAID = ("lk.response.text", "lk.pii.response.text")
_LIVEKIT_CALLS = ("lk.response.function_calls", "lk.pii.response.function_calls")


def prompt(attributes: Attributes, events: Sequence[Event]) -> tuple[Message, ...] | None:
    request = _adk_request(attributes)
    if request is not None:
        return request.messages or None
    if _HAYSTACK_ASKED in attributes:
        asked = loose.mapping(attributes.json(_HAYSTACK_ASKED))
        told = asked.get("messages", asked.get("prompt"))
        return mixed_messages.messages(
            [_haystack_message(item) for item in told] if isinstance(told, list) else told
        )
    items = loose.mapping(_first(attributes, _LIVEKIT_ASKED)).get("items")
    if isinstance(items, list):
        return mixed_messages.messages([_livekit_item(loose.mapping(item)) for item in items])
    told = _first(attributes, _ASKED)
    if told is None:
        told = _of_event(events, "gen_ai.content.prompt", "gen_ai.prompt")
    if isinstance(told, str):
        return _spoken(told)
    if isinstance(told, list) and told and all(isinstance(item, str) for item in told):
        role = Role.USER if len(told) == 1 else Role.UNKNOWN  # nobody wrote down whose words they are
        return tuple(Message(role, (Text(str(item)),)) for item in told)
    return mixed_messages.messages(told) or None


def reply(attributes: Attributes, events: Sequence[Event]) -> Message | None:
    adk = attributes.json(_ADK_CAME) if _ADK_CAME in attributes else None
    if isinstance(adk, dict) and "content" in adk:
        finish = adk.get("finish_reason", adk.get("finishReason"))
        return google_generate.read_reply(
            {"candidates": [{"content": adk["content"], "finishReason": finish}]}
        ).message
    if _HAYSTACK_CAME in attributes:
        replies = loose.sequence(loose.mapping(attributes.json(_HAYSTACK_CAME)).get("replies"))
        return mixed_messages.reply(_haystack_message(replies[0])) if replies else None
    said = attributes.text(*_LIVEKIT_SAID)
    calls = list(_livekit_calls(_first(attributes, _LIVEKIT_CALLS)))
    if said or calls:
        return Message(Role.ASSISTANT, (*((Text(said),) if said else ()), *calls))
    told = _first(attributes, _CAME)
    if told is None:
        told = _of_event(events, "gen_ai.content.completion", "gen_ai.completion")
    if isinstance(told, list) and told and all(isinstance(item, str) for item in told):
        return Message(Role.ASSISTANT, (Text(str(told[0])),))
    if isinstance(told, list) and told and all("tool.name" in loose.mapping(item) for item in told):
        return Message(Role.ASSISTANT, tuple(map(_any_agent_call, told)))
    return None if told is None else mixed_messages.reply(told)


def tools(attributes: Attributes) -> tuple[ToolSpec, ...] | None:
    request = _adk_request(attributes)
    return request.tools or None if request is not None else None


def _adk_request(attributes: Attributes) -> ModelRequest | None:
    asked = attributes.json(_ADK_ASKED) if _ADK_ASKED in attributes else None
    if not isinstance(asked, dict) or "contents" not in asked:
        return None
    config = loose.mapping(asked.get("config"))
    system = config.get("system_instruction", config.get("systemInstruction"))
    body = {"contents": asked["contents"], "systemInstruction": system, "tools": config.get("tools")}
    return google_generate.read_request(body)


def _first(attributes: Attributes, keys: tuple[str, ...]) -> Json:
    return next((attributes.json(key) for key in keys if key in attributes), None)


def _of_event(events: Sequence[Event], name: str, key: str) -> Json:
    """What an event of the conventions' first age says; it holds a text, or JSON as text."""
    return next(
        (loose.parsed(event.fields[key]) for event in events if event.name == name and key in event.fields),
        None,
    )


_SPEAKER = re.compile(r"^(system|developer|user|assistant|tool): ?", re.MULTILINE)


def _spoken(text: str) -> tuple[Message, ...]:
    """OpenLIT writes a prompt as one text, each message behind its role; any other text is the user's."""
    if not _SPEAKER.match(text):
        return (Message(Role.USER, (Text(text),)),)
    pieces = _SPEAKER.split(text)[1:]
    return tuple(
        Message(genai.role(role), (Text(said.removesuffix("\n")),))
        for role, said in zip(pieces[::2], pieces[1::2], strict=False)
    )


def _haystack_message(item: Json) -> Json:
    """A message whose parts say what they are by their keys, in the words of the conventions."""
    message = loose.mapping(item)
    if not isinstance(message.get("content"), list):
        return item
    finish = loose.mapping(message.get("meta")).get("finish_reason")
    parts = [_haystack_part(loose.mapping(part)) for part in message["content"]]
    return {"role": message.get("role"), "parts": parts, "finish_reason": finish}


def _haystack_part(part: dict[str, Json]) -> Json:
    match part:
        case {"tool_call": {"tool_name": name, **call}}:
            return {
                "type": "tool_call",
                "id": call.get("id"),
                "name": name,
                "arguments": call.get("arguments"),
            }
        case {"tool_call_result": {"result": result, **told}}:
            id_ = loose.mapping(told.get("origin")).get("id")
            return {"type": "tool_call_response", "id": id_, "response": result}
        case {"text": str(text)}:
            return {"type": "text", "content": text}
    return part


def _any_agent_call(item: Json) -> ToolCall:
    call = loose.mapping(item)
    return arguments.call_from_any("", loose.text(call.get("tool.name")), call.get("tool.args"))


def _livekit_item(item: dict[str, Any]) -> Json:
    """An item of a chat context as the Responses API has them; images and audio stay parts of their own."""
    if item.get("type") != "message":
        return item
    parts = [
        part if isinstance(part, dict) else {"type": "text", "text": part}
        for part in loose.sequence(item.get("content"))
    ]
    return {"type": "message", "role": item.get("role"), "content": parts}


def _livekit_calls(value: Json) -> Iterator[ToolCall]:
    for item in loose.sequence(value):
        call = loose.mapping(loose.parsed(item))
        if call.get("name"):
            id_ = loose.text(call.get("call_id")) or loose.text(call.get("id"))
            yield arguments.call_from_any(id_, loose.text(call["name"]), call.get("arguments"))
