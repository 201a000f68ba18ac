"""OTLP documents in a few words, and what a reader makes of them."""

from __future__ import annotations

from typing import Any

import orjson

from replaydbg.core.message import Json
from replaydbg.core.step import Step
from replaydbg.core.trace import Trace
from replaydbg.readers import otlp
from replaydbg.readers._api import Document, Reading

TRACE = "0af7651916cd43dd8448eb211c80319c"


def any_value(value: Json) -> Json:
    match value:
        case None:
            return {}
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [any_value(item) for item in value]}}
        case dict():
            return {"kvlistValue": {"values": [{"key": k, "value": any_value(v)} for k, v in value.items()]}}
    return {"stringValue": value}


def span(
    number: int, name: str = "", parent: int = 0, attributes: Json = None, **fields: Any
) -> dict[str, Json]:
    """A span with the id `number`, the start `number` and the given attributes (a dotted name -> value mapping)."""
    document = {
        "traceId": TRACE,
        "spanId": f"{number:016x}",
        "name": name or f"span {number}",
        "startTimeUnixNano": str(1_700_000_000_000_000_000 + number),
        "endTimeUnixNano": str(1_700_000_000_000_001_000 + number),
        "attributes": [{"key": key, "value": any_value(value)} for key, value in (attributes or {}).items()],
    }
    if parent:
        document["parentSpanId"] = f"{parent:016x}"
    return document | fields


def request(*spans: Json) -> dict[str, Json]:
    return {
        "resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "s"}, "spans": list(spans)}]}]
    }


def document(content: bytes | Json, name: str = "trace") -> Document:
    return Document(name, memoryview(content if isinstance(content, bytes) else orjson.dumps(content)))


def read(content: bytes | Json, *, partial: bool = False) -> Reading:
    return list(otlp.READER.read(document(content), partial))[-1]


def trace(*spans: Json) -> Trace:
    reading = read(request(*spans))
    assert len(reading.traces) == 1
    return reading.traces[0]


def step(name: str = "step", attributes: Json = None, **fields: Any) -> Step:
    """The one step of a document with one span."""
    return trace(span(1, name, 0, attributes, **fields)).step(0)


def record(name: str, body: Json, number: int = 1, **fields: Any) -> dict[str, Json]:
    """A log record that is the GenAI event `name` of the span `number`."""
    return {
        "eventName": name,
        "traceId": TRACE,
        "spanId": f"{number:016x}",
        "observedTimeUnixNano": str(1_700_000_000_000_000_000 + number),
        "body": any_value(body),
    } | fields


def logs(*records: Json) -> dict[str, Json]:
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": list(records)}]}]}
