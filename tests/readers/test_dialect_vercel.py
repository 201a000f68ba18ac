"""Vercel AI SDK spans: the outer one is the agent, the inner one the model call."""

from __future__ import annotations

import json

import pytest

from replaydbg.core.message import Json, Message, Reasoning, Role, Text, ToolCall
from replaydbg.core.step import Kind, Usage
from tests.support.otlp import read, request, span, step

INNER = {
    "ai.operationId": "ai.generateText.doGenerate",
    "ai.model.id": "m",
    "ai.model.provider": "openai.responses",
}
TOOL = {
    "name": "find",
    "description": "finds",
    "inputSchema": {"type": "object", "properties": {"q": {"type": "number"}}},
}
CALLS = [{"toolCallType": "function", "toolCallId": "c1", "toolName": "find", "input": '{"q": 1}'}]


@pytest.mark.parametrize(
    ("attributes", "kind", "shown", "agent"),
    [
        ({"ai.operationId": "ai.generateText", "ai.telemetry.functionId": "triage"}, Kind.AGENT_INVOCATION, "triage", "triage"),
        ({"ai.operationId": "ai.streamText"}, Kind.AGENT_INVOCATION, "ai.streamText", "ai.streamText"),
        (INNER, Kind.MODEL_CALL, "ai.generateText.doGenerate", ""),
        (INNER | {"openinference.span.kind": "CHAIN"}, Kind.OPAQUE, "span", ""),
        ({"ai.operationId": "ai.streamObject.doStream"}, Kind.MODEL_CALL, "ai.streamObject.doStream", ""),
        ({"ai.operationId": "ai.toolCall", "ai.toolCall.name": "find"}, Kind.TOOL_EXECUTION, "find", ""),
        ({"ai.operationId": "ai.embed"}, Kind.OPAQUE, "ai.embed", ""),
        ({"ai.operationId": 17}, Kind.OPAQUE, "span", ""),
    ],
)  # fmt: skip
def test_kinds(attributes: Json, kind: Kind, shown: str, agent: str) -> None:
    found = step("span", attributes)
    assert (found.kind, found.name, found.agent) == (kind, shown, agent)


def test_a_model_call() -> None:
    found = step("x", INNER | {
        "ai.prompt.messages": json.dumps([{"role": "user", "content": [{"type": "text", "text": "hi"}]}]),
        "ai.prompt.tools": [json.dumps({"type": "function", **TOOL})],
        "ai.response.text": "looking",
        "ai.response.reasoning": "hm",
        "ai.response.toolCalls": json.dumps(CALLS),
        "ai.response.finishReason": "tool-calls",
        "ai.response.model": "m-1",
        "ai.settings.temperature": 0.5,
        "gen_ai.request.max_tokens": 9,
        "ai.usage.promptTokens": 7,
        "ai.usage.completionTokens": 3,
        "ai.usage.cachedInputTokens": 2,
    })  # fmt: skip
    body = found.body
    assert body.messages == (Message(Role.USER, (Text("hi"),)),)
    assert body.output == Message(
        Role.ASSISTANT,
        (Reasoning("hm"), Text("looking"), ToolCall("c1", "find", {"q": 1}, '{"q": 1}')),
        finish_reason="tool-calls",
    )
    assert body.tools is not None
    assert (body.tools[0].name, body.tools[0].schema) == ("find", TOOL["inputSchema"])
    assert body.params == {"temperature": 0.5, "max_tokens": 9}
    assert body.usage == Usage(7, 3, 2)
    assert (found.model, body.response_model, body.provider) == ("m", "m-1", "openai")


def test_a_hidden_model_call_has_no_content() -> None:
    body = step("x", INNER).body
    assert (body.messages, body.output, body.tools) == (None, None, None)


def test_an_object_is_the_reply() -> None:
    body = step("x", INNER | {"ai.response.object": '{"a":1}'}).body
    assert body.output == Message(Role.ASSISTANT, (Text('{"a":1}'),))


def test_a_tool_execution() -> None:
    tool = {"ai.operationId": "ai.toolCall", "ai.toolCall.name": "find", "ai.toolCall.id": "c1"}
    body = step("x", tool | {"ai.toolCall.args": '{"q":1}', "ai.toolCall.result": '{"n":2}'}).body
    assert body.call == ToolCall("c1", "find", {"q": 1}, '{"q":1}')
    assert (body.has_result, body.result) == (True, {"n": 2})
    assert not step("x", tool).body.has_result


def test_tokens_are_counted_once() -> None:
    tokens = {"ai.usage.inputTokens": 5, "ai.usage.outputTokens": 2}
    outer = {
        "ai.operationId": "ai.generateText",
        "ai.prompt": '{"prompt":"hi"}',
        "ai.response.text": "yes",
    } | tokens
    reading = read(request(span(1, "a", 0, outer), span(2, "b", 1, INNER | tokens)))
    assert list(reading.traces[0].input_tokens) == [-1, 5]
    assert list(reading.traces[0].output_tokens) == [-1, 2]
    assert reading.notices == ()
    above = reading.traces[0].step(0)
    assert (above.body.input, above.body.output_value) == ({"prompt": "hi"}, "yes")
    assert reading.traces[0].agent(1) == "ai.generateText", "the inner call belongs to the outer"
