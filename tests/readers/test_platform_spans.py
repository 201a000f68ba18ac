"""Steps as platforms export them: whatever the platform, the run is the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.message import Role
from replaydbg.core.step import Kind, Status
from replaydbg.readers import _registry, platform_spans
from replaydbg.readers._api import NotThisFormat, Reading
from tests.readers.test_mastra_spans import SPANS as MASTRA
from tests.support.otlp import document
from tests.support.platforms import INPUTS, NAMES, OPIK_TRACE, PLATFORMS
from tests.support.stores import SPANS, TRACE

SAMPLES = [*PLATFORMS.values(), {"traceId": "t", "spans": MASTRA}]
SAYS_NO_AGENTS = ("Opik", "Braintrust", "Weave", "PostHog")
SAYS_NO_TOOLS = ("DeepEval",)
SAYS_NO_KIND_OF_TOOLS = ("PostHog",)


def read(value: Any) -> Reading:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return list(_registry.read(document(content)))[-1]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_tree_is_the_same(platform: str) -> None:
    reading = read(PLATFORMS[platform])
    (trace,) = reading.traces
    # Braintrust's cursor stands behind the last page, too
    assert [notice.pointer for notice in reading.notices] == ["/cursor"] * (platform == "Braintrust")
    assert trace.id == TRACE
    steps = [trace.step(row) for row in range(len(trace))]
    found = [(step.id, step.parent_id or "", step.name, step.started_ns, step.ended_ns) for step in steps]
    assert found == [
        (span.id, span.parent, name, span.start_ns, span.start_ns + span.took_ns)
        for span, name in zip(SPANS, NAMES, strict=True)
    ]
    errors = [(step.status, step.body.error) for step in steps]
    assert errors == [(Status.ERROR, span.error) if span.error else (Status.UNSET, "") for span in SPANS]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_model_calls_are_the_same(platform: str) -> None:
    (trace,) = read(PLATFORMS[platform]).traces
    first, second = (trace.step(row) for row in trace.rows(Kind.MODEL_CALL))
    assert first.model == "gpt-5"
    assert (first.body.usage.input_tokens, first.body.usage.output_tokens) == (20, 8)
    assert (trace.input_tokens[3], trace.output_tokens[3]) == (40, 5)
    assert second.body.messages is not None
    roles = [message.role for message in second.body.messages]
    assert roles == [Role.USER, Role.ASSISTANT, Role.TOOL]
    assert first.body.output is not None
    assert second.body.output is not None
    called = (*first.body.output.tool_calls, *second.body.messages[1].tool_calls)
    assert [(call.id, call.name, call.arguments) for call in called] == [
        ("c1", "look_up", {"city": "Oslo"})
    ] * 2
    assert [(come.id, come.result) for come in second.body.messages[2].tool_responses] == [
        ("c1", "no answer")
    ]
    assert second.body.output.text == "I could not find out."
    if not platform.startswith(SAYS_NO_TOOLS):
        assert [tool.name for tool in first.body.tools or ()] == ["look_up"]
        assert first.body.params == {"temperature": 0.5}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_other_steps_are_the_same(platform: str) -> None:
    (trace,) = read(PLATFORMS[platform]).traces
    agent, tool = trace.step(0), trace.step(2)
    assert (agent.kind is Kind.AGENT_INVOCATION) is not platform.startswith(SAYS_NO_AGENTS)
    assert agent.body.input == INPUTS[0]
    if platform.startswith(SAYS_NO_KIND_OF_TOOLS):
        assert (tool.kind, tool.body.input) == (Kind.OPAQUE, INPUTS[2])
    else:
        assert tool.body.call is not None
        assert (tool.kind, tool.body.call.arguments) == (Kind.TOOL_EXECUTION, INPUTS[2])
        assert (tool.body.has_result, tool.body.result) == (True, "no answer")


def test_a_trace_of_opik_without_spans_is_a_step() -> None:
    (trace,) = read({"trace": OPIK_TRACE, "spans": []}).traces
    step = trace.step(0)
    assert (trace.id, len(trace), step.name, step.body.input) == (TRACE, 1, "run", INPUTS[0])


def test_what_is_no_step_is_told_once() -> None:
    rows = [*PLATFORMS["Weave"], {"op_name": "x"}, {"op_name": "y"}]
    told = [notice.message for notice in read(rows).notices]
    assert told == [
        "a record that is no step of a run, left out",
        "2 such records were left out in all",
    ]


def test_no_step_is_another_format() -> None:
    with pytest.raises(NotThisFormat):
        list(platform_spans.READER.read(document(b'{"trace_id": "1"}'), False))


def test_a_torn_line_costs_itself() -> None:
    lines = PLATFORMS["Braintrust, lines"].split(b"\n")
    reading = read(b"\n".join([lines[0], lines[1][:200], lines[2], lines[3]]))
    assert len(reading.traces[0]) >= 3
    assert reading.notices
