"""Sessions of Claude Code: what it appends to a file while a person works with it.

Lines name the line before them, so that a session is a tree; sub-agents write files of their own, which are read with
the session that started them.

Get one: `~/.claude/projects/<project>/<session>.jsonl`; its sub-agents beside it are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from replaydbg.core.finding import Notice
from replaydbg.readers import _claude_lines, _claude_whole, _containers, _json_lines
from replaydbg.readers._api import STRETCH_BYTES, Document, Reader, Reading, on_the_way
from replaydbg.readers._claude_session import Session
from replaydbg.readers._salvage import UNREADABLE
from replaydbg.wire import loose

FORMAT = "claude-code"
_FIRST_BYTES = 256 << 10
"""Of a large session so much is shown before the rest is read."""
_LOOKED_AT_MAX = 50
"""Lines at the head that are looked at: the first may all be of kinds that say little."""
_KINDS = frozenset({"user", "assistant", "system", "attachment", "progress"})
_MARKS = (b'"sessionId"', b'"leafUuid"', b'"file-history-snapshot"')
_SESSION_NAME = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|agent-.+")
_AGENT_FILE = re.compile(r"agent-(.+)\.jsonl")
_AGENT_ID = re.compile(rb'"agentId":\s?"([^"]{1,100})"')


def sniff(document: Document) -> float:
    head, found = document.head, 0.0
    if not any(mark in head for mark in _MARKS):
        return 0.0
    if _claude_whole.is_whole(head):
        first = _containers.first_record(head)
        listed = [loose.mapping(item) for item in loose.sequence(first)[:_LOOKED_AT_MAX]]
        return 0.97 if any({"sessionId", "parentUuid", "uuid"} <= item.keys() for item in listed) else 0.0
    for _, (_, _, raw, _) in zip(range(_LOOKED_AT_MAX), _json_lines.lines(memoryview(head)), strict=False):
        try:
            line = _claude_lines.SESSION.decode(raw)
        except UNREADABLE:
            line = _claude_lines.from_value(_json_lines.saved(raw)[0])
        text = bytes(raw)
        if line.session_id and line.type in _KINDS and b'"parentUuid"' in text:
            is_gemini = line.message is not None and line.message.content is None and b'"parts"' in text
            return 0.0 if is_gemini else 0.97
        is_title = line.type == "summary" and b'"leafUuid"' in text
        if is_title or (line.type == "file-history-snapshot" and b'"messageId"' in text):
            found = 0.9
    return found


def beside(document: Document, names: Iterable[str]) -> list[str]:
    """Files of the session's agents: all in its folder, and of those beside it the ones that it names."""
    within, near = [], {}
    for name in names:
        folder, _, last = name.rpartition("/")
        agent = _AGENT_FILE.fullmatch(last)
        if agent is not None and not folder:
            near[agent[1].encode()] = name
        elif agent is not None and folder.split("/")[1:2] == ["subagents"]:
            within.append(name)
    if near:
        named = {found[1] for found in _AGENT_ID.finditer(document.buffer)}
        within += [name for agent_id, name in near.items() if agent_id in named]
    return sorted(within)


def read(document: Document, partial: bool) -> Iterator[Reading]:
    odd: list[Notice] = []
    document = _claude_whole.in_lines(document, odd)
    if partial and len(document.buffer) > 4 * _FIRST_BYTES:
        (first,) = _read(
            Document(document.name, document.buffer[:_FIRST_BYTES]), partial=False, is_whole=False
        )
        yield replace(first, notices=(), fraction=_FIRST_BYTES / len(document.buffer), complete=False)
    for reading in _read(document, partial):
        yield replace(reading, notices=(*odd, *reading.notices)) if odd and reading.complete else reading


def _read(document: Document, partial: bool, *, is_whole: bool = True) -> Iterator[Reading]:
    session = Session(document, FORMAT)
    agents = {name: _AGENT_FILE.fullmatch(name.rpartition("/")[2]) for name in document.beside}
    session.elsewhere = frozenset(agent[1] for agent in agents.values() if agent)
    size = sum(len(file.buffer) for file in (document, *document.beside.values()))
    for read in _add_lines(session, document, ""):
        if partial:
            yield on_the_way(read, size)
    before = len(document.buffer)
    for name, agent in agents.items():
        told = len(session.notices)
        for read in _add_lines(session, document.beside[name], agent[1] if agent else name):
            if partial:
                yield on_the_way(before + read, size)
        before += len(document.beside[name].buffer)
        session.notices[told:] = [
            replace(notice, pointer=f"{name}: {notice.pointer}") for notice in session.notices[told:]
        ]
    stem = document.stem
    yield session.reading(stem if _SESSION_NAME.fullmatch(stem) else session.id or stem, is_whole=is_whole)


def _add_lines(session: Session, document: Document, owner: str) -> Iterator[int]:
    """Tells now and then how much of the file has been read."""
    session.store.open(document.buffer)
    add, due = session.add, STRETCH_BYTES
    for line, start, end in _claude_lines.lines(document.buffer, _claude_lines.SESSION, session.notices):
        add(line, start, end, owner)
        if start >= due:
            due = start + STRETCH_BYTES
            yield start


READER = Reader(
    FORMAT,
    "Claude Code sessions, with their sub-agents",
    sniff,
    read,
    beside=beside,
    main_files=("../{name}.jsonl",),
    parts=((r"(.+)/subagents/(?:.+/)?agent-[^/]+\.jsonl", r"\1.jsonl"),),
    of_lines=True,
    marks=("sessionId", "parentUuid", "message"),
    needs=(b'"sessionId"', b'"leafUuid"', b'"file-history-snapshot"'),
)
