"""Sessions of GitHub Copilot's command line and of its SDK: an event a line, each naming the event before it.

A reply asks for tools, and events of their own say when each began and what came back. What a call took is told by its id
before the reply. A sub-agent's events name the call that started it. What a rewind took back, and what stood before a compaction, is in no later prompt.

Get one: `~/.copilot/session-state/<session>/events.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import arguments, loose

FORMAT = "copilot-session"
_ROOTS = ("session.", "user.message", "assistant.", "tool.", "system.message", "subagent.", "hook.")
_SHOWN = {
    "session.truncation": "truncation",
    "session.compaction_complete": "compaction",
    "session.context_cleared": "context cleared",
    "session.handoff": "handoff",
    "abort": "abort",
}
"""Events beside the talk that are worth a step."""
_ERRORS = {
    "session.error": "session error",
    "session.shutdown": "session shutdown",
    "subagent.failed": "sub-agent failed",
}
_SILENT = frozenset(
    f"{root}.{word}"
    for root, words in {
        "assistant": "idle intent message_delta message_start reasoning_delta server_tool_progress streaming_delta "
        "tool_call_delta turn_end turn_retry usage",
        "auto_mode_switch": "completed requested",
        "capabilities": "changed",
        "command": "completed execute queued",
        "commands": "changed",
        "elicitation": "completed requested",
        "exit_plan_mode": "completed requested",
        "external_tool": "completed requested",
        "hook": "end progress start",
        "mcp": "headers_refresh_completed headers_refresh_required oauth_completed oauth_required",
        "model": "call_finished call_start",
        "pending_messages": "modified",
        "permission": "completed requested",
        "sampling": "completed requested",
        "session": "auto_mode_resolved autopilot_objective_changed background_tasks_changed binary_asset compaction_start "
        "context_changed custom_agents_updated extensions_loaded idle info managed_settings_enforced "
        "managed_settings_resolved mcp_server_status_changed mcp_servers_loaded mode_changed mode_notice_delivered "
        "permissions_changed plan_changed remote_steerable_changed resume schedule_cancelled schedule_created "
        "schedule_rearmed session_limits_changed skills_loaded task_complete title_changed todos_changed tools_updated "
        "usage_checkpoint usage_info warning workspace_file_changed",
        "skill": "invoked",
        "subagent": "completed configured deselected selected",
        "system": "notification",
        "tool": "user_requested",
        "user_input": "completed requested",
    }.items()
    for word in words.split()
)
"""Events that other events tell as well, or that are only for the screen."""


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    is_event = loose.text(first.get("type")).startswith(_ROOTS) and isinstance(first.get("data"), dict)
    return 0.95 if is_event and "id" in first and "timestamp" in first else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    session = _Session(transcript.run(document.stem))
    for kind, event in transcript.events(document):
        session.add(kind, event, loose.mapping(event.get("data")))
    session.end()
    yield transcript.whole("no message")


class _Session:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._threads = {"": run.thread()}
        """By the call that started the sub-agent; the main thread by none."""
        self._model = ""
        self._thought: dict[Thread, list[Part]] = {}
        """Reasoning that stood in events of its own before its reply."""
        self._places: dict[str, tuple[Thread, int]] = {}
        """For each event of the main thread the thread's length before it."""
        self._begun: dict[str, tuple[ToolCall, int]] = {}
        """Executions under way: what was called, and when."""
        self._used: dict[str, dict[str, Json]] = {}
        """What calls took whose reply is not told yet."""
        self._number = 0

    def add(self, kind: str, event: dict[str, Json], data: dict[str, Json]) -> None:
        moment = _moments.nanoseconds(event.get("timestamp"))
        thread = self._threads.get(loose.text(data.get("parentToolCallId")), self._main)
        self._places.setdefault(loose.text(event.get("id")), (self._main, len(self._main)))
        if kind == "session.start":
            self._run.id = loose.text(data.get("sessionId")) or self._run.id
            self._model = loose.text(data.get("selectedModel"))
        elif kind == "session.model_change":
            self._model = loose.text(data.get("newModel"))
        elif kind in {"system.message", "user.message"}:
            self._say(thread, kind, data, moment)
        elif kind == "assistant.turn_start":
            thread.last_ns = max(thread.last_ns, moment)  # the call begins now
        elif kind == "session.usage_record":
            used = loose.mapping(data.get("usage"))
            self._used[loose.text(used.get("apiCallId"))] = used
        elif kind == "assistant.reasoning":
            self._thought.setdefault(thread, []).append(Reasoning(loose.text(data.get("content"))))
        elif kind == "assistant.message":
            self._reply(thread, event, data, moment)
        elif kind == "model.call_failure":
            error = loose.text(data.get("errorMessage")) or "the call failed"
            thread.reply(None, facts=self._facts(data, error), moment_ns=moment, origin=event)
        elif kind.startswith("tool.execution_"):
            self._tool(thread, kind, event, data, moment)
        elif kind == "subagent.started":
            self._subagent(event, data, moment)
        else:
            self._beside(kind, event, data, moment)

    def end(self) -> None:
        """Executions that nothing came back of, and messages that nobody answered."""
        for call, began in self._begun.values():
            self._ran(call, PlainBody(call=call), start_ns=began)
        for thread in self._threads.values():
            thread.end()

    @property
    def _main(self) -> Thread:
        return self._threads[""]

    def _say(self, thread: Thread, kind: str, data: dict[str, Json], moment: int) -> None:
        text = loose.text(data.get("transformedContent")) or loose.text(data.get("content"))
        role = Role.SYSTEM if kind == "system.message" else Role.USER
        message = Message(role, (Text(text),) if text else ())
        # The instructions are told again when a session goes on.
        if role is Role.USER or not len(thread) or thread.conversation[0] != message:
            thread.say(message, moment_ns=moment)

    def _reply(self, thread: Thread, event: dict[str, Json], data: dict[str, Json], moment: int) -> None:
        thought, text = self._thought.pop(thread, []), loose.text(data.get("content"))
        aloud, sealed = loose.text(data.get("reasoningText")), loose.text(data.get("reasoningOpaque"))
        if aloud or sealed:
            thought = [Reasoning(aloud, sealed)]
        calls = [
            arguments.call_from_any(
                loose.text(call.get("toolCallId")), loose.text(call.get("name")), call.get("arguments")
            )
            for call in map(loose.mapping, loose.sequence(data.get("toolRequests")))
        ]
        message = Message(Role.ASSISTANT, (*thought, *((Text(text),) if text else ()), *calls))
        thread.reply(message, facts=self._facts(data), moment_ns=moment, origin=event)

    def _facts(self, data: dict[str, Json], error: str = "") -> Facts:
        used = self._used.pop(loose.text(data.get("apiCallId")), {})
        usage = Usage(
            loose.count(used.get("inputTokens")),
            loose.count(used.get("outputTokens", data.get("outputTokens"))),
            loose.count(used.get("cacheReadTokens")),
        )
        return Facts(model=loose.text(data.get("model")) or self._model, usage=usage, error=error)

    def _tool(
        self, thread: Thread, kind: str, event: dict[str, Json], data: dict[str, Json], moment: int
    ) -> None:
        id_, name = loose.text(data.get("toolCallId")), loose.text(data.get("toolName"))
        if kind == "tool.execution_start":
            self._begun[id_] = (arguments.call_from_any(id_, name, data.get("arguments")), moment)
        if kind != "tool.execution_complete":
            return
        call, began = self._begun.pop(id_, (ToolCall(id_, name), NOT_RECORDED))
        error = loose.text(loose.mapping(data.get("error")).get("message"))
        result = loose.mapping(data.get("result")).get("content", error or None)
        response = ToolResponse(id_, result, call.name, data.get("success") is False)
        if any(asked == id_ for asked, _ in thread.open_calls):
            said = Message(Role.TOOL, (response,))
            thread.add(said, id=self._execution(id_), moment_ns=moment, start_ns=began, origin=event)
            return
        # Nobody asked for it: a person did, or the reply is lost. It is in no prompt.
        status = Status.ERROR if response.is_error else Status.UNSET
        body = PlainBody(call=call, has_result=True, result=result, error=error, raw=event)
        self._ran(call, body, start_ns=began, end_ns=moment, status=status)

    def _ran(self, call: ToolCall, body: PlainBody, **facts: Any) -> None:
        self._run.step(Kind.TOOL_EXECUTION, call.name or "tool", body, id=self._execution(call.id), **facts)

    def _subagent(self, event: dict[str, Json], data: dict[str, Json], moment: int) -> None:
        id_ = loose.text(data.get("toolCallId"))
        name = loose.text(data.get("agentDisplayName")) or loose.text(data.get("agentName")) or "agent"
        step = self._run.step(
            Kind.AGENT_INVOCATION, name, PlainBody(raw=event), parent_id=self._execution(id_), agent=name, start_ns=moment
        )  # fmt: skip
        self._threads[id_] = self._run.thread(agent=name, parent_id=step, first_ns=moment)

    def _execution(self, call_id: str) -> str:
        """The id of the step in which this call runs, known before the step is there: its sub-agent stands below it."""
        return f"x-{call_id}" if call_id else ""

    def _beside(self, kind: str, event: dict[str, Json], data: dict[str, Json], moment: int) -> None:
        if kind == "session.snapshot_rewind":
            before, length = self._places.get(
                loose.text(data.get("upToEventId")), (self._main, len(self._main))
            )
            left, self._threads[""] = self._main, before.fork(length)
            left.end()
        elif kind in _ERRORS:
            error = next(
                (data[key] for key in ("message", "errorReason", "error") if loose.text(data.get(key))),
                "error",
            )
            if kind == "session.shutdown" and loose.text(data.get("shutdownType")) != "error":
                return
            self._run.step(
                Kind.OPAQUE, _ERRORS[kind], PlainBody(error=error, raw=event), start_ns=moment, end_ns=moment, status=Status.ERROR
            )  # fmt: skip
        elif kind in _SHOWN:
            summary = loose.text(data.get("summaryContent")) or loose.text(data.get("summary"))
            body = PlainBody(output_value=summary or None, raw=event)
            self._run.step(Kind.OPAQUE, _SHOWN[kind], body, start_ns=moment, end_ns=moment)
            is_short = kind == "session.compaction_complete" and summary and data.get("success") is not False
            if is_short or kind == "session.context_cleared":
                self._go_on(summary, moment)
        elif kind not in _SILENT:
            self._run.transcript.unknown(kind)

    def _go_on(self, summary: str, moment: int) -> None:
        """From the instructions alone, and a summary where there is one."""
        before = self._main
        keeps_instructions = bool(len(before)) and before.conversation[0].role is Role.SYSTEM
        self._threads[""] = before.fork(int(keeps_instructions))
        if summary:
            before.heard()
            self._main.say(Message(Role.USER, (Text(summary),)), moment_ns=moment)
            self._main.heard()
        before.end()


READER = Reader(FORMAT, "GitHub Copilot sessions", sniff, read, of_lines=True, needs=(b'"data"',))
