"""Threads of Amp: Anthropic's blocks with what became of each tool call, and the tokens of each reply.

Get one: `amp threads export THREAD > thread.json`, or `~/.local/share/amp/threads/<thread>.json`
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Part, Role, ToolResponse
from replaydbg.core.step import Usage
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import anthropic_messages, genai, loose

FORMAT = "amp-thread"
_OWN = frozenset({"messageId", "dtwMessageID", "userState"})
_FAILED = frozenset({"error", "rejected-by-user", "cancelled"})


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    messages = [loose.mapping(message) for message in loose.sequence(first.get("messages"))[:3]]
    is_own = bool(messages) and all(isinstance(message.get("content"), list) for message in messages)
    return 0.95 if is_own and any(_OWN & message.keys() for message in messages) else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, place in _containers.values(document.buffer, transcript.notices):
        told = loose.mapping(value)
        if not isinstance(told.get("messages"), list):
            transcript.notice(place, "no thread, left out")
            continue
        thread = transcript.run(loose.text(told.get("id")) or document.stem).thread()
        for message in map(loose.mapping, told["messages"]):
            _say(thread, message)
        thread.end()
    yield transcript.whole("no message")


def _say(thread: Thread, message: dict[str, Json]) -> None:
    role = genai.role(message.get("role"))
    parts = tuple(
        part for block in loose.sequence(message.get("content")) for part in _read(loose.mapping(block))
    )
    usage, state = loose.mapping(message.get("usage")), loose.mapping(message.get("state"))
    if role is Role.ASSISTANT:
        about = loose.text(loose.mapping(state.get("error")).get("message")) or loose.text(state.get("error"))
        finish = loose.text(state.get("stopReason"))
        facts = Facts(
            model=loose.text(usage.get("model")), provider="anthropic", usage=_usage(usage), error=about
        )
        moment = _moments.nanoseconds(usage.get("timestamp"))
        said = Message(role, parts, finish_reason=finish)
        thread.reply(said, facts=facts, moment_ns=moment, origin=message)
        return
    only_results = bool(parts) and all(isinstance(part, ToolResponse) for part in parts)
    moment = _moments.nanoseconds(loose.mapping(message.get("meta")).get("sentAt"))
    thread.add(Message(Role.TOOL if only_results else role, parts), moment_ns=moment)


def _read(block: dict[str, Json]) -> tuple[Part, ...]:
    if loose.text(block.get("type")) != "tool_result" or "run" not in block:
        return anthropic_messages.read_content([block])
    run = loose.mapping(block.get("run"))
    status = loose.text(run.get("status"))
    result = run.get("result", run.get("error", run.get("reason", run.get("progress", status))))
    id_ = loose.text(block.get("toolUseID")) or loose.text(block.get("tool_use_id"))
    return (ToolResponse(id_, result, is_error=status in _FAILED),)


def _usage(usage: dict[str, Json]) -> Usage:
    whole = loose.count(usage.get("totalInputTokens"))
    counted = [
        loose.count(usage.get(key))
        for key in ("inputTokens", "cacheCreationInputTokens", "cacheReadInputTokens")
    ]
    if whole is None and counted[0] is not None:
        whole = sum(count or 0 for count in counted)
    return Usage(whole, loose.count(usage.get("outputTokens")), counted[2])


READER = Reader(
    FORMAT,
    "Amp threads",
    sniff,
    read,
    marks=("messages", "messageId", "toolUseID", "run"),
    needs=(b'"messageId"', b'"dtwMessageID"', b'"userState"'),
)
