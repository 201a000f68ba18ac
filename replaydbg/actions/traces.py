"""The traces of a folder, or of one file: what there is at once, what is in them as they are read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from replaydbg import limits
from replaydbg.actions.open import Opened, recordings
from replaydbg.config import DEFAULTS, Settings
from replaydbg.core.step import Kind
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.drivers import files, mapped
from replaydbg.errors import ReplaydbgError
from replaydbg.views.traces import Listed


def listed(folder: str) -> Iterator[Listed]:
    """The files below the folder, none of them opened; so many of them at most as a person can look through."""
    for path in islice(recordings(folder), limits.LISTED_FILES_MAX):
        size, modified = files.size_and_time(path)
        yield Listed(path, str(Path(path).relative_to(folder)), size_bytes=size, moment_s=modified)


def read_listed(file: Listed, settings: Settings = DEFAULTS) -> tuple[Listed, ...]:
    """A line for each trace of the file; one that says why, where there is none."""
    from replaydbg.actions.open import readings

    if file.size_bytes > limits.LISTED_BYTES_MAX:
        return (file.with_problem("large: read when it is opened", is_trace=True),)
    try:
        with mapped.whole():
            *_, reading = readings(file.path, fallback=False)
            several = len(reading.traces) > 1
            lines = tuple(
                with_findings(of_trace(trace, file, number if several else 0), trace, settings)
                for number, trace in enumerate(reading.traces, 1)
            )
    except ReplaydbgError as problem:
        return (file.with_problem(problem.message.removeprefix(f"{file.path} ")),)
    why = f": {reading.notices[0].message}" if reading.notices else ""
    return lines or (file.with_problem(f"holds no trace{why}"),)


def of_opened(opened: Opened, side_tools: tuple[ToolSpec, ...] = ()) -> Iterator[Listed]:
    """A line for each trace of an opened file, by its id; findings are counted where that takes no long time."""
    counted = sum(map(len, opened.traces)) <= limits.LISTED_STEPS_MAX
    for number, trace in enumerate(opened.traces, 1):
        line = of_trace(trace, Listed(opened.path, trace.id), number)
        yield with_findings(line, trace, side_tools=side_tools) if counted else line


def of_trace(trace: Trace, file: Listed, number: int) -> Listed:
    """The line of a trace; `number` is its place in a file of several, 0 where there is one."""
    return file.read(
        number=number,
        trace_id=trace.id,
        title=_title(trace),
        steps=len(trace),
        format=trace.source.format,
        moment_s=file.moment_s if trace.begins_ns is None else trace.begins_ns / 1e9,
    )


def _title(trace: Trace) -> str:
    """What encloses the rest, or says how it ended (the reward of an evaluation); else how it began."""
    ends = (row for row in (0, len(trace) - 1) if row >= 0 and trace.parents[row] < 0)
    telling = (row for row in ends if trace.kind(row) in (Kind.OPAQUE, Kind.AGENT_INVOCATION))
    return trace.name(next(telling, 0)) if len(trace) else ""


def with_findings(
    line: Listed, trace: Trace, settings: Settings = DEFAULTS, *, side_tools: tuple[ToolSpec, ...] = ()
) -> Listed:
    """The line with its findings counted. What the trace says is not kept for it: a file of many would fill the memory."""
    from replaydbg.actions.check import check_trace
    from replaydbg.graph.facts import Facts

    return line.found(check_trace(Facts(trace.under(), side_tools, settings)))
