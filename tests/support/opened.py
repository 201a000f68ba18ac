"""A document as one reader opens it, and every step of it looked at."""

from __future__ import annotations

from typing import Any

import orjson

from replaydbg.core.step import Body, Step
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading

_PARTS = [name for name in vars(Body) if not name.startswith("_")]


def document(content: Any, name: str = "t.json") -> Document:
    """Of bytes, of text, or of a value written as JSON."""
    if isinstance(content, str):
        content = content.encode()
    return Document(name, memoryview(content if isinstance(content, bytes) else orjson.dumps(content)))


def lines(*records: Any) -> bytes:
    return b"\n".join(map(orjson.dumps, records)) + b"\n"


def opened(reader: Reader, content: Any) -> Reading:
    """The last reading; an empty one where the reader finds that the format is another."""
    try:
        *_, reading = reader.read(document(content), True)
    except NotThisFormat:
        return Reading(())
    assert reading.complete
    return reading


def walked(reading: Reading) -> list[Step]:
    """Every step decoded whole: damage must not show up later either."""
    steps = [step for trace in reading.traces for step in trace.steps()]
    for step in steps:
        for part in _PARTS:
            getattr(step.body, part)
    return steps


def steps(reader: Reader, content: Any) -> dict[str, Step]:
    return {step.id: step for step in walked(opened(reader, content))}
