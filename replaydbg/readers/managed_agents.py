"""Sessions of Claude's managed agents: the events of one session, as the API lists and streams them.

What stands between the start and the end of a model's request is one reply. The session itself, where it is in the file,
tells the agent's name, its model and its instructions.

Get one: `curl https://api.anthropic.com/v1/sessions/SESSION/events -H "x-api-key: $ANTHROPIC_API_KEY" -H "anthropic-version:
2023-06-01" -H "anthropic-beta: managed-agents-2026-04-01" > events.json`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json, Message, Part, Role, Text, ToolCall
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _containers, _json_lines, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import anthropic_messages, loose, tool_specs

FORMAT = "managed-agents"
_LOOKED_AT_MAX = 20
_ROOTS = ("user.", "agent.", "session.", "span.")
_CALLS = frozenset({"agent.tool_use", "agent.mcp_tool_use", "agent.custom_tool_use"})
_RESULTS = {
    "agent.tool_result": "tool_use_id", "user.tool_result": "tool_use_id", "agent.mcp_tool_result": "mcp_tool_use_id",
    "user.custom_tool_result": "custom_tool_use_id",
}  # fmt: skip
"""Where each kind of result names its call."""


_BESIDE = {
    "agent.thread_context_compacted": "compaction",
    "session.error": "session error",
    "session.status_terminated": "session terminated",
    "user.interrupt": "interrupt",
}
"""Events beside the talk that are worth a step, and its name."""
_SILENT = frozenset(
    f"{root}.{word}"
    for root, words in {
        "agent": "session_thread_message_received session_thread_message_sent thread_message_received thread_message_sent",
        "session": "deleted outcome_evaluated status_rescheduled status_running thread_created thread_idle "
        "thread_status_created thread_status_idle thread_status_rescheduled thread_status_running "
        "thread_status_terminated updated",
        "span": "outcome_evaluation_end outcome_evaluation_ongoing outcome_evaluation_start",
        "user": "define_outcome tool_confirmation",
    }.items()
    for word in words.split()
)
"""Events of what the session is about, and how it does."""


def sniff(document: Document) -> float:
    head = document.head
    if b'"processed_at"' not in head:
        return 0.0
    values = [_containers.first_record(head), *_json_lines.first_values(head)]
    return (
        0.95
        if any(_is_event(event) for value in values for event in _listed(value)[:_LOOKED_AT_MAX])
        else 0.0
    )


def _listed(value: Json) -> list[Json]:
    """The events in a value: itself, a page of them, a list, or one behind the name of the SDK's call that gave it."""
    if isinstance(value, dict):
        return loose.sequence(value["data"]) if isinstance(value.get("data"), list) else [value]
    found = loose.sequence(value)
    return found[1:2] if found and isinstance(found[0], str) else found


def _is_event(value: Json) -> bool:
    event = loose.mapping(value)
    return loose.text(event.get("type")).startswith(_ROOTS) and {"id", "processed_at"} <= event.keys()


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    session = _Session(transcript.run(document.stem))
    for value, place in _containers.values(document.buffer, transcript.notices):
        transcript.place = place
        for event in _listed(value):
            if isinstance(event, dict):
                session.add(event)
            elif not isinstance(event, list):  # what was sent comes again among the events
                transcript.notice(place, "no event, left out")
    session.end()
    yield transcript.whole("no event")


