"""Amazon Bedrock's Converse, read only: messages whose content blocks are known by their key and name no type.

It is also how Strands Agents writes its messages down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from replaydbg.core.message import Json, Media, Message, OtherPart, Part, Reasoning, Role, Text, ToolResponse
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.wire import arguments, loose, sse, tool_specs

_ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT, "system": Role.SYSTEM}
_PARAMS = {"maxTokens": "max_tokens", "topP": "top_p", "stopSequences": "stop", "temperature": "temperature"}
_KEYS = frozenset(
    {"toolUse", "toolResult", "reasoningContent", "cachePoint", "citationsContent", "guardContent"}
)
_MEDIA = ("image", "document", "video", "audio")
_KNOWN = _KEYS | {*_MEDIA, "text", "json"}


def is_block(block: Json) -> bool:
    """Whether this is a content block that no other shape has."""
    if not isinstance(block, dict) or "type" in block:
        return False
    return not _KEYS.isdisjoint(block) or any("format" in loose.mapping(block.get(kind)) for kind in _MEDIA)


def parts_in(content: Json) -> tuple[Part, ...] | None:
    """The parts of a list of blocks, or of one written as text; None for anything else."""
    blocks = loose.sequence(loose.parsed(content))
    if not blocks or not all(
        isinstance(block, dict) and block.keys() & _KNOWN and "type" not in block for block in blocks
    ):
        return None
    return tuple(map(read_block, blocks))


def read_messages(value: Json) -> tuple[Message, ...]:
    """Messages of the list. One message gives several where it holds tool results."""
    return tuple(message for item in loose.sequence(value) for message in _read_message(item))


def _read_message(item: Json) -> Iterator[Message]:
    said = loose.mapping(item)
    word = loose.text(said.get("role"))
    role = _ROLES.get(word, Role.UNKNOWN)
    content = said.get("content")
    blocks = [content] if isinstance(content, str) else loose.sequence(content)
    parts: list[Part] = []
    for part in map(read_block, blocks):
        if isinstance(part, ToolResponse):
            if parts:
                yield Message(role, tuple(parts))
                parts = []
            yield Message(Role.TOOL, (part,))
        else:
            parts.append(part)
    if not said:
        yield Message(Role.UNKNOWN, (OtherPart(item),))
    elif parts or not blocks:
        yield Message(role, tuple(parts), word if role is Role.UNKNOWN else "")


def read_block(block: Json) -> Part:
    match block:
        case str(text) | {"text": str(text)} | {"guardContent": {"text": {"text": str(text)}}}:
            return Text(text)
        case {"toolUse": {"name": str(name)} as use}:
            return arguments.call_from_any(loose.text(use.get("toolUseId")), name, use.get("input"))
        case {"toolResult": dict(said)}:
            failed = said.get("status") == "error"
            return ToolResponse(
                loose.text(said.get("toolUseId")), read_result(said.get("content")), is_error=failed
            )
        case {"reasoningContent": {"reasoningText": {"text": str(text), **rest}}}:
            return Reasoning(text, loose.text(rest.get("signature")))
        case {"citationsContent": {"content": [{"text": str(text)}]}}:
            return Text(text)
    for kind in _MEDIA:
        media = loose.mapping(loose.mapping(block).get(kind))
        if "format" in media:
            return _media(kind, media)
    return OtherPart(block)


def _media(kind: str, media: dict[str, Json]) -> Media:
    source = loose.mapping(media.get("source"))
    place = loose.text(loose.mapping(source.get("s3Location")).get("uri"))
    mime = f"{'application' if kind == 'document' else kind}/{loose.text(media.get('format'))}"
    return Media(kind, mime, place, loose.text(source.get("bytes")))


def read_result(content: Json) -> Json:
    """A single text or value says no more than itself; other blocks are kept as they came."""
    match content:
        case [{"text": str(text), **rest}] if not rest:
            return text
        case [{"json": value, **rest}] if not rest:
            return value
    return "" if content is None else content


def read_request(body: Json) -> ModelRequest:
    body = loose.mapping(body)
    system = tuple(map(read_block, loose.sequence(body.get("system"))))
    config, more = (
        loose.mapping(body.get("inferenceConfig")),
        loose.mapping(body.get("additionalModelRequestFields")),
    )
    tools = loose.mapping(body.get("toolConfig"))
    params = {
        _PARAMS.get(key, key): value for key, value in (config | more).items() if value not in (None, [])
    }
    choice = loose.mapping(tools.get("toolChoice"))
    if choice:
        name = loose.text(loose.mapping(choice.get("tool")).get("name"))
        word = "auto" if "auto" in choice else "required"
        params["tool_choice"] = {"type": "function", "function": {"name": name}} if name else word
    return ModelRequest(
        model=loose.text(body.get("modelId")) or loose.text(body.get("model")),
        messages=((Message(Role.SYSTEM, system),) if system else ()) + read_messages(body.get("messages")),
        tools=tool_specs.read_tools(tools.get("tools")),
        params=params,
        provider="bedrock",
    )


def read_reply(body: Json) -> Reply:
    body = loose.mapping(body)
    said = read_messages(
        [loose.mapping(body.get("output")).get("message") or {"role": "assistant", "content": []}]
    )
    message = replace(said[0], role=Role.ASSISTANT, finish_reason=loose.text(body.get("stopReason")))
    taken = loose.count(loose.mapping(body.get("metrics")).get("latencyMs"))
    return Reply(message, usage=read_usage(body.get("usage")), duration_ms=float(taken or 0))


def read_usage(value: Json) -> Usage:
    """Cached tokens are counted beside the input there."""
    usage = loose.mapping(value)
    read = loose.count(usage.get("cacheReadInputTokens"))
    written = loose.count(usage.get("cacheWriteInputTokens"))
    fresh = loose.count(usage.get("inputTokens"))
    whole = None if fresh is None else fresh + (read or 0) + (written or 0)
    return Usage(whole, loose.count(usage.get("outputTokens")), read)


class Accumulator:
    """Puts the events of ConverseStream together."""

    def __init__(self) -> None:
        self._blocks: dict[int, dict[str, Any]] = {}
        self._stop = ""
        self._usage: Json = None

    def feed(self, event: sse.Event) -> str:
        """Take one event; the new text for the screen."""
        match event.json:
            case {"contentBlockStart": {"start": {"toolUse": dict(use)}} as start}:
                self._blocks[_index(start)] = {"toolUse": {**use, "input": ""}}
            case {"contentBlockDelta": {"delta": dict(delta)} as piece}:
                return self._delta(self._blocks.setdefault(_index(piece), {}), delta)
            case {"messageStop": {"stopReason": str(reason)}}:
                self._stop = reason
            case {"metadata": {"usage": usage}}:
                self._usage = usage
        return ""

    def _delta(self, block: dict[str, Any], delta: dict[str, Json]) -> str:
        match delta:
            case {"text": str(piece)}:
                block["text"] = block.get("text", "") + piece
                return piece
            case {"toolUse": {"input": str(piece)}}:
                use = block.setdefault("toolUse", {"name": "", "input": ""})
                use["input"] += piece
            case {"reasoningContent": dict(thought)}:
                known = block.setdefault("reasoningContent", {"reasoningText": {"text": ""}})["reasoningText"]
                known["text"] += loose.text(thought.get("text"))
                known["signature"] = loose.text(thought.get("signature")) or known.get("signature", "")
        return ""

    def reply(self) -> Reply:
        """What has come so far; interrupted unless the stream said that it ended."""
        parts = tuple(read_block(self._blocks[index]) for index in sorted(self._blocks))
        message = Message(Role.ASSISTANT, parts, finish_reason=self._stop)
        return Reply(message, usage=read_usage(self._usage), interrupted=not self._stop)


def _index(event: dict[str, Json]) -> int:
    return loose.count(event.get("contentBlockIndex")) or 0
