"""Transcripts of Antigravity: a step of the conversation a line. Results name no call: they come in the calls' order.

Get one: `~/.gemini/antigravity/brain/<conversation>/.system_generated/logs/transcript.jsonl`, of its command line below
`~/.gemini/antigravity-cli`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose

FORMAT = "antigravity"
_KEYS = frozenset({"step_index", "source", "type", "status"})
_REPLIES = frozenset({"PLANNER_RESPONSE", "GENERATE_RESPONSE"})


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    return 0.95 if first.keys() >= _KEYS else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    thread = transcript.run(document.stem).thread()
    for kind, line in transcript.events(document):
        _add(thread, line, kind)
    thread.end()
    yield transcript.whole("no step")


def _add(thread: Thread, line: dict[str, Json], kind: str) -> None:
    moment, text = _moments.nanoseconds(line.get("created_at")), loose.text(line.get("content"))
    failed = line.get("status") == "ERROR"
    if kind in _REPLIES:
        _reply(thread, line, text, moment)
    elif line.get("source") == "MODEL":
        # A step of the model that is no reply is what a tool of its did: RUN_COMMAND came of run_command.
        waiting = [name for _, name in thread.open_calls]
        name = kind.lower()
        response = ToolResponse("", text, "" if waiting and name not in waiting else name, failed)
        thread.add(Message(Role.TOOL, (response,)), moment_ns=moment, origin=line)
    elif text:
        role = Role.USER if loose.text(line.get("source")).startswith("USER") else Role.SYSTEM
        thread.say(Message(role, (Text(text),)), moment_ns=moment)


def _reply(thread: Thread, line: dict[str, Json], text: str, moment: int) -> None:
    parts: list[Part] = []
    if loose.text(line.get("thinking")):
        parts.append(Reasoning(loose.text(line.get("thinking"))))
    if text:
        parts.append(Text(text))
    parts += [
        ToolCall(loose.text(call.get("id")), loose.text(call.get("name")), call.get("args"))
        for call in map(loose.mapping, loose.sequence(line.get("tool_calls")))
    ]
    error = (loose.text(line.get("error")) or "failed") if line.get("status") == "ERROR" else ""
    facts = Facts(model=loose.text(line.get("model")), error=error)
    message = Message(Role.ASSISTANT, tuple(parts)) if parts else None
    thread.reply(message, facts=facts, moment_ns=moment, origin=line)


READER = Reader(FORMAT, "Antigravity transcripts", sniff, read, of_lines=True, needs=(b'"step_index"',))
