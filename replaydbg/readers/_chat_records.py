"""Records of raw chat logs: what in a JSON value is a recorded model call, and what a plain list of messages.

Loggers agree on nothing but the provider's own shapes, so the request and the response are looked for under the
names that proxies, client wrappers and cassettes give them. Whatever holds neither is a notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json, Message, Role, Text
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest, Sent
from replaydbg.readers import _bedrock_log, _chat_facts, _gateway_log, _salvage
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._said_before import SaidBefore
from replaydbg.wire import (
    anthropic_messages,
    bedrock_converse,
    google_generate,
    loose,
    openai_chat,
    openai_responses,
    sse,
)

_ROLES = frozenset({"system", "developer", "user", "human", "assistant", "ai", "tool", "function"})
_ITEM_TYPES = frozenset({"message", "function_call", "function_call_output", "reasoning", "custom_tool_call"})
_ANTHROPIC_BLOCKS = frozenset({"tool_use", "tool_result", "thinking", "redacted_thinking", "server_tool_use"})
_RESPONSE_KEYS = ("response", "output", "completion", "result", "reply", "response_body", "full_response")
_REQUEST_KEYS = ("request", "body", "input", "params", "inputs", "kwargs", "request_body", "full_request")
_LOGGER_KEYS = frozenset(
    {
        *_RESPONSE_KEYS, *_chat_facts.KEYS,
        "agent", "agent_name", "annotations", "call_type", "candidates", "choices", "content", "context_window",
        "createTime", "error", "id", "index", "kwargs", "metadata", "modelVersion", "model_parameters", "object",
        "optional_params", "promptFeedback", "request", "responseId", "role", "status", "stop_reason", "stop_sequence",
        "type", "usage", "usageMetadata",
    }
)  # fmt: skip
"""What stands beside the parameters of a call in a flat record and is none of them."""
_ASKED_KEYS = frozenset(
    {"contents", "functions", "input", "instructions", "messages", "model", "prompt", "system", "tools"}
)
"""All that counts of a flat record that keeps its parameters apart: who logs so much more has words of their own for it."""


class _Accumulator(Protocol):
    def feed(self, event: sse.Event) -> str: ...

    def reply(self) -> Reply: ...


class _Shape(Protocol):
    """A module of `wire`."""

    def read_request(self, body: Json) -> ModelRequest: ...

    def read_reply(self, body: Json) -> Reply: ...

    def read_messages(self, value: Json) -> tuple[Message, ...]: ...

    def Accumulator(self) -> _Accumulator: ...  # noqa: N802 - a class, called


SHAPES: Mapping[str, _Shape] = {
    "chat": openai_chat,
    "anthropic": anthropic_messages,
    "responses": openai_responses,
    "google": google_generate,
    "bedrock": bedrock_converse,
}


_SHAPE_OF_ADDRESS = (
    ("/messages", "anthropic"),
    ("/responses", "responses"),
    ("/completions", "chat"),
    ("/converse", "bedrock"),
    ("/converse-stream", "bedrock"),
)


@dataclass(frozen=True, slots=True)
class Call:
    """A recorded model call; `path` leads to it inside its record. `output` is None where no reply was recorded."""

    path: tuple[str | int, ...]
    messages: tuple[Message, ...]
    output: Message | None
    facts: Facts
    session: str = ""
    response_id: str = ""
    previous_id: str = ""
    """Of the response that this call goes on from; its messages are the new ones only."""
    conversation_id: str = ""
    """Of the talk that the provider keeps: this call goes on from the last one of it, as with `previous_id`."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A plain list of messages: every reply in it is a call that the log keeps as a message only."""

    path: tuple[str | int, ...]
    messages: tuple[Message, ...]
    facts: Facts
    """Of every reply in it."""
    id: str = ""
    each: tuple[Facts, ...] = ()
    """What the messages say of themselves (model, usage, time), one for each; () where they say nothing."""


def recognise(
    value: Json, place: str, notices: list[Notice], before: SaidBefore | None = None
) -> Iterator[Call | Talk]:
    """The calls and talks in a record. `place` is for the notices; `before` has what other records said."""
    if is_messages(value):
        yield _talk({"messages": value}, ())
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for found in recognise(item, f"{place}/{index}", notices, before):
                yield _moved(found, index)
    elif isinstance(value, dict):
        found_one = _from_object(value, before)
        if found_one is not None:
            yield found_one
        elif _bedrock_log.elsewhere(value):
            notices.append(
                Notice(
                    place or "/", f"the body of this call lies in {_bedrock_log.elsewhere(value)}, left out"
                )
            )
        else:
            inside = [
                *((("events", at, "message"), record) for at, record in _bedrock_log.inside(value)),
                *_gateway_log.page(value),
            ]
            calls = [(path, _from_object(record, before)) for path, record in inside]
            yield from (replace(one, path=path) for path, one in calls if one)
            if not inside and not set(value) <= {"metadata", "annotations"}:
                notices.append(Notice(place or "/", "no messages and no model call here, left out"))
    else:
        notices.append(Notice(place or "/", "neither an object nor an array, left out"))


