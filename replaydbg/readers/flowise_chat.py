"""Messages of Flowise's chats, with the tools that its agents used.

Get one: `curl "$FLOWISE/api/v1/chatmessage/CHATFLOW" -H "Authorization: Bearer $KEY" > messages.json`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Role, Text, ToolCall, ToolResponse, text_message
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose

FORMAT = "flowise-chat"
_ROLES = frozenset({"userMessage", "apiMessage"})


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    item = loose.mapping(first[0] if isinstance(first, list) and first else first)
    return 0.95 if loose.text(item.get("role")) in _ROLES and {"chatId", "chatflowid"} & item.keys() else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    items: list[dict[str, Json]] = []
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        item = loose.mapping(value)
        if loose.text(item.get("role")) in _ROLES:
            items.append(item)
        else:
            transcript.notice(place, "no message, left out")
    threads: dict[str, Thread] = {}
    for item in sorted(items, key=lambda each: _moments.nanoseconds(each.get("createdDate"))):
        id_ = loose.text(item.get("chatId")) or document.stem
        if id_ not in threads:
            threads[id_] = transcript.run(id_).thread()
        _say(threads[id_], item)
    for thread in threads.values():
        thread.end()
    yield transcript.whole("no message")


def _say(thread: Thread, item: dict[str, Json]) -> None:
    moment, text = _moments.nanoseconds(item.get("createdDate")), loose.text(item.get("content"))
    if loose.text(item.get("role")) == "userMessage":
        thread.say(text_message(Role.USER, text), moment_ns=moment)
        return
    reasoning = [loose.mapping(one) for one in loose.sequence(loose.parsed(item.get("agentReasoning")))]
    for step in reasoning:  # of the agents of a team, each with what it said
        said = "\n".join(map(loose.text, loose.sequence(step.get("messages"))))
        _reply(thread, said, step.get("usedTools"), loose.text(step.get("agentName")), origin=step)
    used = loose.sequence(loose.parsed(item.get("usedTools")))
    if used and not any(step.get("usedTools") for step in reasoning):
        _reply(thread, "", used, "", origin=item)
    thread.reply(Message(Role.ASSISTANT, (Text(text),)), moment_ns=moment, origin=item)


def _reply(thread: Thread, said: str, used: Json, agent: str, *, origin: Json) -> None:
    tools = [loose.mapping(one) for one in loose.sequence(used) if one]
    if not said and not tools:
        return
    parts: list[Part] = [Text(said)] if said else []
    calls = [ToolCall("", loose.text(one.get("tool")), one.get("toolInput") or {}) for one in tools]
    thread.reply(Message(Role.ASSISTANT, (*parts, *calls)), facts=Facts(agent=agent), origin=origin)
    for one in tools:
        error = loose.text(one.get("error"))
        response = ToolResponse("", error or one.get("toolOutput"), loose.text(one.get("tool")), bool(error))
        thread.add(Message(Role.TOOL, (response,)), origin=one)


READER = Reader(
    FORMAT,
    "messages of Flowise",
    sniff,
    read,
    marks=("role", "chatId", "chatflowid", "usedTools"),
    needs=(b'"userMessage"', b'"apiMessage"'),
)
