"""What tests of readers do with any format: read bytes, tell steps in few words, decode everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from replaydbg.core.step import Body, Step
from replaydbg.core.trace import Trace
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading

_PARTS = [name for name in vars(Body) if not name.startswith("_")]


def document(content: Any, name: str = "log.json") -> Document:
    """Of bytes, of text, or of a value written as JSON."""
    if isinstance(content, str):
        content = content.encode()
    return Document(name, memoryview(content if isinstance(content, bytes) else orjson.dumps(content)))


def lines(*records: Any) -> bytes:
    return b"".join(orjson.dumps(record) + b"\n" for record in records)


def read(reader: Reader, data: Any, name: str = "log.json") -> Reading:
    """The complete reading of bytes, or of a JSON value."""
    *_, reading = reader.read(document(data, name), False)
    return reading


def only_tell_how_far(readings: Sequence[Reading]) -> bool:
    """Whether there are readings, and they hold nothing but ever larger fractions of the file."""
    fractions = [reading.fraction for reading in readings if not reading.traces and not reading.complete]
    assert len(fractions) == len(readings)
    return fractions != [] and fractions == sorted(fractions) and 0 < fractions[0] <= fractions[-1] < 1


def one(reader: Reader, data: Any) -> Trace:
    (trace,) = read(reader, data).traces
    return trace


def clear(reader: Reader, data: Any) -> Trace:
    """The one trace of a document that the reader is sure of and finds nothing odd in."""
    assert sniffed(reader, data) >= 0.9
    reading = opened(reader, data)
    assert reading.notices == ()
    (trace,) = reading.traces
    return trace


def sniffed(reader: Reader, data: Any) -> float:
    return reader.sniff(document(data))


def outline(trace: Trace) -> list[str]:
    """Each step as `  kind name`, indented by its depth, with `!` where it failed."""
    return [
        f"{'  ' * trace.depths[row]}{trace.kind(row)} {trace.name(row)}"
        + ("!" if trace.status(row) == "error" else "")
        for row in range(len(trace))
    ]


def opened(reader: Reader, data: Any) -> Reading:
    """The complete reading; an empty one where the reader finds that the format is another."""
    try:
        *_, reading = reader.read(document(data), True)
    except NotThisFormat:
        return Reading(())
    assert reading.complete
    return reading


def walked(reading: Reading | Trace) -> list[Step]:
    """Every step, its body decoded whole: damage must not show up later either."""
    traces = (reading,) if isinstance(reading, Trace) else reading.traces
    steps = [step for trace in traces for step in trace.steps()]
    for step in steps:
        for part in _PARTS:
            value = getattr(step.body, part)
            if part == "messages" and value is not None:
                tuple(value)
    return steps


def steps(reader: Reader, data: Any) -> dict[str, Step]:
    """The steps by their ids, each looked at."""
    return {step.id: step for step in walked(opened(reader, data))}
