"""Messages as frameworks log them: whatever shape the application happened to use, told apart message by message.

Known: OpenAI Chat and Responses, Anthropic, Bedrock's Converse, GenAI and Gemini parts, LangChain (`{lc, kwargs}`,
`{type, data}` and the plain dump), the AI SDK (`tool-call`, `tool-result`), and the envelopes around them: `{messages}`,
`{contents}`, `{generations}`, `{choices}`, a batch of one, JSON as text. Reading only: nobody is sent such a mixture.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import (
    Json,
    Message,
    OtherPart,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.wire import (
    _anthropic_blocks,
    _openai_chat_messages,
    _openai_responses_items,
    arguments,
    bedrock_converse,
    genai,
    loose,
    openai_chat,
    openai_responses,
)

_LEVELS_MAX = 6
"""Envelopes inside envelopes: batch, generation, message, constructor, keyword arguments, text."""

_MESSAGES = ("messages", "contents", "input_messages", "prompt_messages", "prompt", "input")
_REPLIES = ("generations", "choices", "candidates", "message", "output", "response", "completion")
_ANTHROPIC = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking"})
_OPENAI = frozenset({"input_text", "output_text", "image_url", "input_audio"})
_RESPONSES = frozenset(
    {"function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"}
)
_LANGCHAIN = {"constructor", "human", "ai", "system", "tool", "function", "AIMessageChunk"}


def messages(value: Json) -> tuple[Message, ...] | None:
    """The prompt that a value holds; a bare text is the user's. None where nothing in it is a message."""
    found = _found(value, Role.USER, _MESSAGES)
    return None if found is None else tuple(_with_roles_that_name_tools(found))


def _with_roles_that_name_tools(found: tuple[Message, ...]) -> Iterator[Message]:
    """Langfuse's JavaScript callback writes a tool's name where the role of its response should be."""
    waiting: list[ToolCall] = []
    for message in found:
        call = next((call for call in waiting if call.name == message.name), None)
        if message.role is Role.UNKNOWN and call is not None:
            waiting.remove(call)
            yield Message(Role.TOOL, (ToolResponse(call.id, message.text, call.name),))
        else:
            waiting += message.tool_calls
            yield message


def reply(value: Json) -> Message | None:
    """The model's message that a value holds, the first of several candidates; a bare text is the model's."""
    whole = _reply_of_openai(loose.mapping(loose.parsed(value)))
    if whole is not None:
        return whole
    found = _found(value, Role.ASSISTANT, _REPLIES) or _found(value, Role.ASSISTANT, _MESSAGES)
    if not found:
        return None
    said = next((message for message in reversed(found) if message.role is Role.ASSISTANT), found[-1])
    role = Role.ASSISTANT if said.role is Role.UNKNOWN else said.role
    return Message(role, said.parts, said.name, said.finish_reason)


def _reply_of_openai(body: dict[str, Json]) -> Message | None:
    """What a server of OpenAI's answered, whole: why it ended stands outside of the message there."""
    match body:
        case {"choices": [{"message": {"role": str()}}, *_]}:
            return openai_chat.read_reply(body).message
        case {"object": "response", "output": [*_]}:
            return openai_responses.read_reply(body).message
    return None


def _found(value: Json, role: Role, keys: tuple[str, ...], level: int = 0) -> tuple[Message, ...] | None:
    if level > _LEVELS_MAX or value is None:
        return None
    if isinstance(value, str):
        inner = loose.parsed(value)
        if not isinstance(inner, str):
            return _found(inner, role, keys, level + 1)
        return (Message(role, (Text(inner),)),) if inner else None
    if isinstance(value, list):
        return _from_list(value, role, keys, level)
    if not isinstance(value, dict):
        return None
    if is_message(value):
        return (_read(value, role),)
    for key in (*keys, "content"):
        if key == "content" and not isinstance(value.get(key), dict):
            continue  # a text, or parts: below
        found = _found(value.get(key), role, keys, level + 1)
        if found:
            return (*_instructions(value), *found)
    return _own_text(value, role)


