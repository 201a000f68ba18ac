"""Threads of Zed's agent, both of its shapes (`0.1` to `0.2`, and `0.3`), as JSON.

Zed keeps them in a database, as JSON that is compressed with zstd.

Get one: `sqlite3 ~/.local/share/zed/threads/threads.db "SELECT writefile('thread.zst', data) FROM threads WHERE id = 'ID'"`; the
file needs the extra `zstd`, or `zstd -d`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import (
    Json,
    Message,
    OtherPart,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, genai, loose

FORMAT = "zed-thread"
_NEWER = frozenset({"User", "Agent", "Resume", "Compaction"})
_KEPT_MAX_BYTES = 80_000
"""So much of what the user said last is sent on beside a summary. Source: Zed's `thread.rs`."""


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    messages = loose.sequence(first.get("messages"))
    own = loose.mapping(messages[0]) if messages else {}
    is_newer = bool(own) and own.keys() <= _NEWER and isinstance(first.get("version"), str)
    return 0.95 if is_newer or {"segments", "tool_uses"} <= own.keys() else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        told = loose.mapping(value)
        if not isinstance(told.get("messages"), list):
            transcript.notice(place, "no thread, left out")
            continue
        thread = transcript.run(loose.text(told.get("id")) or document.stem).thread()
        used = loose.mapping(told.get("model"))
        facts = Facts(model=loose.text(used.get("model")), provider=loose.text(used.get("provider")))
        asked: list[Message] = []
        for item in told["messages"]:
            message = loose.mapping(item)
            if _NEWER & message.keys():
                _newer(thread, message, facts, asked)
            elif item != "Resume":
                _older(thread, message, facts)
        thread.end()
    yield transcript.whole("no message")


def _older(thread: Thread, message: dict[str, Json], facts: Facts) -> None:
    """Version 0.2 and before: results stand with the message behind the one that asked."""
    results = [_response(loose.mapping(one)) for one in loose.sequence(message.get("tool_results"))]
    if results:
        thread.add(Message(Role.TOOL, tuple(results)))
    parts: list[Part] = [Text(loose.text(message["context"]))] if message.get("context") else []
    for segment in map(loose.mapping, loose.sequence(message.get("segments"))):
        text = loose.text(segment.get("text"))
        parts.append(Reasoning(text) if loose.text(segment.get("type")) == "thinking" else Text(text))
    parts += [_call(loose.mapping(use)) for use in loose.sequence(message.get("tool_uses"))]
    role = genai.role(message.get("role"))
    if role is Role.ASSISTANT:
        thread.reply(Message(role, tuple(parts)), facts=facts, origin=message)
    elif any(isinstance(part, Text) and part.text for part in parts):
        thread.say(Message(role, tuple(parts)))


def _newer(thread: Thread, message: dict[str, Json], facts: Facts, asked: list[Message]) -> None:
    if "Compaction" in message:
        _compact(thread, loose.mapping(message["Compaction"]), asked)
        return
    if "User" in message:
        said = loose.mapping(message["User"])
        parts = tuple(map(_part, loose.sequence(said.get("content"))))
        if parts:  # `/compact` leaves an empty one
            asked.append(Message(Role.USER, parts))
            thread.say(asked[-1])
        return
    said = loose.mapping(message.get("Agent"))
    parts = tuple(map(_part, loose.sequence(said.get("content"))))
    if not parts:
        return
    thread.reply(Message(Role.ASSISTANT, parts), facts=facts, origin=message)
    results = [_response(loose.mapping(one)) for one in loose.mapping(said.get("tool_results")).values()]
    if results:
        thread.add(Message(Role.TOOL, tuple(results)))


def _compact(thread: Thread, told: dict[str, Json], asked: list[Message]) -> None:
    """What is sent from here on: the user's last messages and a summary; of what a provider keeps itself nothing is told."""
    thread.compact()
    summary = told.get("Summary")
    if not isinstance(summary, str):
        return
    kept: list[Message] = []
    size = 0
    for message in reversed(asked):
        size += len(message.text.encode("utf-8", "replace"))
        if size > _KEPT_MAX_BYTES:
            break
        kept.append(message)
    for message in reversed(kept):
        thread.say(message)
    thread.heard()
    text = f"The previous conversation was compacted. Use this summary as context:\n\n{summary}"
    thread.say(Message(Role.USER, (Text(text),)))


def _part(value: Json) -> Part:
    match value:
        case {"Text": str(text)}:
            return Text(text)
        case {"Thinking": {"text": str(text), **more}}:
            return Reasoning(text, loose.text(more.get("signature")))
        case {"ToolUse": dict(use)}:
            return _call(use)
        case {"Mention": {"content": str(text), **more}}:
            return Text(f"{loose.encoded(more.get('uri'))}\n{text}")
    return OtherPart(value)


def _call(use: dict[str, Json]) -> ToolCall:
    id_, name = loose.text(use.get("id")), loose.text(use.get("name"))
    raw = loose.text(use.get("raw_input"))
    return arguments.call_from_raw(id_, name, raw) if raw else ToolCall(id_, name, use.get("input") or {})


def _response(result: dict[str, Json]) -> ToolResponse:
    content = result.get("content")
    text = loose.mapping(content).get("Text", content)
    if isinstance(content, list):
        texts = [loose.mapping(item).get("Text") for item in content]
        text = (
            "\n".join(map(loose.text, texts))
            if texts and all(isinstance(one, str) for one in texts)
            else content
        )
    id_, name = loose.text(result.get("tool_use_id")), loose.text(result.get("tool_name"))
    return ToolResponse(id_, text, name, result.get("is_error") is True)


READER = Reader(
    FORMAT,
    "Zed threads",
    sniff,
    read,
    marks=("messages", "segments", "tool_uses", "version"),
    needs=(b'"User"', b'"Agent"', b'"Resume"', b'"segments"'),
)
