"""The SDKs' own dumps of spans."""

from __future__ import annotations

import json

import pytest

from replaydbg.core.message import Json
from replaydbg.core.step import Kind, Status
from replaydbg.readers import _registry, otlp_console
from replaydbg.readers._api import NotThisFormat, Reading
from tests.support.otlp import document


def span(number: int, parent: int = 0, **attributes: Json) -> dict[str, Json]:
    return {
        "name": f"s{number}",
        "context": {"trace_id": "0x" + "a" * 32, "span_id": f"0x{number:016x}", "trace_state": "[]"},
        "kind": "SpanKind.CLIENT",
        "parent_id": f"0x{parent:016x}" if parent else None,
        "start_time": "2026-01-01T00:00:00.000001Z",
        "end_time": "2026-01-01T00:00:01Z",
        "status": {"status_code": "ERROR", "description": "boom"},
        "attributes": attributes,
        "events": [],
    }


SPANS = [span(2, 1, **{"gen_ai.operation.name": "chat"}), span(1)]
PX: Json = {"traceId": "a" * 32, "spans": SPANS, "rootSpan": SPANS[1], "duration": 1000, "status": "OK"}
"""What Phoenix's command line writes of a trace."""


def read(content: bytes) -> Reading:
    return list(otlp_console.READER.read(document(content), False))[-1]


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(json.dumps(item, indent=4) for item in SPANS),
        "\n".join(json.dumps(item) for item in SPANS),
        json.dumps(SPANS),
        json.dumps(SPANS, indent=1),
        json.dumps({"data": SPANS, "next_cursor": None}),
        json.dumps(PX),
        json.dumps([PX], indent=2),
        "INFO starting\n" + "\n".join(json.dumps(item) for item in SPANS),
    ],
    ids=["pressed", "lines", "array", "indented", "phoenix", "px trace", "px traces", "log line before"],
)
def test_containers(content: str) -> None:
    assert _registry.choose(document(content.encode())).reader.name == "otel-console"
    (only,) = read(content.encode()).traces
    assert only.id == "a" * 32
    assert [(only.ids[row][-1], only.depths[row], only.kind(row)) for row in range(2)] == [
        ("1", 0, Kind.OPAQUE),
        ("2", 1, Kind.MODEL_CALL),
    ]
    step = only.step(1)
    assert (step.status, step.body.error, step.duration_ms) == (Status.ERROR, "boom", 999.999)


def test_sniff_sees_the_context() -> None:
    assert _registry.choose(document(json.dumps(SPANS).encode())).reader.name == "otel-console"
    assert otlp_console.READER.sniff(document({"context": {}})) == 0.0
    assert otlp_console.READER.sniff(document([])) == 0.0


def test_javascript_spans() -> None:
    content = {
        "name": "ai.streamText",
        "spanContext": {"traceId": "b" * 32, "spanId": "c" * 16},
        "parentSpanContext": {"spanId": "d" * 16},
        "startTime": [1_700_000_000, 5],
        "endTime": [1_700_000_001, 5],
        "status": {"code": 1},
        "attributes": {"openinference.span.kind": "LLM"},
    }
    (only,) = read(json.dumps([content]).encode()).traces
    step = only.step(0)
    assert (step.kind, step.started_ns, step.duration_ms) == (
        Kind.MODEL_CALL,
        1_700_000_000_000_000_005,
        1000.0,
    )


def test_phoenix_takes_the_kind_out_of_the_attributes() -> None:
    item = {"name": "x", "context": {"trace_id": "t", "span_id": "s"}, "span_kind": "LLM", "attributes": {}}
    (only,) = read(json.dumps({"data": [item]}).encode()).traces
    assert only.kind(0) is Kind.MODEL_CALL


def test_what_is_cut_or_no_span_is_told() -> None:
    content = "\n".join(json.dumps(item, indent=1) for item in [*SPANS, {"no": "span"}])
    reading = read(content.encode() + b'\n{\n "name": "x", "context": {"span_id": "0x12", "trace')
    assert len(reading.traces[0]) == 2
    assert len(reading.notices) >= 2


