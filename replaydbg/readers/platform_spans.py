"""Steps as platforms export them that keep a run in words of their own: one record a step, each with its parent.

Shapes: Opik (`{trace, spans}` of `opik export`, pages and lists of spans), Datadog's LLM Observability (what its SDK sends,
what its export API gives), LangWatch traces, Braintrust's rows, W&B Weave's calls, DeepEval's test runs, PostHog's events, Mastra's traces.

Get one: of Opik `opik export WORKSPACE PROJECT traces` (before version 2 `opik export WORKSPACE project NAME`), a file for each
trace; of Braintrust `curl https://api.braintrust.dev/v1/project_logs/PROJECT_ID/fetch -H "Authorization: Bearer $BRAINTRUST_API_KEY" >
run.json`; of Weave `json.dump([call.to_dict() for call in client.get_calls()], file, default=str)`; of Datadog `json.dump(LLMObs.get_spans(trace_id=TRACE_ID), file)`, or `curl -g
"https://api.datadoghq.com/api/v2/llm-obs/v1/spans/events?filter[trace_id]=TRACE_ID&filter[from]=now-7d&page[limit]=1000"
-H "DD-API-KEY: $DD_API_KEY" -H "DD-APPLICATION-KEY: $DD_APP_KEY"`; of LangWatch `curl "https://app.langwatch.ai/api/traces/TRACE_ID?format=json" -H "X-Auth-Token:
$LANGWATCH_API_KEY"`; of DeepEval what `DEEPEVAL_RESULTS_FOLDER=runs deepeval test run` keeps; of PostHog `curl
https://us.posthog.com/api/projects/ID/query/ -H "Authorization: Bearer $POSTHOG_KEY" -H "Content-Type: application/json" -d '{"query":
{"kind": "TraceQuery", "traceId": "TRACE_ID"}}'`; of Laminar `curl https://api.lmnr.ai/v1/sql/query -H
"Authorization: Bearer $LMNR_PROJECT_API_KEY" -H "Content-Type: application/json" -d '{"query": "SELECT * FROM spans WHERE trace_id = ...",
"parameters": {}}'`; of Agenta `curl https://cloud.agenta.ai/api/preview/tracing/traces/TRACE_ID -H
"Authorization: ApiKey $AGENTA_API_KEY"`; of Mastra `curl http://localhost:4111/api/observability/traces/TRACE_ID`
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.readers import _containers, _exports, _platforms, _span_pages
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._records import Observed, row_id
from replaydbg.readers._told import Told

FORMAT = "platform-spans"
_MARKS = (
    b'"parent_span_id"', b'"start_ns"', b'"ml_app"', b'"timestamps"', b'"root_span_id"', b'"op_name"', b'"parentUuid"', b'"$ai_',
    b'"baseSpans"', b'"isEvent"', b'"trace_id"', b'"spanType"', b'"thread_id"',
)  # fmt: skip


def _sniff(document: Document) -> float:
    head = document.head
    if not any(mark in head for mark in _MARKS):
        return 0.0
    records = _span_pages.first_rows(head)
    return (
        0.9 if any(_platforms.of(record) or _platforms.is_opik_trace(record) for record in records) else 0.0
    )


def _told(record: dict[str, Json]) -> Told | None:
    platform = _platforms.of(record)
    if platform is not None:
        return platform.told(record)
    return _platforms.of_opik_trace(record) if _platforms.is_opik_trace(record) else None


def _observed(handle: _span_pages.Piece) -> Observed:
    record = _span_pages.document(handle)
    told = _told(record)
    if told is None:  # a row is only of what is known
        raise AssertionError
    return told.observed(record)


class _Steps(_exports.Export):
    def __init__(self, document: Document) -> None:
        super().__init__(document, FORMAT, _observed)
        self._traces: dict[str, _span_pages.Piece] = {}
        """Opik's traces, for those of which there is no span."""
        self._known: set[str] = set()
        self._others = 0

    def add(self, record: _containers.Record) -> None:
        if _containers.is_json(record.raw):
            self._add_rows(record.raw, record.place)
            return
        for value, place in _containers.parsed(record, self.records.notices):
            self._add_rows(memoryview(msgspec.json.encode(value)), place)

    def _add_rows(self, text: memoryview, place: str) -> None:
        for piece, where in _span_pages.rows(text, place):
            record = _span_pages.document(piece)
            platform = _platforms.of(record)
            if platform is not None:
                told = platform.told(record)
                trace = row_id(told.trace)
                self._known.add(trace)
                self.records.add(trace, told.row(piece))
            elif _platforms.is_opik_trace(record):
                self._traces[row_id(record.get("id"))] = piece
            else:
                self._others += 1
                if self._others == 1:
                    self.records.notices.append(
                        Notice(where or "/", "a record that is no step of a run, left out")
                    )

    def add_bare_traces(self) -> None:
        for id_, piece in self._traces.items():
            if id_ not in self._known:
                told = _platforms.of_opik_trace(_span_pages.document(piece))
                self.records.add(id_, told.row(piece))
        if self._others > 1:
            self.records.notices.append(Notice("", f"{self._others:,} such records were left out in all"))


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    steps = yield from _exports.read(document, partial, _Steps)
    steps.add_bare_traces()
    if not len(steps.records):
        raise NotThisFormat("no step in the document")
    yield steps.records.reading()


READER = Reader(
    FORMAT,
    "steps as platforms export them (Opik, Datadog, LangWatch, Braintrust, Weave, DeepEval, PostHog, Laminar, Agenta, Mastra)",
    _sniff,
    _read,
    marks=("trace_id", "parent_span_id", "input", "output"),
    needs=_MARKS,
)
