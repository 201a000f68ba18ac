"""Sessions of Strands Agents: a message a file, in a folder for each agent, as its session managers write them.

Messages are those of Bedrock's Converse; replies tell what they took. System prompts and tools are not written down.

Get one: `Agent(session_manager=FileSessionManager(session_id="s"))`, then `open` its `session_s/agents/agent_ID`
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replaydbg.core.message import Json, Role
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import bedrock_converse, loose

FORMAT = "strands-session"
_FILE = re.compile(r"message_(\d{1,9})\.json")
_KEYS = frozenset({"message", "message_id", "created_at"})


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    said = loose.mapping(first.get("message"))
    return 0.95 if first.keys() >= _KEYS and {"role", "content"} <= said.keys() else 0.0


def beside(document: Document, names: Iterable[str]) -> list[str]:
    """The other messages of the agent: files called alike in the same folder."""
    own = _own(document)
    return [name for name in names if _FILE.fullmatch(name) and name != own] if _FILE.fullmatch(own) else []


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    folders = [part for part in document.name.replace("\\", "/").split("/")[:-1] if part != "messages"]
    agent = folders[-1].removeprefix("agent_") if folders and folders[-1].startswith("agent_") else ""
    session = next((part for part in reversed(folders) if part.startswith("session_")), "")
    names = [name for name in (session.removeprefix("session_"), agent) if name]
    thread = transcript.run("/".join(names) or document.stem).thread(agent=agent)
    files = [(_own(document), "", document), *((name, name, file) for name, file in document.beside.items())]
    for _, name, file in sorted(files, key=lambda each: _number(each[0])):
        told = len(transcript.notices)
        for value, _ in _containers.values(file.buffer, transcript.notices):
            _add(thread, loose.mapping(value))
        if name:
            transcript.place_notices(told, name)
    thread.end()
    yield transcript.whole("no messages")


def _own(document: Document) -> str:
    return document.name.replace("\\", "/").rpartition("/")[2]


def _number(name: str) -> int:
    found = _FILE.fullmatch(name)
    return int(found[1]) if found else 0


def _add(thread: Thread, record: dict[str, Json]) -> None:
    """One file. What was redacted is told as it was sent on, without the words that a guardrail took out."""
    said = loose.mapping(record.get("redact_message")) or loose.mapping(record.get("message"))
    told = loose.mapping(said.get("metadata"))
    moment = _moments.nanoseconds(record.get("created_at"))
    for message in bedrock_converse.read_messages([said]) if said else ():
        if message.role is Role.ASSISTANT:
            taken = loose.count(loose.mapping(told.get("metrics")).get("latencyMs"))
            start = moment - taken * 1_000_000 if taken and moment > 0 else -1
            facts = Facts(usage=bedrock_converse.read_usage(told.get("usage")), start_ns=start)
            thread.reply(message, facts=facts, moment_ns=moment, origin=record)
        else:
            thread.add(message, moment_ns=moment)


READER = Reader(
    FORMAT,
    "Strands Agents sessions",
    sniff,
    read,
    beside=beside,
    main_files=("messages/message_*.json", "message_*.json"),
    parts=((r"(.*/)?message_\d+\.json", r"\1message_*.json"),),
    marks=("message", "message_id", "created_at"),
    needs=(b'"message_id"',),
)
