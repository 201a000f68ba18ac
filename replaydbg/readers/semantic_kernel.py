"""Chat histories of Semantic Kernel, in Python and in .NET, and messages of Microsoft's AI extensions as they serialise.

Get one: `Path("chat.json").write_text(history.serialize())`; in .NET `JsonSerializer.Serialize(history)`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Media, Message, OtherPart, Part, Reasoning, Role, Text, ToolResponse
from replaydbg.core.step import Usage
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import arguments, genai, loose

FORMAT = "semantic-kernel"


def sniff(document: Document) -> float:
    items = _items(_containers.first_record(document.head))
    return 0.95 if items and all(_is_own(_lowered(item)) for item in items[:3]) else 0.0


def _items(value: Json) -> list[Json]:
    return value if isinstance(value, list) else loose.sequence(_lowered(value).get("messages"))


def _lowered(value: Json) -> dict[str, Json]:
    """.NET writes names with a capital, unless it is told not to."""
    return {f"{key[:1].lower()}{key[1:]}": inner for key, inner in loose.mapping(value).items()}


def _is_own(message: dict[str, Json]) -> bool:
    listed = message.get("items", message.get("contents"))
    kinds = [_kind(_lowered(item)) for item in loose.sequence(listed)]
    return "role" in message and isinstance(listed, list) and bool(kinds) and all(kinds)


def _kind(item: dict[str, Json]) -> str:
    """`function_call`, `FunctionCallContent`, `functionCall` are one."""
    word = loose.text(item.get("content_type")) or loose.text(item.get("$type"))
    return word.removesuffix("Content").replace("_", "").lower()


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        items = _items(value)
        if not items:
            transcript.notice(place, "no messages, left out")
        thread = transcript.run(document.stem).thread()
        for item in items:
            _say(thread, _lowered(item))
        thread.end()
    yield transcript.whole("no message")


def _say(thread: Thread, message: dict[str, Json]) -> None:
    word = message.get("role")
    role = genai.role(_lowered(word).get("label") if isinstance(word, dict) else word)
    listed = loose.sequence(message.get("items", message.get("contents")))
    parts = [_part(_lowered(item)) for item in listed]
    meta = _lowered(message.get("metadata"))
    if role is Role.ASSISTANT:
        model = loose.text(message.get("ai_model_id")) or loose.text(message.get("modelId"))
        agent = loose.text(message.get("name")) or loose.text(message.get("authorName"))
        facts = Facts(model, agent=agent, usage=_usage(_lowered(meta.get("usage"))))
        said = Message(role, tuple(parts), finish_reason=loose.text(message.get("finish_reason")))
        thread.reply(said, facts=facts, origin=message)
    else:
        thread.add(Message(role, tuple(parts)))


def _part(item: dict[str, Json]) -> Part:
    text = item.get("text")
    id_ = next(filter(None, (loose.text(item.get(key)) for key in ("callId", "id"))), "")
    match _kind(item):
        case "text" | "streamingtext" if isinstance(text, str):
            return Text(text)
        case "reasoning" | "textreasoning" if isinstance(text, str):
            return Reasoning(text)
        case "functioncall":
            return arguments.call_from_any(id_, _name(item), item.get("arguments"))
        case "functionresult":
            failed = item.get("exception") is not None
            return ToolResponse(
                id_, item.get("exception") if failed else item.get("result"), _name(item), failed
            )
        case "image" | "data" | "uri":
            return Media("image", loose.text(item.get("mime_type")), uri=loose.text(item.get("uri")))
    return OtherPart(item)


def _name(item: dict[str, Json]) -> str:
    """As the model was offered it: the plug-in, a dash, the function."""
    plugin = loose.text(item.get("plugin_name")) or loose.text(item.get("pluginName"))
    function = loose.text(item.get("function_name")) or loose.text(item.get("functionName"))
    return loose.text(item.get("name")) or "-".join(filter(None, (plugin, function)))


def _usage(usage: dict[str, Json]) -> Usage:
    keys = (
        ("prompt_tokens", "inputTokenCount", "inputTokens"),
        ("completion_tokens", "outputTokenCount", "outputTokens"),
    )
    counted = ([loose.count(usage.get(key)) for key in names] for names in keys)
    return Usage(*(next((count for count in counts if count is not None), None) for counts in counted))


READER = Reader(
    FORMAT,
    "chat histories of Semantic Kernel",
    sniff,
    read,
    marks=("messages", "role", "items", "content_type"),
    needs=(b'"$type"', b'"content_type"', b'"Content_type"'),
)
