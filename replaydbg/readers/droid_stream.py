"""What `droid exec` of Factory prints: messages, calls and results, one a line. (Its session files: `pi_session`.)

What an assistant says and the calls behind it are one reply; calls that follow each other were asked for at once.

Get one: `droid exec --output-format stream-json "..." > run.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Role, Text, ToolResponse
from replaydbg.core.tool import ToolSpec
from replaydbg.readers import _json_lines, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread, Transcript
from replaydbg.wire import arguments, loose

FORMAT = "droid-stream"


def sniff(document: Document) -> float:
    head = document.head
    if b'"session_id"' not in head:
        return 0.0
    return 0.98 if any(map(_is_ours, _json_lines.first_values(head))) else 0.0


def _is_ours(value: Json) -> bool:
    line = loose.mapping(value)
    kind = loose.text(line.get("type"))
    if "session_id" not in line:
        return False
    if kind == "message":
        return isinstance(line.get("text"), str) and loose.text(line.get("role")) in {"user", "assistant"}
    return (kind == "tool_call" and "toolName" in line) or (kind == "completion" and "finalText" in line)


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    stream = _Stream(transcript.run(document.stem))
    for kind, line in transcript.events(document):
        stream.add(kind, line)
    stream.end()
    yield transcript.whole("no message")


class _Stream:
    def __init__(self, run: Run) -> None:
        self._run = run
        self._thread: Thread = run.thread()
        self._model = ""
        self._tools: tuple[ToolSpec, ...] | None = None
        self._parts: list[Part] = []
        self._lines: list[Json] = []
        """Of the reply that is being told."""
        self._moment = -1

    def add(self, kind: str, line: dict[str, Json]) -> None:
        moment = _moments.nanoseconds(line.get("timestamp"))
        if kind == "system":
            self._run.id = loose.text(line.get("session_id")) or self._run.id
            self._model = loose.text(line.get("model")) or self._model
            names = [name for name in loose.sequence(line.get("tools")) if isinstance(name, str)]
            self._tools = tuple(ToolSpec(name) for name in names) or self._tools
        elif kind == "message" and line.get("role") == "assistant":
            self._reply_ends()
            self._says(line, Text(loose.text(line.get("text"))), moment)
        elif kind == "tool_call":
            call = arguments.call_from_any(
                _call_id(line), loose.text(line.get("toolName")), line.get("parameters")
            )
            self._says(line, call, moment)
        elif kind == "message":
            self._reply_ends()
            self._thread.say(Message(Role.USER, (Text(loose.text(line.get("text"))),)), moment_ns=moment)
        elif kind == "tool_result":
            self._reply_ends()
            name = loose.text(line.get("toolName")) or loose.text(line.get("toolId"))
            result = line.get("value", line.get("error"))
            response = ToolResponse(_call_id(line), result, name, line.get("isError") is True)
            self._thread.add(Message(Role.TOOL, (response,)), moment_ns=moment, origin=line)
        elif kind == "completion":
            self._completed(line, moment)
        elif kind == "error":
            self._reply_ends()
            error = loose.text(line.get("message")) or loose.text(line.get("error")) or "error"
            self._thread.reply(
                None, facts=Facts(model=self._model, error=error), moment_ns=moment, origin=line
            )
        else:
            self._run.transcript.unknown(kind)

    def end(self) -> None:
        self._reply_ends()
        self._thread.end()

    def _says(self, line: dict[str, Json], part: Part, moment: int) -> None:
        self._parts.append(part)
        self._lines.append(line)
        self._moment = max(self._moment, moment)

    def _reply_ends(self) -> None:
        if self._parts:
            facts = Facts(model=self._model, tools=self._tools)
            reply = Message(Role.ASSISTANT, tuple(self._parts))
            self._thread.reply(reply, facts=facts, moment_ns=self._moment, origin=self._lines)
        self._parts, self._lines, self._moment = [], [], -1

    def _completed(self, line: dict[str, Json], moment: int) -> None:
        """The last words, which most versions have told as a message before."""
        self._reply_ends()
        words, length = loose.text(line.get("finalText")), len(self._thread)
        last = self._thread.conversation[length - 1] if length else None
        if words and (last is None or Text(words) not in last.parts):
            self._says(line, Text(words), moment)


def _call_id(line: dict[str, Json]) -> str:
    return loose.text(line.get("toolCallId")) or loose.text(line.get("id"))


READER = Reader(FORMAT, "runs of droid exec", sniff, read, of_lines=True, needs=(b'"session_id"',))
