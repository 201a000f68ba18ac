"""Trajectories of SWE-agent: `.traj` files with the history of messages and what each action brought.

Models with function calling have their calls in the messages; of others the agent took a command out of the text. What
was sent for each step (`query`) repeats the history and is not read again.

Get one: `sweagent run ...` writes `trajectories/<user>/<run>/<instance>/<instance>.traj`
"""

from __future__ import annotations

from collections.abc import Iterator
from math import nan

from replaydbg.core.message import Json, Role
from replaydbg.readers import _containers, _text_actions
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose, openai_chat

FORMAT = "swe-agent"


def sniff(document: Document) -> float:
    head = document.head
    first = loose.mapping(_containers.first_record(head))
    if not isinstance(first.get("trajectory"), list):
        return 0.0
    step = loose.mapping(first["trajectory"][0] if first["trajectory"] else None)
    if {"action", "observation"} <= step.keys():
        return 0.95
    return 0.6 if "environment" in first and b'"action"' in head else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, _ in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        if isinstance(record.get("trajectory"), list):
            _add(transcript, record, document.stem)
    if not transcript.runs:
        raise NotThisFormat("no trajectory")
    yield transcript.reading()


def _add(transcript: Transcript, record: dict[str, Json], stem: str) -> None:
    run = transcript.run(stem)
    history = [loose.mapping(item) for item in loose.sequence(record.get("history"))]
    steps = [loose.mapping(item) for item in record["trajectory"]]
    if not any(item.get("role") == "assistant" for item in history):
        history = list(_told(steps))
    threads: dict[str, Thread] = {}
    command = ""
    for item in history:
        agent = loose.text(item.get("agent"))
        thread = threads.get(agent)
        if thread is None:
            thread = threads[agent] = run.thread(agent=agent)
        command = _say(thread, item, command)
    for thread in threads.values():
        thread.end()
    info = loose.mapping(record.get("info"))
    if "exit_status" in info:
        status = f"{info['exit_status']}"
        cost = loose.mapping(info.get("model_stats")).get("instance_cost")
        _text_actions.ended(
            next(iter(threads.values())) if threads else run.thread(),
            status,
            info.get("submission"),
            is_error=not status.startswith("submitted"),
            cost_usd=number(cost) if number(cost) > 0 else nan,
        )


def _say(thread: Thread, item: dict[str, Json], command: str) -> str:
    """One message of the history. Gives the command that a reply without calls asked for, which the next one answers."""
    role = item.get("role")
    asked = "" if role != "assistant" or item.get("tool_calls") else loose.text(item.get("action")).strip()
    for message in openai_chat.read_messages([_with_call_id(item)]):
        if message.role is Role.ASSISTANT:
            _text_actions.replied(thread, message, asked)
            continue
        if message.role is Role.USER and command:
            _text_actions.ran(thread, command, message.text)
        thread.add(message)
        if message.role is Role.USER and command:
            thread.heard()  # as what the command put out
    return asked


def _with_call_id(item: dict[str, Json]) -> dict[str, Json]:
    """A tool's message answers the first of `tool_call_ids`, in its own name for it."""
    ids = loose.sequence(item.get("tool_call_ids"))
    return {**item, "tool_call_id": ids[0]} if ids and item.get("role") == "tool" else item


def _told(steps: list[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    """The history of a file that has none: each response, and what was observed of it."""
    for step in steps:
        yield {
            "role": "assistant",
            "content": step.get("response") or step.get("thought"),
            "action": step.get("action"),
        }
        yield {"role": "user", "content": step.get("observation")}


READER = Reader(FORMAT, "SWE-agent trajectories", sniff, read, needs=(b'"trajectory"',))
