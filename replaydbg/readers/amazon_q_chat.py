"""Conversations of Amazon Q and Kiro in the terminal, with the tools that were offered.

An entry of the history is a turn and the reply to it; results of tools are turns.

Get one: `/chat save conversation.json` in the program
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Role, Text, ToolCall, ToolResponse, text_message
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose, tool_specs

FORMAT = "amazon-q-chat"


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    history = [loose.mapping(entry) for entry in loose.sequence(first.get("history"))[:2]]
    is_own = bool(history) and all("content" in loose.mapping(entry.get("user")) for entry in history)
    return 0.95 if is_own and "conversation_id" in first else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        talk = loose.mapping(value)
        if not isinstance(talk.get("history"), list):
            transcript.notice(place, "no conversation, left out")
            continue
        thread = transcript.run(loose.text(talk.get("conversation_id")) or document.stem).thread()
        offers = [
            loose.mapping(offer).get("ToolSpecification", offer)
            for offered in loose.mapping(talk.get("tools")).values()
            for offer in loose.sequence(offered)
        ]
        tools = tool_specs.read_tools([_offer(loose.mapping(offer)) for offer in offers])
        facts = Facts(_model(talk), provider="aws.bedrock", tools=tools or None)
        for entry in map(loose.mapping, talk["history"]):
            _tell(thread, entry, facts)
        thread.end()
    yield transcript.whole("no turn")


def _model(talk: dict[str, Json]) -> str:
    about = loose.mapping(talk.get("model_info"))
    return loose.text(talk.get("model")) or loose.text(about.get("model_id"))


def _offer(offer: dict[str, Json]) -> Json:
    return {**offer, "inputSchema": offer.get("inputSchema", offer.get("input_schema"))}


def _tell(thread: Thread, entry: dict[str, Json], whole: Facts) -> None:
    user, about = loose.mapping(entry.get("user")), loose.mapping(entry.get("request_metadata"))
    moment = _moments.nanoseconds(user.get("timestamp"))
    for kind, said in loose.mapping(user.get("content")).items():
        told = loose.mapping(said)
        results = [loose.mapping(result) for result in loose.sequence(told.get("tool_use_results"))]
        if results:
            thread.add(Message(Role.TOOL, tuple(map(_response, results))), moment_ns=moment)
        text = loose.text(told.get("prompt"))
        if text or (not results and kind != "ToolUseResults"):
            thread.say(text_message(Role.USER, text), moment_ns=moment)
    start, end = (
        _moments.nanoseconds(about.get(key))
        for key in ("request_start_timestamp_ms", "stream_end_timestamp_ms")
    )
    for said in loose.mapping(entry.get("assistant")).values():
        told = loose.mapping(said)
        text = loose.text(told.get("content"))
        parts: list[Part] = [Text(text)] if text else []
        parts += [_call(loose.mapping(use)) for use in loose.sequence(told.get("tool_uses"))]
        facts = Facts(
            loose.text(about.get("model_id")) or whole.model,
            provider=whole.provider,
            tools=whole.tools,
            start_ns=start,
            end_ns=end if end >= start else -1,
        )
        thread.reply(Message(Role.ASSISTANT, tuple(parts)), facts=facts, origin=entry)


def _call(use: dict[str, Json]) -> ToolCall:
    return ToolCall(loose.text(use.get("id")), loose.text(use.get("name")), use.get("args") or {})


def _response(result: dict[str, Json]) -> ToolResponse:
    content = [loose.mapping(item) for item in loose.sequence(result.get("content"))]
    values = [item.get("Text", item.get("Json")) for item in content]
    told = values[0] if len(values) == 1 else values
    failed = loose.text(result.get("status")) == "Error"
    return ToolResponse(loose.text(result.get("tool_use_id")), told, is_error=failed)


READER = Reader(
    FORMAT,
    "conversations of Amazon Q and Kiro (terminal)",
    sniff,
    read,
    marks=("conversation_id", "history", "user", "assistant"),
    needs=(b'"conversation_id"',),
)
