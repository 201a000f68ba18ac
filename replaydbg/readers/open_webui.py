"""Chats of Open WebUI, as it exports them: trees of messages, of which the branch that was looked at last is told.

Get one: *Download > Export chat (.json)* in the menu of a chat, or *Settings > Data controls > Export chats*
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Role
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose, openai_chat

FORMAT = "open-webui"


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    record = loose.mapping(first[0] if isinstance(first, list) and first else first)
    history = loose.mapping(loose.mapping(record.get("chat", record)).get("history"))
    own = loose.mapping(next(iter(loose.mapping(history.get("messages")).values()), None))
    return 0.95 if "parentId" in own and "role" in own else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        record = loose.mapping(value)
        chat = loose.mapping(record.get("chat", record))
        messages = loose.mapping(loose.mapping(chat.get("history")).get("messages"))
        if not messages:
            transcript.notice(place, "no chat, left out")
            continue
        thread = transcript.run(
            loose.text(record.get("id")) or loose.text(chat.get("id")) or document.stem
        ).thread()
        told = _branch(messages, loose.text(loose.mapping(chat.get("history")).get("currentId")))
        for message in told:
            _say(thread, message)
        if len(told) < len(messages):
            others = len(messages) - len(told)
            transcript.notice(place, f"{others} messages of other branches of the chat, left out")
        thread.end()
    yield transcript.whole("no message")


def _branch(messages: dict[str, Json], current: str) -> list[dict[str, Json]]:
    at = current if current in messages else next(reversed(messages))
    seen: set[str] = set()
    found = []
    while at in messages and at not in seen:
        seen.add(at)
        message = loose.mapping(messages[at])
        found.append(message)
        at = loose.text(message.get("parentId"))
    return found[::-1]


def _say(thread: Thread, item: dict[str, Json]) -> None:
    message = openai_chat.read_message(item)
    moment = _moments.nanoseconds(item.get("timestamp"))
    if message.role is not Role.ASSISTANT:
        thread.add(message, moment_ns=moment)
        return
    error = item.get("error")
    words = loose.text(error) or loose.text(loose.mapping(error).get("content"))
    usage = item.get("usage", loose.mapping(item.get("info")).get("usage"))
    facts = Facts(loose.text(item.get("model")), usage=openai_chat.read_usage(usage), error=words)
    thread.reply(message if message.parts else None, facts=facts, moment_ns=moment, origin=item)


READER = Reader(
    FORMAT,
    "chats of Open WebUI",
    sniff,
    read,
    marks=("chat", "history", "messages", "parentId"),
    needs=(b'"parentId"',),
)