def _moved(found: Call | Talk, index: int) -> Call | Talk:
    return replace(found, path=(index, *found.path))


def is_messages(value: Json) -> bool:
    """Whether the value is a list of messages, by its first item."""
    first = value[0] if isinstance(value, list) and value else None
    if not isinstance(first, dict) or isinstance(first.get("messages"), list):
        return False
    return is_message(first) or loose.text(first.get("type")) in _ITEM_TYPES


def is_message(item: Json) -> bool:
    """Whether the value is one message in itself."""
    said = loose.mapping(item)
    has_content = bool({"content", "tool_calls", "function_call"} & said.keys())
    return loose.text(said.get("role")) in _ROLES and has_content


def _from_object(record: dict[str, Json], before: SaidBefore | None) -> Call | Talk | None:
    record = _gateway_log.plain(record)
    request, response = request_of(record), _response(record)
    if request is None:
        return None
    if _bedrock_log.is_record(record):
        return call(request, response, _bedrock_log.facts(record), before=before)
    if request is record and response is None and not record.get("error") and "input" not in record:
        if is_contents(record.get("contents")):
            return call(request, None, record, before=before)
        last = loose.mapping(record["messages"][-1]) if record["messages"] else {}
        is_asking = "model" in record and loose.text(last.get("role")) in {"user", "tool"}
        return call(request, None, record, before=before) if is_asking else _talk(record, ())
    url = loose.text(loose.mapping(record.get("request")).get("url"))
    return call(request, response, record, url, before=before)


def sent(record: Json) -> Sent | None:
    """The body of the request in a record, with its shape; None where there is none."""
    if not isinstance(record, dict):
        return None
    record = _gateway_log.plain(record)
    body = request_of(record)
    if body is None:
        return None
    url = loose.text(loose.mapping(record.get("request")).get("url"))
    return Sent(shape_of(body, _response(record), url), body)


def request_of(record: dict[str, Json]) -> dict[str, Json] | None:
    """The body of the request: the record itself, or what it holds under the names that loggers use."""
    if is_request(record):
        return record
    if _bedrock_log.is_record(record):
        return _bedrock_log.request(record)
    for key in _REQUEST_KEYS:
        inner = unwrapped(record.get(key))
        if isinstance(inner, dict):
            if is_request(inner):
                return inner
            deeper = request_of(inner) if key == "request" else None
            if deeper is not None:
                return deeper
        elif is_messages(inner):
            return {"messages": inner, "model": record.get("model")}
    return None


def is_request(body: dict[str, Json]) -> bool:
    """A list of messages or contents, or an input by the Responses shape (which may be one text)."""
    if is_contents(body.get("contents")):
        return True
    if isinstance(body.get("messages"), list):
        return not body["messages"] or "role" in loose.mapping(body["messages"][0])
    items = body.get("input")
    return is_messages(items) or (isinstance(items, str) and "model" in body and "output" not in body)


def is_contents(value: Json) -> bool:
    """Whether the value is what Google calls messages, by its first item."""
    first = value[0] if isinstance(value, list) and value else None
    return isinstance(first, dict) and isinstance(first.get("parts"), list)


def _response(record: dict[str, Json]) -> Json:
    """The response as recorded; None where there is none."""
    if _bedrock_log.is_record(record):
        return _bedrock_log.response(record)
    for key in _RESPONSE_KEYS:
        if record.get(key) is not None:
            return unwrapped(record[key])
    if isinstance(record.get("choices"), list) or isinstance(record.get("candidates"), list):
        return record
    if record.get("type") == "message" and isinstance(record.get("content"), list):
        return record
    return None


def unwrapped(value: Json) -> Json:
    """Through the envelopes of HTTP loggers: `{body}`, `{type, value}`, `{string}`, and JSON as text."""
    for _ in range(4):
        if isinstance(value, dict) and value.get("body") is not None and not is_request(value):
            value = value["body"]
        elif isinstance(value, dict) and set(value) <= {"type", "value", "encoding"} and "value" in value:
            value = value["value"]
        elif isinstance(value, dict) and isinstance(value.get("string"), str) and len(value) <= 2:
            value = value["string"]
        elif isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
            try:
                value = _salvage.loads(value)
            except ValueError:
                return value
        else:
            break
    return value


def call(
    request: dict[str, Json],
    response: Json,
    record: dict[str, Json],
    url: str = "",
    *,
    before: SaidBefore | None = None,
) -> Call:
    """A call out of the body of its request, its response in any form, and the record that holds both."""
    shape = SHAPES[shape_of(request, response, url)]
    if request is record:
        body = {key: value for key, value in record.items() if key not in _LOGGER_KEYS}
        if any(isinstance(record.get(key), dict) for key in _chat_facts.PARAMETERS):
            body = {key: value for key, value in body.items() if key in _ASKED_KEYS}
    else:
        body = request
    if shape is google_generate:
        body = {**body, "model": body.get("model") or record.get("model") or google_generate.model_in(url)}
    elif shape is not openai_responses and "messages" not in body:
        body = {**body, "messages": body.get("input")}
    asked = _asked(shape, body, before)
    reply = _reply(shape, response)
    envelope = loose.mapping(response)
    return Call(
        path=(),
        messages=asked.messages,
        output=reply.message if reply else None,
        facts=_chat_facts.facts(asked, reply, body, response, record),
        session=_chat_facts.session(record),
        response_id=loose.text(envelope.get("id")),
        previous_id=loose.text(request.get("previous_response_id")),
        conversation_id=openai_responses.conversation_id(request),
    )


