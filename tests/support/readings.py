"""What tests of readers do with any format: read bytes, tell steps in few words, decode everything."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson

from replaydbg.core.step import Step
from replaydbg.core.trace import Trace
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from tests.support import said

_PARTS = (
    "messages", "output", "tools", "params", "call", "has_result", "result", "input", "output_value", "error", "usage",
    "response_model", "provider", "raw",
)  # fmt: skip


def as_document(data: Any, name: str = "log.json") -> Document:
    return Document(name, memoryview(data if isinstance(data, bytes) else orjson.dumps(data)))


def read(reader: Reader, data: Any, name: str = "log.json") -> Reading:
    """The complete reading of bytes, or of a JSON value."""
    *_, reading = reader.read(as_document(data, name), False)
    return reading


def one(reader: Reader, data: Any) -> Trace:
    (trace,) = read(reader, data).traces
    return trace


def sniffed(reader: Reader, data: Any) -> float:
    return reader.sniff(as_document(data))


def outline(trace: Trace) -> list[str]:
    """Each step as `  kind name`, indented by its depth, with `!` where it failed."""
    return [
        f"{'  ' * trace.depths[row]}{trace.kind(row)} {trace.name(row)}"
        + ("!" if trace.status(row) == "error" else "")
        for row in range(len(trace))
    ]


def walked(reading: Reading) -> list[Step]:
    """Every step, its body decoded whole: damage must not show up later either."""
    steps = [step for trace in reading.traces for step in trace.steps()]
    for step in steps:
        for name in _PARTS:
            value = getattr(step.body, name)
            if name == "messages" and value is not None:
                tuple(value)
    return steps


def survive(reader: Reader, data: Any) -> None:
    """Whatever the bytes are: a reading whose steps can be looked at, or the word that it is another format."""
    sniffed(reader, data)
    try:
        walked(read(reader, data))
    except NotThisFormat:
        return


def survives_damage(reader: Reader, draw: Callable[[Any], Any], sample: Any) -> None:
    """Bytes cut, changed, moved; and values of other types in any place."""
    survive(reader, draw(said.damaged(sample if isinstance(sample, bytes) else orjson.dumps(sample))))
    if not isinstance(sample, bytes):
        survive(reader, draw(said.twisted(sample)))


def survives(reader: Reader, data: bytes) -> None:
    """Damaged bytes are read, or the reader says that they are of another format; nothing else may happen."""
    with suppress(NotThisFormat):
        walked(read(reader, data))
