"""Trajectories of mini-swe-agent: the messages with all that the provider said of each reply, or only the messages.

The commands stand in tool calls, or in the text between fences; then they are taken out of it as the agent did.

Get one: `mini -o run.traj.json`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from math import nan

from replaydbg.core.message import Json, Message, Role, ToolResponse
from replaydbg.readers import _containers, _moments, _text_actions
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._attributes import number
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import loose, openai_chat

FORMAT = "mini-swe-agent"
_FENCED = re.compile(r"```(?:bash|mswea_bash_command)[^\n]*\n(.*?)\n?```", re.DOTALL)
_RETURN_CODE = re.compile(r"<returncode>\s*(-?\d+)")
_SURE_MARK = b'"mini-swe-agent'


def sniff(document: Document) -> float:
    head = document.head
    first = _containers.first_record(head)
    if isinstance(first, list):
        is_message = bool(first) and "role" in loose.mapping(first[0])
        return 0.8 if is_message and b"<returncode>" in head else 0.0
    if b'"trajectory_format"' in head and _SURE_MARK in head:
        return 1.0
    found = loose.mapping(first)
    info = loose.mapping(found.get("info"))
    return 0.9 if isinstance(found.get("messages"), list) and "exit_status" in info else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    for value, _ in _containers.values(document.buffer, transcript.notices):
        record = {"messages": value} if isinstance(value, list) else loose.mapping(value)
        if isinstance(record.get("messages"), list):
            _add(transcript, record, document.stem)
    yield transcript.whole("no messages")


def _add(transcript: Transcript, record: dict[str, Json], stem: str) -> None:
    info = loose.mapping(record.get("info"))
    thread = transcript.run(loose.text(record.get("instance_id")) or stem).thread()
    model = loose.text(
        loose.mapping(loose.mapping(loose.mapping(info.get("config")).get("model"))).get("model_name")
    )
    command, has_ended = "", False
    for item in map(loose.mapping, record["messages"]):
        if item.get("role") == "exit":
            has_ended = True
            extra = loose.mapping(item.get("extra"))
            thread.end()
            _end(thread, {**info, **extra}, nan)
        else:
            command = _say(thread, item, command, model)
    thread.end()
    if not has_ended and "exit_status" in info:
        cost = loose.mapping(info.get("model_stats")).get("instance_cost")
        known = any(cost == cost for cost in thread.run.columns.costs)  # noqa: PLR0124 - NaN is not itself
        _end(thread, info, nan if known else number(cost))


def _end(thread: Thread, info: dict[str, Json], cost: float) -> None:
    status = f"{info.get('exit_status') or 'unknown'}"
    _text_actions.ended(thread, status, info.get("submission"), is_error=status != "Submitted", cost_usd=cost)


def _say(thread: Thread, item: dict[str, Json], command: str, model: str) -> str:
    """One message. Gives the command that a reply without calls asked for, which the next message answers."""
    extra = loose.mapping(item.get("extra"))
    moment = _moments.nanoseconds(extra.get("timestamp", item.get("timestamp")))
    asked = ""
    for message in openai_chat.read_messages([item]):
        if message.role is Role.ASSISTANT:
            asked = "" if message.tool_calls else _command(message, extra)
            facts = _facts(extra, model)
            _text_actions.replied(
                thread, message, asked, facts=facts, moment_ns=moment, raw=extra.get("response")
            )
            continue
        is_error = _failed(message, extra.get("returncode"))
        if message.role is Role.USER and command:
            _text_actions.ran(thread, command, message.text, is_error=is_error, moment_ns=moment)
        parts = tuple(
            replace(part, is_error=is_error) if isinstance(part, ToolResponse) else part
            for part in message.parts
        )
        thread.add(replace(message, parts=parts), moment_ns=moment)
        if message.role is Role.USER and command:
            thread.heard()  # as what the command put out
    return asked


def _command(message: Message, extra: dict[str, Json]) -> str:
    """The command that the agent took out of the text."""
    actions = [loose.mapping(action) for action in loose.sequence(extra.get("actions"))]
    taken = [loose.text(action.get("command") or action.get("action")) for action in actions]
    return "\n".join(taken or _FENCED.findall(message.text)[:1]).strip()


def _facts(extra: dict[str, Json], model: str) -> Facts:
    response, cost = loose.mapping(extra.get("response")), extra.get("cost")
    answered = loose.text(response.get("model"))
    facts = Facts(
        model=model or answered, response_model=answered, usage=openai_chat.read_usage(response.get("usage"))
    )
    return replace(facts, cost_usd=number(cost))


def _failed(message: Message, code: Json) -> bool:
    if isinstance(code, int):
        return code != 0
    text = message.text or next((f"{response.result}" for response in message.tool_responses), "")
    found = _RETURN_CODE.search(text[:200])
    return found is not None and found[1] != "0"


READER = Reader(
    FORMAT,
    "mini-swe-agent trajectories",
    sniff,
    read,
    needs=(b'"trajectory_format"', b'"exit_status"', b"<returncode>"),
)
