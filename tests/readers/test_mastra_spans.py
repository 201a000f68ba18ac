"""Mastra's spans as its server answers, and as its exporters are handed them."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.readers import _platforms, _registry
from replaydbg.readers._mastra_spans import is_record
from replaydbg.readers.platform_spans import READER
from tests.support.readings import clear, document, outline, walked

COUNTS = {"inputTokens": 15, "outputTokens": 10}
MODEL = {"modelMetadata": {"modelId": "gpt-5", "modelProvider": "openai"}}


def span(number: int, parent: int | None, type_: str, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "traceId": "t", "spanId": f"s{number}", "parentSpanId": None if parent is None else f"s{parent}", "name": name,
        "spanType": type_, "isEvent": False, "startedAt": f"2026-01-01T00:00:0{number}Z", "endedAt": f"2026-01-01T00:00:0{number + 1}Z",
        "entityId": "helper", "attributes": {}, "metadata": {}, "input": {}, "output": None, "error": None, **fields,
    }  # fmt: skip


ASKED = {"text": "", "toolCalls": [{"toolCallId": "c1", "toolName": "look", "args": {"x": 1}}]}
SPANS = [
    span(0, None, "agent_run", "agent run: 'helper'", input="hi", output={"text": "done"}),
    span(1, 0, "model_generation", "llm: 'gpt-5'", attributes={"model": "gpt-5", "usage": {"inputTokens": 30, "outputTokens": 20}},
         input={"messages": [{"role": "user", "content": "hi"}]}, output={"text": "done"}),
    span(2, 1, "model_step", "step: 0", attributes={"usage": COUNTS}, metadata=MODEL, output=ASKED,
         input={"messages": [{"role": "user", "content": "hi"}]}),
    span(3, 2, "tool_call", "tool: 'look'", entityId="look", input={"x": 1}, output={"y": 2}),
    span(4, 1, "model_step", "step: 1", attributes={"usage": COUNTS}, metadata=MODEL, output={"text": "done", "toolCalls": []}),
    span(5, 4, "model_chunk", "chunk: 'text'", output={"text": "done"}),
    span(6, 0, "tool_call", "tool: 'send'", entityId="send", error={"name": "Error", "message": "no"}),
]  # fmt: skip


def handed(record: dict[str, Any]) -> dict[str, Any]:
    """As an exporter is handed it."""
    renamed = {
        "spanId": "id",
        "parentSpanId": "parentId",
        "spanType": "type",
        "startedAt": "startTime",
        "endedAt": "endTime",
    }
    return {renamed.get(key, key): value for key, value in record.items()}


@pytest.mark.parametrize(
    "content", [{"traceId": "t", "spans": SPANS}, list(map(handed, SPANS))], ids=["server", "exporter"]
)
def test_a_generation_is_its_steps(content: Any) -> None:
    assert _registry.choose(document(content)).reader is READER
    trace = clear(READER, content)
    assert outline(trace) == [
        "agent-invocation helper",
        "  opaque llm: 'gpt-5'",
        "    model-call step: 0",
        "      tool-execution look",
        "    model-call step: 1",
        "      opaque chunk: 'text'",
        "  tool-execution send!",
    ]
    _, _, first, look, second, _, send = walked(trace)
    assert (first.model, first.body.usage, first.tool_calls) == (
        "gpt-5", Usage(15, 10), (ToolCall("c1", "look", {"x": 1}),),
    )  # fmt: skip
    assert [message.text for message in first.body.messages or ()] == ["hi"]
    assert second.body.messages is None, "a step may leave the prompt to its generation"
    assert second.body.output is not None
    assert second.body.output.text == "done"
    assert (look.body.call, look.body.result) == (ToolCall("", "look", {"x": 1}), {"y": 2})
    assert send.body.error == "Error: no"


def test_laminar_is_not_mastra() -> None:
    laminar = {"traceId": "t", "spanId": "s", "spanType": "LLM", "input": None, "output": None}
    assert not is_record(laminar)
    platform = _platforms.of(laminar)
    assert platform is not None
    assert platform.name == "Laminar"


def test_the_generation_says_what_each_of_its_inferences_was_offered() -> None:
    schema = {"type": "object", "properties": {"x": {"type": "string"}}}
    offer = {"type": "function", "name": "look", "description": "looks", "parameters": schema}
    inside = {"model": "gpt-5", "usage": COUNTS, "availableTools": ["look"]}
    content = [
        SPANS[0],
        {**SPANS[1], "attributes": {"model": "gpt-5", "tools": [offer]}, "endedAt": "2026-01-01T00:00:06Z"},
        span(2, 1, "model_step", "step: 0", attributes={"usage": COUNTS}, output=ASKED),
        span(3, 2, "model_inference", "inference: 0", attributes=inside, output=ASKED),
        span(4, 1, "model_step", "step: 1", attributes={"usage": COUNTS}, output={"text": "done"}),
        span(5, 4, "model_inference", "inference: 1", attributes=inside, output={"text": "done"}),
        span(6, 0, "model_inference", "inference: 2", attributes=inside, output={"text": "alone"}),
    ]
    *_, reading = READER.read(document(content), False)
    (trace,) = reading.traces
    calls = [step for step in trace.steps() if step.kind is Kind.MODEL_CALL]
    assert [step.name for step in calls] == ["inference: 0", "inference: 1", "inference: 2"]
    offered = [[(tool.name, tool.schema) for tool in step.body.tools or ()] for step in calls]
    assert offered == [[("look", schema)], [("look", schema)], []]
    assert calls[1].body.output is not None
    assert calls[1].body.output.text == "done"


def test_a_generation_that_lies_further_up_says_it_too() -> None:
    offer = {"type": "function", "name": "look", "parameters": {"type": "object"}}
    inside = {"model": "gpt-5", "usage": COUNTS}
    content = [
        SPANS[0],
        {**SPANS[1], "attributes": {"tools": [offer]}, "endedAt": "2026-01-01T00:00:06Z"},
        span(2, 1, "generic", "between"),
        span(3, 2, "model_inference", "inference: 0", attributes=inside, output=ASKED),
        span(4, 2, "model_inference", "inference: 1", attributes=inside, output={"text": "done"}),
    ]
    *_, reading = READER.read(document(content), False)
    (trace,) = reading.traces
    calls = [step for step in trace.steps() if step.kind is Kind.MODEL_CALL]
    assert [[tool.name for tool in step.body.tools or ()] for step in calls] == [["look"], ["look"]]
