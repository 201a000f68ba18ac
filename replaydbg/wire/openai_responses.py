"""OpenAI Responses: requests, replies and streams, both ways.

A talk is a list of items: what the model did in one turn (reasoning, text, tool calls) stands as several items in a
row and is one message here. Items that nobody here knows are kept as they came. A request may name its history by
`previous_response_id` instead of repeating it: then the messages are only the new ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from replaydbg.core.message import Json, Message, Role, Text
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import conversation, loose, sse, tool_specs
from replaydbg.wire._foreign_params import ONLY, for_responses
from replaydbg.wire._openai_responses_items import read_messages, write_messages
from replaydbg.wire.verbatim import as_recorded

__all__ = [
    "Accumulator",
    "read_messages",
    "read_reply",
    "read_request",
    "read_usage",
    "stream_reply",
    "write_messages",
    "write_reply",
    "write_request",
    "write_tool",
    "write_usage",
]

_NOT_PARAMS = frozenset({"model", "input", "instructions", "tools", "stream", "stream_options"})

# ---- requests --------------------------------------------------------------------------------------------------


def read_request(body: Json) -> ModelRequest:
    body = loose.mapping(body)
    instructions = loose.text(body.get("instructions"))
    system = (Message(Role.SYSTEM, (Text(instructions),)),) if instructions else ()
    return ModelRequest(
        model=loose.text(body.get("model")),
        messages=system + read_messages(body.get("input")),
        tools=tuple(spec for item in loose.sequence(body.get("tools")) for spec in _read_tool(item)),
        params={name: value for name, value in body.items() if name not in _NOT_PARAMS},
        provider="openai",
    )


def _read_tool(item: Json) -> tuple[ToolSpec, ...]:
    """A server's own tool (web_search, ...) has no name but its type; a namespace holds tools of its own."""
    body = loose.mapping(item)
    kind = loose.text(body.get("type"))
    if kind == "namespace":
        return tuple(
            ToolSpec(spec.name, spec.description, spec.schema, item)
            for spec in tool_specs.read_tools(body.get("tools"))
        )
    return tool_specs.read_tools([item]) or ((ToolSpec(kind, raw=item),) if kind else ())


def conversation_id(params: Mapping[str, Json]) -> str:
    """The conversation that the provider adds the messages to, before it answers; "" for none."""
    named = params.get("conversation")
    return loose.text(named.get("id") if isinstance(named, dict) else named)


def write_request(request: ModelRequest, *, stream: bool) -> Json:
    """The body to send. What nobody here knows is sent as it was recorded."""

    def again(body: Json) -> dict[str, Json]:
        return _write(read_request(body), stream=stream)

    return as_recorded(_write(request, stream=stream), request.sent, "responses", again)


def _write(request: ModelRequest, *, stream: bool) -> dict[str, Json]:
    messages = conversation.with_ids(request.messages)
    body: dict[str, Json] = {"model": request.model}
    if messages and messages[0].role is Role.SYSTEM:
        body["instructions"] = messages[0].text
        messages = messages[1:]
    body["input"] = write_messages(messages)
    tools: list[Json] = []
    for tool in request.tools:
        offer = write_tool(tool)
        if not any(offer is other for other in tools):  # the tools of a namespace share one offer
            tools.append(offer)
    if tools:
        body["tools"] = tools
    foreign = ONLY.get(request.provider, frozenset()) | _NOT_PARAMS
    body |= {name: value for name, value in for_responses(request.params).items() if name not in foreign}
    return body | ({"stream": True} if stream else {})


def write_tool(tool: ToolSpec) -> Json:
    """The offer as it was recorded where it has this shape, else rebuilt."""
    raw = loose.mapping(tool.raw)
    if "type" in raw and "function" not in raw and "input_schema" not in raw:
        return raw
    schema = {"type": "object", "properties": {}} if tool.schema is None else tool.schema
    offer = {"type": "function", "name": tool.name, "description": tool.description, "parameters": schema}
    return offer | {"strict": False}


# ---- replies ---------------------------------------------------------------------------------------------------


def read_reply(body: Json) -> Reply:
    body = loose.mapping(body)
    parts = tuple(part for message in read_messages(body.get("output")) for part in message.parts)
    reason = loose.text(loose.mapping(body.get("incomplete_details")).get("reason"))
    finish = reason or loose.text(body.get("status"))
    message = Message(Role.ASSISTANT, parts, finish_reason=finish)
    return Reply(message, loose.text(body.get("model")), read_usage(body.get("usage")))


def read_usage(value: Json) -> Usage:
    usage = loose.mapping(value)
    return Usage(
        loose.count(usage.get("input_tokens")),
        loose.count(usage.get("output_tokens")),
        loose.count(loose.mapping(usage.get("input_tokens_details")).get("cached_tokens")),
        loose.count(loose.mapping(usage.get("output_tokens_details")).get("reasoning_tokens")),
    )


def write_usage(usage: Usage) -> Json:
    if usage == Usage():
        return None
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cache_read_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": (usage.input_tokens or 0) + (usage.output_tokens or 0),
    }


