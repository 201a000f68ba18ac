"""Spans as the SDKs dump them: Python's console exporter, JavaScript's ReadableSpan, Phoenix's REST API.

Shapes: objects `{name, context: {trace_id, span_id}, parent_id, start_time, attributes: {...}}` written one after
another, pretty-printed or not, or in an array, under `data` (Phoenix) or under `spans` of each trace (Phoenix's command
line); `spanContext.traceId` and `[seconds, nanoseconds]` in JavaScript; Phoenix's data frame as JSON by rows or columns, with columns `context.span_id` and
`attributes.llm.model_name`; attributes that are nested instead of dotted.

Get one: `ConsoleSpanExporter(out=open("run.json", "w"))` in Python; of Phoenix `px trace get TRACE_ID --file run.json`
(`px trace list FOLDER` for many), or `GET /v1/projects/<project>/spans`.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.trace import Source
from replaydbg.readers import _containers, _frames, _moments, _span_fields
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._assembly import Assembly

_PARTIAL_BYTES = 256 << 10


def _sniff(document: Document) -> float:
    record = _containers.first_record(document.head)
    record = _frames.rows(record, _ROW_MARK) or record
    for _ in range(2):  # a list of traces, each with a list of spans
        if isinstance(record, dict):
            record = _listed(record) or record
        if isinstance(record, list):
            record = record[0] if record else None
    if not isinstance(record, dict):
        return 0.0
    if _ROW_MARK in record:
        return 0.9
    context = record.get("context", record.get("spanContext"))
    if not isinstance(context, dict) or not ({"span_id", "spanId"} & context.keys()):
        return 0.0
    return 0.9 if "name" in record and "attributes" in record else 0.6


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    size = max(1, len(document.buffer))
    assembly = Assembly(Source(document.name, READER.name), _span_fields.span)
    due, read = _PARTIAL_BYTES, 0
    for record in _containers.records(document.buffer, assembly.notices, items=True):
        for value, place in _containers.parsed(record, assembly.notices):
            for span in map(_plain, _spans(value)):
                if not isinstance(span, dict) or not _span_fields.add_document(assembly, span, span):
                    assembly.notices.append(Notice(place, "a record that is no span, left out"))
        read += len(record.raw)
        if partial and due <= read < size:
            yield assembly.reading(read / size, complete=False)
            due = 2 * read
    if not len(assembly):
        raise NotThisFormat("no span in the document")
    yield assembly.reading()


def _spans(value: Json) -> list[Json]:
    framed = _frames.rows(value, _ROW_MARK)
    if framed is not None:
        return framed
    if not isinstance(value, dict):
        return value if isinstance(value, list) else [value]
    found = _listed(value)
    return [value] if found is None else found


def _listed(value: dict[str, Json]) -> list[Json] | None:
    """The spans that are told together: in a page of the API, or of a trace as the command line writes it."""
    found = value.get("spans" if "traceId" in value else "data")
    return found if isinstance(found, list) else None


_ROW_MARK = "context.span_id"
_NESTED = frozenset(
    {"llm", "openinference", "input", "output", "tool", "agent", "session", "user", "retrieval", "gen_ai"}
)
"""Where attributes are looked for that are nested: what the application says (`metadata`) may be nested of itself."""


def _plain(span: Json) -> Json:
    """The span as the SDKs write it, out of a row of a data frame, or of one whose attributes are nested."""
    if not isinstance(span, dict):
        return span
    if _ROW_MARK in span:
        span = _of_row(span)
    attributes = span.get("attributes")
    if not isinstance(attributes, dict) or not any(isinstance(attributes.get(key), dict) for key in _NESTED):
        return span
    flat: dict[str, Json] = {}
    waiting = list(attributes.items())
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict) and key.partition(".")[0] in _NESTED:
            waiting += [(f"{key}.{inner}", item) for inner, item in value.items()]
        else:
            flat[key] = value
    return {**span, "attributes": flat}


def _of_row(row: dict[str, Json]) -> dict[str, Json]:
    """Columns are dotted paths, empty cells null, and times milliseconds where nobody asked for text."""
    span: dict[str, Json] = {"context": {}, "attributes": {}}
    for column, value in row.items():
        head, _, rest = column.partition(".")
        if rest and isinstance(span.get(head), dict):
            if value is not None:
                span[head][rest] = value
        else:
            span[column] = value
    for key in ("start_time", "end_time"):
        if isinstance(span.get(key), (int, float)):
            span[key] = _moments.nanoseconds(span[key])
    return span


READER = Reader(
    "otel-console",
    "OpenTelemetry SDK span dumps (console exporter, Phoenix)",
    _sniff,
    _read,
    marks=("context", "span_id", "attributes"),
    needs=(b'"context.span_id"', b'"context"', b'"spanContext"'),
)