def _from_list(
    items: list[Json], role: Role, keys: tuple[str, ...], level: int
) -> tuple[Message, ...] | None:
    if not items:
        return ()
    if isinstance(items[0], list):  # LangChain's batches: the first is the one that was asked
        return _from_list(items[0], role, keys, level + 1) if level < _LEVELS_MAX else None
    if any(map(_is_item_of_responses, items)):
        return _openai_responses_items.read_messages(items)
    if all("toolCallId" in loose.mapping(item) for item in items):  # the calls of the AI SDK, alone
        return (Message(role, tuple(map(_call, items))),)
    if any(isinstance(item, dict) and is_message(item) for item in items):
        return tuple(_read(item, role) for item in items)
    if all(map(_is_part, items)):  # without a message around them
        return (Message(role, tuple(_part(item) for item in items)),)
    return _found(items[0], role, keys, level + 1)  # candidates: the first went into the conversation


def _is_part(value: Json) -> bool:
    """Whether this is a part of a message. LangChain's `ChatGeneration` names a type, too, and holds a message."""
    return isinstance(value, dict) and "type" in value and not isinstance(value.get("message"), dict)


def _is_item_of_responses(value: Json) -> bool:
    """Whether this is an item of OpenAI Responses that other shapes have not."""
    item = loose.mapping(value)
    kind = loose.text(item.get("type"))
    return kind in _RESPONSES or (kind == "reasoning" and isinstance(item.get("summary"), list))


def _instructions(value: dict[str, Json]) -> tuple[Message, ...]:
    text = value.get("system", value.get("instructions", value.get("system_instruction")))
    return (Message(Role.SYSTEM, (Text(text),)),) if isinstance(text, str) and text else ()


def _own_text(value: dict[str, Json], role: Role) -> tuple[Message, ...] | None:
    """A reply as its text and its calls, with no message around them: the AI SDK's and Mastra's results."""
    text = next((value[key] for key in ("text", "content") if isinstance(value.get(key), str)), "")
    calls = _calls(value)
    if not text and not calls:
        return None
    reasoning = loose.text(value.get("reasoningText")) or loose.text(value.get("reasoning"))
    parts: list[Part] = [Reasoning(reasoning)] if reasoning else []
    parts += [Text(text)] if text else []
    return (Message(role, (*parts, *calls), finish_reason=_finish(value)),)


def is_message(value: dict[str, Json]) -> bool:
    if isinstance(value.get("role"), str) and {"content", "parts", "tool_calls", "text"} & value.keys():
        return True
    if value.get("lc") and isinstance(value.get("kwargs"), dict):
        return True
    kind = value.get("type")
    return (
        isinstance(kind, str)
        and kind in _LANGCHAIN
        and ("content" in value or isinstance(value.get("data"), dict))
    )


def _read(value: Json, role: Role) -> Message:
    if not isinstance(value, dict):
        return (
            Message(role, (Text(value),))
            if isinstance(value, str)
            else Message(Role.UNKNOWN, (OtherPart(value),))
        )
    inner = value.get("kwargs") if value.get("lc") else value.get("data", value)
    said = inner if isinstance(inner, dict) else value
    own = _role(value, said)
    name = loose.text(said.get("name"))
    if own is Role.TOOL and (said.get("tool_call_id") or not isinstance(said.get("content"), list)):
        return Message(own, (_response(said, name),) if "parts" not in said else _parts(said))
    parts = _parts(said)
    known = {part.id for part in parts if isinstance(part, ToolCall) and part.id}
    parts += tuple(call for call in _calls(said) if not call.id or call.id not in known)
    if parts and all(isinstance(part, ToolResponse) for part in parts):
        own = Role.TOOL
    word = loose.text(said.get("role")) if own is Role.UNKNOWN else ""
    return Message(own, parts, name or word, _finish(said))


