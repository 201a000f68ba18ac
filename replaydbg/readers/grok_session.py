"""Chat histories of the Grok command line: a message a line, with the reasoning and the tools of its server between.

Get one: `~/.grok/sessions/<project>/<session>/chat_history.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, OtherPart, Part, Role, ToolResponse
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose, openai_chat, openai_responses

FORMAT = "grok-session"
_KINDS = frozenset({"system", "user", "assistant", "tool_result", "reasoning", "backend_tool_call"})
_MARKS = (b'"model_id"', b'"tool_call_id"', b'"prompt_index"', b'"synthetic_reason"', b'"backend_tool_call"')


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    is_message = loose.text(first.get("type")) in _KINDS and "content" in first
    is_others = "sessionId" in first or "session_id" in first or "message" in first
    return 0.85 if is_message and not is_others and any(mark in document.head for mark in _MARKS) else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    thread = transcript.run(document.stem).thread()
    before: list[Part] = []
    for value, place in _containers.values(document.buffer, transcript.notices):
        line = loose.mapping(value)
        kind = loose.text(line.get("type"))
        if kind == "reasoning":
            before += (part for message in openai_responses.read_messages([line]) for part in message.parts)
        elif kind == "backend_tool_call":
            before.append(OtherPart(line))
        elif kind == "assistant":
            _reply(thread, line, before)
            before = []
        elif kind in _KINDS:
            _say(thread, line, kind)
        else:
            transcript.notice(place, "no message, left out")
    if before:
        _reply(thread, {}, before)
    thread.end()
    yield transcript.whole("no message")


def _reply(thread: Thread, line: dict[str, Json], before: list[Part]) -> None:
    calls = [
        {
            "id": call.get("id"),
            "type": "function",
            "function": {"name": call.get("name"), "arguments": call.get("arguments")},
        }
        for call in map(loose.mapping, loose.sequence(line.get("tool_calls")))
    ]
    said = openai_chat.read_message(
        {"role": "assistant", "content": line.get("content"), "tool_calls": calls}
    )
    message = Message(Role.ASSISTANT, (*before, *said.parts))
    thread.reply(
        message, facts=Facts(model=loose.text(line.get("model_id")), provider="xai"), origin=line or None
    )


def _say(thread: Thread, line: dict[str, Json], kind: str) -> None:
    if kind == "tool_result":
        response = ToolResponse(loose.text(line.get("tool_call_id")), line.get("content"))
        thread.add(Message(Role.TOOL, (response,)), origin=line)
    else:
        thread.add(openai_chat.read_message({"role": kind, "content": line.get("content")}))


READER = Reader(
    FORMAT,
    "Grok chat histories",
    sniff,
    read,
    of_lines=True,
    needs=(
        b'"model_id"',
        b'"tool_call_id"',
        b'"prompt_index"',
        b'"synthetic_reason"',
        b'"backend_tool_call"',
    ),
)
