"""Threads of OpenAI's Assistants API: pages of messages, of runs' steps, and both beside each other.

A page is the newest first. A step of a run made messages or called tools; what a function brought stands in its call.
The code interpreter and file search ran at the provider's.

Get one: OpenAI shut this API down on 26 August 2026. Before, `curl
https://api.openai.com/v1/threads/THREAD/runs/RUN/steps -H "Authorization: Bearer $OPENAI_API_KEY" -H "OpenAI-Beta:
assistants=v2" > steps.json`, and `.../threads/THREAD/messages`; `cat` of both is read as one
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from replaydbg.core.message import (
    Json,
    Media,
    Message,
    OtherPart,
    Part,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, genai, loose, openai_chat, tool_specs

FORMAT = "openai-threads"
_OBJECTS = frozenset({"thread.message", "thread.run.step", "thread.run"})


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    return 0.95 if any(map(_is_own, _items(first)[:1])) else 0.0


def _items(value: Json) -> list[Json]:
    inner = loose.mapping(value).get("data")
    if isinstance(inner, list):
        return inner
    return value if isinstance(value, list) else [value]


def _is_own(value: Json) -> bool:
    return loose.text(loose.mapping(value).get("object")) in _OBJECTS


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    threads: dict[str, list[dict[str, Json]]] = {}
    for value, place in _containers.values(document.buffer, transcript.notices):
        for item in map(loose.mapping, _items(value)):
            if _is_own(item):
                threads.setdefault(loose.text(item.get("thread_id")), []).append(item)
            else:
                transcript.notice(place, "no message, run or step of one, left out")
    for id_, items in threads.items():
        _tell(transcript.run(id_ or document.stem).thread(), items)
    yield transcript.whole("no message and no step of a run")


class _Run(NamedTuple):
    told: dict[str, Json]
    tools: tuple[ToolSpec, ...] | None


_NO_RUN = _Run({}, None)


def _run(told: dict[str, Json]) -> _Run:
    tools = told.get("tools")
    return _Run(told, tool_specs.read_tools(tools) if isinstance(tools, list) else None)


def _tell(thread: Thread, items: list[dict[str, Json]]) -> None:
    runs = {loose.text(item.get("id")): _run(item) for item in items if item["object"] == "thread.run"}
    made: dict[str, dict[str, Json]] = {}
    for item in items:
        created = loose.mapping(loose.mapping(item.get("step_details")).get("message_creation"))
        if item["object"] == "thread.run.step" and created:
            made[loose.text(created.get("message_id"))] = item
    messages = {loose.text(item.get("id")) for item in items if item["object"] == "thread.message"}
    ordered = sorted(enumerate(items), key=lambda each: (_moment(each[1], "created_at"), -each[0]))
    for _, item in ordered:
        run = runs.get(loose.text(item.get("run_id")), _NO_RUN)
        if item["object"] == "thread.message":
            step = made.get(loose.text(item.get("id")), {})
            _message(thread, item, step, run)
        elif item["object"] == "thread.run.step":
            details = loose.mapping(item.get("step_details"))
            message_id = loose.text(loose.mapping(details.get("message_creation")).get("message_id"))
            if "tool_calls" in details:
                _calls(thread, item, loose.sequence(details["tool_calls"]), run)
            elif message_id not in messages:
                _reply(thread, Message(Role.ASSISTANT), item, run)
        elif loose.mapping(item.get("last_error")):
            error = loose.mapping(item["last_error"])
            facts = Facts(loose.text(item.get("model")), error=loose.text(error.get("message")) or "failed")
            thread.reply(None, facts=facts, moment_ns=_moment(item, "failed_at"), origin=item)
    thread.end()


def _moment(item: dict[str, Json], key: str) -> int:
    return _moments.nanoseconds(item.get(key))


def _message(thread: Thread, item: dict[str, Json], step: dict[str, Json], run: _Run) -> None:
    role = genai.role(item.get("role"))
    message = Message(role, tuple(_part(loose.mapping(part)) for part in loose.sequence(item.get("content"))))
    if role is Role.ASSISTANT:
        _reply(thread, message, step or item, run)
    else:
        thread.say(message, moment_ns=_moment(item, "created_at"))


def _part(part: dict[str, Json]) -> Part:
    match part:
        case {"type": "text", "text": {"value": str(text)}} | {"type": "text", "text": str(text)}:
            return Text(text)
        case {"type": "image_url", "image_url": {"url": str(url)}}:
            return Media("image", uri=url)
        case {"type": "image_file", "image_file": {"file_id": str(id_)}}:
            return Media("image", uri=id_)
        case {"type": "refusal", "refusal": str(text)}:
            return Text(text)
    return OtherPart(part)


def _reply(thread: Thread, message: Message, item: dict[str, Json], run: _Run) -> None:
    """A message or a step of a run. Times and tokens are those of the step."""
    error = loose.mapping(item.get("last_error"))
    facts = Facts(
        model=loose.text(run.told.get("model")),
        provider="openai",
        tools=run.tools,
        usage=openai_chat.read_usage(item.get("usage")),
        start_ns=_moment(item, "created_at") if "step_details" in item else -1,
        error=loose.text(error.get("message")) or loose.text(error.get("code")),
    )
    asked = loose.text(run.told.get("instructions"))
    if asked and not len(thread):
        thread.say(Message(Role.SYSTEM, (Text(asked),)))
    moment = max(_moment(item, key) for key in ("completed_at", "failed_at", "created_at"))
    thread.reply(message, facts=facts, moment_ns=moment, origin=item)


def _calls(thread: Thread, item: dict[str, Json], listed: list[Json], run: _Run) -> None:
    calls, results = [], []
    for told in map(loose.mapping, listed):
        id_, kind = loose.text(told.get("id")), loose.text(told.get("type"))
        inner = loose.mapping(told.get(kind))
        if kind == "function":
            call = arguments.call_from_any(id_, loose.text(inner.get("name")), inner.get("arguments"))
            output = inner.get("output")
        else:
            given = {key: value for key, value in inner.items() if key not in {"outputs", "results"}}
            call, output = ToolCall(id_, kind, given), inner.get("outputs", inner.get("results"))
        calls.append(call)
        if output is not None:
            results.append(ToolResponse(id_, output, call.name))
    _reply(thread, Message(Role.ASSISTANT, tuple(calls)), item, run)
    if results:
        thread.add(Message(Role.TOOL, tuple(results)), moment_ns=_moment(item, "completed_at"))


READER = Reader(
    FORMAT,
    "threads and runs of OpenAI's Assistants",
    sniff,
    read,
    marks=("object", "thread_id", "run_id", "step_details"),
    needs=(b'"thread.message"', b'"thread.run.step"', b'"thread.run"'),
)
