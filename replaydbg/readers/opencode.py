"""opencode: sessions as `opencode export` writes them, events of `opencode run --format json`, and logs of its plug-ins' hooks.

A message of the assistant holds the parts of one or more replies, from `step-start` to `step-finish`; a tool's part has
what it was given and what came back. Parts of a log come again with each change: the last counts.

Get one: `opencode export <session> > session.json`, or `opencode run --format json ... > run.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.core.message import Json, Media, Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._chat_facts import NAN, Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose

FORMAT = "opencode"
_EVENTS = frozenset({"step_start", "text", "reasoning", "tool_use", "step_finish", "error"})
_HOOKS = ("event", "tool.", "chat.", "permission.", "experimental.", "message.", "config", "auth")


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    found = loose.mapping(first)
    if _is_event(found):
        return 0.95
    if isinstance(found.get("messages"), list) and "id" in loose.mapping(found.get("info")):
        item = loose.mapping(found["messages"][0] if found["messages"] else None)
        return 0.95 if {"info", "parts"} <= item.keys() or not found["messages"] else 0.0
    if isinstance(first, list) and first and {"info", "parts"} <= loose.mapping(first[0]).keys():
        return 0.9
    is_hook = isinstance(first, list) and len(first) in {2, 3} and isinstance(first[0], str)
    if not isinstance(first, list) or not is_hook:
        return 0.0
    return 0.9 if isinstance(first[1], dict) and first[0].startswith(_HOOKS) else 0.0


def _is_event(value: dict[str, Json]) -> bool:
    """Whether `opencode run` wrote this."""
    told = value.get("error" if value.get("type") == "error" else "part")
    return loose.text(value.get("type")) in _EVENTS and "sessionID" in value and isinstance(told, dict)


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    log, stream = _Log(), _Stream()
    for value, place in _containers.values(document.buffer, transcript.notices):
        if isinstance(value, dict) and isinstance(value.get("messages"), list):
            session = loose.mapping(value.get("info"))
            _tell(transcript, loose.text(session.get("id")) or document.stem, value["messages"], None)
        elif isinstance(value, dict) and _is_event(value):
            stream.add(value)
        elif isinstance(value, list) and value and isinstance(value[0], str):
            log.add(value)
        elif isinstance(value, list):
            _tell(transcript, document.stem, value, None)
        else:
            transcript.notice(place, "neither a session nor a hook, left out")
    if stream.messages:
        transcript.notice("", "what was asked is not in what `opencode run` writes; `opencode export` has it")
        _tell(transcript, stream.session_id or document.stem, list(stream.messages.values()), None)
    for session_id, messages in log.sessions():
        _tell(transcript, session_id or document.stem, messages, log.tools)
    yield transcript.whole("no message")


class _Log:
    """What the hooks of a plug-in were told, put together to messages."""

    def __init__(self) -> None:
        self._infos: dict[str, dict[str, Json]] = {}
        self._parts: dict[str, dict[str, Json]] = {}
        self._tools: dict[str, ToolSpec] = {}

    @property
    def tools(self) -> tuple[ToolSpec, ...] | None:
        return tuple(self._tools.values()) or None

    def add(self, entry: list[Json]) -> None:
        told = loose.mapping(entry[1] if len(entry) > 1 else None)
        if entry[0] == "tool.definition":
            about = {**told, **loose.mapping(entry[2] if len(entry) > 2 else None)}
            name = loose.text(about.get("toolID") or about.get("name"))
            schema = about.get("parameters", about.get("inputSchema"))
            self._tools[name] = ToolSpec(name, loose.text(about.get("description")), schema, about)
        event = loose.mapping(told.get("event")) or told
        about = loose.mapping(event.get("properties"))
        info, part = loose.mapping(about.get("info")), loose.mapping(about.get("part"))
        if event.get("type") == "message.updated" and info:
            self._infos[loose.text(info.get("id"))] = info
        elif event.get("type") == "message.part.updated" and part:
            self._parts[loose.text(part.get("id"))] = part

    def sessions(self) -> Iterator[tuple[str, list[Json]]]:
        messages: dict[str, dict[str, Any]] = {
            id_: {"info": info, "parts": []} for id_, info in self._infos.items()
        }
        for part in self._parts.values():
            if loose.text(part.get("messageID")) in messages:
                messages[part["messageID"]]["parts"].append(part)
        sessions: dict[str, list[Json]] = {}
        for message in messages.values():
            sessions.setdefault(loose.text(message["info"].get("sessionID")), []).append(message)
        yield from sessions.items()


class _Stream:
    """Events of a run, put together to messages: each has a part, which names its message."""

    def __init__(self) -> None:
        self.session_id = ""
        self.messages: dict[str, dict[str, Any]] = {}

    def add(self, event: dict[str, Json]) -> None:
        self.session_id = self.session_id or loose.text(event.get("sessionID"))
        part = loose.mapping(event.get("part"))
        id_ = loose.text(part.get("messageID")) or f"error {len(self.messages)}"
        new = {"info": {"role": "assistant", "time": {"created": event.get("timestamp")}}, "parts": []}
        message = self.messages.setdefault(id_, new)
        message["info"]["time"]["completed"] = event.get("timestamp")
        if part:
            message["parts"].append(part)
        else:
            message["info"]["error"] = event.get("error")


def _tell(transcript: Transcript, id_: str, messages: list[Json], tools: tuple[ToolSpec, ...] | None) -> None:
    thread = transcript.run(id_).thread()
    for message in map(loose.mapping, messages):
        info, parts = loose.mapping(message.get("info")), loose.sequence(message.get("parts"))
        if info.get("role") == "assistant":
            _Reply(thread, info, tools).tell([loose.mapping(part) for part in parts])
        else:
            said = [spoken for part in map(loose.mapping, parts) if (spoken := _spoken(part)) is not None]
            thread.say(Message(Role.USER, tuple(said)), moment_ns=_time(info, "created"))
    thread.end()


class _Reply:
    """A message of the assistant: one model call, or one for each of its steps."""

    def __init__(self, thread: Thread, info: dict[str, Json], tools: tuple[ToolSpec, ...] | None) -> None:
        self._thread = thread
        self._info = info
        self._tools = tools
        self._parts: list[dict[str, Json]] = []

    def tell(self, parts: list[dict[str, Json]]) -> None:
        steps = sum(part.get("type") == "step-finish" for part in parts)
        for part in parts:
            if part.get("type") == "step-start":
                self._end({}, is_only=steps < 2)
            elif part.get("type") == "step-finish":
                self._end(part, is_only=steps < 2)
            else:
                self._parts.append(part)
        self._end({}, is_only=steps < 2)

    def _end(self, finish: dict[str, Json], *, is_only: bool) -> None:
        info, tools = self._info, [part for part in self._parts if part.get("type") == "tool"]
        said = tuple(spoken for part in self._parts if (spoken := _spoken(part)) is not None)
        error = loose.mapping(info.get("error"))
        if not said and not (finish and not tools) and not (error and is_only):
            self._parts.clear()
            return
        counted = finish if finish or not is_only else info
        words = loose.text(loose.mapping(error.get("data")).get("message")) or loose.text(error.get("name"))
        facts = Facts(
            model=loose.text(info.get("modelID"))
            or loose.text(loose.mapping(info.get("model")).get("modelID")),
            provider=loose.text(info.get("providerID")),
            agent=loose.text(info.get("agent")),
            tools=self._tools,
            usage=_usage(loose.mapping(counted.get("tokens"))),
            cost_usd=_cost(counted.get("cost")),
            error=words if is_only else "",
        )
        starts = [start for part in tools if (start := _time(loose.mapping(part.get("state")), "start")) >= 0]
        moment = min(starts, default=_time(info, "completed"))
        reason = loose.text(finish.get("reason")) or loose.text(info.get("finish"))
        reply = Message(Role.ASSISTANT, said, finish_reason=reason) if said else None
        self._thread.reply(
            reply, facts=facts, moment_ns=moment, origin={"info": info, "parts": list(self._parts)}
        )
        for part in tools:
            self._answer(part)
        self._parts.clear()

    def _answer(self, part: dict[str, Json]) -> None:
        state = loose.mapping(part.get("state"))
        if loose.text(state.get("status")) in {"pending", "running"}:
            return
        is_error = state.get("status") == "error"
        result = state.get("error") if is_error else state.get("output")
        response = ToolResponse(
            loose.text(part.get("callID")), result, loose.text(part.get("tool")), is_error
        )
        start, end = _time(state, "start"), _time(state, "end")
        self._thread.add(Message(Role.TOOL, (response,)), moment_ns=end, start_ns=start, origin=part)


def _spoken(part: dict[str, Json]) -> Part | None:
    """What the part says in a message; None where it says nothing to the model."""
    match part.get("type"):
        case "text":
            text = loose.text(part.get("text"))
            return Text(text) if text and part.get("ignored") is not True else None
        case "reasoning":
            return Reasoning(loose.text(part.get("text")))
        case "tool":
            state = loose.mapping(part.get("state"))
            return ToolCall(
                loose.text(part.get("callID")), loose.text(part.get("tool")), state.get("input", {})
            )
        case "file":
            mime_type = loose.text(part.get("mime"))
            return Media(mime_type.partition("/")[0] or "file", mime_type, loose.text(part.get("url")))
    return None


def _time(holder: dict[str, Json], key: str) -> int:
    return _moments.nanoseconds(loose.mapping(holder.get("time")).get(key))


def _usage(tokens: dict[str, Json]) -> Usage:
    """What was cached and what was thought are counted beside the rest there."""
    cache = loose.mapping(tokens.get("cache"))
    fresh, said, thought = (loose.count(tokens.get(key)) for key in ("input", "output", "reasoning"))
    read, written = loose.count(cache.get("read")), loose.count(cache.get("write"))
    whole = None if fresh is None else fresh + (read or 0) + (written or 0)
    return Usage(whole, None if said is None else said + (thought or 0), read, thought)


def _cost(value: Json) -> float:
    cost = number(value)
    return cost if cost > 0 else NAN


READER = Reader(FORMAT, "opencode sessions, runs and plug-in logs", sniff, read, of_lines=True)
