"""OTLP JSON: what OpenTelemetry exporters, collectors, Jaeger, Tempo and Phoenix's `otlpv1` write.

Shapes: one request `{"resourceSpans": [...]}`, an array of them, one for each line, with keys in either case,
`{"batches": [...]}`, `{"trace": {...}}` (Tempo), `{"result": {...}}` (Jaeger's third API; its page's JSON is `span-rows`) and
`{"data": [span, ...]}` (Phoenix).

Get one: the collector's file exporter (`exporters: {file: {path: run.jsonl}}`), or `replaydbg receive -o run.jsonl`
with OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 set where the agent runs.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.readers import _otlp_envelope
from replaydbg.readers._api import Document, Feed, Reader, Reading

_MARKS = (b'"resourceSpans"', b'"resource_spans"')
_OTHER_MARKS = (b'"scopeSpans"', b'"scope_spans"', b'"start_time_unix_nano"', b'"startTimeUnixNano"')


def _sniff(document: Document) -> float:
    head = document.head
    if not head.lstrip().startswith((b"{", b"[")):
        return 0.6 if any(mark in head for mark in _MARKS) else 0.0
    if any(mark in head for mark in _MARKS):
        return 0.95
    return 0.7 if any(mark in head for mark in _OTHER_MARKS) else 0.0


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    return _otlp_envelope.read(document, READER.name, partial=partial)


def _feed(document: Document) -> Feed:
    return _otlp_envelope.Lines(document, READER.name)


READER = Reader(
    "otlp",
    "OpenTelemetry traces (OTLP JSON)",
    _sniff,
    _read,
    feed=_feed,
    marks=("resourceSpans", "scopeSpans", "spans"),
    needs=(*_MARKS, *_OTHER_MARKS),
)
