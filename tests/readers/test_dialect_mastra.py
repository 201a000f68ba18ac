"""Mastra spans, of today and of before 1.0."""

from __future__ import annotations

import json

import pytest

from replaydbg.core.message import Json, Message, Role, Text, ToolCall
from replaydbg.core.step import Kind
from tests.support.otlp import read, request, span, step, trace


@pytest.mark.parametrize(
    ("name", "attributes", "kind", "shown"),
    [
        ("invoke_agent Weather", {"mastra.span.type": "agent_run", "gen_ai.agent.name": "Weather"}, Kind.AGENT_INVOCATION, "Weather"),
        ("agent.weather", {"mastra.span.type": "agent_run"}, Kind.AGENT_INVOCATION, "weather"),
        ("chat m", {"mastra.span.type": "model_generation"}, Kind.MODEL_CALL, "chat m"),
        ("chat m", {"mastra.span.type": "llm_generation"}, Kind.MODEL_CALL, "chat m"),
        ("step: 0", {"mastra.span.type": "model_step", "gen_ai.operation.name": "model_step"}, Kind.MODEL_CALL, "step: 0"),
        ("chunk", {"mastra.span.type": "model_chunk"}, Kind.OPAQUE, "chunk"),
        ("execute_tool find", {"mastra.span.type": "mcp_tool_call", "gen_ai.tool.name": "find"}, Kind.TOOL_EXECUTION, "find"),
        ("tool.execute find", {"mastra.span.type": "tool_call"}, Kind.TOOL_EXECUTION, "find"),
        ("invoke_workflow w", {"mastra.span.type": "workflow_run"}, Kind.OPAQUE, "invoke_workflow w"),
        ("x", {"mastra.span.type": 17}, Kind.OPAQUE, "x"),
    ],
)  # fmt: skip
def test_kinds(name: str, attributes: Json, kind: Kind, shown: str) -> None:
    found = step(name, attributes)
    assert (found.kind, found.name) == (kind, shown)


def test_a_generation_by_the_conventions() -> None:
    said = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
    body = step("x", {"mastra.span.type": "model_generation", "gen_ai.input.messages": json.dumps(said)}).body
    assert body.messages == (Message(Role.USER, (Text("hi"),)),)


def test_cached_tokens_have_a_name_of_its_own() -> None:
    counts = {"gen_ai.usage.input_tokens": 9, "gen_ai.usage.cached_input_tokens": 4}
    body = step("x", {"mastra.span.type": "model_generation"} | counts).body
    assert (body.usage.input_tokens, body.usage.cache_read_tokens) == (9, 4)


def test_a_generation_of_before() -> None:
    attributes = {
        "mastra.span.type": "llm_generation",
        "gen_ai.prompt": '{"messages":[{"role":"user","content":"hi"}]}',
        "gen_ai.completion": '{"text":"","toolCalls":[{"toolCallId":"c1","toolName":"find","args":{"q":1}}]}',
    }
    body = step("x", attributes).body
    assert body.messages == (Message(Role.USER, (Text("hi"),)),)
    assert body.output == Message(Role.ASSISTANT, (ToolCall("c1", "find", {"q": 1}),))


