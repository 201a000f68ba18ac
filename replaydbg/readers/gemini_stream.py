"""What Gemini CLI prints as a program: words as they come, tools and their results, one a line. (Its chats: `gemini_cli`.)

Words and the tools after them, before one has ended, are one reply. Tokens are told for the whole run, at its end.

Get one: `gemini -p "..." --output-format stream-json > run.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Role, Text, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.readers import _json_lines, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Transcript
from replaydbg.wire import arguments, loose

FORMAT = "gemini-stream"


def sniff(document: Document) -> float:
    head = document.head
    if b'"init"' not in head and b'"tool_id"' not in head:
        return 0.0
    return 0.95 if any(map(_is_ours, _json_lines.first_values(head))) else 0.0


def _is_ours(value: Json) -> bool:
    line = loose.mapping(value)
    kind = loose.text(line.get("type"))
    is_start = kind == "init" and {"session_id", "model", "timestamp"} <= line.keys()
    return is_start or (kind in {"tool_use", "tool_result"} and {"tool_id", "timestamp"} <= line.keys())


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # a run of a program is small
    transcript = Transcript(document, FORMAT)
    stream = _Stream(transcript.run(document.stem))
    for kind, line in transcript.events(document):
        stream.add(kind, line)
    stream.end()
    yield transcript.whole("no message")


class _Stream:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread = run.thread()
        self._model = ""
        self._said: list[str] = []
        self._calls: list[Part] = []
        self._lines: list[Json] = []
        """Of the reply that is being told."""
        self._moment = -1

    def add(self, kind: str, line: dict[str, Json]) -> None:
        moment = _moments.nanoseconds(line.get("timestamp"))
        if kind == "init":
            self._run.id = loose.text(line.get("session_id")) or self._run.id
            self._model = loose.text(line.get("model"))
        elif kind == "message" and line.get("role") == "assistant":
            if self._calls or line.get("delta") is not True:
                self._reply_ends()
            self._said.append(loose.text(line.get("content")))
            self._tell(line, moment)
        elif kind == "message":
            self._reply_ends()
            self._thread.say(Message(Role.USER, (Text(loose.text(line.get("content"))),)), moment_ns=moment)
        elif kind == "tool_use":
            id_, name = loose.text(line.get("tool_id")), loose.text(line.get("tool_name"))
            self._calls.append(arguments.call_from_any(id_, name, line.get("parameters")))
            self._tell(line, moment)
        elif kind == "tool_result":
            self._reply_ends()
            is_error = line.get("status") == "error"
            words = loose.mapping(line.get("error")).get("message") if is_error else None
            result = line.get("output", words)
            response = ToolResponse(loose.text(line.get("tool_id")), result, is_error=is_error)
            self._thread.add(Message(Role.TOOL, (response,)), moment_ns=moment, origin=line)
        elif kind in {"error", "result"}:
            self._ends(kind, line, moment)
        else:
            self._run.transcript.unknown(kind)

    def end(self) -> None:
        self._reply_ends()
        self._thread.end()

    def _tell(self, line: Json, moment: int) -> None:
        self._lines.append(line)
        self._moment = max(self._moment, moment)

    def _reply_ends(self) -> None:
        if self._lines:
            said = "".join(self._said)
            reply = Message(Role.ASSISTANT, (*([Text(said)] if said else []), *self._calls))
            facts = Facts(model=self._model, provider="gcp.gemini")
            self._thread.reply(reply, facts=facts, moment_ns=self._moment, origin=self._lines)
        self._said, self._calls, self._lines, self._moment = [], [], [], -1

    def _ends(self, kind: str, line: dict[str, Json], moment: int) -> None:
        """What went wrong, and how it ended, with the tokens of all."""
        self._reply_ends()
        status, error = loose.text(line.get("status")), loose.mapping(line.get("error"))
        failed = status == "error" or (kind == "error" and line.get("severity") != "warning")
        words = loose.text(error.get("message")) or loose.text(line.get("message"))
        body = PlainBody(
            output_value=line.get("stats") or words or None, error=(words or kind) if failed else "", raw=line
        )
        self._run.step(
            Kind.OPAQUE,
            f"{kind}: {status}" if status else kind,
            body,
            start_ns=moment,
            end_ns=moment,
            status=Status.ERROR if failed else Status.OK,
        )


READER = Reader(
    FORMAT,
    "runs of Gemini CLI (stream-json)",
    sniff,
    read,
    marks=("type", "tool_id", "timestamp"),
    of_lines=True,
    needs=(b'"init"', b'"tool_id"'),
)
