"""OTLP JSON that begins with log records: GenAI content events, joined by the span they belong to.

Where the spans are in another file a run is known by its model calls alone: no tree, no durations. Open the file of the
spans, which finds this one if it is called alike, or put both into one, in any order (`cat spans.jsonl logs.jsonl`).

Get one: the collector's file exporter in a logs pipeline, or `replaydbg receive -o run.jsonl`.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.readers import _otlp_envelope
from replaydbg.readers._api import Document, Feed, Reader, Reading

_MARKS = (b'"resourceLogs"', b'"resource_logs"')


def _sniff(document: Document) -> float:
    head = document.head
    if b'"resourceSpans"' in head or not any(mark in head for mark in _MARKS):
        return 0.0
    return 0.9


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    return _otlp_envelope.read(document, READER.name, partial=partial)


def _feed(document: Document) -> Feed:
    return _otlp_envelope.Lines(document, READER.name)


READER = Reader(
    "otlp-logs",
    "OpenTelemetry log records with GenAI events (OTLP JSON)",
    _sniff,
    _read,
    feed=_feed,
    marks=("resourceLogs", "scopeLogs", "logRecords"),
    needs=_MARKS,
)
