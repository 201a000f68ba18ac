"""OpenLLMetry attributes as deployed services still write them."""

from __future__ import annotations

import json

from replaydbg.core.message import Message, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, Usage
from tests.support.otlp import step

ATTRIBUTES = {
    "llm.request.type": "chat",
    "gen_ai.system": "OpenAI",
    "gen_ai.request.model": "m",
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "hi",
    "gen_ai.prompt.2.role": "tool",
    "gen_ai.prompt.2.content": "sunny",
    "gen_ai.prompt.2.tool_call_id": "1",
    "gen_ai.prompt.10.role": "user",
    "gen_ai.prompt.10.content": '[{"type":"text","text":"last"}]',
    "gen_ai.prompt.1.role": "assistant",
    "gen_ai.prompt.1.tool_calls.0.id": "1",
    "gen_ai.prompt.1.tool_calls.0.name": "f",
    "gen_ai.prompt.1.tool_calls.0.arguments": '{"a": 1}',
    "gen_ai.completion.0.role": "assistant",
    "gen_ai.completion.0.content": '{"json": "that is the answer"}',
    "gen_ai.completion.0.reasoning": "hm",
    "gen_ai.completion.0.finish_reason": "stop",
    "llm.request.functions.1.name": "second",
    "llm.request.functions.0.name": "f",
    "llm.request.functions.0.parameters": json.dumps({"type": "object"}),
    "gen_ai.usage.prompt_tokens": 7,
    "gen_ai.usage.completion_tokens": "2",
}


def test_a_model_call() -> None:
    found = step("openai.chat", ATTRIBUTES)
    body = found.body
    assert found.kind is Kind.MODEL_CALL
    assert body.messages == (
        Message(Role.USER, (Text("hi"),)),
        Message(Role.ASSISTANT, (ToolCall("1", "f", {"a": 1}, '{"a": 1}'),)),
        Message(Role.TOOL, (ToolResponse("1", "sunny"),)),
        Message(Role.USER, (Text("last"),)),
    )
    answer = (Reasoning("hm"), Text('{"json": "that is the answer"}'))
    assert body.output == Message(Role.ASSISTANT, answer, finish_reason="stop")
    assert body.tools is not None
    assert [(tool.name, tool.schema) for tool in body.tools] == [("f", {"type": "object"}), ("second", None)]
    assert body.usage == Usage(7, 2)
    assert body.provider == "openai"


def test_a_call_without_content_still_shows() -> None:
    found = step("openai.chat", {"llm.request.type": "chat", "gen_ai.system": "x"})
    assert found.kind is Kind.MODEL_CALL
    assert (found.body.messages, found.body.output, found.body.tools) == (None, None, None)
