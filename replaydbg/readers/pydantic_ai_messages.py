"""Messages of pydantic-ai: the list of requests and responses that an agent keeps, as JSON.

A response is a model call, a tool return a tool execution; so is each request of a model that was given up for the next
one. A tool return that was `retried`, in older files a retry prompt that names a tool, is that tool's failure: the
arguments did not validate, or the tool asked to be called again. Tool schemas are not recorded. The list may stand under
`messages` or the like, as in the state of a run.

Get one: `Path("run.json").write_bytes(result.all_messages_json())`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.finding import Notice
from replaydbg.core.message import (
    Json,
    Media,
    Message,
    OtherPart,
    Part,
    Reasoning,
    Role,
    Text,
    ToolResponse,
)
from replaydbg.core.step import Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._chat_facts import NAN, Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose
from replaydbg.wire.arguments import call_from_any

_KINDS = ("request", "response")
_FAILED = ("failed", "denied", "retried", "interrupted")
"""Outcomes of a tool call that brought no result."""

_Said: TypeAlias = tuple[Message, int]
"""A message and the moment it was written."""


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    first = _wrapped(first) or first
    item = loose.mapping(first[0] if isinstance(first, list) and first else first)
    parts = loose.sequence(item.get("parts"))
    is_one = loose.text(item.get("kind")) in _KINDS and isinstance(item.get("parts"), list)
    return 0.95 if is_one and all("part_kind" in loose.mapping(part) for part in parts[:3]) else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # lists of messages are short
    transcript = Transcript(document, READER.name)
    run_id, thread, instructions = "", None, ""
    for value, place, begins in _messages(document, transcript.notices):
        if begins and thread is not None:
            thread.end()
            run_id, thread = "", None
        item = loose.mapping(value)
        if loose.text(item.get("kind")) not in _KINDS or not isinstance(item.get("parts"), list):
            transcript.notice(place, "neither a request nor a response, left out")
            continue
        conversation = loose.text(item.get("conversation_id"))
        if thread is None or (conversation and run_id and conversation != run_id):
            if thread is not None:
                thread.end()
            thread = transcript.run(conversation or transcript.stem).thread()
            instructions = ""
        run_id = conversation or run_id
        if item["kind"] == "request":
            instructions = _instruct(thread, item, instructions)
            for message, moment in _request(item):
                thread.add(message, moment_ns=moment)
        else:
            moment = _moments.nanoseconds(item.get("timestamp"))
            for attempt in filter(None, map(loose.mapping, loose.sequence(item.get("failed_attempts")))):
                thread.reply(None, facts=_attempt(attempt), origin=attempt)
            thread.reply(_reply(item), facts=_facts(item), moment_ns=moment, origin=item)
    if thread is None:
        raise NotThisFormat("no message")
    thread.end()
    yield transcript.reading()


_LISTS = ("messages", "all_messages", "message_history", "new_messages")


def _messages(document: Document, notices: list[Notice]) -> Iterator[tuple[Json, str, bool]]:
    """All messages with their places, and whether one begins a list that stands for itself."""
    for value, place in _containers.values(document.buffer, notices, items=True):
        inner = _wrapped(value)
        if inner is None:
            yield value, place, False
        for at, message in enumerate(inner or ()):
            yield message, f"{place}/{at}", at == 0


def _wrapped(value: Json) -> list[Json] | None:
    """The list of messages in what is none itself: what a program put around it, or the state of a run."""
    found = loose.mapping(value)
    if "kind" in found:
        return None
    for around in (found, *(loose.mapping(found.get(key)) for key in ("state", "_state"))):
        for key in _LISTS:
            if loose.sequence(around.get(key)):
                return loose.sequence(around[key])
    return None


def _instruct(thread: Thread, item: dict[str, Json], known: str) -> str:
    """Instructions are repeated in each request, and sent once; new ones stand where they begin to hold."""
    given = loose.text(item.get("instructions"))
    if given and given != known:
        thread.say(Message(Role.SYSTEM, (Text(given),)))
    return given or known


# ---- requests ---------------------------------------------------------------------------------------------------


def _request(item: dict[str, Json]) -> Iterator[_Said]:
    """The messages that a request adds, each part in its own role."""
    written = _moments.nanoseconds(item.get("timestamp"))
    for each in item["parts"]:
        part = loose.mapping(each)
        moment = _moments.nanoseconds(part.get("timestamp"))
        yield _message(part), moment if moment >= 0 else written


def _message(part: dict[str, Json]) -> Message:
    kind, content = loose.text(part.get("part_kind")), part.get("content")
    match kind:
        case "system-prompt":
            return Message(Role.SYSTEM, tuple(_content(content)))
        case "user-prompt":
            return Message(Role.USER, tuple(_content(content)))
        case "tool-return":
            return Message(Role.TOOL, (_response(part, is_error=part.get("outcome") in _FAILED),))
        case "retry-prompt" | "retry-feedback" if loose.text(part.get("tool_name")):
            return Message(Role.TOOL, (_response(part, is_error=True),))
        case "retry-prompt" | "retry-feedback":
            said = content if isinstance(content, str) else loose.encoded(content)
            return Message(Role.USER, (Text(said),))
    return Message(Role.UNKNOWN, (OtherPart(part),), name=kind)


def _response(part: dict[str, Json], *, is_error: bool) -> ToolResponse:
    content = part.get("content")
    return ToolResponse(
        loose.text(part.get("tool_call_id")),
        "" if content is None else content,
        loose.text(part.get("tool_name")),
        is_error=is_error,
    )


def _content(content: Json) -> Iterator[Part]:
    for one in content if isinstance(content, list) else [content]:
        if isinstance(one, str):
            yield Text(one)
        elif one is not None:
            yield _media(one)


def _media(value: Json) -> Part:
    """`{kind: image-url, url}`, `{kind: binary, data, media_type}`, text with notes beside it; other kinds as they came."""
    item = loose.mapping(value)
    kind, mime_type = loose.text(item.get("kind")), loose.text(item.get("media_type"))
    if kind == "binary" and isinstance(item.get("data"), str):
        return Media(mime_type.partition("/")[0] or "file", mime_type, data=item["data"])
    if kind.endswith("-url") and isinstance(item.get("url"), str):
        return Media(kind.removesuffix("-url"), mime_type, uri=item["url"])
    if kind in ("text-content", "structured-content") and isinstance(item.get("content"), str):
        return Text(item["content"])
    return OtherPart(value)


# ---- responses --------------------------------------------------------------------------------------------------


def _reply(item: dict[str, Json]) -> Message:
    parts = tuple(_part(loose.mapping(part)) for part in item["parts"])
    return Message(Role.ASSISTANT, parts, finish_reason=loose.text(item.get("finish_reason")))


def _part(part: dict[str, Json]) -> Part:
    match loose.text(part.get("part_kind")):
        case "text" if isinstance(part.get("content"), str):
            return Text(part["content"])
        case "thinking":
            return Reasoning(loose.text(part.get("content")), loose.text(part.get("signature")))
        case "tool-call":
            id_, name = loose.text(part.get("tool_call_id")), loose.text(part.get("tool_name"))
            return call_from_any(id_, name, part.get("args"))
        case "file":
            return _media(part.get("content"))
    return OtherPart(part)  # such as a tool that the provider ran by itself: nobody else has to answer it


def _attempt(item: dict[str, Json]) -> Facts:
    """A model that a fallback moved on from: what it said, if anything, was not kept."""
    start = _moments.nanoseconds(item.get("timestamp"))
    took = _moments.duration(item.get("duration"))
    error = loose.text(item.get("error")) or "its response was rejected, and another model asked"
    end = start + took if min(start, took) >= 0 else NOT_RECORDED
    return replace(_facts(item), error=error, start_ns=start, end_ns=end)


def _facts(item: dict[str, Json]) -> Facts:
    usage = loose.mapping(item.get("usage"))
    details = loose.mapping(usage.get("details"))
    reasoning = usage.get("output_reasoning_tokens", details.get("reasoning_tokens"))
    return Facts(
        model=loose.text(item.get("model_name")),
        provider=loose.text(item.get("provider_name")),
        usage=Usage(
            loose.count(usage.get("input_tokens", usage.get("request_tokens"))),
            loose.count(usage.get("output_tokens", usage.get("response_tokens"))),
            loose.count(usage.get("cache_read_tokens", details.get("cached_tokens"))),
            loose.count(reasoning),
        ),
        cost_usd=_cost(usage.get("cost")),
    )


def _cost(value: Json) -> float:
    """Written as text, so that no digit is lost."""
    try:
        cost = float(value)
    except (TypeError, ValueError, OverflowError):
        return NAN
    return cost if 0 <= cost < 1e9 else NAN


READER = Reader(
    "pydantic-ai",
    "pydantic-ai messages",
    sniff,
    read,
    marks=("kind", "parts", "part_kind"),
    needs=(b'"parts"',),
)
