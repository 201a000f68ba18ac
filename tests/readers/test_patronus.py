"""Patronus: spans inside of spans, numbers as text, durations without ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.message import Json, Message, Role, Text
from replaydbg.core.step import Kind, Status, Usage
from replaydbg.readers.patronus import READER
from tests.support.readings import document, lines, opened, walked

TRACE = "a" * 32


def span(
    number: int, name: str, *children: Json, parent: int | None = None, **fields: Json
) -> dict[str, Json]:
    return {
        "timestamp": "2025-03-19T16:41:14.482314Z",
        "trace_id": TRACE,
        "span_id": f"{number:016x}",
        "parent_span_id": None if parent is None else f"{parent:016x}",
        "span_name": name,
        "duration": "PT1M48.5S",
        "status_code": "Unset",
        "status_message": "",
        "events": [],
        "child_spans": list(children),
        "span_attributes": {},
        **fields,
    }


CALL = span(
    3, "LiteLLMModel.__call__", parent=2,
    span_attributes={
        "openinference.span.kind": "LLM", "llm.model_name": "o3-mini", "llm.token_count.prompt": "12", "llm.token_count.completion": "3",
        "llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "hi", "output.value": "ho",
    },
)  # fmt: skip
FAILED = span(
    4, "TextInspectorTool", parent=2, status_code="Error",
    span_attributes={"openinference.span.kind": "TOOL", "tool.name": "inspect", "input.value": '{"path": "x"}', "output.value": "two"},
    events=[{"Timestamp": "2025-03-19T16:41:14Z", "Name": "exception", "Attributes": {"exception.type": "E", "exception.message": "boom"}}],
)  # fmt: skip
ROOT = span(1, "main", span(2, "Step 1", CALL, FAILED, span_attributes={"openinference.span.kind": "CHAIN"}))
TREE = {"trace_id": TRACE, "spans": [ROOT]}


@pytest.mark.parametrize("content", [TREE, [TREE], lines(TREE)], ids=["object", "array", "lines"])
def test_spans_are_unfolded(content: Any) -> None:
    assert READER.sniff(document(content)) >= 0.9
    reading = opened(READER, content)
    assert reading.notices == ()
    (trace,) = reading.traces
    assert (trace.id, list(trace.depths)) == (TRACE, [0, 1, 2, 2])
    _, step, call, tool = walked(reading)
    assert (step.name, step.kind, step.duration_ms) == ("Step 1", Kind.OPAQUE, 108_500.0)
    assert (call.kind, call.model, call.body.usage) == (Kind.MODEL_CALL, "o3-mini", Usage(12, 3))
    assert call.body.messages == (Message(Role.USER, (Text("hi"),)),)
    assert call.body.output == Message(Role.ASSISTANT, (Text("ho"),))
    assert (tool.kind, tool.name, tool.status, tool.body.error) == (
        Kind.TOOL_EXECUTION, "inspect", Status.ERROR, "E: boom",
    )  # fmt: skip
    assert tool.body.call is not None
    assert (tool.body.call.raw, tool.body.result) == ('{"path": "x"}', "two")
    assert "child_spans" not in step.body.raw
    assert step.body.raw["span_name"] == "Step 1"


def test_a_span_without_a_parent_id_belongs_to_the_one_around_it() -> None:
    reading = opened(READER, {"trace_id": TRACE, "spans": [span(1, "a", span(2, "b"))]})
    assert list(reading.traces[0].depths) == [0, 1]


def test_what_nests_too_deep_is_read_as_far_as_it_goes() -> None:
    around = json.dumps(span(1, "s"))[: -len("}")].replace('"child_spans": [], ', "")
    text = '{"trace_id": "x", "spans": [' + (around + ', "child_spans": [') * 3000
    reading = opened(READER, text)
    assert 50 < len(reading.traces[0]) < 3000
    assert "nested deeper than 1,024 levels: only the first 200" in reading.notices[0].message


@pytest.mark.parametrize(
    "content",
    [{"trace_id": "x", "spans": []}, {"spans": [{"span_id": "x"}]}, {"info": {}, "data": {"spans": []}}],
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert READER.sniff(document(content)) == 0.0


SAMPLES = [TREE, lines(TREE)]
