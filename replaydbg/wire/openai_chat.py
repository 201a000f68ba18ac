"""OpenAI Chat Completions, the shape that most servers speak: requests, replies and streams, both ways.

A message holds its text beside its tool calls, so the order *reasoning, text, refusal, tool calls* is all that it
can carry; arguments are text and stay byte-exact. A tool message answers one call.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from replaydbg.core.message import Json, Message, OtherPart, Part, Reasoning, Role, Text
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import arguments, conversation, loose, sse, tool_specs
from replaydbg.wire._foreign_params import ONLY, for_chat
from replaydbg.wire._openai_chat_messages import read_message, read_messages, write_messages
from replaydbg.wire.verbatim import as_recorded

__all__ = [
    "Accumulator",
    "read_message",
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

_NOT_PARAMS = frozenset({"model", "messages", "tools", "functions", "stream", "stream_options"})
_ECHOES_REASONING = ("deepseek", "kimi", "minimax", "glm-")
"""Models whose servers want `reasoning_content` back in a turn with tool calls; stricter servers refuse the field."""

_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "completed": "stop",
    "tool_use": "tool_calls",
    "tool_call": "tool_calls",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "refusal": "content_filter",
}
"""Other shapes' words for why a reply ended, in the words of this one."""


# ---- requests --------------------------------------------------------------------------------------------------


def read_request(body: Json) -> ModelRequest:
    body = loose.mapping(body)
    return ModelRequest(
        model=loose.text(body.get("model")),
        messages=read_messages(body.get("messages")),
        tools=tool_specs.read_tools(body.get("tools") or body.get("functions")),
        params={name: value for name, value in body.items() if name not in _NOT_PARAMS},
    )


def write_request(request: ModelRequest, *, stream: bool) -> Json:
    """The body to send. What nobody here knows is sent as it was recorded."""

    def again(body: Json) -> dict[str, Json]:
        return _write(read_request({**body, "model": request.model}), stream=stream)

    return as_recorded(_write(request, stream=stream), request.sent, "chat", again)


def _write(request: ModelRequest, *, stream: bool) -> dict[str, Json]:
    messages = conversation.with_ids(request.messages)
    if not any(family in request.model.lower() for family in _ECHOES_REASONING):
        messages = tuple(conversation.without_reasoning(message) for message in messages)
    foreign = ONLY.get(request.provider, frozenset())
    body: dict[str, Json] = {"model": request.model, "messages": write_messages(messages)}
    if request.tools:
        body["tools"] = [write_tool(tool) for tool in request.tools]
    body |= {
        name: value
        for name, value in for_chat(request.params).items()
        if name not in foreign and name not in _NOT_PARAMS
    }
    if stream:
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return body


def write_tool(tool: ToolSpec) -> Json:
    """The offer as it was recorded where it has this shape, else rebuilt. OpenAI wants `properties` in a schema."""
    raw = loose.mapping(tool.raw)
    if isinstance(raw.get("function"), dict) or raw.get("type") == "custom":
        return raw
    schema = {"type": "object", "properties": {}} if tool.schema is None else tool.schema
    function = {"name": tool.name, "description": tool.description, "parameters": schema}
    if not tool.description:
        del function["description"]
    return {"type": "function", "function": function}


# ---- replies ---------------------------------------------------------------------------------------------------


def read_reply(body: Json) -> Reply:
    """The first choice. Only logs hold more, and the run went on from the first."""
    body = loose.mapping(body)
    choices = loose.sequence(body.get("choices"))
    choice = loose.mapping(choices[0]) if choices else {}
    item = choice.get("message")
    if not isinstance(item, dict):
        item = {"content": choice.get("text")}
    message = read_message({**item, "role": item.get("role") or "assistant"})
    finish = loose.text(choice.get("finish_reason"))
    message = Message(message.role, message.parts, message.name, finish)
    return Reply(message, loose.text(body.get("model")), read_usage(body.get("usage")))


def read_usage(value: Json) -> Usage:
    usage = loose.mapping(value)
    prompt_details = loose.mapping(usage.get("prompt_tokens_details"))
    completion_details = loose.mapping(usage.get("completion_tokens_details"))
    return Usage(
        loose.count(usage.get("prompt_tokens")),
        loose.count(usage.get("completion_tokens")),
        loose.count(prompt_details.get("cached_tokens")),
        loose.count(completion_details.get("reasoning_tokens")),
    )


def write_usage(usage: Usage) -> dict[str, Json] | None:
    if usage == Usage():
        return None
    body: dict[str, Json] = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": (usage.input_tokens or 0) + (usage.output_tokens or 0),
    }
    if usage.cache_read_tokens is not None:
        body["prompt_tokens_details"] = {"cached_tokens": usage.cache_read_tokens}
    if usage.reasoning_tokens is not None:
        body["completion_tokens_details"] = {"reasoning_tokens": usage.reasoning_tokens}
    return body


def write_reply(reply: Reply) -> Json:
    message = _reply_message(reply)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(reply)}
    return {**_envelope(reply, "chat.completion"), "choices": [choice], "usage": write_usage(reply.usage)}


def _envelope(reply: Reply, kind: str) -> dict[str, Json]:
    return {"id": "chatcmpl-replaydbg", "object": kind, "created": 0, "model": reply.model}


