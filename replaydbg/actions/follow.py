"""Follow a file that an agent is still writing: what it holds now, and again whenever it holds more.

Formats of lines that can go on where they were read the new lines only. Others are read anew, so seldom that this
takes a small share of the time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from replaydbg import limits
from replaydbg.actions.open import with_those_beside, without_collector
from replaydbg.core.finding import Notice
from replaydbg.core.trace import Trace
from replaydbg.drivers import files
from replaydbg.drivers.growing import Change, Growing, is_awaited
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _containers, _registry
from replaydbg.readers._api import Document, Feed, Reading

__all__ = ["GONE", "News", "is_awaited", "is_of_file", "readings", "until_interrupted", "written_anew"]


@dataclass(slots=True)
class News:
    """Which steps were not there before: each is new once, by its id, in whatever order steps come."""

    trace_id: str | None = None
    _seen: dict[str, set[str]] = field(default_factory=dict)

    def of(self, reading: Reading) -> Iterator[tuple[Trace, list[int], bool]]:
        """Traces with steps that are new, their rows, and whether the trace is. With `trace_id` that trace alone."""
        for number, trace in enumerate(reading.traces, 1):
            if self.trace_id not in {None, trace.id, f"#{number}"}:
                continue
            seen = self._seen.get(trace.id)
            known = seen if seen is not None else self._seen.setdefault(trace.id, set())
            rows = [row for row, id_ in enumerate(trace.ids) if id_ not in known]
            known.update(trace.ids)
            if rows:
                yield trace, rows, seen is None


def until_interrupted(seconds: float) -> bool:
    """Waits; for faces that a person ends with Ctrl+C."""
    time.sleep(seconds)
    return True


GONE = Notice("", "the file has gone, or may not be read; it is followed again once it is back")
_ANEW = "the file was written anew while it was followed"


def written_anew(times: int) -> Notice:
    again = f", {times} times by now" if times > 1 else ""
    return Notice("", f"{_ANEW}{again}: what stood in it before is shown no more")


def is_of_file(notice: Notice) -> bool:
    """Whether it says what has become of the file."""
    return notice == GONE or notice.message.startswith(_ANEW)


_WINDOW_BYTES = 256 << 10
"""Of a large file the first rows come when so much has been read; each further reading when there is twice as much."""


def readings(path: str, format_name: str | None, wait: Callable[[float], bool]) -> Iterator[Reading]:
    """Readings, complete ones when everything that is there has been read; until `wait` (given seconds) says no.

    A file without a whole line is waited for, and so is one that is not there yet, or has gone. Raises UnreadableInput and UsageProblem.
    """
    growing = Growing(path)
    feed: Feed | None = None
    last: Reading | None = None
    before: Reading | None = None
    """What was read before the file was written anew, until it is known what it holds now."""
    had_lines, times = False, 0
    pause = limits.FOLLOW_SECONDS
    while True:
        change = growing.look()
        if change is not None and change.gone:
            if last is not None:
                yield replace(last, notices=(*last.notices, GONE))
        elif change is not None:
            started = time.thread_time()  # what the rules, or the screen, take meanwhile is not our share
            if change.anew:
                before, had_lines, feed = last, had_lines or feed is not None, None
            if change.lines.nbytes and feed is None:
                feed = _feed(Document(path, change.lines), format_name)
            with without_collector():
                if feed is None:
                    found = _anew(growing, change, format_name)
                else:
                    found = _grown(feed, change.lines) if change.lines.nbytes else iter(())
                for reading in found:
                    if before is not None and (had_lines or reading.complete):
                        times += had_lines or _is_another(before, reading)
                        before, had_lines = None, False
                    told = (written_anew(times),) if times else ()
                    last = replace(reading, notices=(*reading.notices, *told))
                    yield last
            took = time.thread_time() - started
            pause = max(limits.FOLLOW_SECONDS, took / limits.FOLLOW_SHARE_MAX if feed is None else took)
        if not wait(pause):
            return


def _is_another(before: Reading, reading: Reading) -> bool:
    """Whether no run goes on. A document is written anew each time that it holds more."""
    begun = {trace.ids[0] for trace in before.traces if len(trace)}
    return bool(begun) and all(begun.isdisjoint(trace.ids) for trace in reading.traces)


def _feed(document: Document, format_name: str | None) -> Feed | None:
    """None where the format has none, and where this is no file of lines but one document."""
    first = document.buffer[: _line_end(document.buffer, 0)]
    return _registry.feed(document, format_name) if _containers.is_json(first) else None


def _grown(feed: Feed, lines: memoryview) -> Iterator[Reading]:
    at, size = 0, _WINDOW_BYTES
    while lines.nbytes - at > size:
        end = _line_end(lines, at + size)
        if end >= lines.nbytes:
            break
        feed.add(lines[at:end])
        at = end
        yield _partial(feed.reading(), at / lines.nbytes)
        size *= 2
    feed.add(lines[at:])
    yield feed.reading()


def _partial(reading: Reading, fraction: float) -> Reading:
    return Reading(reading.traces, reading.notices, fraction, complete=False)


def _line_end(lines: memoryview, at: int) -> int:
    while at < lines.nbytes:
        found = bytes(lines[at : at + _WINDOW_BYTES]).find(b"\n")
        if found >= 0:
            return at + found + 1
        at += _WINDOW_BYTES
    return lines.nbytes


def _anew(growing: Growing, change: Change, format_name: str | None) -> Iterator[Reading]:
    """The whole file again, up to its last whole line where it has lines. A document that is being written is left alone."""
    if not growing.offset and not change.rested:
        return
    try:
        opened = files.open_document(growing.path, growing=True)
    except UnreadableInput:
        if growing.is_there:
            raise
        return  # the next look says so
    buffer = opened.document.buffer
    has_lines = _containers.has_lines(buffer)
    is_json_begun = bytes(buffer[:_WINDOW_BYTES]).lstrip()[:1] in {b"{", b"["}
    if is_json_begun and not has_lines and not change.rested and not _containers.is_json(buffer):
        return
    try:
        opened = with_those_beside(growing.path, format_name, opened)
        document = replace(
            opened.document, buffer=buffer[: growing.offset - growing.hole] if has_lines else buffer
        )
        *_, reading = _registry.read(document, format_name)
    except UnreadableInput:
        if is_json_begun and not has_lines:
            return  # too little of it is there
        raise
    if reading.traces:
        yield replace(reading, notices=opened.notices + reading.notices)