def write_reply(reply: Reply) -> Json:
    finish = reply.message.finish_reason
    is_cut = finish in {"max_output_tokens", "max_tokens", "length", "content_filter", "incomplete"}
    reason = "content_filter" if finish == "content_filter" else "max_output_tokens"
    return {
        "id": "resp_replaydbg",
        "object": "response",
        "created_at": 0,
        "status": "incomplete" if is_cut else "completed",
        "model": reply.model,
        "output": _output(reply.message),
        "usage": write_usage(reply.usage),
        "error": None,
        "incomplete_details": {"reason": reason} if is_cut else None,
        "instructions": None,
        "metadata": {},
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
    }


def _output(message: Message) -> list[Json]:
    """Items of a reply carry ids and a status, which typed clients ask for."""
    items = write_messages((Message(Role.ASSISTANT, message.parts),)) if message.parts else []
    prefixes = {"message": "msg", "function_call": "fc", "reasoning": "rs"}
    return [
        {"id": f"{prefixes[item['type']]}_replaydbg_{at}", "status": "completed", **item}
        if item.get("type") in prefixes
        else item
        for at, item in enumerate(items)
    ]


# ---- streams ---------------------------------------------------------------------------------------------------


def stream_reply(reply: Reply) -> Iterator[bytes]:
    """The reply as the events of a stream, in few pieces. An interrupted reply ends without its terminal event."""
    whole = write_reply(reply)
    opened = {**whole, "status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    events: list[tuple[str, dict[str, Json]]] = [
        ("response.created", {"response": opened}),
        ("response.in_progress", {"response": opened}),
    ]
    for index, item in enumerate(whole["output"]):
        events += ((kind, {"output_index": index, **fields}) for kind, fields in _item_events(item))
    if not reply.interrupted:
        events.append((f"response.{whole['status']}", {"response": whole}))
    for number, (kind, fields) in enumerate(events):
        yield sse.write({"type": kind, "sequence_number": number, **fields}, kind)


def _item_events(item: dict[str, Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    begun = {**item, "status": "in_progress"}
    place = {"item_id": item.get("id")}
    if item.get("type") == "message":
        yield "response.output_item.added", {"item": {**begun, "content": []}}
        for at, part in enumerate(item["content"]):
            here = {**place, "content_index": at}
            key = "refusal" if part["type"] == "refusal" else "text"
            stem = "response.refusal" if key == "refusal" else "response.output_text"
            logprobs: dict[str, Json] = {} if key == "refusal" else {"logprobs": []}
            yield "response.content_part.added", {**here, "part": {**part, key: ""}}
            yield f"{stem}.delta", {**here, "delta": part.get(key, ""), **logprobs}
            yield f"{stem}.done", {**here, key: part.get(key, ""), **logprobs}
            yield "response.content_part.done", {**here, "part": part}
    elif item.get("type") == "function_call":
        yield "response.output_item.added", {"item": {**begun, "arguments": ""}}
        yield "response.function_call_arguments.delta", {**place, "delta": item["arguments"]}
        done = {**place, "name": item["name"], "arguments": item["arguments"]}
        yield "response.function_call_arguments.done", done
    else:
        yield "response.output_item.added", {"item": begun}
    yield "response.output_item.done", {"item": item}


class Accumulator:
    """Puts a streamed reply together. `problem` holds the words of an error that came inside the stream."""

    def __init__(self) -> None:
        self.problem = ""
        self._items: dict[int, dict[str, Json]] = {}
        self._response: dict[str, Json] = {}
        self._ended = False

    @property
    def is_empty(self) -> bool:
        return not self._items

    def feed(self, event: sse.Event) -> str:
        """Take one event; the new text for the screen."""
        body = event.json
        kind = loose.text(body.get("type"))
        index = body.get("output_index")
        at = index if isinstance(index, int) else 0
        if isinstance(body.get("response"), dict):
            self._response = body["response"]
            self._ended = kind in {"response.completed", "response.incomplete", "response.failed"}
        if kind in {"response.output_item.added", "response.output_item.done"}:
            self._items[at] = dict(loose.mapping(body.get("item")))
        elif kind in {"response.output_text.delta", "response.refusal.delta"}:
            return self._text(at, kind, loose.text(body.get("delta")))
        elif kind == "response.function_call_arguments.delta":
            item = self._items.setdefault(at, {"type": "function_call"})
            item["arguments"] = loose.text(item.get("arguments")) + loose.text(body.get("delta"))
        error = body if kind == "error" else loose.mapping(self._response.get("error"))
        if error:
            self.problem = loose.text(error.get("message")) or loose.encoded(error)
        return ""

    def _text(self, at: int, kind: str, delta: str) -> str:
        item = self._items.setdefault(at, {"type": "message", "role": "assistant"})
        content = list(loose.sequence(item.get("content")))
        word = "refusal" if kind == "response.refusal.delta" else "text"
        part_type = "refusal" if word == "refusal" else "output_text"
        last = loose.mapping(content[-1]) if content else {}
        if last.get("type") == part_type:
            content[-1] = {**last, word: loose.text(last.get(word)) + delta}
        else:
            content.append({"type": part_type, word: delta})
        item["content"] = content
        return delta if word == "text" else ""

    def reply(self) -> Reply:
        """What has come so far; interrupted unless the stream said that it ended.

        Some servers leave `output` empty in the last event: what the items said counts then.
        """
        response = dict(self._response)
        if not response.get("output"):
            response["output"] = [item for _, item in sorted(self._items.items())]
        if not self._ended:
            response.pop("status", None)
        reply = read_reply(response)
        return Reply(reply.message, reply.model, reply.usage, interrupted=not self._ended)
