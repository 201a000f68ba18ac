"""AgentBench: the runs of a task, one a line, each with its conversation.

Actions are words in the replies of the agent; what they brought are turns of the user.

Get one: `python -m src.assigner` of AgentBench writes `outputs/<time>/<agent>/<task>/runs.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Role, Text
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._transcript import Transcript
from replaydbg.wire import genai, loose

FORMAT = "agent-bench"
_ROLES = frozenset({"user", "agent", "system", "assistant"})


def sniff(document: Document) -> float:
    return 0.95 if _history(loose.mapping(_containers.first_record(document.head))) else 0.0


def _history(record: dict[str, Json]) -> list[dict[str, Json]]:
    items = [
        loose.mapping(item) for item in loose.sequence(loose.mapping(record.get("output")).get("history"))
    ]
    is_own = "index" in record and all(loose.text(item.get("role")) in _ROLES for item in items[:4])
    return items if is_own else []


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        history, output = _history(record), loose.mapping(record.get("output"))
        if not history and not record.get("error"):
            transcript.notice(place, "no run, left out")
            continue
        run = transcript.run(f"{document.stem}-{record.get('index')}")
        thread = run.thread()
        for item in history:
            role = loose.text(item.get("role"))
            said = Message(
                genai.role("assistant" if role == "agent" else role), (Text(loose.text(item.get("content"))),)
            )
            if said.role is Role.ASSISTANT:
                thread.reply(said, origin=item)
            else:
                thread.say(said)
        thread.end()
        ended = loose.text(output.get("status")) or loose.text(record.get("error")) or "unknown"
        moment = _moments.nanoseconds(loose.mapping(record.get("time")).get("timestamp"))
        words = "" if ended == "completed" else ended
        body = PlainBody(output_value=output.get("result"), error=words, raw=output.get("result"))
        status = Status.ERROR if words else Status.OK
        run.step(Kind.OPAQUE, f"ended: {ended}", body, end_ns=moment, status=status)
    yield transcript.whole("no run")


READER = Reader(
    FORMAT,
    "AgentBench runs, one trace a run",
    sniff,
    read,
    marks=("index", "output", "history"),
    needs=(b'"history"',),
)
