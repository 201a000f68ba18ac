"""Tasks of Cline: Anthropic's messages with the time, the model and the tokens of each reply beside it.

Get one: `~/.cline/data/sessions/<session>/messages.json`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Role, Text
from replaydbg.core.step import Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import anthropic_messages, loose

FORMAT = "cline"
_MARKS = ("modelInfo", "metrics", "ts")


def sniff(document: Document) -> float:
    found = loose.mapping(_containers.first_record(document.head))
    messages = [loose.mapping(item) for item in loose.sequence(found.get("messages"))[:6]]
    if not messages or not all(
        loose.text(message.get("role")) in {"user", "assistant"} for message in messages
    ):
        return 0.0
    has_marks = any(mark in message for message in messages for mark in _MARKS)
    return 0.9 if has_marks and ("system_prompt" in found or "sessionId" in found) else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, _ in _containers.values(document.buffer, transcript.notices):
        task = loose.mapping(value)
        if isinstance(task.get("messages"), list):
            thread = transcript.run(loose.text(task.get("sessionId")) or document.stem).thread()
            prompt = loose.text(task.get("system_prompt"))
            if prompt:
                thread.say(Message(Role.SYSTEM, (Text(prompt),)))
            for message in map(loose.mapping, task["messages"]):
                _say(thread, message)
            thread.end()
    yield transcript.whole("no message")


def _say(thread: Thread, message: dict[str, Json]) -> None:
    moment = _moments.nanoseconds(message.get("ts"))
    about, metrics = loose.mapping(message.get("modelInfo")), loose.mapping(message.get("metrics"))
    cost = metrics.get("cost")
    facts = Facts(
        model=loose.text(about.get("id")),
        provider=loose.text(about.get("provider")),
        usage=_usage(metrics),
        cost_usd=number(cost),
    )
    for said in anthropic_messages.read_messages([message]):
        if said.role is Role.ASSISTANT:
            thread.add(said, moment_ns=moment, facts=facts, origin=message)
        else:
            thread.add(said, moment_ns=moment)


def _usage(metrics: dict[str, Json]) -> Usage:
    counted = (
        loose.count(metrics.get(key))
        for key in ("inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens")
    )
    fresh, said, read, written = counted
    return Usage(None if fresh is None else fresh + (read or 0) + (written or 0), said, read)


READER = Reader(FORMAT, "Cline tasks", sniff, read)
