"""Spans as rows of stores: whatever the store, the run is the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.finding import Notice
from replaydbg.core.step import Kind, Status
from replaydbg.core.trace import Trace
from replaydbg.readers import _registry, span_rows
from replaydbg.readers._api import NotThisFormat, Reading
from tests.support import stores
from tests.support.otlp import document
from tests.support.stores import SPANS, STORES, TRACE

SAMPLES = [*STORES.values(), STORES["Jaeger"]["data"]]


def read(value: Any) -> Reading:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(_registry.read(document(content)))[-1]


def said(trace: Trace) -> list[Any]:
    steps = [trace.step(row) for row in range(len(trace))]
    return [
        (
            *(
                step.id,
                step.parent_id,
                step.kind,
                step.name,
                step.agent,
                step.model,
                step.started_ns,
                step.ended_ns,
            ),
            *(
                step.status,
                step.body.error,
                step.body.messages,
                step.body.output,
                step.body.tools,
                step.body.call,
            ),
            *(step.body.result, step.body.usage),
        )
        for step in steps
    ]


OTLP = {
    "resourceSpans": [
        {
            "scopeSpans": [
                {
                    "spans": [
                        {
                            "traceId": TRACE, "spanId": span.id, "parentSpanId": span.parent, "name": span.name,
                            "startTimeUnixNano": str(span.start_ns), "endTimeUnixNano": str(span.start_ns + span.took_ns),
                            "status": {"code": 2 if span.error else 0, "message": span.error},
                            "attributes": [
                                {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}}
                                for key, value in span.attributes.items()
                                if not isinstance(value, list)
                            ],
                        }
                        for span in SPANS
                    ]
                }
            ]
        }
    ]
}  # fmt: skip


@pytest.mark.parametrize("store", STORES)
def test_the_run_is_the_same_in_every_store(store: str) -> None:
    (expected,) = read(OTLP).traces
    reading = read(STORES[store])
    (trace,) = reading.traces
    assert reading.notices == ()
    assert trace.id == TRACE
    finished = [(*rest[:11], rest[11] and rest[11].parts, *rest[12:]) for rest in said(trace)]
    assert [(*rest[:11], rest[11] and rest[11].parts, *rest[12:]) for rest in said(expected)] == finished


def test_the_kinds_and_the_error_are_there() -> None:
    (trace,) = read(STORES["Jaeger"]).traces
    kinds = [Kind.AGENT_INVOCATION, Kind.MODEL_CALL, Kind.TOOL_EXECUTION, Kind.MODEL_CALL]
    assert kinds == [trace.kind(row) for row in range(4)]
    assert (trace.step(2).status, trace.step(2).body.error) == (Status.ERROR, "refused")
    reply = trace.step(1).body.output
    assert reply is not None
    assert reply.finish_reason == "stop"


def test_a_row_of_something_else_is_told_once() -> None:
    rows = [*STORES["Zipkin"], {"traceId": TRACE, "nothing": 1}, {"traceId": TRACE}]
    told = [notice.message for notice in read(rows).notices]
    assert told == [
        "a row that is neither a span nor an event of one, left out",
        "2 such rows were left out in all",
    ]


def test_a_damaged_line_costs_itself() -> None:
    lines = STORES["CloudWatch, lines"].split(b"\n")
    torn = b"\n".join([lines[0], lines[1], b"}{" + lines[2][:40], lines[3]])
    reading = read(torn)
    (trace,) = reading.traces
    assert len(trace) >= 3
    assert reading.notices


def test_no_span_is_another_format() -> None:
    with pytest.raises(NotThisFormat):
        list(span_rows.READER.read(document(b'{"traceId": "1"}'), False))


def test_what_an_agent_core_agent_said_is_joined_from_its_log() -> None:
    asked = {"content": {"content": json.dumps([{"text": "Rain in Oslo?"}])}, "role": "user"}
    call = {"toolUse": {"toolUseId": "c1", "name": "look_up", "input": {"city": "Oslo"}}}
    said_ = {"content": {"message": json.dumps([call]), "finish_reason": "tool_use"}, "role": "assistant"}
    log = {
        "scope": {"name": "strands.telemetry.tracer"}, "timeUnixNano": stores.START_NS, "traceId": TRACE,
        "spanId": SPANS[1].id, "body": {"input": {"messages": [asked]}, "output": {"messages": [said_]}},
        "attributes": {"event.name": "strands.telemetry.tracer"},
    }  # fmt: skip
    bare = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "claude"}
    span = stores.cloudwatch(SPANS[1]._replace(attributes=bare, parent=""))
    reading = read([log, span])
    body = reading.traces[0].step(0).body
    assert body.messages is not None
    assert body.output is not None
    assert [message.text for message in body.messages] == ["Rain in Oslo?"]
    assert [(each.id, each.arguments) for each in body.output.tool_calls] == [("c1", {"city": "Oslo"})]
    assert (reading.notices, body.output.finish_reason) == ((), "tool_use")


def test_logs_without_spans_say_so() -> None:
    log = {
        "timeUnixNano": 1,
        "traceId": TRACE,
        "spanId": SPANS[1].id,
        "attributes": {"event.name": "gen_ai.user.message"},
    }
    reading = read(
        [
            {**log, "body": {"content": "Hello"}},
            {"traceId": TRACE, "spanId": "1", "timeUnixNano": 1, "body": "x"},
        ]
    )
    assert (
        Notice(
            "",
            "1 model call is known by log records only; the tree is in the file of the spans: open that, or both in one (`cat`)",
        )
        in reading.notices
    )


def test_the_first_rows_come_early() -> None:
    lines = STORES["CloudWatch, lines"].split(b"\n")
    many = b"\n".join(lines[0].replace(b"a000000000000001", b"%016x" % number) for number in range(1, 2_000))
    readings = list(span_rows.READER.read(document(many), True))
    some = [len(reading.traces[0]) for reading in readings if reading.traces]
    assert len(some) > 1
    assert some == sorted(some)
    assert some[-1] == 1_999
    assert [reading.complete for reading in readings] == [False] * (len(readings) - 1) + [True]
