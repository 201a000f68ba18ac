"""Traces of Patronus, the shape in which the TRAIL benchmark is published: spans inside of their parents.

`{trace_id, spans: [{span_name, span_attributes, child_spans: [...]}]}`, an array of these, or one a line. Attributes are
those of OpenInference with every number written as text; a span has a start and a duration, but no end.

Get one: `load_dataset("PatronusAI/TRAIL")` with Hugging Face's `datasets`, and write the column `trace` of a row to a file
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.trace import Source
from replaydbg.readers import _containers, _moments, _span_fields
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._assembly import Assembly
from replaydbg.readers._span import Span
from replaydbg.wire import loose

FORMAT = "patronus"


def _sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    first = first[0] if isinstance(first, list) and first else first
    spans = loose.sequence(loose.mapping(first).get("spans"))
    span = loose.mapping(spans[0] if spans else None)
    if "start_time" in span:  # AgentOps calls much of it the same
        return 0.0
    if "span_name" in span and {"span_attributes", "child_spans"} & span.keys():
        return 0.95
    return 0.6 if {"span_id", "span_attributes"} <= span.keys() else 0.0


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    """There is only the complete reading: a trace of the benchmark has some megabytes at most."""
    del partial
    assembly = Assembly(Source(document.name, FORMAT), _span)
    for value, place in _containers.values(document.buffer, assembly.notices, items=True):
        trace = loose.mapping(value)
        trace_id = _span_fields.trace_id(trace.get("trace_id"))
        for span, parent_id, where in _unfolded(trace.get("spans"), f"{place}/spans"):
            told = _told(span)
            told["trace_id"] = told["trace_id"] or trace_id
            told["parent_span_id"] = told["parent_span_id"] or parent_id
            if not _span_fields.add_document(assembly, told, span):
                assembly.notices.append(Notice(where, "a span without an id, left out"))
    if not len(assembly):
        raise NotThisFormat("there is no span in the document")
    yield assembly.reading()


def _unfolded(spans: Json, place: str) -> Iterator[tuple[dict[str, Json], str, str]]:
    """Every span with the id of the one around it and its place. Iterative: a hostile file may nest deeply."""
    waiting = [(loose.sequence(spans), "", place)]
    while waiting:
        siblings, parent_id, where = waiting.pop()
        for number, item in enumerate(siblings):
            span = loose.mapping(item)
            at = f"{where}/{number}"
            yield span, parent_id, at
            children = loose.sequence(span.get("child_spans"))
            if children:
                waiting.append((children, _span_fields.span_id(span.get("span_id")), f"{at}/child_spans"))


def _told(span: dict[str, Json]) -> dict[str, Any]:
    """A span under the names that spans have elsewhere."""
    start = _span_fields.nanoseconds(span.get("timestamp"))
    events = [loose.mapping(event) for event in loose.sequence(span.get("events"))]
    end = NOT_RECORDED if start < 0 else start + max(_moments.duration(span.get("duration")), 0)
    return {
        "name": span.get("span_name"),
        "trace_id": span.get("trace_id"),
        "span_id": span.get("span_id"),
        "parent_span_id": span.get("parent_span_id"),
        "start_time_unix_nano": max(start, 0),
        "end_time_unix_nano": max(end, 0),
        "status": {"code": loose.text(span.get("status_code")), "message": span.get("status_message")},
        "attributes": loose.mapping(span.get("span_attributes")),
        "events": [{"name": event.get("Name"), "attributes": event.get("Attributes")} for event in events],
    }


def _span(span: dict[str, Json]) -> Span:
    raw = {key: value for key, value in span.items() if key != "child_spans"}
    return replace(_span_fields.span(_told(span)), raw=raw)


READER = Reader(
    FORMAT,
    "Patronus traces, nested spans (TRAIL)",
    _sniff,
    _read,
    marks=("spans", "span_name", "child_spans"),
    needs=(b'"span_name"', b'"span_attributes"'),
)
