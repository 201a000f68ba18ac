"""OpenAI's Agents SDK: its own records, and what is missing in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replaydbg.core.message import Json, Message, Role, Text, ToolCall
from replaydbg.core.step import Kind, Status, Usage
from replaydbg.readers import _registry
from replaydbg.readers.openai_agents import READER
from tests.support.corpora import document as file_of
from tests.support.corpora import each_of
from tests.support.readings import clear, document, lines, opened, steps, walked


def span(id_: str, parent: str | None, type_: str, *, error: Json = None, **data: Json) -> dict[str, Json]:
    return {
        "object": "trace.span",
        "id": id_,
        "trace_id": "trace_1",
        "parent_id": parent,
        "started_at": "2026-01-01T00:00:00+00:00",
        "ended_at": "2026-01-01T00:00:00.250000+00:00",
        "span_data": {"type": type_, **data},
        "error": error,
    }


CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"q": "x"}'}}
USAGE = {"input_tokens": 3, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 1}}
TRACE = {"object": "trace", "id": "trace_1", "workflow_name": "w", "group_id": None, "metadata": None}
SPANS = [
    span("call", "turn", "generation", input=[{"role": "user", "content": "find x"}], output=[{"role": "assistant", "content": None, "tool_calls": [CALL]}], model="gpt-5", model_config={"temperature": 0, "top_p": None, "base_url": "http://x"}, usage=USAGE),
    span("tool", "turn", "function", name="find", input='{"q":', output="Invalid JSON", error={"message": "Error running tool", "data": {"tool_name": "find", "error": "Invalid JSON input"}}),
    span("handoff", "turn", "handoff", from_agent="a", to_agent="b"),
    span("turn", "agent", "custom", name="turn", data={"turn": 1, "usage": USAGE}),
    span("agent", None, "agent", name="a", tools=["find"], handoffs=["b"], output_type="str"),
]  # fmt: skip
HOLLOW = span("hollow", None, "response", response_id="resp_1", usage=USAGE)
SHAPES: dict[str, Any] = {
    "exported": {"data": [TRACE, *SPANS]},
    "array": [TRACE, *SPANS],
    "lines": lines(TRACE, *SPANS),
    "two exports": lines({"data": [TRACE, *SPANS[:2]]}, {"data": SPANS[2:]}),
    "spans only": lines(*SPANS),
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES.keys())
def test_the_same_run_in_every_shape(content: Any) -> None:
    trace = clear(READER, content)
    assert (trace.id, trace.ids) == ("trace_1", ["agent", "turn", "call", "tool", "handoff"])
    agent, turn, call, tool, handoff = walked(trace)
    assert (agent.kind, agent.agent) == (Kind.AGENT_INVOCATION, "a")
    assert agent.body.input == {"tools": ["find"], "handoffs": ["b"], "output_type": "str"}
    assert (turn.kind, turn.name, turn.agent, turn.body.usage) == (Kind.OPAQUE, "turn", "a", Usage())
    assert (call.kind, call.model, call.duration_ms) == (Kind.MODEL_CALL, "gpt-5", 250.0)
    assert call.body.messages == (Message(Role.USER, (Text("find x"),)),)
    assert call.tool_calls == (ToolCall("c1", "find", {"q": "x"}, '{"q": "x"}'),)
    assert (call.body.usage, call.body.params, call.body.tools) == (Usage(3, 2, 1), {"temperature": 0}, None)
    assert (tool.kind, tool.status) == (Kind.TOOL_EXECUTION, Status.ERROR)
    assert tool.body.error == "Error running tool: Invalid JSON input"
    assert tool.body.call is not None
    assert (tool.body.call.raw, tool.body.call.problem is None, tool.body.result) == (
        '{"q":',
        False,
        "Invalid JSON",
    )
    assert (handoff.kind, handoff.name) == (Kind.HANDOFF, "handoff to b")


def test_hollow_responses_are_said_to_be_so() -> None:
    reading = opened(READER, {"data": [TRACE, *SPANS, HOLLOW]})
    (notice,) = reading.notices
    assert notice.message.startswith("1 of 2 model calls is hollow")
    assert "OpenInference" in notice.message
    step = walked(reading)[-1]
    assert (step.body.messages, step.body.output, step.body.usage) == (None, None, Usage(3, 2, 1))


def test_a_processor_that_keeps_the_response_is_read() -> None:
    response = {
        "object": "response", "model": "gpt-5-2026", "status": "completed", "tools": [{"type": "function", "name": "find", "parameters": {}}],
        "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]}],
    }  # fmt: skip
    full = span("full", None, "response", input="hello", response=response, usage=USAGE)
    reading = opened(READER, [full])
    (step,) = walked(reading)
    assert reading.notices == ()
    assert step.body.messages == (Message(Role.USER, (Text("hello"),)),)
    assert step.body.output == Message(Role.ASSISTANT, (Text("hi"),), finish_reason="completed")
    assert [spec.name for spec in step.body.tools or ()] == ["find"]
    assert step.body.response_model == "gpt-5-2026"


def test_records_of_another_kind_are_left_out() -> None:
    reading = opened(READER, {"data": [TRACE, {"object": "trace.span"}, {"object": "list"}, 3, SPANS[4]]})
    assert [notice.pointer for notice in reading.notices] == ["/data/1", "/data/2", "/data/3"]
    assert list(steps(READER, [SPANS[4]])) == ["agent"]


@pytest.mark.parametrize(
    "content",
    [
        {"data": [{"object": "response", "id": "r"}]},
        {"data": [{"id": "x", "context": {"span_id": "1"}}]},
        {"object": "chat.completion", "choices": []},
    ],
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert READER.sniff(document(content)) == 0.0


@each_of("openai_agents", pattern="native__*")
def test_corpora(path: Path) -> None:
    """Every span is a step; the tokens of the model calls are those that the SDK's own tasks add up."""
    content = json.loads(path.read_bytes())
    *_, reading = _registry.read(file_of(path))
    spans = {item["id"]: item for item in content["data"] if item["object"] == "trace.span"}
    found = {step.id: step for step in walked(reading)}
    assert found.keys() == spans.keys()
    assert all(found[id_].parent_id == item["parent_id"] for id_, item in spans.items())
    tasks = [
        item["span_data"]["data"]["usage"]
        for item in spans.values()
        if item["span_data"].get("name") == "task"
    ]
    calls = [step for step in found.values() if step.kind is Kind.MODEL_CALL]
    assert sum(step.body.usage.input_tokens or 0 for step in calls) == sum(
        task["input_tokens"] for task in tasks
    )
    responses = sum(item["span_data"]["type"] == "response" for item in spans.values())
    assert len(reading.notices) == (1 if responses else 0)


SAMPLES = list(SHAPES.values())
