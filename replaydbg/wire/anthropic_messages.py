"""Anthropic Messages: requests, replies and streams, both ways.

The system prompt stands apart from the messages, arguments of tool calls are objects (text only inside a stream),
and signed thinking must come back as it was given or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.core.message import Json, Message, OtherPart, Part, Reasoning, Role, Text, ToolCall
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import arguments, conversation, loose, sse, tool_specs
from replaydbg.wire._anthropic_blocks import (
    leading_instructions,
    read_block,
    read_content,
    read_messages,
    write_content,
    write_messages,
    write_system,
)
from replaydbg.wire._foreign_params import ONLY, for_chat
from replaydbg.wire.verbatim import as_recorded

__all__ = [
    "Accumulator",
    "read_content",
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

MAX_TOKENS_DEFAULT = 4096
"""The shape demands a bound on the reply; this one goes out where the recording has none."""

_NOT_PARAMS = frozenset({"model", "messages", "system", "tools", "stream"})
_NOT_HERE = frozenset(
    {
        "audio", "frequency_penalty", "function_call", "logit_bias", "logprobs", "modalities", "n", "prediction",
        "presence_penalty", "prompt_cache_key", "reasoning_effort", "response_format", "safety_identifier", "seed",
        "store", "stream_options", "top_logprobs", "user", "verbosity", "web_search_options",
    }
)  # fmt: skip
"""Parameters of OpenAI Chat Completions that Anthropic refuses."""

_STOP = {
    "stop": "end_turn",
    "completed": "end_turn",
    "tool_calls": "tool_use",
    "tool_call": "tool_use",
    "function_call": "tool_use",
    "length": "max_tokens",
    "max_output_tokens": "max_tokens",
    "content_filter": "refusal",
}
"""Other shapes' words for why a reply ended, in the words of this one."""


# ---- requests --------------------------------------------------------------------------------------------------


def read_request(body: Json) -> ModelRequest:
    body = loose.mapping(body)
    system = read_content(body.get("system"))
    instructions = (Message(Role.SYSTEM, system),) if system else ()
    return ModelRequest(
        model=loose.text(body.get("model")),
        messages=instructions + read_messages(body.get("messages")),
        tools=tool_specs.read_tools(body.get("tools")),
        params=_read_params({name: value for name, value in body.items() if name not in _NOT_PARAMS}),
        provider="anthropic",
    )


def _read_params(params: dict[str, Json]) -> dict[str, Json]:
    """What both shapes have goes by OpenAI's names; what only this one has is kept as it is."""
    if "stop_sequences" in params:
        params["stop"] = params.pop("stop_sequences")
    match params.get("tool_choice"):
        case {"type": "auto" | "any" | "none" | "tool" as kind, **rest}:
            serial = rest.pop("disable_parallel_tool_use", None)
            name = rest.pop("name", None)
            if not rest and (kind == "tool") == isinstance(name, str):
                words = {"auto": "auto", "any": "required", "none": "none"}
                params["tool_choice"] = words.get(kind) or {"type": "function", "function": {"name": name}}
                if serial is not None:
                    params["parallel_tool_calls"] = not serial
    return params


def write_request(request: ModelRequest, *, stream: bool) -> Json:
    """The body to send. What nobody here knows is sent as it was recorded."""

    def again(body: Json) -> dict[str, Json]:
        return _write(read_request(body), stream=stream)

    return as_recorded(_write(request, stream=stream), request.sent, "anthropic", again)


def _write(request: ModelRequest, *, stream: bool) -> dict[str, Json]:
    messages = conversation.with_ids(request.messages)
    foreign = _NOT_HERE | (ONLY["google"] - {"top_k"} if request.provider == "google" else frozenset())
    params = {name: value for name, value in for_chat(request.params).items() if name not in foreign}
    completion_tokens = params.pop("max_completion_tokens", None)
    body: dict[str, Json] = {
        "model": request.model,
        "max_tokens": params.pop("max_tokens", None) or completion_tokens or MAX_TOKENS_DEFAULT,
    }
    system = write_system(leading_instructions(messages))
    if system is not None:
        body["system"] = system
    body["messages"] = write_messages(messages, system_inside=request.provider == "anthropic")
    if request.tools:
        body["tools"] = [write_tool(tool) for tool in request.tools]
    body |= _write_params(params, has_tools=bool(request.tools))
    return body | ({"stream": True} if stream else {})


