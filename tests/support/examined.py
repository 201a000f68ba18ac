"""A file as every part of the program below the screen looks at it: whatever the bytes are, nothing may break."""

from __future__ import annotations

import json

from replaydbg import codec
from replaydbg.core.finding import Finding
from replaydbg.core.trace import Trace
from replaydbg.errors import UnreadableInput, UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.graph.suspects import suspects
from replaydbg.readers import _containers
from replaydbg.readers import _registry as readers
from replaydbg.readers._api import Document, Reading
from replaydbg.rules import _registry as rules
from replaydbg.rules._repairs import repair
from tests.support.readings import walked

STEPS_MAX = 300
"""Rules are not asked about longer traces: there they only cost time."""


class Broken(AssertionError):
    """Something else where only a trace, notices or the one error sentence may come."""


def examine(data: bytes, format_name: str | None = None, *, with_rules: bool = False) -> int:
    """The number of steps of the file, each looked at; 0 where it is refused. Raises on anything that may not be."""
    document = Document("fuzzed.json", memoryview(data))
    try:
        reading = _read(document, format_name)
    except (UnreadableInput, UsageProblem) as refused:
        if not refused.message or "\n" in refused.message:
            raise Broken(f"no sentence: {refused.message!r}") from None
        return 0
    for step in walked(reading):
        json.dumps(codec.step_document(step), ensure_ascii=False).encode()
    if with_rules:
        for trace in reading.traces:
            _check(trace)
    return sum(map(len, reading.traces))


def _read(document: Document, format_name: str | None) -> Reading:
    for notice in readers.choose(document, format_name).notices:
        if "failed while looking" in notice.message:
            raise Broken(notice.message)
    *_, reading = readers.read(document, format_name)
    for part in readers.read(document, format_name, partial=True):
        last = part
    if not reading.complete or not last.complete:
        raise Broken("the last reading is not complete")
    if _ids(last) != _ids(reading):
        raise Broken("read step by step it is another trace than read at once")
    _follow(document, format_name)
    for notice in reading.notices:
        f"{notice.pointer}: {notice.message}".encode()
    return reading


def _ids(reading: Reading) -> list[tuple[str, list[str]]]:
    return [(trace.id, trace.ids) for trace in reading.traces]


def _follow(document: Document, format_name: str | None) -> None:
    """The same lines, as they come while the file is being written."""
    first, end, rest = bytes(document.buffer).partition(b"\n")
    head = memoryview(first + end)
    if not _containers.is_json(head) or not end:
        return
    try:
        feed = readers.feed(Document(document.name, head), format_name)
    except (UnreadableInput, UsageProblem):
        return
    if feed is not None:
        feed.add(head)
        walked(feed.reading())
        feed.add(memoryview(rest[: rest.rfind(b"\n") + 1]))
        walked(feed.reading())


def _check(trace: Trace) -> None:
    if len(trace) > STEPS_MAX:
        return
    facts = Facts(trace)
    found: list[Finding] = []
    for heard in rules.check(facts):
        if heard.notices:
            raise Broken(heard.notices[0].message)
        found += heard.findings
    for finding in found:
        finding.message.encode()
        repair(facts, finding)
    suspects(facts, found)
    rules.unchecked_calls(facts)
