"""Datadog's spans: what the run that all platforms tell does not show."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers import _datadog_spans
from replaydbg.wire import tool_specs

SPAN: dict[str, Any] = {"trace_id": "t", "span_id": "s", "start_ns": 1, "meta": {"span.kind": "llm"}}


@pytest.mark.parametrize(
    "record",
    [
        SPAN,
        {**SPAN, "meta": {"span": {"kind": "tool"}}},
        {"id": "s", "attributes": {"trace_id": "t", "span_id": "s", "ml_app": "x"}},
        {"trace_id": "t", "span_id": "s", "ml_app": "x", "start_ns": 1, "span_kind": "llm"},
    ],
)
def test_records(record: dict[str, Any]) -> None:
    assert _datadog_spans.is_record(record)
    assert (_datadog_spans.told(record).trace, _datadog_spans.told(record).id) == ("t", "s")


def test_spans_of_its_tracer_are_none() -> None:
    assert not _datadog_spans.is_record(
        {"trace_id": 1, "span_id": 2, "resource": "r", "start": 1, "meta": {}}
    )


def test_costs_are_billionths_of_a_dollar() -> None:
    assert _datadog_spans.told({**SPAN, "metrics": {"estimated_total_cost": 2_000_000}}).cost == 0.002
    assert _datadog_spans.told({**SPAN, "metrics": {}}).cost is None


@pytest.mark.parametrize("parent", ["undefined", "0", 0])
def test_roots(parent: Any) -> None:
    assert _datadog_spans.told({**SPAN, "parent_id": parent}).parent is None


def test_tools_that_were_offered_have_their_schema() -> None:
    offered = [{"name": "f", "description": "d", "schema": {"type": "object"}}]
    found = _datadog_spans.told({**SPAN, "meta": {"span.kind": "llm", "tool_definitions": offered}}).offers
    (tool,) = tool_specs.read_tools(found[0])
    assert (tool.name, tool.description, tool.schema) == ("f", "d", {"type": "object"})


def test_a_message_may_bring_results_and_ask_for_more() -> None:
    said = {
        "role": "assistant",
        "tool_results": [{"tool_id": "a", "result": "x"}],
        "tool_calls": [{"tool_id": "b", "name": "f", "arguments": {}}],
    }
    found = _datadog_spans.told({**SPAN, "meta": {"span.kind": "llm", "input": {"messages": [said]}}}).input
    assert isinstance(found, list)
    assert [message["role"] for message in found] == ["tool", "assistant"]
    assert found[1]["tool_calls"][0]["id"] == "b"
