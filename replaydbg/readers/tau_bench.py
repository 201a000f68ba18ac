"""Results of tau-bench: a list of `{task_id, trial, reward, info, traj}`, a trace for each run of a task.

The simulated user speaks, the agent answers and calls tools, all in OpenAI's message shape with raw arguments. The last
step of each trace is the reward. Tools say that they failed by a text that begins with `Error`; no schema is recorded.

Get one: `python run.py --env retail ...` of tau-bench writes it to `results/`; `--tools` takes the environment's schemas.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from replaydbg.core.message import Json, Message, Part, ToolResponse
from replaydbg.core.step import Kind, PlainBody
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._transcript import Transcript
from replaydbg.wire import loose, openai_chat

_KEYS = {"task_id", "traj"}
_FIRST_KEYS = {"task_id", "reward", "info"}
"""What is seen of an item whose conversation begins beyond the head."""


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    item = first[0] if isinstance(first, list) and first else first
    keys = loose.mapping(item).keys()
    return 0.95 if keys >= _KEYS or keys >= _FIRST_KEYS else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # a conversation is read at once
    transcript = Transcript(document, READER.name)
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        record = loose.mapping(value)
        if isinstance(record.get("traj"), list):
            _add(transcript, record)
        else:
            transcript.notice(place, "no run of a task, left out")
    if not transcript.runs:
        raise NotThisFormat("no run of a task")
    yield transcript.reading()


def _add(transcript: Transcript, record: dict[str, Json]) -> None:
    run = transcript.run(f"task_{record.get('task_id')}_trial_{record.get('trial', 0)}")
    thread = run.thread()
    for message in openai_chat.read_messages(record["traj"]):
        thread.add(_with_errors(message))
    thread.end()
    reward, info = record.get("reward"), loose.mapping(record.get("info"))
    about = PlainBody(
        input=info.get("task"), output_value={"reward": reward, "reward_info": info.get("reward_info")}
    )
    run.step(Kind.OPAQUE, f"reward {reward}", about)


def _with_errors(message: Message) -> Message:
    return (
        replace(message, parts=tuple(map(_with_error, message.parts))) if message.tool_responses else message
    )


def _with_error(part: Part) -> Part:
    if isinstance(part, ToolResponse) and isinstance(part.result, str) and part.result.startswith("Error"):
        return replace(part, is_error=True)
    return part


READER = Reader(
    "tau-bench",
    "tau-bench results, one trace a run",
    sniff,
    read,
    marks=("traj", "reward", "task_id"),
    needs=(b'"task_id"',),
)
