"""Chat stores and memories of LlamaIndex: messages of blocks, under the key of each conversation.

Get one: `chat_store.persist("store.json")`, or
`json.dump([message.model_dump(mode="json") for message in memory.get_all()], file)`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Media, Message, OtherPart, Part, Reasoning, Role, Text, ToolResponse
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, genai, loose

FORMAT = "llama-index-chat"


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    talks = list(_talks(first))
    return 0.95 if talks and any(_is_own(loose.mapping(item)) for item in talks[0][1][:2]) else 0.0


def _talks(value: Json) -> Iterator[tuple[str, list[Json]]]:
    """The conversations in a store, in a memory, or in a plain list."""
    record = loose.mapping(value)
    held = loose.parsed(record.get("chat_store", value))
    store = loose.mapping(held).get("store")
    if isinstance(value, list):
        yield "", value
    elif isinstance(store, dict):
        yield from ((key, talk) for key, talk in store.items() if isinstance(talk, list))


def _is_own(message: dict[str, Json]) -> bool:
    return (
        "role" in message and "additional_kwargs" in message and ("blocks" in message or "content" in message)
    )


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        talks = list(_talks(value))
        if not talks:
            transcript.notice(place, "no store of conversations, left out")
        for key, talk in talks:
            thread = transcript.run(key or document.stem).thread()
            for message in map(loose.mapping, talk):
                _say(thread, message)
            thread.end()
    yield transcript.whole("no message")


def _say(thread: Thread, message: dict[str, Json]) -> None:
    role, beside = genai.role(message.get("role")), loose.mapping(message.get("additional_kwargs"))
    content = message.get("content")
    listed = [loose.mapping(block) for block in loose.sequence(message.get("blocks"))]
    parts = [_part(block) for block in listed] or (
        [Text(content)] if isinstance(content, str) and content else []
    )
    if role is Role.TOOL:
        texts = [part.text for part in parts if isinstance(part, Text)]
        id_, name = loose.text(beside.get("tool_call_id")), loose.text(beside.get("name"))
        thread.add(Message(role, (ToolResponse(id_, "\n".join(texts), name),)), origin=message)
    elif role is Role.ASSISTANT:
        calls = [_call(loose.mapping(call)) for call in loose.sequence(beside.get("tool_calls"))]
        thread.reply(Message(role, (*parts, *calls)), origin=message)
    else:
        thread.say(Message(role, tuple(parts)))


def _call(call: dict[str, Json]) -> Part:
    """OpenAI's shape, Anthropic's, or LlamaIndex's own, as the class of the model gave it."""
    function = loose.mapping(call.get("function")) or call
    given = (function.get(key) for key in ("arguments", "input", "tool_kwargs", "args"))
    name = loose.text(function.get("name")) or loose.text(function.get("tool_name"))
    id_ = (
        loose.text(call.get("id")) or loose.text(call.get("tool_call_id")) or loose.text(call.get("tool_id"))
    )
    return arguments.call_from_any(id_, name, next((value for value in given if value is not None), None))


def _part(block: dict[str, Json]) -> Part:
    match block:
        case {"block_type": "text", "text": str(text)}:
            return Text(text)
        case {"block_type": "thinking", "content": str(text)}:
            return Reasoning(text)
        case {"block_type": "tool_call"}:
            return _call(block)
        case {"block_type": "image"}:
            return Media("image", loose.text(block.get("image_mimetype")), uri=loose.text(block.get("url")))
    return OtherPart(block)


READER = Reader(
    FORMAT,
    "chat stores of LlamaIndex",
    sniff,
    read,
    marks=("store", "role", "blocks", "additional_kwargs"),
    needs=(
        b'"additional_kwargs"',
        b'"additional_kwargs\\"',
        b'"chat_store"',
    ),  # a store may be a text in JSON
)
