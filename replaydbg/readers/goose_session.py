"""Sessions of Goose: its exports, the lines that older versions wrote themselves, and what `goose run` prints as JSON.

A session is a head (what it was about, tokens of the last reply and of all) and messages, whose tool requests and
responses are values that say whether they are errors.

Get one: `goose session export --session-id ID --format json -o session.json`, or `goose run --output-format stream-json`; before
version 1.10 `~/.local/share/goose/sessions/<session>.jsonl`
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, groupby

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

FORMAT = "goose-session"
_KINDS = frozenset({"toolRequest", "toolResponse", "frontendToolRequest", "toolConfirmationRequest"})


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    talk = first.get("conversation")
    if isinstance(talk, list) and "working_dir" in first:
        return 0.95
    if {"working_dir", "message_count"} <= first.keys():
        return 0.95
    if loose.text(first.get("type")) == "message" and "created" in loose.mapping(first.get("message")):
        return 1.0  # what is printed while it runs; pi has no `created` there
    return 0.9 if "created" in first and _kinds(first) & _KINDS else 0.0


def _kinds(message: dict[str, Json]) -> set[str]:
    return {loose.text(loose.mapping(part).get("type")) for part in loose.sequence(message.get("content"))}


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    run = transcript.run(document.stem)
    thread, facts = run.thread(), Facts()
    said: dict[str, Json] = {}
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = loose.mapping(value)
        if "working_dir" in record or isinstance(record.get("conversation"), list):
            if len(thread):  # one session a line
                thread.end()
                run = transcript.run(document.stem)
                thread = run.thread()
            run.id = loose.text(record.get("id")) or run.id
            model = loose.mapping(record.get("model_config")).get("model_name")
            facts = Facts(model=loose.text(model), provider=loose.text(record.get("provider_name")))
            for message in loose.sequence(record.get("conversation", record.get("messages"))):
                _say(thread, loose.mapping(message), facts)
        elif isinstance(record.get("content"), list):
            _say(thread, record, facts)
        elif loose.text(record.get("type")) == "message":
            said = _printed(thread, said, loose.mapping(record.get("message")), facts)
        elif loose.text(record.get("type")) == "error":
            if said:
                _say(thread, _joined(said), facts)
                said = {}
            error = loose.text(record.get("error")) or loose.encoded(record)
            thread.reply(None, facts=replace(facts, error=error), origin=record)
        elif not loose.text(record.get("type")):
            transcript.notice(place, "no message, left out")
    if said:
        _say(thread, _joined(said), facts)
    thread.end()
    yield transcript.whole("no message")


def _printed(
    thread: Thread, said: dict[str, Json], message: dict[str, Json], facts: Facts
) -> dict[str, Json]:
    """A message, or one more piece of the one before, which is told when it is whole. Gives what is not told yet."""
    pieces = loose.sequence(message.get("content"))
    if not said or said.get("id") != message.get("id") or not message.get("id"):
        if said:
            _say(thread, _joined(said), facts)
        return {**message, "content": [pieces]}
    said["content"].append(pieces)
    return said


def _joined(said: dict[str, Json]) -> dict[str, Json]:
    """The message with words that came in pieces in one part, as long as nothing else stood between."""
    first, *more = said["content"]
    if not more:
        return {**said, "content": first}
    whole: list[Json] = []
    parts = chain(first, *more)
    for is_text, pieces in groupby(parts, lambda piece: loose.mapping(piece).get("type") == "text"):
        if is_text:
            listed = [loose.mapping(piece) for piece in pieces]
            whole.append({**listed[0], "text": "".join(loose.text(piece.get("text")) for piece in listed)})
        else:
            whole += pieces
    return {**said, "content": whole}


def _say(thread: Thread, message: dict[str, Json], facts: Facts) -> None:
    if loose.mapping(message.get("metadata")).get("agentVisible") is False:
        return  # shown to the person only, or summed up for the model since
    moment = _moments.nanoseconds(message.get("created"))
    parts = tuple(
        part for one in loose.sequence(message.get("content")) for part in _parts(loose.mapping(one))
    )
    role = genai.role(message.get("role"))
    if role is Role.ASSISTANT:
        thread.reply(Message(role, parts), facts=facts, moment_ns=moment, origin=message)
        return
    only_results = bool(parts) and all(isinstance(part, ToolResponse) for part in parts)
    thread.add(Message(Role.TOOL if only_results else role, parts), moment_ns=moment)


def _parts(part: dict[str, Json]) -> Iterator[Part]:
    id_ = loose.text(part.get("id"))
    match loose.text(part.get("type")):
        case "text":
            yield Text(loose.text(part.get("text")))
        case "thinking":
            yield Reasoning(loose.text(part.get("thinking")), loose.text(part.get("signature")))
        case "image":
            yield Media("image", loose.text(part.get("mimeType")), data=loose.text(part.get("data")))
        case "toolRequest" | "frontendToolRequest":
            asked = loose.mapping(part.get("toolCall"))
            call = loose.mapping(asked.get("value", asked))
            name = loose.text(call.get("name"))
            if asked.get("error"):  # no call could be made of what the model wrote; the response says why
                yield ToolCall(id_, name or "unreadable call")
            else:
                yield ToolCall(id_, name, call.get("arguments") or {})
        case "toolResponse":
            yield _response(id_, loose.mapping(part.get("toolResult")))
        case "toolConfirmationRequest" | "systemNotification":
            pass  # asked of the person, told to the person
        case _:
            yield OtherPart(part)


def _response(id_: str, got: dict[str, Json]) -> ToolResponse:
    error = loose.text(got.get("error"))
    if error or loose.text(got.get("status")) == "error":
        return ToolResponse(id_, error or got, is_error=True)
    value = got.get("value", got)
    content = loose.mapping(value).get("content", value)
    texts = [loose.mapping(one).get("text") for one in loose.sequence(content)]
    # A content of several audiences repeats itself: for the model, and for the screen.
    for_model = [
        text
        for one, text in zip(loose.sequence(content), texts, strict=True)
        if "assistant" in (_audience(one) or ["assistant"])
    ]
    is_text = bool(for_model) and all(isinstance(text, str) for text in for_model)
    result = "\n".join(map(loose.text, for_model)) if is_text else content
    return ToolResponse(id_, result, is_error=loose.mapping(value).get("isError") is True)


def _audience(content: Json) -> list[Json]:
    return loose.sequence(loose.mapping(loose.mapping(content).get("annotations")).get("audience"))


READER = Reader(
    FORMAT,
    "Goose sessions",
    sniff,
    read,
    marks=("working_dir", "conversation", "created", "content"),
    of_lines=True,
    needs=(b'"working_dir"', b'"created"'),
)
