"""Memories of CAMEL's agents: records of messages, of which some call functions and some tell what they gave.

Get one: `agent.save_memory("memory.json")`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Role, Text, ToolCall, ToolResponse
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import genai, loose

FORMAT = "camel-memory"


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    item = loose.mapping(first[0] if isinstance(first, list) and first else first)
    message = loose.mapping(item.get("message"))
    return 0.95 if "role_at_backend" in item and "__class__" in message else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    run = transcript.run(document.stem)
    threads: dict[str, Thread] = {}
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        record = loose.mapping(value)
        if not isinstance(record.get("message"), dict):
            transcript.notice(place, "no record of a memory, left out")
            continue
        agent = loose.text(record.get("agent_id"))
        if agent not in threads:
            threads[agent] = run.thread()
        _say(threads[agent], record)
    for thread in threads.values():
        thread.end()
    yield transcript.whole("no message")


def _say(thread: Thread, record: dict[str, Json]) -> None:
    said = loose.mapping(record.get("message"))
    role, moment = genai.role(record.get("role_at_backend")), _moments.nanoseconds(record.get("timestamp"))
    name, id_ = loose.text(said.get("func_name")), loose.text(said.get("tool_call_id"))
    if role is Role.TOOL:
        response = ToolResponse(id_, said.get("result"), name)
        thread.add(Message(role, (response,)), moment_ns=moment, origin=record)
        return
    text = loose.text(said.get("content"))
    parts: list[Part] = [Text(text)] if text else []
    if role is not Role.ASSISTANT:
        thread.say(Message(role, tuple(parts)), moment_ns=moment)
        return
    if name:
        parts.append(ToolCall(id_, name, said.get("args") or {}))
    speaker = loose.text(said.get("role_name"))
    facts = Facts(agent="" if speaker.lower() == "assistant" else speaker)
    thread.reply(Message(role, tuple(parts)), facts=facts, moment_ns=moment, origin=record)


READER = Reader(
    FORMAT,
    "memories of CAMEL's agents",
    sniff,
    read,
    marks=("message", "role_at_backend", "extra_info"),
    needs=(b'"role_at_backend"',),
)