def _role(value: dict[str, Json], said: dict[str, Json]) -> Role:
    word = said.get("role") or said.get("type") or value.get("type")
    role = genai.role(loose.text(word).removesuffix("MessageChunk"))
    if role is not Role.UNKNOWN:
        return role
    path = value.get("id")  # LangChain's constructors: [..., "HumanMessage"]
    last = path[-1] if isinstance(path, list) and path else ""
    return genai.role(loose.text(last).partition("Message")[0])


def _response(said: dict[str, Json], name: str) -> ToolResponse:
    failed = said.get("status") == "error" or said.get("is_error") is True
    id_ = loose.text(said.get("tool_call_id")) or loose.text(said.get("id"))
    return ToolResponse(id_, said.get("content"), name, failed)


def _parts(said: dict[str, Json]) -> tuple[Part, ...]:
    content = next((said[key] for key in ("parts", "content", "text") if said.get(key) is not None), None)
    if isinstance(content, str):
        return (Text(content),) if content else ()
    if content is None:
        return ()
    return tuple(_part(item) for item in (content if isinstance(content, list) else [content]))


def _part(part: Json) -> Part:
    """One part, by the type it gives itself; a Gemini part gives none."""
    if not isinstance(part, dict):
        return Text(part) if isinstance(part, str) else OtherPart(part)
    kind = loose.text(part.get("type"))
    if kind in _ANTHROPIC:
        return _anthropic_blocks.read_block(part)
    if kind in _OPENAI:
        return _openai_chat_messages.read_part(part)
    if bedrock_converse.is_block(part):
        return bedrock_converse.read_block(part)
    match part:
        case {"type": "tool-call"}:
            return _call(part)
        case {"type": "tool-result"}:
            result = part.get("output", part.get("result"))
            if isinstance(result, dict) and result.keys() == {"type", "value"}:
                result = result["value"]
            name, failed = loose.text(part.get("toolName")), part.get("isError") is True
            return ToolResponse(loose.text(part.get("toolCallId")), result, name, failed)
        case {"type": "reasoning", "text": str(text)}:
            return Reasoning(text)
        case {"functionCall": dict(call)} | {"function_call": dict(call)}:
            return _call(call)
        case {"functionResponse": dict(said)} | {"function_response": dict(said)}:
            return ToolResponse(
                loose.text(said.get("id")), said.get("response"), loose.text(said.get("name"))
            )
        case {"text": str(text)}:
            return Reasoning(text) if part.get("thought") is True else Text(text)
    return genai.read_parts([part])[0]


def _calls(said: dict[str, Json]) -> list[ToolCall]:
    """The calls beside the content. LangChain keeps the raw text of arguments apart, and calls that it could not read."""
    beside = loose.mapping(said.get("additional_kwargs")).get("tool_calls")
    raw = {call.id: call for call in map(_call, loose.sequence(beside)) if call.id}
    listed = loose.sequence(loose.parsed(said.get("tool_calls", said.get("toolCalls"))))
    calls = [raw.pop(call.id, call) for call in map(_call, listed)]
    calls += [raw.pop(call.id, call) for call in map(_call, loose.sequence(said.get("invalid_tool_calls")))]
    return calls or list(raw.values())


def _call(call: Json) -> ToolCall:
    call = loose.mapping(call)
    function = call.get("function")
    named = function if isinstance(function, dict) else call
    id_ = next(
        (call[key] for key in ("id", "toolCallId", "tool_call_id") if isinstance(call.get(key), str)), ""
    )
    name = next((named[key] for key in ("name", "toolName") if isinstance(named.get(key), str)), "")
    value = next((named[key] for key in ("arguments", "args", "input") if key in named), None)
    return arguments.call_from_any(id_, name, value)


def _finish(said: dict[str, Json]) -> str:
    response = loose.mapping(said.get("response_metadata"))
    words = (said.get("finish_reason"), said.get("finishReason"), response.get("finish_reason"))
    return next((word for word in words if isinstance(word, str)), "")