def _write_params(params: dict[str, Json], *, has_tools: bool) -> dict[str, Json]:
    written = {name: value for name, value in params.items() if name not in _NOT_PARAMS}
    stop = written.pop("stop", None)
    if stop is not None:
        written["stop_sequences"] = [stop] if isinstance(stop, str) else stop
    choice, parallel = written.pop("tool_choice", None), written.pop("parallel_tool_calls", None)
    match choice:
        case "auto" | "none":
            choice = {"type": choice}
        case "required":
            choice = {"type": "any"}
        case {"type": "function", "function": {"name": str(name)}}:
            choice = {"type": "tool", "name": name}
        case None if parallel is not None and has_tools:
            choice = {"type": "auto"}
    if isinstance(choice, dict):
        may_be_parallel = loose.text(choice.get("type")) in {"auto", "any", "tool"} and parallel is not None
        written["tool_choice"] = choice | (
            {"disable_parallel_tool_use": not parallel} if may_be_parallel else {}
        )
    return written


def write_tool(tool: ToolSpec) -> Json:
    """The offer as it was recorded where it has this shape (a server's own tool has only a type), else rebuilt."""
    raw = loose.mapping(tool.raw)
    is_own = isinstance(raw.get("name"), str) and loose.text(raw.get("type")) not in {"function", "namespace"}
    if is_own and ("input_schema" in raw or ("type" in raw and tool.schema is None)):
        return raw
    schema = {"type": "object", "properties": {}} if tool.schema is None else tool.schema
    offer = {"name": tool.name, "description": tool.description, "input_schema": schema}
    if not tool.description:
        del offer["description"]
    return offer


# ---- replies ---------------------------------------------------------------------------------------------------


def read_reply(body: Json) -> Reply:
    body = loose.mapping(body)
    message = Message(
        Role.ASSISTANT, read_content(body.get("content")), finish_reason=loose.text(body.get("stop_reason"))
    )
    return Reply(message, loose.text(body.get("model")), read_usage(body.get("usage")))


def read_usage(value: Json) -> Usage:
    """Anthropic counts cached tokens beside the input; here they are inside it, as everywhere else."""
    usage = loose.mapping(value)
    read = loose.count(usage.get("cache_read_input_tokens"))
    written = loose.count(usage.get("cache_creation_input_tokens"))
    fresh = loose.count(usage.get("input_tokens"))
    whole = None if fresh is None else fresh + (read or 0) + (written or 0)
    return Usage(whole, loose.count(usage.get("output_tokens")), read)


def write_usage(usage: Usage) -> dict[str, Json]:
    """Never None: clients read into it without looking. Null where nothing was recorded."""
    cached = usage.cache_read_tokens
    fresh = None if usage.input_tokens is None else max(usage.input_tokens - (cached or 0), 0)
    body: dict[str, Json] = {"input_tokens": fresh, "output_tokens": usage.output_tokens}
    return body if cached is None else body | {"cache_read_input_tokens": cached}


def write_reply(reply: Reply) -> Json:
    return {
        "id": "msg_replaydbg",
        "type": "message",
        "role": "assistant",
        "model": reply.model,
        "content": list(write_content(reply.message.parts)),
        "stop_reason": _stop_reason(reply),
        "stop_sequence": None,
        "usage": write_usage(reply.usage),
    }


def _stop_reason(reply: Reply) -> str:
    recorded = reply.message.finish_reason
    if recorded:
        return _STOP.get(recorded, recorded)
    return "tool_use" if reply.message.tool_calls else "end_turn"


# ---- streams ---------------------------------------------------------------------------------------------------


def stream_reply(reply: Reply) -> Iterator[bytes]:
    """The reply as the events of a stream, in few pieces. An interrupted reply ends without its terminal events.

    Arguments are text here, so broken ones go out as they are.
    """
    usage = write_usage(reply.usage)
    opened = {
        **write_reply(reply),
        "content": [],
        "stop_reason": None,
        "usage": {**usage, "output_tokens": 1},
    }
    yield _event("message_start", message=opened)
    parts = [part for part in reply.message.parts if any(write_content((part,)))]
    for index, part in enumerate(parts):
        block, deltas = _streamed(part)
        yield _event("content_block_start", index=index, content_block=block)
        for delta in deltas:
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    if reply.interrupted:
        return
    delta = {"stop_reason": _stop_reason(reply), "stop_sequence": None}
    yield _event("message_delta", delta=delta, usage={"output_tokens": reply.usage.output_tokens})
    yield _event("message_stop")


