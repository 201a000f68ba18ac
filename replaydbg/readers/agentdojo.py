"""Runs of AgentDojo: a user's task, tools, and what an attacker put into their results.

The conversation with its tool executions; the last step says what the run was worth (utility, security). Tools tell
their failures beside the message, those of arguments that did not validate among them. No schema is recorded.

Get one: `python -m agentdojo.scripts.benchmark ...` writes `runs/<pipeline>/<suite>/<task>/<attack>/<injection>.json`.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Role, Text, ToolResponse
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._transcript import Transcript
from replaydbg.wire import loose
from replaydbg.wire.arguments import call_from_any

_MARKS = frozenset({"suite_name", "user_task_id"})
_ROLES = {"system": Role.SYSTEM, "user": Role.USER, "assistant": Role.ASSISTANT, "tool": Role.TOOL}
_WORTH = ("utility", "security", "evaluation", "duration", "error")


def sniff(document: Document) -> float:
    return 0.95 if loose.mapping(_containers.first_record(document.head)).keys() >= _MARKS else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # a run is short
    transcript = Transcript(document, READER.name)
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        record = loose.mapping(value)
        if record.keys() >= _MARKS and isinstance(record.get("messages"), list):
            _add(transcript, record)
        else:
            transcript.notice(place, "no run of a task, left out")
    if not transcript.runs:
        raise NotThisFormat("no run of a task")
    yield transcript.reading()


def _add(transcript: Transcript, record: dict[str, Json]) -> None:
    words = [record.get(key) for key in ("suite_name", "user_task_id", "injection_task_id", "attack_type")]
    run = transcript.run("-".join(f"{word}" for word in words if word))
    thread = run.thread()
    for item in record["messages"]:
        thread.add(_message(loose.mapping(item)))
    thread.end()
    worth = {key: record[key] for key in _WORTH if record.get(key) is not None}
    error = loose.text(record.get("error"))
    run.step(
        Kind.OPAQUE,
        f"utility {record.get('utility')}, security {record.get('security')}",
        PlainBody(input=record.get("injections"), output_value=worth or None, error=error),
        status=Status.ERROR if error else Status.UNSET,
    )


def _message(item: dict[str, Json]) -> Message:
    role = _ROLES.get(loose.text(item.get("role")), Role.UNKNOWN)
    text = _text(item.get("content"))
    if role is Role.TOOL:
        call, error = loose.mapping(item.get("tool_call")), loose.text(item.get("error"))
        id_ = loose.text(item.get("tool_call_id")) or loose.text(call.get("id"))
        name = loose.text(call.get("function"))
        return Message(role, (ToolResponse(id_, text or error, name, is_error=bool(error)),))
    parts: list[Part] = [Text(text)] if text else []
    for value in loose.sequence(item.get("tool_calls")):
        call = loose.mapping(value)
        id_, name = loose.text(call.get("id")), loose.text(call.get("function"))
        parts.append(call_from_any(id_, name, call.get("args")))
    return Message(role, tuple(parts))


def _text(content: Json) -> str:
    """A text, or blocks `{type: text, content}`."""
    if isinstance(content, str):
        return content
    blocks = map(loose.mapping, loose.sequence(content))
    return "\n".join(loose.text(block.get("content")) or loose.text(block.get("text")) for block in blocks)


READER = Reader(
    "agentdojo",
    "AgentDojo runs",
    sniff,
    read,
    marks=("suite_name", "user_task_id", "messages"),
    needs=(b'"suite_name"',),
)
