"""Sessions of pi and of agents that write as it does (OpenClaw, Factory Droid, Cursor): a message a line.

The events of `pi --mode json` tell a message once more while it comes and when its turn ends: it counts where it ends.

Lines name the line before them, where they have ids: going back begins a fork. After a compaction the talk goes on from
its summary and the messages that were kept.

Get one: `~/.pi/agent/sessions/<project>/<session>.jsonl`, `pi --mode json -p ... > run.jsonl`; of OpenClaw
`~/.openclaw/agents/<agent>/sessions/<session>.jsonl`, of Droid `~/.factory/sessions/<project>/<session>.jsonl`, of Cursor
`~/.cursor/projects/<project>/agent-transcripts/<chat>/<chat>.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.core.message import Json, Message, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.readers import _containers, _json_lines, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import anthropic_messages, loose

FORMAT = "pi-session"
_HEADERS = frozenset({"session", "session_start"})
_LOOKED_AT_MAX = 8
_SILENT = frozenset(
    {
        "agent_end", "agent_settled", "agent_start", "custom", "entry_appended", "label", "leaf", "message_start",
        "message_update", "queue_update", "session_end", "session_info", "session_info_changed", "thinking_level_change",
        "thinking_level_changed", "todo_state", "tool_execution_end", "tool_execution_start", "tool_execution_update",
        "turn_end", "turn_start",
    }
)  # fmt: skip
"""Lines that other lines tell as well, or that no model is told."""
_TOLD = frozenset({"user", "assistant", "toolResult", "bashExecution"})


def sniff(document: Document) -> float:
    head = document.head
    if b'"message"' not in head and b'"session' not in head:
        return 0.0
    for line in map(loose.mapping, _json_lines.first_values(head)[:_LOOKED_AT_MAX]):
        message = loose.mapping(line.get("message"))
        if loose.text(line.get("type")) in _HEADERS and "id" in line and "cwd" in line:
            return 0.95
        if (
            line.get("type") == "message"
            and loose.text(message.get("role")) in _TOLD
            and isinstance(message.get("content"), list)
        ):
            return 0.9
        if (
            loose.text(line.get("role")) in {"user", "assistant"}
            and "type" not in line
            and message.keys() == {"content"}
        ):
            return 0.85
    return 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    session = _Session(transcript.run(document.stem))
    for value, place in _containers.values(document.buffer, transcript.notices):
        transcript.place = place
        session.add(loose.mapping(value))
    session.end()
    yield transcript.whole("no message")


class _Session:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread = run.thread()
        self._threads = {self._thread: None}
        """All so far, in order: lines that were left for others end in them."""
        self._model = ""
        self._places: dict[str, tuple[Thread, int]] = {}
        """For each line its thread, and the thread's length with it."""
        self._kept: dict[str, tuple[Thread, int]] = {}
        """For each line the thread and the place that its message begins at."""
        self._untold: tuple[ToolCall, ...] = ()
        """Calls of the latest reply of a transcript that may tell no results."""

    def end(self) -> None:
        for thread in self._threads:
            thread.end()

    def add(self, line: dict[str, Json]) -> None:
        kind, id_ = loose.text(line.get("type")), loose.text(line.get("id"))
        self._go_back(loose.text(line.get("parentId")))
        self._kept[id_] = (self._thread, len(self._thread))
        message = loose.mapping(line.get("message"))
        moment = _moments.nanoseconds(line.get("timestamp", message.get("timestamp")))
        if kind in _HEADERS:
            self._run.id = id_ or self._run.id
            self._model = loose.text(line.get("modelId"))
        elif kind == "model_change":
            self._model = loose.text(line.get("modelId"))
        elif kind in {"message", "message_end", ""}:
            self._message({"role": line.get("role"), **message}, line, moment)
        elif kind in {"compaction", "branch_summary"}:
            self._compaction(line, moment)
        elif kind == "custom_message":
            self._thread.say(_said(Role.USER, line.get("content")), moment_ns=moment)
        elif kind == "turn_ended":  # Cursor's
            self._turn_ended(line, moment)
        elif kind not in _SILENT:
            self._run.transcript.unknown(kind)
        if id_:
            self._places[id_] = (self._thread, len(self._thread))

    def _turn_ended(self, line: dict[str, Json], moment: int) -> None:
        status = loose.text(line.get("status"))
        if status in {"", "success"}:
            return
        words = loose.text(line.get("error")) or loose.text(line.get("message")) or status
        failed = status in {"error", "failed", "failure"}
        self._run.step(
            Kind.OPAQUE, f"turn ended: {status}", PlainBody(output_value=words, error=words if failed else "", raw=line),
            start_ns=moment, end_ns=moment, status=Status.ERROR if failed else Status.UNSET,
        )  # fmt: skip

    def _go_back(self, parent_id: str) -> None:
        before = self._places.get(parent_id)
        if before is not None:
            thread, length = before
            self._go_on(thread if len(thread) == length else thread.fork(length))

    def _go_on(self, thread: Thread) -> None:
        self._thread = thread
        self._threads[thread] = None

    def _message(self, message: dict[str, Json], line: dict[str, Json], moment: int) -> None:
        role = message.get("role")
        if role == "assistant":
            self._reply(message, line, moment)
        elif role == "toolResult":
            response = ToolResponse(
                loose.text(message.get("toolCallId")),
                _result(message.get("content")),
                loose.text(message.get("toolName")),
                message.get("isError") is True,
            )
            self._answer(Message(Role.TOOL, (response,)), line, moment)
        elif role == "bashExecution":
            words = f"$ {message.get('command')}\n{message.get('output')}"
            self._thread.say(_said(Role.USER, words), moment_ns=moment)
        else:
            for said in anthropic_messages.read_messages([message]):
                self._answer(said, line, moment)

    def _answer(self, said: Message, line: dict[str, Json], moment: int) -> None:
        self._untold = ()
        place = self._thread.say(said)
        for part, response in enumerate(said.tool_responses):
            self._thread.result(place, part, response=response, moment_ns=moment, origin=line)
        self._thread.last_ns = max(self._thread.last_ns, moment)

    def _reply(self, message: dict[str, Json], line: dict[str, Json], moment: int) -> None:
        for call in self._untold:  # Cursor's transcripts do not tell what tools brought
            self._run.step(Kind.TOOL_EXECUTION, call.name, PlainBody(call=call), agent=self._thread.agent)
        blocks = [_block(block) for block in loose.sequence(message.get("content"))]
        content: Json = blocks if isinstance(message.get("content"), list) else message.get("content")
        reason = loose.text(message.get("stopReason"))
        parts = anthropic_messages.read_content(content)
        # An aborted one failed nowhere: a person stopped it.
        error = (loose.text(message.get("errorMessage")) or reason) if reason == "error" else ""
        facts = Facts(
            model=loose.text(message.get("model")) or self._model,
            provider=loose.text(message.get("provider")),
            usage=_usage(loose.mapping(message.get("usage"))),
            cost_usd=_cost(loose.mapping(message.get("usage"))),
            error=error,
        )
        spoken = Message(Role.ASSISTANT, parts, finish_reason=reason)
        # A call that brought nothing is in no later prompt.
        self._thread.reply(spoken if parts else None, facts=facts, moment_ns=moment, origin=line)
        self._untold = () if loose.text(line.get("type")) else spoken.tool_calls

    def _compaction(self, line: dict[str, Json], moment: int) -> None:
        summary = loose.text(line.get("summary"))
        self._run.step(
            Kind.OPAQUE,
            f"{line.get('type')}".replace("_", " "),
            PlainBody(output_value=summary or None, raw=line),
            start_ns=moment,
            end_ns=moment,
            status=Status.UNSET,
        )
        if line.get("type") == "branch_summary":
            self._thread.say(_said(Role.USER, summary), moment_ns=moment)
            return
        before = self._thread
        thread, first = self._kept.get(loose.text(line.get("firstKeptEntryId")), (before, len(before)))
        kept = range(first, len(before)) if thread is before else range(0)
        messages = [before.conversation[at] for at in kept]
        self._go_on(before.fork(0))
        before.heard()
        for message in (_said(Role.USER, summary), *messages):
            self._thread.say(message, moment_ns=moment)
        self._thread.heard()