def _event(kind: str, **fields: Json) -> bytes:
    return sse.write({"type": kind, **fields}, kind)


def _streamed(part: Part) -> tuple[Json, tuple[Json, ...]]:
    """How a block begins, and the deltas that fill it."""
    match part:
        case Text(text):
            return {"type": "text", "text": ""}, ({"type": "text_delta", "text": text},)
        case Reasoning(text, signature):
            signed = {"type": "signature_delta", "signature": signature}
            return {"type": "thinking", "thinking": "", "signature": ""}, (
                {"type": "thinking_delta", "thinking": text},
                signed,
            )
        case ToolCall():
            head = {"type": "tool_use", "id": part.id, "name": part.name, "input": {}}
            return head, ({"type": "input_json_delta", "partial_json": arguments.raw_text(part)},)
    return next(write_content((part,))), ()


class Accumulator:
    """Puts a streamed reply together. `problem` holds the words of an error that came inside the stream."""

    def __init__(self) -> None:
        self.problem = ""
        self._blocks: dict[int, dict[str, Any]] = {}
        self._inputs: dict[int, str] = {}
        self._model = ""
        self._stop_reason = ""
        self._usage: dict[str, Json] = {}
        self._done = False

    @property
    def is_empty(self) -> bool:
        return not self._blocks

    def feed(self, event: sse.Event) -> str:
        """Take one event; the new text for the screen."""
        body = event.json
        match body.get("type"):
            case "message_start":
                message = loose.mapping(body.get("message"))
                self._model = loose.text(message.get("model"))
                self._usage = dict(loose.mapping(message.get("usage")))
                for index, block in enumerate(loose.sequence(message.get("content"))):
                    self._blocks[index] = dict(loose.mapping(block))
            case "content_block_start":
                self._blocks[_index(body)] = dict(loose.mapping(body.get("content_block")))
            case "content_block_delta":
                return self._delta(_index(body), loose.mapping(body.get("delta")))
            case "message_delta":
                reason = loose.mapping(body.get("delta")).get("stop_reason")
                self._stop_reason = loose.text(reason) or self._stop_reason
                usage = loose.mapping(body.get("usage"))
                self._usage |= {key: value for key, value in usage.items() if value is not None}
                if usage.get("output_tokens") is None:
                    self._usage.pop("output_tokens", None)
            case "message_stop":
                self._done = True
            case "error":
                error = loose.mapping(body.get("error"))
                self.problem = loose.text(error.get("message")) or loose.encoded(body)
        return ""

    def _delta(self, index: int, delta: dict[str, Json]) -> str:
        block = self._blocks.setdefault(index, {"type": "text", "text": ""})
        match delta:
            case {"type": "text_delta", "text": str(piece)}:
                block["text"] = loose.text(block.get("text")) + piece
                return piece
            case {"type": "thinking_delta", "thinking": str(piece)}:
                block["thinking"] = loose.text(block.get("thinking")) + piece
            case {"type": "signature_delta", "signature": str(signature)}:
                block["signature"] = signature
            case {"type": "input_json_delta", "partial_json": str(piece)}:
                self._inputs[index] = self._inputs.get(index, "") + piece
        return ""

    def reply(self) -> Reply:
        """What has come so far; interrupted unless the stream said that it ended."""
        parts = tuple(self._part(index) for index in sorted(self._blocks))
        parts = tuple(part for part in parts if part != Text(""))
        ended = self._done or bool(self._stop_reason)
        usage = self._usage
        if not ended:  # what the stream opens with is a placeholder, no count
            usage = {key: value for key, value in usage.items() if key != "output_tokens"}
        message = Message(Role.ASSISTANT, parts, finish_reason=self._stop_reason)
        return Reply(message, self._model, read_usage(usage), interrupted=not ended)

    def _part(self, index: int) -> Part:
        block, raw = self._blocks[index], self._inputs.get(index, "")
        if not raw:
            return read_block(block)
        if block.get("type") == "tool_use":
            id_, name = loose.text(block.get("id")), loose.text(block.get("name"))
            return arguments.call_from_raw(id_, name, raw)
        return OtherPart({**block, "input": loose.decoded(raw)})


def _index(body: dict[str, Json]) -> int:
    index = body.get("index")
    return index if isinstance(index, int) else 0
