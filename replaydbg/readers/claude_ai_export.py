"""The data export of claude.ai: conversations, with the blocks of each reply and when each of them began and ended.

Get one: *Settings > Privacy > Export data* in claude.ai; the zip that it mails, as it is, or `conversations.json` in it
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import anthropic_messages, loose

FORMAT = "claude-ai-export"


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    talk = loose.mapping(first[0] if isinstance(first, list) and first else first)
    messages = loose.sequence(talk.get("chat_messages"))
    return (
        0.95
        if isinstance(talk.get("chat_messages"), list) and (not messages or _is_own(messages[0]))
        else 0.0
    )


def _is_own(message: Json) -> bool:
    return loose.text(loose.mapping(message).get("sender")) in {"human", "assistant"}


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        talk = loose.mapping(value)
        if not isinstance(talk.get("chat_messages"), list):
            transcript.notice(place, "no conversation, left out")
            continue
        thread = transcript.run(loose.text(talk.get("uuid")) or document.stem).thread()
        for message in map(loose.mapping, talk["chat_messages"]):
            if loose.text(message.get("sender")) == "assistant":
                _reply(thread, message, loose.text(talk.get("model")))
            else:
                _turn(thread, message)
        thread.end()
    yield transcript.whole("no message")


def _turn(thread: Thread, message: dict[str, Json]) -> None:
    parts: list[Part] = [
        Text(f"{loose.text(file.get('file_name'))}\n{loose.text(file.get('extracted_content'))}")
        for file in map(loose.mapping, loose.sequence(message.get("attachments")))
    ]
    said = "\n".join(
        loose.text(loose.mapping(block).get("text")) for block in loose.sequence(message.get("content"))
    )
    parts.append(Text(said or loose.text(message.get("text"))))
    thread.say(Message(Role.USER, tuple(parts)), moment_ns=_moments.nanoseconds(message.get("created_at")))


def _reply(thread: Thread, message: dict[str, Json], model: str) -> None:
    """A message of the export is a whole turn: behind results of tools the model was asked again."""
    facts = Facts(model, provider="anthropic")
    moment = _moments.nanoseconds(message.get("created_at"))
    parts: list[Part] = []
    results: list[ToolResponse] = []
    said_ns = -1
    for block in map(loose.mapping, loose.sequence(message.get("content"))):
        kind = loose.text(block.get("type"))
        if kind == "tool_result":
            results.append(_response(block))
            continue
        if results:
            _say(thread, parts, results, facts, origin=message, moment=said_ns)
            parts, results = [], []
        said_ns = max(_moments.nanoseconds(block.get(key)) for key in ("stop_timestamp", "start_timestamp"))
        if kind == "tool_use":
            id_ = loose.text(block.get("id"))
            parts.append(ToolCall(id_, loose.text(block.get("name")), block.get("input") or {}))
        elif kind == "thinking":
            parts.append(Reasoning(loose.text(block.get("thinking"))))
        elif kind != "token_budget":
            parts += anthropic_messages.read_content([block])
    if not parts and not results and message.get("text"):
        parts = [Text(loose.text(message["text"]))]
    if parts or results:
        _say(thread, parts, results, facts, origin=message, moment=moment)


def _say(
    thread: Thread, parts: list[Part], results: list[ToolResponse], facts: Facts, *, origin: Json, moment: int
) -> None:
    thread.reply(Message(Role.ASSISTANT, tuple(parts)), facts=facts, moment_ns=moment, origin=origin)
    if results:
        thread.add(Message(Role.TOOL, tuple(results)))


def _response(block: dict[str, Json]) -> ToolResponse:
    content = block.get("content")
    texts = [loose.mapping(item).get("text") for item in loose.sequence(content)]
    is_text = bool(texts) and all(isinstance(text, str) for text in texts)
    result = "\n".join(map(loose.text, texts)) if is_text else content
    id_ = loose.text(block.get("tool_use_id"))
    return ToolResponse(id_, result, loose.text(block.get("name")), block.get("is_error") is True)


READER = Reader(
    FORMAT,
    "the data export of claude.ai",
    sniff,
    read,
    marks=("chat_messages", "sender", "uuid", "content"),
    needs=(b'"chat_messages"',),
)