def _asked(shape: _Shape, body: dict[str, Json], before: SaidBefore | None) -> ModelRequest:
    items = body.get("messages")
    if before is None or shape is openai_responses or not isinstance(items, list):
        return shape.read_request(body)  # items of the Responses API belong together
    asked = shape.read_request({**body, "messages": []})
    return replace(asked, messages=asked.messages + before.read(items, shape.read_messages))


def shape_of(request: dict[str, Json], response: Json, url: str) -> str:
    """The wire shape: the address says it, else the response, else what only one shape has in a request."""
    path = url.partition("?")[0].rstrip("/")
    for ending, shape in _SHAPE_OF_ADDRESS:
        if path.endswith(ending):
            return shape
    if is_contents(request.get("contents")):
        return "google"
    match response:
        case {"type": "message", "content": list()} | [{"type": "message_start"}, *_]:
            return "anthropic"
        case {"output": {"message": dict()}} | [{"messageStart": dict()}, *_]:
            return "bedrock"
        case {"object": "response"} | {"output": list()}:
            return "responses"
        case {"choices": list()}:
            return "chat"
        case str() if "event: message_start" in response[:200]:
            return "anthropic"
    if "messages" not in request and "input" in request:
        items = [loose.mapping(item) for item in loose.sequence(request["input"])]
        return (
            "chat" if any("tool_calls" in item or "tool_call_id" in item for item in items) else "responses"
        )
    if {"toolConfig", "inferenceConfig"} & set(request) or _has_blocks(request, _is_of_bedrock):
        return "bedrock"
    if {"system", "anthropic_version"} & set(request) or _has_blocks(request, _is_anthropic):
        return "anthropic"
    tools = loose.sequence(request.get("tools"))
    return "anthropic" if tools and "input_schema" in loose.mapping(tools[0]) else "chat"


def _has_blocks(request: dict[str, Json], is_one: Callable[[Json], bool]) -> bool:
    return any(
        is_one(block)
        for message in loose.sequence(request.get("messages"))
        for block in loose.sequence(loose.mapping(message).get("content"))
    )


def _is_of_bedrock(block: Json) -> bool:
    return bedrock_converse.is_block(block) or (isinstance(block, dict) and block.keys() == {"text"})


def _is_anthropic(block: Json) -> bool:
    return loose.text(loose.mapping(block).get("type")) in _ANTHROPIC_BLOCKS


def _reply(shape: _Shape, response: Json) -> Reply | None:
    """The reply in whatever form it was logged: a body, a stream as text or as chunks, a message, a text."""
    if isinstance(response, str):
        if response.lstrip()[:6] in {"event:", "data: "} or response.startswith(("data:", ":")):
            return _streamed(shape, sse.parse(response.encode("utf-8", "replace")))
        return Reply(Message(Role.ASSISTANT, (Text(response),))) if response else None
    if isinstance(response, list) and response:
        if is_messages(response):
            messages = shape.read_messages(response)
            replies = [message for message in messages if message.role is Role.ASSISTANT]
            return Reply(replies[0] if replies else messages[0])
        chunks = [sse.Event(loose.encoded(chunk)) for chunk in response if isinstance(chunk, dict)]
        return _streamed(shape, chunks) if chunks else None
    if not isinstance(response, dict):
        return None
    if {"choices", "output", "stop_reason", "candidates", "promptFeedback"} & set(response):
        return shape.read_reply(response)
    if "role" in response or "content" in response or "tool_calls" in response:
        messages = shape.read_messages([{**response, "role": response.get("role") or "assistant"}])
        return Reply(messages[0]) if messages else None
    inner = response.get("message")
    return _reply(shape, inner) if isinstance(inner, (dict, str)) and "error" not in response else None


def _streamed(shape: _Shape, events: list[sse.Event]) -> Reply:
    accumulator = shape.Accumulator()
    for event in events:
        accumulator.feed(event)
    return accumulator.reply()


def _talk(record: dict[str, Json], path: tuple[str | int, ...]) -> Talk:
    shape = SHAPES[shape_of(record, None, "")]
    body = {key: value for key, value in record.items() if key not in _LOGGER_KEYS}
    asked = shape.read_request(body if "messages" in body else {**body, "messages": record.get("messages")})
    id_ = record.get("id")
    items = loose.sequence(record.get("messages"))
    each = tuple(_chat_facts.of_message(loose.mapping(item)) for item in items)
    return Talk(
        path,
        asked.messages,
        _chat_facts.of_talk(_chat_facts.facts(asked, None, body, None, record)),
        id_ if isinstance(id_, str) else "",
        each if len(each) == len(asked.messages) and any(facts != Facts() for facts in each) else (),
    )
