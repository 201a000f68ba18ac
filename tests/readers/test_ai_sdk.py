"""Messages of Vercel's AI SDK: a chat message is a turn, whose steps are told apart."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Reasoning, Text
from replaydbg.core.step import Status, Usage
from replaydbg.readers.ai_sdk import READER
from tests.readers.test_ai_sdk_stream import PIECES
from tests.support.readings import clear, lines, one, outline, sniffed

ASKED = {"id": "1", "role": "user", "parts": [{"type": "text", "text": "weather?"}]}
CHAT: list[dict[str, Any]] = [
    ASKED,
    {"id": "2", "role": "assistant",
     "metadata": {"model": "big", "createdAt": 1_770_000_002_000, "usage": {"inputTokens": 9, "outputTokens": 4}},
     "parts": [
        {"type": "step-start"},
        {"type": "reasoning", "text": "hm"},
        {"type": "tool-weather", "toolCallId": "a", "state": "output-available", "input": {"city": "Rome"}, "output": {"t": 20}},
        {"type": "step-start"},
        {"type": "dynamic-tool", "toolName": "mcp", "toolCallId": "b", "state": "output-error", "input": {}, "errorText": "no"},
        {"type": "text", "text": "20 degrees"}]},
]  # fmt: skip
STEPS = [
    "model-call chat big",
    "tool-execution weather",
    "model-call chat big",
    "tool-execution mcp!",
    "model-call chat big",
]
INVOKED = {
    "toolCallId": "a",
    "toolName": "weather",
    "args": {"city": "Rome"},
    "state": "result",
    "result": 20,
}
OLD = {"id": "chat", "messages": [
    {"id": "1", "role": "user", "content": "weather?", "createdAt": "2026-02-03T10:00:00Z"},
    {"id": "2", "role": "assistant", "content": "20", "createdAt": "2026-02-03T10:00:02Z", "toolInvocations": [INVOKED]},
]}  # fmt: skip
OF_MODELS = [
    {"role": "system", "content": "Be good."},
    {"role": "user", "content": "weather?"},
    {"role": "assistant", "content": [{"type": "tool-call", "toolCallId": "a", "toolName": "weather", "input": {"city": "Rome"}}]},
    {"role": "tool", "content": [{"type": "tool-result", "toolCallId": "a", "toolName": "weather", "output": {"type": "json", "value": 20}}]},
    {"role": "assistant", "content": "20"},
]  # fmt: skip
RESULT = {"text": "20", "steps": [
    {"text": "", "finishReason": "tool-calls", "usage": {"promptTokens": 5, "completionTokens": 2},
     "request": {"body": '{"messages": [{"role": "user", "content": "weather?"}]}'},
     "response": {"modelId": "big", "timestamp": "2026-02-03T10:00:00Z"},
     "toolCalls": [{"toolCallId": "a", "toolName": "weather", "args": {"city": "Rome"}}],
     "toolResults": [{"toolCallId": "a", "toolName": "weather", "args": {"city": "Rome"}, "result": 20}]},
    {"text": "20", "finishReason": "stop", "response": {"modelId": "big"}, "toolCalls": [], "toolResults": []},
]}  # fmt: skip
STEPS_OF_RESULT: list[Any] = [  # as version 7 has them, one without and one with the body of the request
    {"callId": "x", "stepNumber": 0, "model": {"provider": "p", "modelId": "big"}, "finishReason": "tool-calls",
     "content": [{"type": "tool-call", "toolCallId": "a", "toolName": "weather", "input": {"city": "Rome"}},
                 {"type": "tool-result", "toolCallId": "a", "toolName": "weather", "input": {"city": "Rome"}, "output": 20}],
     "usage": {"inputTokens": 9, "inputTokenDetails": {"cacheReadTokens": 8}, "outputTokens": 4,
               "outputTokenDetails": {"reasoningTokens": 3}, "totalTokens": 13},
     "request": {"body": {"messages": [{"role": "user", "content": "weather?"}]}},
     "response": {"id": "r", "modelId": "big", "timestamp": "2026-02-03T10:00:00Z", "messages": []}},
    {"callId": "x", "stepNumber": 1, "finishReason": "stop", "request": {}, "response": {"modelId": "big"},
     "content": [{"type": "reasoning", "text": "hm"}, {"type": "text", "text": "20"}]},
]  # fmt: skip


def test_a_chat() -> None:
    trace = clear(READER, CHAT)
    assert outline(trace) == STEPS
    steps = list(trace.steps())
    assert steps[1].body.result == {"t": 20}
    assert steps[3].body.result == "no"
    assert [trace.tokens(row) for row in (0, 4)] == [None, 13], "what a turn took is told with its last reply"
    assert steps[4].body.output is not None
    assert steps[4].body.output.text == "20 degrees"


@pytest.mark.parametrize("content", [OLD, OF_MODELS, RESULT, {"steps": STEPS_OF_RESULT}, STEPS_OF_RESULT])
def test_other_spellings(content: Any) -> None:
    trace = clear(READER, content)
    assert [line.split()[1] for line in outline(trace)] == ["chat", "weather", "chat"]
    first, ran, last = trace.steps()
    assert first.body.output is not None
    assert first.body.output.tool_calls[0].arguments == {"city": "Rome"}
    assert ran.body.result == 20
    assert last.body.messages is not None
    assert [message.text for message in last.body.messages if message.text][-1] == "weather?"


def test_a_step_of_a_result_has_what_was_thought_and_counted_and_what_failed() -> None:
    failed = {"type": "tool-error", "toolCallId": "a", "toolName": "weather", "input": {}, "error": "no city"}
    first, last = STEPS_OF_RESULT
    request = {"messages": [{"role": "user", "content": "weather?"}]}  # `include: {requestMessages: true}`
    told = [{**first, "content": [first["content"][0], failed], "request": request}, last]
    call, ran, reply = one(READER, {"steps": told, "totalUsage": {}}).steps()
    assert (call.model, call.body.usage) == ("big", Usage(9, 4, 8, 3))
    assert [message.text for message in call.body.messages or ()] == ["weather?"]
    assert (ran.status, ran.body.result) == (Status.ERROR, "no city")
    assert reply.body.output is not None
    assert reply.body.output.parts == (Reasoning("hm"), Text("20"))


def test_a_call_without_an_answer_waits() -> None:
    part = {"type": "tool-weather", "toolCallId": "a", "state": "input-available", "input": {}}
    assert outline(one(READER, [ASKED, {"role": "assistant", "parts": [part]}])) == ["model-call chat"]


@pytest.mark.parametrize(
    "content",
    [
        [{"role": "user", "content": "x"}],
        [{"role": "user", "parts": [{"type": "text", "content": "x"}]}],
        [{"role": "user", "parts": [{"text": "x"}]}],
        {"steps": [{"a": 1}]},
    ],
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [CHAT, OLD, OF_MODELS, RESULT, {"steps": STEPS_OF_RESULT}, lines(*PIECES)]
