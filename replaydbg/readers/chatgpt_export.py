"""ChatGPT's data export: conversations as trees, since a turn can be said or answered anew.

The branch that was looked at last is told; others are counted. Code that was run, searches and other tools are calls by
the name of whom they were sent to.

Get one: *Settings > Data controls > Export data* in ChatGPT; the zip that it mails, as it is, or `conversations.json` in it
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
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import genai, loose

FORMAT = "chatgpt-export"


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    return (
        0.95
        if _is_conversation(loose.mapping(first[0] if isinstance(first, list) and first else first))
        else 0.0
    )


def _is_conversation(value: dict[str, Json]) -> bool:
    nodes = loose.mapping(value.get("mapping"))
    own = loose.mapping(next(iter(nodes.values()), None))
    return "message" in own and "parent" in own


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices, items=True):
        talk = loose.mapping(value)
        if not isinstance(talk.get("mapping"), dict):
            transcript.notice(place, "no conversation, left out")
            continue
        id_ = (
            loose.text(talk.get("conversation_id"))
            or loose.text(talk.get("id"))
            or loose.text(talk.get("title"))
        )
        thread = transcript.run(id_ or document.stem).thread()
        told, others = _branch(talk)
        if others:
            transcript.notice(place, f"{others} messages of other branches of the conversation, left out")
        for message in told:
            _say(thread, message, loose.text(talk.get("default_model_slug")))
        thread.end()
    yield transcript.whole("no message")


def _branch(talk: dict[str, Json]) -> tuple[list[dict[str, Json]], int]:
    """The messages from the root to the current one, and how many stand elsewhere."""
    nodes = loose.mapping(talk.get("mapping"))
    at, seen = loose.text(talk.get("current_node")), set()
    if at not in nodes:  # the last one that was written
        times = {id_: _moments.nanoseconds(_of(node).get("create_time")) for id_, node in nodes.items()}
        at = max(times, key=lambda id_: times[id_], default="")
    found = []
    while at in nodes and at not in seen:
        seen.add(at)
        node = loose.mapping(nodes[at])
        if _of(node):
            found.append(_of(node))
        at = loose.text(node.get("parent"))
    return found[::-1], sum(1 for id_, node in nodes.items() if id_ not in seen and _of(node))


def _of(node: Json) -> dict[str, Json]:
    return loose.mapping(loose.mapping(node).get("message"))


def _say(thread: Thread, message: dict[str, Json], model: str) -> None:
    author, about = loose.mapping(message.get("author")), loose.mapping(message.get("metadata"))
    role, moment = genai.role(author.get("role")), _moments.nanoseconds(message.get("create_time"))
    content = loose.mapping(message.get("content"))
    parts = tuple(_parts(content))
    recipient = loose.text(message.get("recipient"))
    if role is Role.ASSISTANT:
        if recipient not in {"", "all"}:
            text = "\n".join(part.text for part in parts if isinstance(part, Text))
            given = loose.parsed(text)
            call = ToolCall("", recipient, given if isinstance(given, dict) else {"input": text})
            parts = (*(part for part in parts if not isinstance(part, Text)), call)
        if not parts:
            return
        facts = Facts(loose.text(about.get("model_slug")) or model, provider="openai")
        thread.reply(Message(role, parts), facts=facts, moment_ns=moment, origin=message)
    elif role is Role.TOOL:
        name, status = (
            loose.text(author.get("name")),
            loose.mapping(about.get("aggregate_result")).get("status"),
        )
        failed = loose.text(status) in {"failed_with_in_kernel_exception", "failed_with_response_exception"}
        texts = [part.text for part in parts if isinstance(part, Text)]
        result = "\n".join(texts) if len(texts) == len(parts) else content
        thread.add(Message(role, (ToolResponse("", result, name, failed),)), moment_ns=moment, origin=message)
    elif parts:
        thread.say(Message(role, parts), moment_ns=moment)


def _parts(content: dict[str, Json]) -> Iterator[Part]:
    kind = loose.text(content.get("content_type"))
    for thought in map(loose.mapping, loose.sequence(content.get("thoughts"))):
        yield Reasoning(loose.text(thought.get("content")) or loose.text(thought.get("summary")))
    listed = loose.sequence(content.get("parts"))
    for value in (*listed, content.get("text"), content.get("result"), content.get("content")):
        match value:
            case "" | None:
                continue
            case str():
                yield Reasoning(value) if kind == "reasoning_recap" else Text(value)
            case {"asset_pointer": str(pointer)}:
                yield Media("image", uri=pointer)
            case {"text": str(text)}:
                yield Text(text)
            case _:
                yield OtherPart(value)
    if kind == "user_editable_context":
        keys = ("user_profile", "user_instructions")
        yield from (Text(content[key]) for key in keys if loose.text(content.get(key)))


READER = Reader(
    FORMAT,
    "ChatGPT's data export",
    sniff,
    read,
    marks=("mapping", "current_node", "author", "content_type"),
    needs=(b'"mapping"',),
)
