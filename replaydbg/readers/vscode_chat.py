"""Chats of VS Code (GitHub Copilot): what *Chat: Export Chat* writes, and the files of its sessions, journals as well.

A request holds what a person asked and all that came of it. Copilot's agent tells its rounds (what the model said, its
calls with their raw arguments, what they brought); else the chat as it was shown is all there is. A journal is a line for
each change of the session.

Get one: *Chat: Export Chat...* in the palette of VS Code, or
`<user data of VS Code>/User/workspaceStorage/<workspace>/chatSessions/<session>.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.core.message import (
    Json,
    Message,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
    text_message,
)
from replaydbg.core.step import Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, loose

FORMAT = "vscode-chat"
_INITIAL, _SET, _PUSH, _DELETE = range(4)
"""What a line of a journal does to the session."""
_TEXTS_MAX = 100_000
"""Pieces looked at of one tool's result, which may be a tree."""


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    if first.get("kind") == _INITIAL and "v" in first:
        return 0.95 if {"requests", "sessionId"} & loose.mapping(first["v"]).keys() else 0.0
    if not isinstance(first.get("requests"), list):
        return 0.0
    asked = loose.mapping(first["requests"][0]) if first["requests"] else {}
    is_own = (
        "responderUsername" in first
        or "requesterUsername" in first
        or {"requestId", "message"} <= asked.keys()
    )
    return 0.95 if is_own else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    sessions: list[dict[str, Json]] = []
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        kind = record.get("kind")
        if kind == _INITIAL and isinstance(record.get("v"), dict):
            sessions.append(record["v"])
        elif isinstance(kind, int) and isinstance(record.get("k"), list) and sessions:
            if not _change(sessions[-1], kind, record):
                transcript.notice(place, "a change of what is not there, left out")
        elif isinstance(record.get("requests"), list):
            sessions.append(record)
        else:
            transcript.notice(place, "neither a chat nor a change of one, left out")
    for session in sessions:
        thread = transcript.run(loose.text(session.get("sessionId")) or document.stem).thread()
        for request in map(loose.mapping, loose.sequence(session.get("requests"))):
            _Request(thread, request).tell()
        thread.end()
    yield transcript.whole("no request")


def _change(session: dict[str, Json], kind: int, record: dict[str, Json]) -> bool:
    """One line of a journal. False where its path leads nowhere."""
    *path, last = record["k"] or [None]
    holder: Any = session
    for key in path:
        if isinstance(holder, dict) and isinstance(key, str):
            holder = holder.setdefault(key, {})
        elif isinstance(holder, list) and isinstance(key, int) and 0 <= key < len(holder):
            holder = holder[key]
        else:
            return False
    if isinstance(holder, list):
        if not isinstance(last, int) or not 0 <= last <= len(holder) - (kind != _SET):
            return False
        if last == len(holder):
            holder.append(None)
    elif not isinstance(holder, dict) or not isinstance(last, str):
        return False
    if kind == _PUSH:
        listed = holder.get(last) if isinstance(holder, dict) else holder[last]
        holder[last] = listed = listed if isinstance(listed, list) else []
        kept = record.get("i")
        if isinstance(kept, int) and kept >= 0:
            del listed[kept:]
        listed += loose.sequence(
            record.get("v")
        )  # in place: a journal has a line for each word that was shown
    elif kind == _SET:
        holder[last] = record.get("v")
    elif kind == _DELETE and isinstance(holder, dict):
        holder.pop(last, None)
    return True


