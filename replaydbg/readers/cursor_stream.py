"""Runs of Cursor's command line: the events that `cursor-agent -p` prints.

Calls are events of their own, of which the second has what came of it. Words that stream come again as a whole: they are
told once. A piece has a time and names no model call, a whole names one or has no time (of pieces without times, as they
were first written, what comes later tells). A reply ends where the model speaks, thinks or calls again behind a call that was
answered.

Get one: `cursor-agent -p "..." --output-format stream-json > run.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status, Usage
from replaydbg.readers import _json_lines, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.wire import anthropic_messages, loose

FORMAT = "cursor-stream"
_LOOKED_AT_MAX = 20
_FAILED = ("error", "failure", "rejected", "timeout", "permissionDenied", "fileNotFound", "spawnError")


def sniff(document: Document) -> float:
    for line in map(loose.mapping, _json_lines.first_values(document.head)[:_LOOKED_AT_MAX]):
        kind, subtype = loose.text(line.get("type")), loose.text(line.get("subtype"))
        if "session_id" not in line:
            continue
        is_call = kind == "tool_call" and isinstance(line.get("tool_call"), dict)
        is_begun = kind == "system" and subtype == "init" and "apiKeySource" in line
        if is_call or (is_begun and not {"tools", "mcp_servers"} & line.keys()):
            return 1.0
    return 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    told = _Told(transcript.run(document.stem))
    for kind, event in transcript.events(document):
        told.event(kind, event)
    told.end()
    yield transcript.whole("no event of a run")


class _Told:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread = run.thread()
        self._model = ""
        self._parts: list[Part] = []
        """Of the reply that is being told,"""
        self._pieces: list[str] = []
        """words of its last part, as they stream,"""
        self._whole = ""
        """and what seems to be all of them in one,"""
        self._asked: set[str] = set()
        """its calls,"""
        self._results: list[tuple[ToolResponse, int, dict[str, Json]]] = []
        """and what its calls brought."""
        self._moment = -1

    def event(self, kind: str, event: dict[str, Json]) -> None:
        moment = _moments.nanoseconds(event.get("timestamp_ms"))
        subtype = loose.text(event.get("subtype"))
        if kind == "system":
            self._run.id = loose.text(event.get("session_id")) or self._run.id
            self._model = loose.text(event.get("model")) or self._model
        elif kind == "user":
            self._reply()
            for said in anthropic_messages.read_messages([event.get("message")]):
                self._thread.add(said, moment_ns=moment)
        elif kind == "thinking" and subtype != "completed":
            self._say(Reasoning(loose.text(event.get("text"))), moment, "piece")
        elif kind == "assistant":
            content = loose.mapping(event.get("message")).get("content")
            how = "" if moment < 0 else "whole" if event.get("model_call_id") else "piece"
            for part in anthropic_messages.read_content(content):
                self._say(part, moment, how)
        elif kind == "tool_call":
            self._call(subtype, event, moment)
        elif kind == "result":
            self._reply()
            self._result(event)
        elif kind != "thinking":
            self._run.transcript.unknown(kind)

    def end(self) -> None:
        self._reply()
        self._thread.end()

    def _say(self, part: Part, moment: int, how: str) -> None:
        """`how` is `piece`, `whole`, or empty where only what comes later tells."""
        if self._results:
            self._reply()
        self._moment = max(self._moment, moment)
        if not isinstance(part, (Text, Reasoning)):
            self._add(part)
        elif not self._pieces or type(part) is not type(self._parts[-1]):
            self._begin(part)
        elif how != "piece" and self._is_whole(part.text):
            self._whole = part.text
        elif how == "whole":
            self._begin(part)
        else:  # what seemed to be all was another piece
            self._pieces += filter(None, (self._whole, part.text))
            self._whole = ""
        if how == "whole":
            self._close()

    def _is_whole(self, text: str) -> bool:
        """Whether it is all of what was streamed, or more of it. What seemed to be that before may have been a piece."""
        if self._whole and _begins(text, [*self._pieces, self._whole]):
            self._pieces.append(self._whole)
            return True
        return bool(text) and _begins(text, self._pieces)

    def _begin(self, part: Text | Reasoning) -> None:
        if part.text or isinstance(part, Reasoning):
            self._add(part)
            self._pieces = [part.text]

    def _add(self, part: Part) -> None:
        self._close()
        self._parts.append(part)

    def _close(self) -> None:
        """The last part has all of its words."""
        if self._pieces:
            words = self._whole or "".join(self._pieces)
            self._parts[-1] = Reasoning(words) if isinstance(self._parts[-1], Reasoning) else Text(words)
            self._pieces, self._whole = [], ""

    def _call(self, subtype: str, event: dict[str, Json], moment: int) -> None:
        name, told = next(iter(loose.mapping(event.get("tool_call")).items()), ("tool", None))
        call, id_ = loose.mapping(told), loose.text(event.get("call_id"))
        name = name.removesuffix("ToolCall")
        if name == "mcp":
            given = loose.mapping(call.get("args"))
            name = loose.text(given.get("toolName")) or loose.text(given.get("name")) or name
        if id_ not in self._asked:
            if self._results:
                self._reply()
            self._moment = max(self._moment, moment)
            self._add(ToolCall(id_, name, call.get("args") or {}))
            self._asked.add(id_)
        if subtype == "completed":
            outcome, value = next(iter(loose.mapping(call.get("result")).items()), ("", call.get("result")))
            self._results.append((ToolResponse(id_, value, name, outcome in _FAILED), moment, event))

    def _reply(self) -> None:
        self._close()
        if self._parts:
            message = Message(Role.ASSISTANT, tuple(self._parts))
            self._thread.reply(message, facts=Facts(self._model), moment_ns=self._moment)
        for response, moment, event in self._results:
            self._thread.add(Message(Role.TOOL, (response,)), moment_ns=moment, origin=event)
        self._parts, self._results, self._moment = [], [], -1
        self._asked = set()

    def _result(self, event: dict[str, Json]) -> None:
        """How it ended, and what all of it took."""
        is_error = event.get("is_error") is True
        usage = loose.mapping(event.get("usage"))
        body = PlainBody(
            output_value=event.get("result"),
            error=loose.text(event.get("result")) if is_error else "",
            usage=Usage(loose.count(usage.get("inputTokens")), loose.count(usage.get("outputTokens"))),
            raw=event,
        )
        status = Status.ERROR if is_error else Status.OK
        self._run.step(Kind.OPAQUE, f"result: {event.get('subtype')}", body, status=status)


def _begins(text: str, pieces: list[str]) -> bool:
    at = 0
    for piece in pieces:
        if not text.startswith(piece, at):
            return False
        at += len(piece)
    return True


READER = Reader(
    FORMAT,
    "runs of Cursor's command line (stream-json)",
    sniff,
    read,
    marks=("type", "session_id", "tool_call"),
    of_lines=True,
    needs=(b'"session_id"',),
)