def test_partial_readings_grow() -> None:
    content = "\n".join(json.dumps(span(n, text="x" * 900)) for n in range(1, 1500)).encode()
    readings = list(otlp_console.READER.read(document(content), True))
    counts = [len(reading.traces[0]) for reading in readings]
    assert counts == sorted(counts)
    assert len(counts) > 1
    assert [reading.complete for reading in readings][-2:] == [False, True]


def test_no_span_at_all() -> None:
    with pytest.raises(NotThisFormat):
        read(b'[{"a": 1}]')


PHOENIX: dict[str, Json] = {
    "name": "ChatCompletion",
    "span_kind": "LLM",
    "parent_id": None,
    "start_time": "2026-01-01T00:00:01.500000+00:00",
    "end_time": "2026-01-01T00:00:02+00:00",
    "status_code": "OK",
    "status_message": "",
    "events": [],
    "context": {"trace_id": "a" * 32, "span_id": "b" * 16},
    "attributes": {
        "llm.model_name": "gpt-5",
        "llm.token_count.prompt": 5,
        "llm.input_messages.0.message.role": "user",
        "llm.input_messages.0.message.content": "hi",
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "bash",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "",
    },
}
CELLS = {
    "attributes.llm.model_name": "gpt-5",
    "attributes.llm.token_count.prompt": 5,
    "attributes.llm.input_messages": [{"message.role": "user", "message.content": "hi"}],
    "attributes.llm.output_messages": [
        {
            "message.role": "assistant",
            "message.tool_calls": [{"tool_call.id": "c1", "tool_call.function.name": "bash", "tool_call.function.arguments": ""}],
        }
    ],
    "attributes.tool.name": None,
}  # fmt: skip
ROW = {
    **{key: value for key, value in PHOENIX.items() if key not in {"context", "attributes"}},
    "context.span_id": "b" * 16,
    "context.trace_id": "a" * 32,
    **CELLS,
}
NESTED = {
    "llm": {
        "model_name": "gpt-5",
        "token_count": {"prompt": 5},
        "input_messages": [{"message": {"role": "user", "content": "hi"}}],
        "output_messages": [
            {
                "message": {
                    "role": "assistant",
                    "tool_calls": [
                        {"tool_call": {"id": "c1", "function": {"name": "bash", "arguments": ""}}}
                    ],
                }
            }
        ],
    },
    "metadata": {"llm": {"model_name": "another"}},
}


@pytest.mark.parametrize(
    "content",
    [
        {"data": [PHOENIX], "next_cursor": "x"},
        [PHOENIX],
        [ROW],
        {key: {"0": cell} for key, cell in ROW.items()},
        {"columns": [*ROW], "index": [0], "data": [[*ROW.values()]]},
        [ROW | {"start_time": 1_767_225_601_500, "end_time": 1_767_225_602_000}],
        {"data": [PHOENIX | {"attributes": NESTED}]},
    ],
    ids=["REST", "list", "data frame", "by columns", "split", "times as numbers", "nested"],
)
def test_phoenix(content: Json) -> None:
    given = document(json.dumps(content).encode())
    assert otlp_console.READER.sniff(given) >= 0.9
    (trace,) = read(json.dumps(content).encode()).traces
    step = trace.step(0)
    assert (trace.id, step.id, step.kind, step.model) == ("a" * 32, "b" * 16, Kind.MODEL_CALL, "gpt-5")
    assert (step.started_ns, step.duration_ms) == (1_767_225_601_500_000_000, 500.0)
    assert [message.text for message in step.body.messages or ()] == ["hi"]
    assert [(call.id, call.name, call.arguments, call.raw) for call in step.tool_calls] == [
        ("c1", "bash", {}, "")
    ]
    assert step.body.usage.input_tokens == 5


SAMPLES = [SPANS, json.dumps(SPANS, indent=4).encode(), {"data": [PHOENIX]}, [ROW], PX]