def _said(role: Role, content: Json) -> Message:
    if isinstance(content, str):
        return Message(role, (Text(content),) if content else ())
    return Message(role, anthropic_messages.read_content(content))


def _result(content: Json) -> Json:
    match content:
        case [{"type": "text", "text": str(text)}]:
            return text
    return content


def _block(block: Json) -> Json:
    """Pi's words for the blocks of a reply, in Anthropic's."""
    found: dict[str, Any] = loose.mapping(block)
    if found.get("type") == "toolCall":
        return {
            "type": "tool_use",
            "id": found.get("id"),
            "name": found.get("name"),
            "input": found.get("arguments"),
        }
    if found.get("type") == "thinking":
        return {**found, "signature": found.get("thinkingSignature", found.get("signature"))}
    return block


def _usage(usage: dict[str, Json]) -> Usage:
    """What was cached is counted beside the input there."""
    fresh, cached, written = (loose.count(usage.get(key)) for key in ("input", "cacheRead", "cacheWrite"))
    whole = None if fresh is None else fresh + (cached or 0) + (written or 0)
    return Usage(whole, loose.count(usage.get("output")), cached)


def _cost(usage: dict[str, Json]) -> float:
    return number(loose.mapping(usage.get("cost")).get("total"))


READER = Reader(
    FORMAT,
    "sessions of pi, OpenClaw, Droid, Cursor",
    sniff,
    read,
    of_lines=True,
    needs=(b'"message"', b'"session"', b'"session_start"'),
)
