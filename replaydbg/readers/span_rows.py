"""Spans as the stores of traces hand them out: downloads of their pages, answers of their APIs, results of queries.

Shapes: Jaeger's `{data: [{spans}]}`, Zipkin's list, rows of Honeycomb, Logfire, ClickHouse, Elasticsearch (`hits`), SigNoz,
New Relic and Datadog, tables of Azure Monitor, the log groups of CloudWatch (`aws/spans`, and `otel-rt-logs`, where Bedrock
AgentCore keeps what was said), events and traces of Sentry, traces of AWS X-Ray and of Google Cloud Trace. What their
attributes mean is told as in any span.

Get one: of Jaeger `curl "http://localhost:16686/api/traces/TRACE_ID" > run.json`; of Zipkin `curl
"http://localhost:9411/api/v2/trace/TRACE_ID"`; of Sentry `sentry trace view ORG/PROJECT/TRACE_ID --json > run.json`, or the *JSON* of
an event; of Logfire `curl -G https://logfire-us.pydantic.dev/v1/query --data-urlencode "sql=SELECT * FROM records WHERE trace_id =
'TRACE_ID'" -d limit=10000 -H "Authorization: Bearer $READ_TOKEN"`; of ClickHouse `clickhouse-client -q "SELECT * FROM otel_traces WHERE
TraceId = 'TRACE_ID' FORMAT JSONEachRow"`; of Elasticsearch `curl
"http://localhost:9200/traces-*/_search?q=trace.id:TRACE_ID&size=1000"`; of Azure Monitor `az monitor app-insights query --app APP
--analytics-query "union requests, dependencies | where operation_Id == 'TRACE_ID'"`; of CloudWatch and AgentCore `aws logs
filter-log-events --log-group-name aws/spans`, and the same of the agent's own log group; of X-Ray `aws xray
batch-get-traces --trace-ids TRACE_ID > run.json`; of Cloud Trace `curl -H "Authorization: Bearer $(gcloud auth print-access-token)"
"https://cloudtrace.googleapis.com/v1/projects/PROJECT/traces/TRACE_ID" > run.json`; of Honeycomb, SigNoz and New Relic what their APIs
answer a query for the spans of a trace
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from replaydbg.core.finding import Notice
from replaydbg.core.trace import Source
from replaydbg.readers import _containers, _log_rows, _span_fields, _span_pages, _span_stores
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading, on_the_way
from replaydbg.readers._assembly import Assembly
from replaydbg.readers._log_events import LogEvents
from replaydbg.readers._span import Span

FORMAT = "span-rows"
_FIRST_ROWS_BYTES = 256 << 10
"""After so much the first rows are handed out, and again whenever four times as much has been read."""
_MARKS = (
    b'"operationName"', b'"SpanId"', b'"spanId"', b'"span_id"', b'"spanID"', b"trace.span_id", b'"localEndpoint"', b'"parentId"',
    b'"operation_Id"', b'"OperationId"', b'"trace.id"', b"span_id", b"spanId", b'"numeric_labels"', b'"labels"',
    b'"Segments"', b'"1-',
)  # fmt: skip


def _sniff(document: Document) -> float:
    head = document.head
    if not any(mark in head for mark in _MARKS):
        return 0.0
    best = 0.0
    for row in _span_pages.first_rows(head):
        store = _span_stores.of(row)
        if store is not None:
            best = max(best, 0.85 if store is _span_stores.STORES[-1] else 0.9)
        elif _log_rows.is_record(row):
            best = max(best, 0.8)
    return best


def _span(piece: _span_pages.Piece) -> Span:
    """The span behind a row's handle, which is the row itself."""
    row = _span_pages.document(piece)
    store = _span_stores.of(row)
    told = _span_fields.span(store.told(row) if store else row)
    return Span(told.name, told.attributes, told.status_message, told.events, row)


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    size = max(1, len(document.buffer))
    assembly = Assembly(Source(document.name, FORMAT), _span)
    logs = LogEvents()
    read, due, others = 0, _FIRST_ROWS_BYTES, 0
    for record in _containers.records(document.buffer, assembly.notices, items=True):
        for piece, place in _pieces(record, assembly.notices):
            try:
                known = _add(assembly, logs, piece)
            except RecursionError:
                known = False
            if not known:
                others += 1
                if others == 1:
                    assembly.notices.append(
                        Notice(place or "/", "a row that is neither a span nor an event of one, left out")
                    )
        read += len(record.raw)
        if not partial or read >= size:
            continue
        if read >= due and len(assembly):
            due = 4 * read
            yield assembly.reading(read / size, complete=False)
        yield on_the_way(read, size)
    if others > 1:
        assembly.notices.append(Notice("", f"{others:,} such rows were left out in all"))
    logs.join(assembly)
    if not len(assembly):
        raise NotThisFormat("no span in the document")
    yield assembly.reading()


def _pieces(record: _containers.Record, notices: list[Notice]) -> Iterator[tuple[_span_pages.Piece, str]]:
    """The rows of a record; of a damaged one those in what is left of it."""
    if _containers.is_json(record.raw):
        yield from _span_pages.rows(record.raw, record.place)
        return
    for value, place in _containers.parsed(record, notices):
        yield from _span_pages.rows(memoryview(msgspec.json.encode(value)), place)


def _add(assembly: Assembly, logs: LogEvents, piece: _span_pages.Piece) -> bool:
    """False for what is neither a span nor says something of one."""
    row = _span_pages.document(piece)
    store = _span_stores.of(row)
    if store is not None and _span_fields.add_document(assembly, store.told(row), piece):
        return True
    if _log_rows.is_record(row):
        return _log_rows.add(logs, row)
    return False


READER = Reader(
    FORMAT,
    "spans as rows of a store (Jaeger, Zipkin, Sentry, CloudWatch, X-Ray, Cloud Trace, Azure Monitor, Honeycomb, Logfire, ...)",
    _sniff,
    _read,
    marks=("traceID", "spanID", "operationName"),
    needs=_MARKS,
)
