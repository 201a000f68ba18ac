"""Conversations of several agents as plain messages: AutoGen 0.2 chats, Magentic-One logs, Who&When, AgentRx.

Each message of an agent is a model call of that agent, who has heard all that was said before. Nothing else was
recorded: no prompts of the agents themselves, no schemas, no times. Steps are called after the place of their message
(`m12` is the thirteenth), which is how the labels of the data sets count.

Get one: `json.dump(chat_result.chat_history, file)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from replaydbg.core.message import Json, Message, Role, Text, ToolCall
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.readers import _containers
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._group_chat import GroupChat
from replaydbg.readers._transcript import Transcript
from replaydbg.wire import loose, openai_chat

_LISTS = ("history", "chat_history")
_PLAIN = frozenset({"system", "developer", "user", "assistant", "tool", "function", "ai"})
_PERSONS = frozenset({"human", "user", "user_proxy", "userproxy", "admin", "chat_manager"})
_TERMINAL = re.compile(r"computer_?terminal|code_?executor", re.IGNORECASE)
_ROLE = re.compile(r"(.+?) \((-> .+|[a-z ]+)\)")
"""`Orchestrator (thought)`, `Orchestrator (-> WebSurfer)`, `Orchestrator (termination condition)`."""
_CODE = re.compile(r"```(?:\w+)?\n(.*?)```", re.DOTALL)
_NOTHING_TO_RUN = "There is no code"
_FAILED = re.compile(r"exitcode: (?!0\b)|.*execution failed", re.IGNORECASE)


def sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    if isinstance(first, dict):
        name = next((name for name in _LISTS if _is_talk(first.get(name))), "")
        if not name:
            return 0.0
        return (
            0.9
            if name == "chat_history" or "mistake_agent" in document.head.decode("utf-8", "replace")
            else 0.7
        )
    return _of_several(loose.sequence(first)) if _is_talk(first) else 0.0


def _is_talk(value: Json) -> bool:
    items = loose.sequence(value)[:4]
    return bool(items) and all(
        isinstance(loose.mapping(item).get("role"), str) and "content" in item for item in items
    )


def _of_several(items: list[Json]) -> float:
    """Roles that are names; or names beside the roles, which may be those of persons as well."""
    messages = [loose.mapping(item) for item in items]
    roles = {loose.text(message.get("role")).casefold() for message in messages} - {""}
    names = {
        loose.text(message.get("name"))
        for message in messages
        if message.get("role") in ("user", "assistant")
    }
    if roles - _PLAIN - {"human"}:
        return 0.7
    return 0.55 if len(names - {""}) > 1 else 0.0


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # a conversation is read at once
    transcript = Transcript(document, READER.name)
    stem = document.stem
    for value, place in _containers.values(document.buffer, transcript.notices):
        record = value if isinstance(value, dict) else {"history": value}
        items = next((record[name] for name in _LISTS if _is_talk(record.get(name))), None)
        if items is None:
            transcript.notice(place, "no conversation, left out")
            continue
        number = len(transcript.runs)
        chat = GroupChat(transcript.run(f"{stem}-{number + 1}" if number else stem))
        for at, item in enumerate(items):
            _add(chat, at, loose.mapping(item), items[at - 1] if at else None)
    if not transcript.runs:
        raise NotThisFormat("no conversation")
    yield transcript.reading()


def _add(chat: GroupChat, at: int, item: dict[str, Json], before: Json) -> None:
    id_, (agent, aside) = f"m{at}", _speaker(item)
    (message,) = openai_chat.read_messages([{**item, "role": _role(item)}])
    if message.tool_responses:
        chat.returned(agent, message)
    elif _TERMINAL.search(agent) and not aside:
        _add_terminal(chat, id_, agent, message, before)
    elif aside.startswith("-> "):
        chat.run.step(Kind.HANDOFF, f"{agent} {aside}", PlainBody(input=message.text), id=id_, agent=agent)
        chat.told(agent, _as_heard(message, agent))
    elif aside == "termination condition":
        chat.ended(message.text, id=id_)
    elif at == 0 or agent.casefold() in _PERSONS:
        chat.run.step(Kind.OPAQUE, agent or "task", PlainBody(input=message.text), id=id_)
        chat.told(agent, _as_heard(message, agent))
    else:
        chat.replied(agent, message, id=id_, heard=not aside)


def _speaker(item: dict[str, Json]) -> tuple[str, str]:
    """Who speaks, and what stands in brackets behind the name: to whom, or that it is a thought."""
    role = loose.text(item.get("role"))
    name = loose.text(item.get("name")) or role
    found = _ROLE.fullmatch(name)
    return (found[1], found[2]) if found else (name, "")


def _role(item: dict[str, Json]) -> str:
    role = loose.text(item.get("role"))
    return role if role in ("tool", "function", "system") else "assistant"


def _as_heard(message: Message, agent: str) -> Message:
    return Message(Role.USER, message.parts, name=agent)


def _add_terminal(chat: GroupChat, id_: str, agent: str, message: Message, before: Json) -> None:
    """The code that stands in the message before was run."""
    said = message.text
    if said.startswith(_NOTHING_TO_RUN):
        chat.run.step(Kind.OPAQUE, agent, PlainBody(output_value=said), id=id_, agent=agent)
    else:
        code = "\n".join(_CODE.findall(loose.text(loose.mapping(before).get("content"))))
        call = ToolCall("", agent, {"code": code} if code else None)
        has_failed = _FAILED.match(said) is not None
        body = PlainBody(call=call, has_result=True, result=said, error=said if has_failed else "")
        status = Status.ERROR if has_failed else Status.UNSET
        chat.run.step(Kind.TOOL_EXECUTION, agent, body, id=id_, status=status)
    chat.told(agent, Message(Role.USER, (Text(said),), name=agent))


READER = Reader(
    "agent-chat",
    "conversations of several agents (AutoGen 0.2, Magentic-One, Who&When)",
    sniff,
    read,
    marks=("history", "mistake_agent", "question"),
    needs=(b'"role"',),
)
