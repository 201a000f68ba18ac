"""Conversations of LibreChat, exported as JSON: flat or as a tree, of which the branch with the latest message is told.

Get one: *Export conversation > json* in the menu of a conversation
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, OtherPart, Part, Reasoning, Role, Text, ToolResponse
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, loose

FORMAT = "libre-chat"


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    messages = _listed(first)
    own = loose.mapping(messages[0]) if messages else {}
    return 0.96 if {"messageId", "isCreatedByUser"} <= own.keys() else 0.0


def _listed(record: dict[str, Json]) -> list[Json]:
    return loose.sequence(record.get("messages")) or loose.sequence(record.get("messagesTree"))


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        messages = _flat(_listed(record))
        if not messages:
            transcript.notice(place, "no conversation, left out")
            continue
        thread = transcript.run(loose.text(record.get("conversationId")) or document.stem).thread()
        told = _branch(messages)
        for message in told:
            _say(thread, message)
        if len(told) < len(messages):
            others = len(messages) - len(told)
            transcript.notice(place, f"{others} messages of other branches of the conversation, left out")
        thread.end()
    yield transcript.whole("no message")


def _flat(listed: list[Json]) -> list[dict[str, Json]]:
    waiting, found = [loose.mapping(item) for item in reversed(listed)], []
    while waiting:
        message = waiting.pop()
        found.append(message)
        waiting += [loose.mapping(child) for child in reversed(loose.sequence(message.get("children")))]
    return found


def _branch(messages: list[dict[str, Json]]) -> list[dict[str, Json]]:
    by_id = {loose.text(message.get("messageId")): message for message in messages}
    latest = max(
        enumerate(messages), key=lambda each: (_moments.nanoseconds(each[1].get("createdAt")), each[0])
    )[1]
    found: list[dict[str, Json]] = []
    seen: set[str] = set()
    at: dict[str, Json] | None = latest
    while at is not None:
        found.append(at)
        seen.add(loose.text(at.get("messageId")))
        parent = loose.text(at.get("parentMessageId"))
        at = by_id.get(parent) if parent not in seen else None
    return found[::-1]


def _say(thread: Thread, message: dict[str, Json]) -> None:
    moment, text = _moments.nanoseconds(message.get("createdAt")), loose.text(message.get("text"))
    if message.get("isCreatedByUser") is True:
        thread.say(Message(Role.USER, (Text(text),)), moment_ns=moment)
        return
    facts = Facts(loose.text(message.get("model")), error=text if message.get("error") is True else "")
    parts: list[Part] = []
    results: list[ToolResponse] = []
    for block in map(loose.mapping, loose.sequence(message.get("content"))):
        kind, said = loose.text(block.get("type")), block.get("text", block.get("think"))
        said = loose.mapping(said).get("value", said)
        if results and kind != "tool_call":
            _reply(thread, parts, results, facts, origin=message)
            parts, results = [], []
        if kind == "tool_call":
            call = loose.mapping(block.get("tool_call"))
            id_, name = loose.text(call.get("id")), loose.text(call.get("name"))
            parts.append(arguments.call_from_any(id_, name, call.get("args")))
            results += [ToolResponse(id_, call["output"], name)] if call.get("output") is not None else []
        elif isinstance(said, str):
            parts.append(Reasoning(said) if kind == "think" else Text(said))
        else:
            parts.append(OtherPart(block))
    if not parts and text and not facts.error:
        parts = [Text(text)]
    _reply(thread, parts, results, facts, origin=message, moment=moment)


def _reply(
    thread: Thread, parts: list[Part], results: list[ToolResponse], facts: Facts, *, origin: Json, moment: int = -1
) -> None:  # fmt: skip
    message = Message(Role.ASSISTANT, tuple(parts)) if parts else None
    thread.reply(message, facts=facts, moment_ns=moment, origin=origin)
    if results:
        thread.add(Message(Role.TOOL, tuple(results)))


READER = Reader(
    FORMAT,
    "conversations of LibreChat",
    sniff,
    read,
    marks=("conversationId", "messages", "messageId", "isCreatedByUser"),
    needs=(b'"isCreatedByUser"',),
)
