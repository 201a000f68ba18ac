"""AutoGen: sessions of its `ChatCompletionClientRecorder`, and results and saved states of an agent or a team.

A recorded session holds every model call with its whole prompt; a result, and the state of a team, hold what the agents
said to each other and the tools that they called, without their system prompts and without schemas; the state of an
agent holds its own conversation.

Get one: `recorder.finalize()` writes its session; `Path("run.json").write_text(result.model_dump_json())`, or what
`save_state()` gives.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import chain

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
    listed = first.get("messages") if isinstance(first, dict) else first
    is_said = _is_typed(listed, _SPOKEN | {"ToolCallRequestEvent"})
    if is_said and "source" in loose.mapping(loose.sequence(listed)[0]):
        return 0.95
    return 0.95 if isinstance(first, dict) and _is_state(first) else 0.0


def _is_state(value: dict[str, Json]) -> bool:
    """Whether `save_state` of an agent or a team wrote this."""
    kind = loose.text(value.get("type"))
    return kind.endswith("State") and bool({"agent_states", "llm_context", "message_thread"} & value.keys())


def _is_typed(messages: Json, types: Container[str]) -> bool:
    items = loose.sequence(messages)
    return bool(items) and loose.text(loose.mapping(items[0]).get("type")) in types


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # what belongs together is known at the end
    transcript = Transcript(document, READER.name)
    stitcher = _stitch.Stitcher()
    recorded = False
    said: list[Json] = []
    for record in _containers.records(document.buffer, transcript.notices, items=True):
        for value, place in _containers.parsed(record, transcript.notices):
            item = loose.mapping(value)
            if item.get("mode") in _MODES and isinstance(item.get("messages"), list):
                recorded = True
                stitcher.add_call(_call(item), _stitched.Origin(record.raw, ()), group="session")
            elif isinstance(item.get("messages"), list):
                _add_result(transcript, item, place)
            elif _is_state(item):
                _add_state(transcript, item, place)
            elif "source" in item and "content" in item:
                said.append(item)
            else:
                transcript.notice(place, "neither a recorded call nor a result, left out")
    if said:
        _add_result(transcript, {"messages": said}, "")
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
    for source, thought in thoughts.items():  # the run stopped before it was said what for
        chat.replied(source, Message(Role.ASSISTANT, tuple(thought)), heard=False)
    chat.end()
    if loose.text(record.get("stop_reason")):
        chat.ended(record["stop_reason"])


# ---- saved states -----------------------------------------------------------------------------------------------


def _add_state(transcript: Transcript, state: dict[str, Json], place: str) -> None:
    """The room of a team, where what was said in it tells of the tools, too, or else what each agent remembers."""
    contexts, threads = _said_in("", state)
    told = next((thread for thread in threads if any(map(_is_call, thread))), None)
    if told is None and not any(map(_is_result, chain.from_iterable(contexts.values()))):
        told = next(iter(threads), None)
    if told is not None:
        _add_result(transcript, {"messages": told}, place)
        return
    run = transcript.run(transcript.stem)
    transcript.notice(place, "what the agents were told by their system prompts was not recorded")
    for agent, messages in contexts.items():
        replies = (loose.text(item.get("source")) for item in map(loose.mapping, messages) if _is_reply(item))
        thread = run.thread(agent=agent or next(replies, ""), shared=len(contexts) > 1)
        for message in map(_message, messages):
            thread.add(message)
        thread.end()


def _said_in(name: str, state: Json) -> tuple[dict[str, list[Json]], list[list[Json]]]:
    """What the agents of a state remember, by their names, and what was said in its rooms; teams may hold teams."""
    contexts: dict[str, list[Json]] = {}
    threads: list[list[Json]] = []
    waiting = [(name, loose.mapping(state))]
    while waiting:
        who, one = waiting.pop(0)
        messages = loose.sequence(loose.mapping(one.get("llm_context")).get("messages"))
        if messages:
            contexts.setdefault(who, messages)
        if loose.sequence(one.get("message_thread")):
            threads.append(one["message_thread"])
        waiting += [
            (agent.partition("/")[0], loose.mapping(it))
            for agent, it in loose.mapping(one.get("agent_states")).items()
        ]
        waiting += [
            (who, loose.mapping(one[key])) for key in ("agent_state", "inner_team_state") if key in one
        ]
    return contexts, threads


def _is_call(value: Json) -> bool:
    return loose.mapping(value).get("type") == "ToolCallRequestEvent"


def _is_reply(item: dict[str, Json]) -> bool:
    return item.get("type") == "AssistantMessage"


def _is_result(value: Json) -> bool:
    return loose.mapping(value).get("type") == "FunctionExecutionResultMessage"


READER = Reader(
    "autogen",
    "AutoGen recorded sessions, results and saved states",
    sniff,
    read,
    marks=("mode", "messages", "response"),
    needs=(
        b'"create"',
        b'"create_stream"',
        b'"TextMessage"',
        b'"StopMessage"',
        b'"HandoffMessage"',
        b'"MultiModalMessage"',
        b'"StructuredMessage"',
        b'"ToolCallRequestEvent"',
        b'"agent_states"',
        b'"llm_context"',
        b'"message_thread"',
    ),
)
