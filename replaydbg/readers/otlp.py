"""OTLP JSON: what OpenTelemetry exporters, collectors, Jaeger, Tempo and Phoenix's `otlpv1` write.

Shapes: one request `{"resourceSpans": [...]}`, an array of them, one for each line, with keys in either case,
`{"batches": [...]}`, `{"trace": {...}}` (Tempo), `{"result": {...}}` (Jaeger's third API; its page's JSON is `span-rows`) and
`{"data": [span, ...]}` (Phoenix). Where contents were kept in log records, those are looked for in the file beside it that is
called as it is but for `logs` (`traces.jsonl` and `logs.jsonl`, `run.json` and `run-logs.json`).

Get one: the collector's file exporter (`exporters: {file: {path: run.jsonl}}`), or `replaydbg receive -o run.jsonl`
with OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 set where the agent runs; of Tempo `curl http://localhost:3200/api/traces/TRACE_ID
-H "Accept: application/json"`, or *Export* on Grafana's page of a trace.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

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


_CONTENTS = (
    b"gen_ai.input.messages", b"gen_ai.output.messages", b"gen_ai.prompt", b"gen_ai.completion", b"gen_ai.user.message",
    b"llm.input_messages", b"ai.prompt", b"traceloop.entity.input", b"input.value",
)  # fmt: skip
_ENDINGS = frozenset({"json", "jsonl", "ndjson", "gz", "otlp"})
_OF_SPANS, _OF_LOGS = frozenset({"trace", "traces", "span", "spans"}), frozenset({"log", "logs"})


def beside(document: Document, names: Iterable[str]) -> list[str]:
    """The file of log records that is called as this one of spans is; contents may be there where the spans have none."""
    own = _words(document.name)
    if (
        b"gen_ai." not in document.head
        or any(word in document.head for word in _CONTENTS)
        or _OF_LOGS & {*own}
    ):
        return []
    wanted = (own, [word for word in own if word not in _OF_SPANS])
    words = {name: _words(name) for name in names if "/" not in name}
    return [
        name
        for name, said in words.items()
        if _OF_LOGS & {*said} and [word for word in said if word not in _OF_LOGS] in wanted
    ]


def _words(name: str) -> list[str]:
    """The words of a file's own name, without its endings."""
    found = re.findall(r"[^\W_]+", name.replace("\\", "/").rpartition("/")[2].lower())
    return [word for word in found if word not in _ENDINGS]


READER = Reader(
    "otlp",
    "OpenTelemetry traces (OTLP JSON)",
    _sniff,
    _read,
    feed=_feed,
    marks=("resourceSpans", "scopeSpans", "spans"),
    needs=(*_MARKS, *_OTHER_MARKS),
    beside=beside,
)
