"""Sessions of Continue: its history with the state of each tool call.

An entry is a message; the calls of a reply have what became of them beside it, also where no message of the tool follows
(one that a person refused).

Get one: `~/.continue/sessions/<session>.json`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Reasoning, Role, ToolResponse
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose, openai_chat

FORMAT = "continue-session"
_FAILED = frozenset({"errored", "canceled"})


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    history = [loose.mapping(entry) for entry in loose.sequence(first.get("history"))[:3]]
    is_own = bool(history) and all(isinstance(entry.get("message"), dict) for entry in history)
    return 0.95 if is_own and any("contextItems" in entry for entry in history) else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        session = loose.mapping(value)
        if not isinstance(session.get("history"), list):
            transcript.notice(place, "no session, left out")
            continue
        _Told(transcript.run(loose.text(session.get("sessionId")) or document.stem).thread(), session).tell()
    yield transcript.whole("no message")


class _Told:
    def __init__(self, thread: Thread, session: dict[str, Json]) -> None:
        self._thread = thread
        self._model = loose.text(session.get("chatModelTitle"))
        self._entries = [loose.mapping(entry) for entry in loose.sequence(session.get("history"))]
        answers = (loose.mapping(entry.get("message")).get("toolCallId") for entry in self._entries)
        self._answered = set(map(loose.text, answers))
        """Calls whose result stands in a message of its own."""
        self._failed: set[str] = set()

    def tell(self) -> None:
        for entry in self._entries:
            said = loose.mapping(entry.get("message"))
            message = _message(said)
            if message.role is Role.ASSISTANT:
                self._reply(message, entry)
            else:
                failed = loose.text(said.get("toolCallId")) in self._failed
                self._thread.add(message, **({"is_error": True} if failed else {}))
        self._thread.end()

    def _reply(self, message: Message, entry: dict[str, Json]) -> None:
        logs = [loose.mapping(log) for log in loose.sequence(entry.get("promptLogs"))]
        asked = logs[-1] if logs else {}
        facts = Facts(
            model=loose.text(asked.get("modelTitle")) or self._model,
            provider=loose.text(asked.get("modelProvider")),
        )
        self._thread.reply(message, facts=facts, origin=entry)
        for state in map(
            loose.mapping, (*loose.sequence(entry.get("toolCallStates")), entry.get("toolCallState"))
        ):
            id_, status = loose.text(state.get("toolCallId")), loose.text(state.get("status"))
            if status in _FAILED:
                self._failed.add(id_)
            if id_ and id_ not in self._answered and ("output" in state or status in _FAILED):
                texts = [
                    loose.text(loose.mapping(item).get("content"))
                    for item in loose.sequence(state.get("output"))
                ]
                result = "\n\n".join(texts) or status
                response = ToolResponse(id_, result, is_error=status in _FAILED)
                self._thread.add(Message(Role.TOOL, (response,)), origin=state)


def _message(said: dict[str, Json]) -> Message:
    is_thought = loose.text(said.get("role")) == "thinking"
    named = {"tool_calls": said.get("toolCalls"), "tool_call_id": said.get("toolCallId")}
    role = "assistant" if is_thought else said.get("role")
    message = openai_chat.read_message({**said, **named, "role": role})
    return Message(message.role, (Reasoning(message.text), *message.tool_calls)) if is_thought else message


READER = Reader(
    FORMAT,
    "Continue sessions",
    sniff,
    read,
    marks=("history", "message", "contextItems", "toolCallStates"),
    needs=(b'"contextItems"',),
)
