"""Conversations of the OpenHands SDK: one event a file in a folder, or all of them in a list, in lines, or in `items` of a
page of its server.

Actions of one reply share its `llm_response_id`, and are one model call with a tool call each. What is told only of the
conversation's state is no step.

Get one: `<persistence folder>/<conversation>/events/`, or what `curl -H "Authorization: Bearer $OPENHANDS_API_KEY"
https://app.all-hands.dev/api/v1/app-conversations/CONVERSATION/download > run.zip` unpacks to; `open` takes the folder
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

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
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, loose, openai_chat, tool_specs

FORMAT = "openhands-events"
_FILE = re.compile(r"event([-_])\d+\1[^/]*\.json")
_NAME = re.compile(r"[a-z0-9_-]+")
_CAPITAL = re.compile(r"(?<=[a-z0-9])[A-Z]|(?<!^)[A-Z](?=[a-z])")
_KINDS = frozenset(
    {
        "SystemPromptEvent", "MessageEvent", "ActionEvent", "ObservationEvent", "AgentErrorEvent", "UserRejectObservation",
        "ConversationStateUpdateEvent", "ConversationErrorEvent", "Condensation", "CondensationRequest", "PauseEvent",
        "CondensationSummaryEvent", "TokenEvent", "LLMCompletionLogEvent", "InterruptEvent", "HookExecutionEvent",
        "ServerErrorEvent", "StreamingDeltaEvent",
    }
)  # fmt: skip
_BESIDE = {
    "ConversationErrorEvent": "error",
    "ServerErrorEvent": "error",
    "HookExecutionEvent": "hook",
    "InterruptEvent": "interrupt",
    "PauseEvent": "pause",
}
"""Events beside the talk that are worth a step, and its name."""
_ENDING = ("error", "detail", "code")


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    first = loose.mapping(first).get("items", first)
    items = first[:5] if isinstance(first, list) else [first]
    for item in map(loose.mapping, items):
        if loose.text(item.get("kind")) in _KINDS and "source" in item and "timestamp" in item:
            return 0.97
    return 0.0


def beside(document: Document, names: Iterable[str]) -> list[str]:
    """The other events of the conversation: files called alike in the same folder."""
    own = document.name.replace("\\", "/").rpartition("/")[2]
    if not _FILE.fullmatch(own):
        return []
    return sorted(name for name in names if _FILE.fullmatch(name) and name != own)


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    folders = [part for part in document.name.replace("\\", "/").split("/")[:-1] if part != "events"]
    events = _Events(transcript.run(folders[-1] if document.beside and folders else document.stem).thread())
    for name, file in sorted(
        [("", document), *document.beside.items()], key=lambda item: item[0] or _own(document)
    ):
        told = len(transcript.notices)
        for value, place in _containers.values(file.buffer, transcript.notices, items=True):
            transcript.place = f"{name}: {place}" if name else place
            record = loose.mapping(value)
            for event in loose.sequence(record.get("items")) or [record]:
                events.add(loose.mapping(event))
        if name:
            transcript.place_notices(told, name)
    events.end()
    yield transcript.whole("no events")


def _offers(offered: list[Json]) -> tuple[ToolSpec, ...]:
    """Tools as the SDK keeps them: those of MCP servers whole, its own without a schema, and without the name that it calls
    them: that is the title, where it is no words for people, else the name of the class.
    """
    tools: list[ToolSpec] = []
    for item in map(loose.mapping, offered):
        title, kind = loose.text(item.get("title")), loose.text(item.get("kind"))
        found = tool_specs.read_tools([item.get("mcp_tool") or item])
        name = (
            title if _NAME.fullmatch(title) else _CAPITAL.sub(r"_\g<0>", kind).lower().removesuffix("_tool")
        )
        named = [ToolSpec(name, loose.text(item.get("description")), raw=item)] if name else []
        tools += found or named
    return tuple(tools)


def _own(document: Document) -> str:
    return document.name.replace("\\", "/").rpartition("/")[2]


class _Events:
    def __init__(self, thread: Thread) -> None:
        self._thread = thread
        self._tools: tuple[ToolSpec, ...] | None = None
        self._reply_id = ""
        self._actions: list[dict[str, Json]] = []
        """Actions of the reply that is not whole yet."""

    def add(self, event: dict[str, Json]) -> None:
        kind = loose.text(event.get("kind"))
        if kind == "ActionEvent":
            id_ = loose.text(event.get("llm_response_id"))
            if self._actions and id_ != self._reply_id:
                self.settle()
            self._reply_id = id_
            self._actions.append(event)
            return
        if kind not in _KINDS:
            self._thread.run.transcript.unknown(kind or "none")
            return
        self.settle()
        moment = _moments.nanoseconds(event.get("timestamp"))
        if kind == "SystemPromptEvent":
            offered = event.get("tools")
            self._tools = _offers(offered) if isinstance(offered, list) else None
            self._thread.say(
                Message(Role.SYSTEM, tuple(_parts([event.get("system_prompt")]))), moment_ns=moment
            )
        elif kind == "MessageEvent":
            self._message(event, moment)
        elif kind in {"ObservationEvent", "AgentErrorEvent", "UserRejectObservation"}:
            self._observation(event, moment)
        elif kind == "Condensation":
            self._condensed(event, moment)
        elif kind in _BESIDE:
            self._beside(kind, event, moment)

    def end(self) -> None:
        self.settle()
        self._thread.end()

    def settle(self) -> None:
        """The reply whose actions were collected."""
        if not self._actions:
            return
        first, last = self._actions[0], self._actions[-1]
        thought = loose.text(first.get("reasoning_content"))
        reasoning = (Reasoning(thought),) if thought else ()
        calls = [_call(action) for action in self._actions]
        message = Message(Role.ASSISTANT, (*reasoning, *_parts(first.get("thought")), *calls))
        self._thread.reply(
            message,
            facts=Facts(tools=self._tools),
            moment_ns=_moments.nanoseconds(last.get("timestamp")),
            origin=first if len(self._actions) == 1 else list(self._actions),
        )
        self._actions.clear()

    def _message(self, event: dict[str, Json], moment: int) -> None:
        said = loose.mapping(event.get("llm_message"))
        if event.get("source") == "agent":
            message = openai_chat.read_message({**said, "role": "assistant"})
            self._thread.reply(message, facts=Facts(tools=self._tools), moment_ns=moment, origin=event)
        else:
            extra = _parts(event.get("extended_content"))
            message = openai_chat.read_message({**said, "role": said.get("role") or "user"})
            self._thread.say(Message(message.role, (*message.parts, *extra)), moment_ns=moment)

    def _observation(self, event: dict[str, Json], moment: int) -> None:
        observation = loose.mapping(event.get("observation"))
        if event.get("kind") == "ObservationEvent":
            content = observation.get("content", observation.get("output"))
            is_error = observation.get("is_error") is True or bool(observation.get("error"))
            content = content or observation.get("error") or content
        else:
            content, is_error = event.get("error", event.get("rejection_reason")), True
        parts = list(_parts(content))
        result: Json = parts[0].text if len(parts) == 1 and isinstance(parts[0], Text) else content
        id_, name = loose.text(event.get("tool_call_id")), loose.text(event.get("tool_name"))
        response = ToolResponse(id_, result, name, is_error)
        place = self._thread.say(Message(Role.TOOL, (response,)))
        self._thread.result(place, 0, response=response, moment_ns=moment, origin=event)
        self._thread.last_ns = max(moment, self._thread.last_ns)

    def _beside(self, kind: str, event: dict[str, Json], moment: int) -> None:
        is_hook = kind == "HookExecutionEvent"
        if is_hook and event.get("blocked") is not True and event.get("success") is not False:
            return
        keys = ("hook_event_type", "reason", "error", "stderr") if is_hook else ("code", "detail")
        words = ": ".join(loose.text(event.get(key)) for key in keys if loose.text(event.get(key)))
        failed = is_hook or _BESIDE[kind] == "error"
        body = PlainBody(error=(words or "error") if failed else "", output_value=words or None, raw=event)
        status = Status.ERROR if failed else Status.UNSET
        self._thread.run.step(Kind.OPAQUE, _BESIDE[kind], body, start_ns=moment, end_ns=moment, status=status)

    def _condensed(self, event: dict[str, Json], moment: int) -> None:
        """A history that was made shorter. Which messages are left is not told, so that prompts go on from the summary."""
        summary = loose.text(event.get("summary"))
        body = PlainBody(output_value=summary or None, raw=event)
        self._thread.run.step(Kind.OPAQUE, "condensation", body, start_ns=moment, end_ns=moment)
        if summary:
            self._thread.compact()
            self._thread.say(Message(Role.USER, (Text(summary),)), moment_ns=moment)
            self._thread.heard()


def _call(action: dict[str, Json]) -> ToolCall:
    call: dict[str, Any] = loose.mapping(action.get("tool_call"))
    function = loose.mapping(call.get("function")) or call
    id_ = loose.text(call.get("id")) or loose.text(action.get("tool_call_id"))
    name = loose.text(function.get("name")) or loose.text(action.get("tool_name"))
    return arguments.call_from_any(id_, name, function.get("arguments"))


def _parts(content: Json) -> Iterator[Part]:
    for item in content if isinstance(content, list) else [content]:
        if isinstance(item, str):
            yield from (Text(item),) if item else ()
        elif isinstance(item, dict) and isinstance(item.get("text"), str):
            yield Text(item["text"])
        elif item is not None:
            yield OtherPart(item)


READER = Reader(
    FORMAT,
    "OpenHands SDK conversations",
    sniff,
    read,
    beside=beside,
    main_files=("events/event-*.json", "event[-_][0-9]*.json"),
    parts=((r"(.*/)?event([-_])\d+\2[^/]*\.json", r"\1event\2[0-9]*.json"),),
    needs=tuple(f'"{kind}"'.encode() for kind in sorted(_KINDS)),
)
