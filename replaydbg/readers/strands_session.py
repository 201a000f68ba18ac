"""Sessions of Strands Agents: a message a file, in a folder for each agent, or a snapshot of an agent with all of them.

Messages are those of Bedrock's Converse; replies tell what they took. Tools are not written down, and the system prompt
and times of the messages each in one of the two only: the prompt in snapshots, times in files of messages.

Get one: `Agent(session_manager=SnapshotSessionManager(session_id="s"))` writes
`session/s/scopes/agent/<agent>/snapshots/snapshot_latest.json` into its storage; of `FileSessionManager` `open` takes
`session_s/agents/agent_ID`
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from replaydbg.core.message import Json, Message, Role, Text
from replaydbg.readers import _containers, _moments
from replaydbg.readers._api import Document, Reader, Reading
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Thread, Transcript
from replaydbg.wire import bedrock_converse, loose

FORMAT = "strands-session"
_FILE = re.compile(r"message_(\d{1,9})\.json")
_KEYS = frozenset({"message", "message_id", "created_at"})
_VERSIONS = frozenset({"schema_version", "schemaVersion"})
_SNAPSHOT = re.compile(r"(?:.*/)?session/([^/]+)/scopes/agent/([^/]+)/.*")


def sniff(document: Document) -> float:
    first = loose.mapping(_containers.first_record(document.head))
    if _is_snapshot(first):
        return 0.95
    said = loose.mapping(first.get("message"))
    return 0.95 if first.keys() >= _KEYS and {"role", "content"} <= said.keys() else 0.0


def _is_snapshot(record: dict[str, Json]) -> bool:
    kept = loose.mapping(record.get("data"))
    return record.get("scope") == "agent" and not _VERSIONS.isdisjoint(record) and "messages" in kept


def beside(document: Document, names: Iterable[str]) -> list[str]:
    """The other messages of the agent: files called alike in the same folder."""
    own = _own(document)
    return [name for name in names if _FILE.fullmatch(name) and name != own] if _FILE.fullmatch(own) else []


def read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial
    transcript = Transcript(document, FORMAT)
    first = loose.mapping(_containers.first_record(document.head))
    (_snapshots if _is_snapshot(first) else _files)(transcript, document)
    yield transcript.whole("no messages")


def _snapshots(transcript: Transcript, document: Document) -> None:
    named = _SNAPSHOT.fullmatch(document.name.replace("\\", "/"))
    agent = named[2] if named else ""
    for value, _ in _containers.values(document.buffer, transcript.notices):
        kept = loose.mapping(loose.mapping(value).get("data"))
        thread = transcript.run(f"{named[1]}/{agent}" if named else document.stem).thread(agent=agent)
        prompt = kept.get("system_prompt", kept.get("systemPrompt"))
        blocks = [{"text": prompt}] if isinstance(prompt, str) else loose.sequence(prompt)
        texts = [loose.text(loose.mapping(block).get("text")) for block in blocks]
        if any(texts):
            thread.add(Message(Role.SYSTEM, tuple(map(Text, filter(None, texts)))))
        for said in loose.sequence(kept.get("messages")):
            _add(thread, {"message": said})
        thread.end()


def _files(transcript: Transcript, document: Document) -> None:
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
    needs=(b'"message_id"', b'"schema_version"', b'"schemaVersion"'),
)