class _Request:
    """What a person asked, and what came of it."""

    def __init__(self, thread: Thread, request: dict[str, Json]) -> None:
        self._thread = thread
        self._request = request
        self._result = loose.mapping(request.get("result"))
        self._about = loose.mapping(self._result.get("metadata"))
        self._asked_ns = _moments.nanoseconds(request.get("timestamp"))
        shown = [loose.mapping(part) for part in loose.sequence(request.get("response"))]
        self._shown = {loose.text(part.get("toolCallId")): part for part in shown if "toolCallId" in part}

    def tell(self) -> None:
        said = self._request.get("message")
        text = said if isinstance(said, str) else loose.text(loose.mapping(said).get("text"))
        told = _texts(self._about.get("renderedUserMessage")) or text
        self._thread.say(text_message(Role.USER, told), moment_ns=self._asked_ns)
        rounds = [loose.mapping(one) for one in loose.sequence(self._about.get("toolCallRounds"))]
        replies = [self._of_round(one) for one in rounds] or list(self._as_shown())
        error = self._error()
        if not replies and (error or self._ended_ns() >= 0):
            self._thread.reply(
                None, facts=self._facts(error=error), moment_ns=self._ended_ns(), origin=self._request
            )
        for number, (message, results, origin) in enumerate(replies):
            is_last = number == len(replies) - 1
            moment = self._ended_ns() if is_last else _moments.nanoseconds(origin.get("timestamp"))
            facts = self._facts(origin, error if is_last else "", counts=is_last)
            self._thread.reply(message, facts=facts, moment_ns=moment, origin=origin)
            if results:
                self._thread.add(Message(Role.TOOL, tuple(results)))

    def _of_round(self, told: dict[str, Json]) -> tuple[Message, list[ToolResponse], dict[str, Json]]:
        thought, text = _texts(loose.mapping(told.get("thinking")).get("text")), _texts(told.get("response"))
        calls = [
            arguments.call_from_any(
                loose.text(call.get("id")), loose.text(call.get("name")), call.get("arguments")
            )
            for call in map(loose.mapping, loose.sequence(told.get("toolCalls")))
        ]
        parts: list[Part] = [
            *([Reasoning(thought)] if thought else []),
            *([Text(text)] if text else []),
            *calls,
        ]
        brought = loose.mapping(self._about.get("toolCallResults"))
        results = [
            self._response(call, loose.mapping(brought[call.id])) for call in calls if call.id in brought
        ]
        return Message(Role.ASSISTANT, tuple(parts)), results, told

    def _response(self, call: ToolCall, result: dict[str, Json]) -> ToolResponse:
        # What is shown of a call has an id of its own in old sessions.
        details = loose.mapping(self._shown.get(call.id, {}).get("resultDetails"))
        return ToolResponse(call.id, _texts(result.get("content")), call.name, details.get("isError") is True)

    def _as_shown(self) -> Iterator[tuple[Message, list[ToolResponse], dict[str, Json]]]:
        """The replies as they can be told from what the chat showed: one ends with the calls that follow its words."""
        parts: list[Part] = []
        results: list[ToolResponse] = []
        for shown in map(loose.mapping, loose.sequence(self._request.get("response"))):
            kind = loose.text(shown.get("kind"))
            if kind in {"toolInvocationSerialized", "toolInvocation"}:
                call, response = _invoked(shown)
                parts.append(call)
                results += [response] if response is not None else []
                continue
            text = _texts(loose.mapping(shown.get("content")).get("value", shown.get("value")))
            if not text or kind not in {"", "markdownContent", "thinking"}:
                continue
            if results:
                yield Message(Role.ASSISTANT, tuple(parts)), results, self._request
                parts, results = [], []
            parts.append(Reasoning(text) if kind == "thinking" else Text(text))
        if parts:
            yield Message(Role.ASSISTANT, tuple(parts)), results, self._request

    def _facts(self, told: dict[str, Json] | None = None, error: str = "", *, counts: bool = False) -> Facts:
        of_round = loose.text(told.get("modelId")) if told is not None and told is not self._request else ""
        chosen = loose.text(self._request.get("modelId"))
        model = of_round or loose.text(self._about.get("resolvedModel")) or chosen.partition("/")[2] or chosen
        counted = (loose.count(self._about.get("promptTokens")), loose.count(self._about.get("outputTokens")))
        return Facts(model=model, usage=Usage(*counted) if counts else Usage(), error=error)

    def _error(self) -> str:
        details = loose.mapping(self._result.get("errorDetails"))
        cancelled = "canceled" if self._request.get("isCanceled") is True else ""
        return loose.text(details.get("message")) or (loose.encoded(details) if details else cancelled)

    def _ended_ns(self) -> int:
        taken = loose.count(loose.mapping(self._result.get("timings")).get("totalElapsed"))
        return self._asked_ns + taken * 1_000_000 if taken is not None and self._asked_ns >= 0 else -1


def _invoked(shown: dict[str, Json]) -> tuple[ToolCall, ToolResponse | None]:
    id_, name = loose.text(shown.get("toolCallId")), loose.text(shown.get("toolId"))
    details, specific = (
        loose.mapping(shown.get("resultDetails")),
        loose.mapping(shown.get("toolSpecificData")),
    )
    given = details.get(
        "input", specific.get("rawInput", specific.get("commandLine", specific.get("command")))
    )
    call = ToolCall(id_, name) if given is None else arguments.call_from_any(id_, name, given)
    if call.problem is not None:  # a command line, no arguments as they were sent
        call = ToolCall(id_, name, {"command": given})
    if shown.get("isComplete") is not True:
        return call, None
    told = details.get("output", shown.get("pastTenseMessage", shown.get("invocationMessage")))
    return call, ToolResponse(id_, _texts(told), name, details.get("isError") is True)


def _texts(value: Json) -> str:
    """The words in what may be a text, a list of them, `{value}`, or the tree that a prompt is rendered from."""
    waiting: list[Json] = [value]
    found: list[str] = []
    while waiting and len(found) < _TEXTS_MAX:
        item = waiting.pop()
        if isinstance(item, str):
            found.append(item)
        elif isinstance(item, list):
            waiting += reversed(item)
        elif isinstance(item, dict):
            inner = (item[key] for key in ("text", "value", "node", "children") if item.get(key) is not None)
            waiting += reversed(list(inner))
    return "".join(found)


READER = Reader(
    FORMAT,
    "chats of VS Code (GitHub Copilot), exports and sessions",
    sniff,
    read,
    marks=("requests", "responderUsername", "requestId", "response"),
    of_lines=True,
    needs=(b'"v"', b'"requests"'),
)