class _Session:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread: Thread = run.thread()
        self._model = ""
        self._tools: tuple[ToolSpec, ...] | None = None
        self._parts: list[Part] = []
        self._told: list[Json] = []
        """Events of the reply that is being told."""
        self._began = self._last = NOT_RECORDED

    def add(self, event: dict[str, Json]) -> None:
        kind, moment = loose.text(event.get("type")), _moments.nanoseconds(event.get("processed_at"))
        if isinstance(event.get("agent"), dict) and "environment_id" in event:
            self._begin(event, event["agent"])
        elif kind == "span.model_request_start":
            self._reply_ends({}, NOT_RECORDED)
            self._began, self._told = moment, [event]
        elif kind == "span.model_request_end":
            self._reply_ends(event, moment)
        elif kind in _CALLS:
            call = ToolCall(loose.text(event.get("id")), loose.text(event.get("name")), event.get("input"))
            self._says(event, (call,), moment)
        elif kind in {"agent.message", "agent.thinking"}:
            self._says(event, anthropic_messages.read_content(event.get("content")), moment)
        elif kind in _RESULTS:
            self._reply_ends({}, NOT_RECORDED)
            block = {**event, "type": "tool_result", "tool_use_id": event.get(_RESULTS[kind])}
            for said in anthropic_messages.read_messages([{"role": "user", "content": [block]}]):
                self._thread.add(said, moment_ns=moment, origin=event)
        elif kind == "user.message":
            self._reply_ends({}, NOT_RECORDED)
            said = Message(Role.USER, anthropic_messages.read_content(event.get("content")))
            self._thread.say(said, moment_ns=moment)
        elif kind in _BESIDE:
            self._beside(kind, event, moment)
        elif kind == "session.status_idle":
            self._idle(event, moment)
        elif kind not in _SILENT:
            self._run.transcript.unknown(kind or "none")

    def end(self) -> None:
        self._reply_ends({}, NOT_RECORDED)
        self._thread.end()

    def _begin(self, session: dict[str, Json], agent: dict[str, Json]) -> None:
        """The session itself: what its agent is."""
        if len(self._thread) or self._run.columns.ids:
            return
        self._run.id = loose.text(session.get("id")) or self._run.id
        model = agent.get("model")
        self._model = loose.text(loose.mapping(model).get("id")) or loose.text(model)
        self._thread.agent = loose.text(agent.get("name"))
        offers = [loose.mapping(offer) for offer in loose.sequence(agent.get("tools"))]
        if offers and all(
            "input_schema" in offer for offer in offers
        ):  # sets of tools are known by name only
            self._tools = tool_specs.read_tools(offers)
        if loose.text(agent.get("system")):
            self._thread.say(Message(Role.SYSTEM, (Text(agent["system"]),)))

    def _says(self, event: dict[str, Json], parts: tuple[Part, ...], moment: int) -> None:
        self._parts += parts
        self._told.append(event)
        self._last = max(self._last, moment)

    def _reply_ends(self, end: dict[str, Json], moment: int) -> None:
        if self._told:
            reply = Message(Role.ASSISTANT, tuple(self._parts)) if self._parts else None
            facts = Facts(
                model=self._model,
                provider="anthropic",
                tools=self._tools,
                usage=_usage(loose.mapping(end.get("model_usage"))),
                start_ns=self._began,
                error="the request failed" if end.get("is_error") is True else "",
            )
            origin = [*self._told, *([end] if end else [])]
            self._thread.reply(reply, facts=facts, moment_ns=max(moment, self._last), origin=origin)
        self._parts, self._told, self._began, self._last = [], [], NOT_RECORDED, NOT_RECORDED

    def _idle(self, event: dict[str, Json], moment: int) -> None:
        """The end of a turn, worth a step where it is no end of what was asked: somebody has to agree, or a budget is spent."""
        reason = loose.text(loose.mapping(event.get("stop_reason")).get("type"))
        if reason not in {"", "end_turn"}:
            self._reply_ends({}, NOT_RECORDED)
            self._run.step(
                Kind.OPAQUE, f"idle: {reason.replace('_', ' ')}", PlainBody(raw=event), start_ns=moment, end_ns=moment
            )  # fmt: skip

    def _beside(self, kind: str, event: dict[str, Json], moment: int) -> None:
        self._reply_ends({}, NOT_RECORDED)
        if kind == "session.error":
            error = loose.mapping(event.get("error"))
            words = loose.text(error.get("message")) or loose.text(error.get("type")) or "error"
            body, status = PlainBody(error=words, raw=event), Status.ERROR
        else:
            body, status = PlainBody(raw=event), Status.UNSET
        if kind == "agent.thread_context_compacted":
            # The summary is not told: what the next request says is known from here on only.
            self._thread.compact(int(self._has_instructions))
        self._run.step(Kind.OPAQUE, _BESIDE[kind], body, start_ns=moment, end_ns=moment, status=status)

    @property
    def _has_instructions(self) -> bool:
        return bool(len(self._thread)) and self._thread.conversation[0].role is Role.SYSTEM


def _usage(usage: dict[str, Json]) -> Usage:
    """What was cached is counted beside the input there."""
    fresh, said, read_, written = (
        loose.count(usage.get(key))
        for key in ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    return Usage(None if fresh is None else fresh + (read_ or 0) + (written or 0), said, read_)


READER = Reader(
    FORMAT, "events of Claude's managed agents", sniff, read, of_lines=True, needs=(b'"processed_at"',)
)
