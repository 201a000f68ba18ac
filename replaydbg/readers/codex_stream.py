"""What `codex exec --json` prints: the items of a run as they end, without times, tokens of a reply, or what was asked.

Words and the tools that start after them, before one has ended, are one reply. What the model called its tools is not
told: they bear the names of their items. (Session files, which have all of it: `codex`.)

Get one: `codex exec --json "..." > run.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.readers import _json_lines
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.wire import loose

FORMAT = "codex-stream"
_EVENTS = frozenset({"item.started", "item.updated", "item.completed"})
_SAID = frozenset({"agent_message", "plan", "reasoning", "error"})
_RESULTS = ("aggregated_output", "result", "agents_states")
_OF_THE_RESULT = frozenset({"id", "type", "status", "exit_code", "error", *_RESULTS})
"""All else of an item is what the tool was called with."""


def sniff(document: Document) -> float:
    head = document.head
    if b'"thread.started"' not in head and b'"item.' not in head:
        return 0.0
    return 0.95 if any(map(_is_ours, _json_lines.first_values(head))) else 0.0


def _is_ours(value: Json) -> bool:
    line = loose.mapping(value)
    item, kind = loose.mapping(line.get("item")), loose.text(line.get("type"))
    is_item = kind in _EVENTS and "id" in item and "type" in item
    return is_item or (kind == "thread.started" and "thread_id" in line)


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # a run of a program is small
    transcript = Transcript(document, FORMAT)
    transcript.notice("", "what the agent was asked is not in the stream; its rollout has it")
    stream = _Stream(transcript.run(document.stem))
    for kind, line in transcript.events(document):
        stream.add(kind, line)
    stream.end()
    yield transcript.whole("no item")


class _Stream:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread = run.thread()
        self._parts: list[Part] = []
        self._lines: list[Json] = []
        """Of the reply that is being told,"""
        self._results: list[tuple[ToolResponse, Json]] = []
        """and what its tools gave."""

    def add(self, kind: str, line: dict[str, Json]) -> None:
        item = loose.mapping(line.get("item"))
        if kind == "thread.started":
            self._run.id = loose.text(line.get("thread_id")) or self._run.id
        elif kind in _EVENTS and loose.text(item.get("type")) in _SAID:
            if kind == "item.completed":
                self._says(item, line)
        elif kind in _EVENTS and loose.text(item.get("type")):  # a line that is cut off may not have it yet
            self._ran(kind, item, line)
        elif kind in {"turn.failed", "error"}:
            self._fails(loose.mapping(line.get("error")) or line, line)
        elif kind == "turn.completed":
            self._reply_ends()
            body = PlainBody(output_value=line.get("usage"), raw=line)
            self._run.step(Kind.OPAQUE, "turn completed", body)
        elif kind not in _EVENTS and kind != "turn.started":
            self._run.transcript.unknown(kind)

    def end(self) -> None:
        self._reply_ends()
        self._thread.end()

    def _says(self, item: dict[str, Json], line: Json) -> None:
        kind, text = item.get("type"), loose.text(item.get("text"))
        if kind == "error":
            self._fails(item, line)
            return
        if any(not isinstance(part, Reasoning) for part in self._parts):
            self._reply_ends()
        self._parts.append(Reasoning(text) if kind == "reasoning" else Text(text))
        self._lines.append(line)

    def _ran(self, kind: str, item: dict[str, Json], line: Json) -> None:
        id_, type_ = loose.text(item.get("id")), loose.text(item.get("type"))
        name = loose.text(item.get("tool")) or type_
        if not any(isinstance(part, ToolCall) and part.id == id_ for part in self._parts):
            if self._results:
                self._reply_ends()
            given = {key: value for key, value in item.items() if key not in _OF_THE_RESULT}
            called = item["arguments"] if type_ == "mcp_tool_call" and "arguments" in item else given
            self._parts.append(ToolCall(id_, name, called))
            self._lines.append(line)
        if kind == "item.completed":
            error = item.get("error")
            result = next((item[key] for key in _RESULTS if item.get(key) is not None), error)
            failed = (
                loose.text(item.get("status")) in {"failed", "declined"}
                or bool(error)
                or bool(item.get("exit_code"))
            )
            self._results.append((ToolResponse(id_, result, name, failed), line))

    def _fails(self, error: dict[str, Json], line: Json) -> None:
        self._reply_ends()
        words = loose.text(error.get("message")) or "error"
        self._run.step(Kind.OPAQUE, "error", PlainBody(error=words, raw=line), status=Status.ERROR)

    def _reply_ends(self) -> None:
        if self._parts:
            reply = Message(Role.ASSISTANT, tuple(self._parts))
            self._thread.reply(reply, facts=Facts(provider="openai"), origin=self._lines)
        for response, line in self._results:
            self._thread.add(Message(Role.TOOL, (response,)), origin=line)
        self._parts, self._lines, self._results = [], [], []


READER = Reader(
    FORMAT,
    "runs of codex exec",
    sniff,
    read,
    marks=("type", "item", "thread_id"),
    of_lines=True,
    needs=(b'"thread.started"', b'"item.started"', b'"item.updated"', b'"item.completed"'),
)
