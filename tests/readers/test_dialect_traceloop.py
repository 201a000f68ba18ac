"""Traceloop's workflow attributes: what went in and out of an entity, and the graph of the workflow."""

from __future__ import annotations

import json

from replaydbg.core.message import Json
from replaydbg.core.step import Kind
from replaydbg.readers import _dialect_genai
from tests.support.otlp import step

TASK = {"traceloop.span.kind": "task", "traceloop.entity.name": "plan"}


def wrapped(**value: Json) -> str:
    return json.dumps({**value, "tags": [], "metadata": {"k": 1}, "kwargs": {"name": "plan"}})


def test_what_the_application_passed_is_taken_out_of_the_bookkeeping() -> None:
    body = step("plan.task", TASK | {"traceloop.entity.input": wrapped(inputs={"q": 1}),
                                     "traceloop.entity.output": wrapped(outputs='{"a": 2}')}).body  # fmt: skip
    assert (body.input, body.output_value) == ({"q": 1}, {"a": 2})


def test_what_is_not_wrapped_stays() -> None:
    body = step(
        "plan.task",
        TASK | {"traceloop.entity.input": '{"inputs": 1, "q": 2}', "traceloop.entity.output": "done"},
    ).body
    assert (body.input, body.output_value) == ({"inputs": 1, "q": 2}, "done")


def test_the_graph_of_a_workflow() -> None:
    graph = {
        "traceloop.span.kind": "workflow",
        "gen_ai.workflow.nodes": ["a", "b"],
        "gen_ai.workflow.edges": ["a->b"],
    }
    assert step("w.workflow", graph).body.input == {"graph": {"nodes": ["a", "b"], "edges": ["a->b"]}}
    both = step("w.workflow", graph | {"traceloop.entity.input": wrapped(inputs={"q": 1})}).body
    assert both.input == {"inputs": {"q": 1}, "graph": {"nodes": ["a", "b"], "edges": ["a->b"]}}


def test_a_tool_is_genais() -> None:
    found = step(
        "f.tool",
        {"traceloop.span.kind": "tool", "traceloop.entity.input": '{"inputs": {"q": 1}, "tags": []}'},
    )
    assert found.kind is Kind.TOOL_EXECUTION
    assert found.body.call is not None
    assert found.body.call.arguments == {"q": 1}
    assert found.body.input is None


def test_a_model_call_with_a_workflow_is_genais() -> None:
    found = step("chat", {"gen_ai.operation.name": "chat", "traceloop.workflow.name": "w"})
    assert type(found.body) is _dialect_genai.Body