def _reply_message(reply: Reply) -> dict[str, Any]:
    """As servers write it: a refusal beside the content, null where there is no text."""
    refusals = [part for part in reply.message.parts if _is_refusal(part)]
    others = tuple(part for part in reply.message.parts if not _is_refusal(part))
    message: dict[str, Any] = write_messages((Message(Role.ASSISTANT, others),))[0]
    message["content"] = message["content"] or None
    return {**message, "refusal": refusals[0].value["refusal"] if refusals else None}


def _is_refusal(part: Part) -> TypeGuard[OtherPart]:
    return (
        isinstance(part, OtherPart) and isinstance(part.value, dict) and part.value.get("type") == "refusal"
    )


def _finish(reply: Reply) -> str:
    recorded = reply.message.finish_reason
    if recorded:
        return _FINISH.get(recorded, recorded)
    return "tool_calls" if reply.message.tool_calls else "stop"


# ---- streams ---------------------------------------------------------------------------------------------------


def stream_reply(reply: Reply, *, include_usage: bool = True) -> Iterator[bytes]:
    """The reply as the chunks of a stream, in few pieces. An interrupted reply ends without its terminal chunks."""
    envelope = _envelope(reply, "chat.completion.chunk")

    def chunk(delta: Mapping[str, Json], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return sse.write({**envelope, "choices": [choice]})

    message = _reply_message(reply)
    yield chunk({"role": "assistant", "content": "" if message["content"] is not None else None})
    for key in ("reasoning_content", "content", "refusal"):
        if message.get(key):
            yield chunk({key: message[key]})
    for index, call in enumerate(message.get("tool_calls", ())):
        head = {**call["function"], "arguments": ""}
        yield chunk({"tool_calls": [{**call, "index": index, "function": head}]})
        body = {"arguments": call["function"]["arguments"]}
        yield chunk({"tool_calls": [{"index": index, "function": body}]})
    if reply.interrupted:
        return
    yield chunk({}, _finish(reply))
    if include_usage:
        yield sse.write({**envelope, "choices": [], "usage": write_usage(reply.usage)})
    yield b"data: [DONE]\n\n"


class Accumulator:
    """Puts a streamed reply together. `problem` holds the words of an error that came inside the stream."""

    def __init__(self) -> None:
        self.problem = ""
        self._texts: dict[str, list[str]] = {"reasoning": [], "content": [], "refusal": []}
        self._calls: dict[int, dict[str, str]] = {}
        self._model = ""
        self._finish = ""
        self._usage: Json = None
        self._done = False

    @property
    def is_empty(self) -> bool:
        return not self._calls and not any(self._texts.values())

    def feed(self, event: sse.Event) -> str:
        """Take one event; the new text for the screen."""
        if event.data.strip() == "[DONE]":
            self._done = True
            return ""
        chunk = event.json
        if chunk.get("error"):
            error = chunk["error"]
            self.problem = loose.text(loose.mapping(error).get("message")) or loose.encoded(error)
        self._model = loose.text(chunk.get("model")) or self._model
        self._usage = chunk.get("usage") or self._usage
        shown = ""
        for item in loose.sequence(chunk.get("choices")):
            choice = loose.mapping(item)
            if choice.get("index") in (0, None):
                shown += self._delta(loose.mapping(choice.get("delta")))
                self._finish = loose.text(choice.get("finish_reason")) or self._finish
        return shown

    def _delta(self, delta: dict[str, Json]) -> str:
        shown = loose.text(delta.get("content"))
        reasoning = loose.text(delta.get("reasoning_content")) or loose.text(delta.get("reasoning"))
        refusal = loose.text(delta.get("refusal"))
        for key, piece in (("reasoning", reasoning), ("content", shown), ("refusal", refusal)):
            if piece:
                self._texts[key].append(piece)
        for call in loose.sequence(delta.get("tool_calls")):
            self._call(loose.mapping(call))
        return shown

    def _call(self, delta: dict[str, Json]) -> None:
        id_ = loose.text(delta.get("id"))
        index = delta.get("index")
        if not isinstance(index, int):  # some servers leave it out and send each call whole
            index = len(self._calls) if id_ or not self._calls else max(self._calls)
        if id_ and self._calls.get(index, {}).get("id", id_) != id_:  # others give every call the index 0
            index = max(self._calls) + 1
        call = self._calls.setdefault(index, {"id": "", "name": "", "arguments": ""})
        function = loose.mapping(delta.get("function"))
        call["id"] = id_ or call["id"]
        call["name"] = loose.text(function.get("name")) or call["name"]
        call["arguments"] += loose.text(function.get("arguments"))

    def reply(self) -> Reply:
        """What has come so far; interrupted unless the stream said that it ended."""
        texts = {key: "".join(pieces) for key, pieces in self._texts.items()}
        parts: list[Part] = []
        if texts["reasoning"]:
            parts.append(Reasoning(texts["reasoning"]))
        if texts["content"]:
            parts.append(Text(texts["content"]))
        if texts["refusal"]:
            parts.append(OtherPart({"type": "refusal", "refusal": texts["refusal"]}))
        for _, call in sorted(self._calls.items()):
            parts.append(arguments.call_from_raw(call["id"], call["name"], call["arguments"]))
        message = Message(Role.ASSISTANT, tuple(parts), finish_reason=self._finish)
        ended = self._done or bool(self._finish)
        return Reply(message, self._model, read_usage(self._usage), interrupted=not ended)
