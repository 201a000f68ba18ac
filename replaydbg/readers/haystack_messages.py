"""Messages of Haystack's agents and pipelines (`ChatMessage.to_dict()`), of version 2.9 and of those before it.

Get one: `json.dump([message.to_dict() for message in result["messages"]], file)`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import (
    Json,
    Media,
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
from replaydbg.wire import genai, loose, openai_chat

FORMAT = "haystack-messages"
_PARTS = frozenset({"text", "tool_call", "tool_call_result", "reasoning", "image"})


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    items = first if isinstance(first, list) else loose.sequence(loose.mapping(first).get("messages"))
    return 0.95 if items and all(_is_own(loose.mapping(item)) for item in items[:3]) else 0.0


def _is_own(message: dict[str, Json]) -> bool:
    parts = message.get("content", message.get("_content"))
    if not isinstance(parts, list) or not {"meta", "_meta"} & message.keys():
        return False
    return all(len(loose.mapping(part)) == 1 and loose.mapping(part).keys() <= _PARTS for part in parts)


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        listed = value if isinstance(value, list) else loose.mapping(value).get("messages")
        if not isinstance(listed, list):
            transcript.notice(place, "no messages, left out")
            continue
        thread = transcript.run(document.stem).thread()
        for message in map(loose.mapping, listed):
            _say(thread, message)
        thread.end()
    yield transcript.whole("no message")


def _say(thread: Thread, message: dict[str, Json]) -> None:
    plain = {key.lstrip("_"): value for key, value in message.items()}
    parts = tuple(map(_part, map(loose.mapping, loose.sequence(plain.get("content")))))
    meta = loose.mapping(plain.get("meta"))
    said = Message(genai.role(plain.get("role")), parts, finish_reason=loose.text(meta.get("finish_reason")))
    if said.role is Role.ASSISTANT:
        facts = Facts(loose.text(meta.get("model")), usage=openai_chat.read_usage(meta.get("usage")))
        thread.reply(said, facts=facts, origin=message)
    else:
        thread.add(said)


def _part(part: dict[str, Json]) -> Part:
    match part:
        case {"text": str(text)}:
            return Text(text)
        case {"tool_call": dict(call)}:
            return ToolCall(
                loose.text(call.get("id")), loose.text(call.get("tool_name")), call.get("arguments") or {}
            )
        case {"tool_call_result": dict(result)}:
            asked = loose.mapping(result.get("origin"))
            id_, name = loose.text(asked.get("id")), loose.text(asked.get("tool_name"))
            return ToolResponse(id_, result.get("result"), name, result.get("error") is True)
        case {"reasoning": dict(reasoning)}:
            return Reasoning(loose.text(reasoning.get("reasoning_text")))
        case {"image": dict(image)}:
            return Media(
                "image", loose.text(image.get("mime_type")), data=loose.text(image.get("base64_image"))
            )
    return OtherPart(part)


READER = Reader(
    FORMAT,
    "messages of Haystack",
    sniff,
    read,
    marks=("meta", "content", "tool_call", "tool_call_result"),
    needs=(b'"meta"', b'"_meta"'),
)