def test_a_generation_is_the_sum_of_its_steps() -> None:
    generation = {
        "mastra.span.type": "model_generation",
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": 9,
    }
    steps = [
        {"mastra.span.type": "model_step", "mastra.model_step.input": '[{"role":"user","parts":[{"text":"hi"}]}]',
         "mastra.model_step.output": '{"text":"one"}'},
        {"mastra.span.type": "model_step", "mastra.model_step.output": '{"text":"two"}'},
    ]  # fmt: skip
    reading = read(
        request(span(1, "g", 0, generation), *[span(n, "s", 1, each) for n, each in enumerate(steps, 2)])
    )
    (only,) = reading.traces
    assert [only.kind(row) for row in range(3)] == [Kind.OPAQUE, Kind.MODEL_CALL, Kind.MODEL_CALL]
    assert list(only.input_tokens) == [9, -1, -1]
    first = only.step(1)
    assert first.model == "m"
    assert first.body.messages == (Message(Role.USER, (Text("hi"),)),)
    assert first.body.output == Message(Role.ASSISTANT, (Text("one"),))


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ("gen_ai.tool.call.arguments", "gen_ai.tool.call.result"),
        ("gen_ai.tool.input", "gen_ai.tool.output"),
        ("mastra.tool_call.input", "mastra.tool_call.output"),
        ("input", "output"),
    ],
)
def test_a_tool_execution(arguments: str, result: str) -> None:
    attributes = {
        "mastra.span.type": "tool_call",
        "gen_ai.tool.call.id": "c1",
        arguments: '{"q":1}',
        result: "2",
    }
    body = step("execute_tool find", attributes | {"gen_ai.tool.name": "find"}).body
    assert body.call == ToolCall("c1", "find", {"q": 1}, '{"q":1}')
    assert (body.has_result, body.result) == (True, "2")


def test_an_agent_knows_its_tools_and_what_it_was_told() -> None:
    body = step("agent.a", {"mastra.span.type": "agent_run", "mastra.agent_run.input": "hi",
                            "mastra.agent_run.output": '{"text":"yes"}', "agent.available_tools": '["find"]'}).body  # fmt: skip
    assert (body.input, body.output_value) == ("hi", {"text": "yes"})
    assert body.tools is not None
    assert body.tools[0].name == "find"


def newer(number: int, kind: str, parent: int, **more: Json) -> Json:
    return span(number, kind, parent, {"mastra.span.type": kind} | more)


@pytest.mark.parametrize("steps", [1, 2])
def test_of_newer_versions_the_inference_is_the_call_and_the_step_knows_what_was_said(steps: int) -> None:
    calls = [{"toolCallId": "c1", "toolName": "look", "args": {"q": "a"}}]
    spans = [newer(1, "agent_run", 0, **{"gen_ai.agent.name": "ann"}), newer(2, "model_generation", 1)]
    for number in range(steps):
        outer = newer(
            10 + number,
            "model_step",
            2,
            **{
                "mastra.model_step.input": json.dumps([{"role": "user", "content": "hi"}]),
                "mastra.model_step.output": json.dumps({"text": "", "toolCalls": calls}),
            },
        )
        inference = newer(
            20 + number,
            "model_inference",
            10 + number,
            **{
                "gen_ai.output.messages": json.dumps(
                    [{"role": "assistant", "parts": [{"type": "text", "content": ""}]}]
                ),
                "gen_ai.request.model": "m",
                "gen_ai.usage.input_tokens": 5,
                "gen_ai.usage.output_tokens": 2,
            },
        )
        spans += [outer, inference]
    found = trace(*spans)
    rows = list(found.rows(Kind.MODEL_CALL))
    assert [(found.model(row), found.tokens(row)) for row in rows] == [("m", 7)] * steps
    for row in rows:
        body = found.body(row)
        assert body.messages is not None
        assert body.messages[0].text == "hi"
        assert body.output is not None
        assert body.output.tool_calls == (ToolCall("c1", "look", {"q": "a"}),)


def test_a_preview_of_a_prompt_tells_of_calls_by_their_names() -> None:
    told = [
        {"role": "user", "content": "[tool: none]"},
        {"role": "assistant", "content": "I look.[tool: look] [tool: ask]"},
        {"role": "tool", "content": "[tool-result: look][tool-result: ask]"},
        {"role": "tool", "content": "sunny"},
    ]
    body = step("x", {"mastra.span.type": "model_step", "mastra.model_step.input": json.dumps(told)}).body
    assert body.messages is not None
    user, asked, came, other = body.messages
    assert user.text == "[tool: none]"
    assert asked.parts == (Text("I look."), ToolCall("", "look"), ToolCall("", "ask"))
    assert [response.name for response in came.tool_responses] == ["look", "ask"]
    assert other.tool_responses[0].result == "sunny"
