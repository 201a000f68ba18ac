"""AutoGen: sessions of its `ChatCompletionClientRecorder`, and results of a run of an agent or a team.

A recorded session holds every model call with its whole prompt; a result holds what the agents said to each other and
the tools that they called, without their system prompts and without schemas.

Get one: `recorder.finalize()` writes its session; `Path("run.json").write_text(result.model_dump_json())`.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

from replaydbg.core.message import Json, Media, Message, OtherPart, Part, Reasoning, Role, Text, ToolResponse
from replaydbg.core.trace import Source
from replaydbg.readers import _containers, _moments, _stitch, _stitched
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._chat_records import Call
from replaydbg.readers._group_chat import GroupChat
from replaydbg.readers._transcript import Transcript
from replaydbg.wire import loose, openai_chat
from replaydbg.wire.arguments import call_from_any

_MODES = ("create", "create_stream")
_ROLES = {
    "SystemMessage": Role.SYSTEM,
    "UserMessage": Role.USER,
    "AssistantMessage": Role.ASSISTANT,
    "FunctionExecutionResultMessage": Role.TOOL,
}
_SPOKEN = frozenset(
    {"TextMessage", "StopMessage", "HandoffMessage", "MultiModalMessage", "StructuredMessage"}
)
_REPEATED = frozenset(
    {
        "ToolCallSummaryMessage",
        "ModelClientStreamingChunkEvent",
        "MemoryQueryEvent",
        "SelectSpeakerEvent",
    }
)
"""What other messages hold as well, or what is no word of an agent."""


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    item = loose.mapping(first[0] if isinstance(first, list) and first else first)
    if item.get("mode") in _MODES and _is_typed(item.get("messages"), _ROLES):
        return 0.95
    if isinstance(first, dict) and _is_typed(first.get("messages"), _SPOKEN | {"ToolCallRequestEvent"}):
        return 0.95
    return 0.0


def _is_typed(messages: Json, types: Container[str]) -> bool:
    items = loose.sequence(messages)
    return bool(items) and loose.text(loose.mapping(items[0]).get("type")) in types


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # what belongs together is known at the end
    transcript = Transcript(document, READER.name)
    stitcher = _stitch.Stitcher()
    recorded = False
    for record in _containers.records(document.buffer, transcript.notices, items=True):
        for value, place in _containers.parsed(record, transcript.notices):
            item = loose.mapping(value)
            if item.get("mode") in _MODES and isinstance(item.get("messages"), list):
                recorded = True
                stitcher.add_call(_call(item), _stitched.Origin(record.raw, ()), group="session")
            elif isinstance(item.get("messages"), list):
                _add_result(transcript, item, place)
            else:
                transcript.notice(place, "neither a recorded call nor a result, left out")
    if not recorded and not transcript.runs:
        raise NotThisFormat("no call and no result")
    reading = transcript.reading()
    notices = list(reading.notices)
    traces = _stitched.traces(Source(document.name, READER.name), stitcher, notices)
    yield Reading((*reading.traces, *traces), tuple(notices))


# ---- recorded sessions ------------------------------------------------------------------------------------------


def _call(record: dict[str, Json]) -> Call:
    response = loose.mapping(record.get("response"))
    output = None
    if response:
        parts = tuple(_parts(response))
        output = Message(Role.ASSISTANT, parts, finish_reason=loose.text(response.get("finish_reason")))
    facts = Facts(usage=openai_chat.read_usage(response.get("usage")))
    return Call((), tuple(map(_message, loose.sequence(record.get("messages")))), output, facts)


def _message(value: Json) -> Message:
    item = loose.mapping(value)
    role = _ROLES.get(loose.text(item.get("type")), Role.UNKNOWN)
    if role is Role.TOOL:
        return Message(role, tuple(map(_response, loose.sequence(item.get("content")))))
    if role is Role.UNKNOWN:
        return Message(role, (OtherPart(value),))
    name = loose.text(item.get("source")) if role is Role.USER else ""
    return Message(role, tuple(_parts(item)), name)


def _response(value: Json) -> ToolResponse:
    item = loose.mapping(value)
    return ToolResponse(
        loose.text(item.get("call_id")),
        item.get("content"),
        loose.text(item.get("name")),
        is_error=item.get("is_error") is True,
    )


def _parts(item: dict[str, Json]) -> Iterator[Part]:
    """What was thought, then texts, images and calls in their order."""
    if loose.text(item.get("thought")):
        yield Reasoning(item["thought"])
    content = item.get("content")
    for one in content if isinstance(content, list) else [content]:
        part = loose.mapping(one)
        if isinstance(one, str):
            if one:
                yield Text(one)
        elif "arguments" in part and loose.text(part.get("name")):
            yield call_from_any(loose.text(part.get("id")), part["name"], part["arguments"])
        elif loose.text(part.get("data")):
            yield Media("image", "image/png", data=part["data"])
        elif one is not None:
            yield OtherPart(one)


# ---- results of runs --------------------------------------------------------------------------------------------


def _add_result(transcript: Transcript, record: dict[str, Json], place: str) -> None:
    name = transcript.stem
    chat = GroupChat(transcript.run(name if not transcript.runs else f"{name}-{len(transcript.runs) + 1}"))
    transcript.notice(place, "what the agents were told by their system prompts was not recorded")
    thoughts: dict[str, list[Part]] = {}
    for at, value in enumerate(record["messages"]):
        item = loose.mapping(value)
        kind, source = loose.text(item.get("type")), loose.text(item.get("source"))
        moment = _moments.nanoseconds(item.get("created_at"))
        usage = openai_chat.read_usage(item.get("models_usage"))
        if kind == "ThoughtEvent":  # said beside the calls or the answer that come next
            thoughts.setdefault(source, []).append(Reasoning(loose.text(item.get("content"))))
        elif kind == "ToolCallExecutionEvent":
            responses = tuple(map(_response, loose.sequence(item.get("content"))))
            chat.returned(source, Message(Role.TOOL, responses), moment)
        elif kind == "ToolCallRequestEvent":
            parts = (*thoughts.pop(source, ()), *_parts(item))
            chat.replied(source, Message(Role.ASSISTANT, parts), moment, usage, heard=False)
        elif source == "user" or (kind in _SPOKEN and item.get("models_usage") is None and at == 0):
            chat.told(source, Message(Role.USER, tuple(_parts(item)), source), moment)
        elif kind not in _REPEATED:
            parts = (*thoughts.pop(source, ()), *_parts(item))
            chat.replied(source, Message(Role.ASSISTANT, parts), moment, usage)
    if loose.text(record.get("stop_reason")):
        chat.ended(record["stop_reason"])


READER = Reader(
    "autogen", "AutoGen recorded sessions and results", sniff, read, marks=("mode", "messages", "response")
)
