"""Bedrock's Converse: blocks known by their key, requests, replies whole and streamed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.message import (
    Json,
    Media,
    Message,
    OtherPart,
    Part,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.core.step import Usage
from replaydbg.wire import bedrock_converse, sse

SPEC = {"toolSpec": {"name": "look", "inputSchema": {"json": {"type": "object", "required": ["q"]}}}}


@pytest.mark.parametrize(
    ("block", "part"),
    [
        ({"text": "hi"}, Text("hi")),
        ("hi", Text("hi")),
        ({"toolUse": {"toolUseId": "t1", "name": "look", "input": {"q": 1}}}, ToolCall("t1", "look", {"q": 1})),
        ({"toolResult": {"toolUseId": "t1", "content": [{"text": "x"}]}}, ToolResponse("t1", "x")),
        ({"toolResult": {"toolUseId": "t1", "content": [{"json": {"a": 1}}], "status": "error"}},
         ToolResponse("t1", {"a": 1}, is_error=True)),
        ({"toolResult": {"toolUseId": "t1", "content": [{"text": "x"}, {"text": "y"}]}},
         ToolResponse("t1", [{"text": "x"}, {"text": "y"}])),
        ({"reasoningContent": {"reasoningText": {"text": "hm", "signature": "s"}}}, Reasoning("hm", "s")),
        ({"citationsContent": {"content": [{"text": "cited"}], "citations": []}}, Text("cited")),
        ({"guardContent": {"text": {"text": "guarded"}}}, Text("guarded")),
        ({"image": {"format": "png", "source": {"bytes": "QQ=="}}}, Media("image", "image/png", data="QQ==")),
        ({"document": {"format": "pdf", "name": "d", "source": {"s3Location": {"uri": "s3://b/k"}}}},
         Media("document", "application/pdf", "s3://b/k")),
        ({"cachePoint": {"type": "default"}}, OtherPart({"cachePoint": {"type": "default"}})),
        (7, OtherPart(7)),
    ],
)  # fmt: skip
def test_blocks(block: Json, part: Part) -> None:
    assert bedrock_converse.read_block(block) == part


def test_a_request() -> None:
    found = bedrock_converse.read_request(
        {
            "modelId": "nova",
            "system": [{"text": "be kind"}],
            "messages": [
                {"role": "user", "content": [{"text": "hi"}]},
                {
                    "role": "user",
                    "content": [{"toolResult": {"toolUseId": "t", "content": []}}, {"text": "so?"}],
                },
            ],
            "inferenceConfig": {"maxTokens": 9, "stopSequences": []},
            "toolConfig": {"tools": [SPEC], "toolChoice": {"any": {}}},
            "additionalModelRequestFields": {"top_k": 3},
        }
    )
    assert [message.role for message in found.messages] == [Role.SYSTEM, Role.USER, Role.TOOL, Role.USER]
    assert found.params == {"max_tokens": 9, "top_k": 3, "tool_choice": "required"}
    assert (found.model, found.tools[0].name, found.tools[0].schema) == (
        "nova",
        "look",
        {"type": "object", "required": ["q"]},
    )


def test_a_reply() -> None:
    found = bedrock_converse.read_reply(
        {
            "output": {"message": {"role": "assistant", "content": [{"text": "yes"}]}},
            "stopReason": "end_turn",
            "usage": {
                "inputTokens": 4,
                "outputTokens": 2,
                "cacheReadInputTokens": 10,
                "cacheWriteInputTokens": 1,
            },
            "metrics": {"latencyMs": 302},
        }
    )
    assert found.message == Message(Role.ASSISTANT, (Text("yes"),), finish_reason="end_turn")
    assert (found.usage, found.duration_ms) == (Usage(15, 2, 10), 302.0)
    assert bedrock_converse.read_reply(None).message == Message(Role.ASSISTANT)


def test_a_reply_that_streamed() -> None:
    events: list[Any] = [
        {"messageStart": {"role": "assistant"}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "h"}}}},
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "s"}}}},
        {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"text": "ye"}}},
        {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"text": "s"}}},
        {
            "contentBlockStart": {
                "contentBlockIndex": 2,
                "start": {"toolUse": {"toolUseId": "t", "name": "f"}},
            }
        },
        {"contentBlockDelta": {"contentBlockIndex": 2, "delta": {"toolUse": {"input": '{"a":'}}}},
        {"contentBlockDelta": {"contentBlockIndex": 2, "delta": {"toolUse": {"input": "1}"}}}},
    ]
    ends = [{"messageStop": {"stopReason": "tool_use"}}, {"metadata": {"usage": {"inputTokens": 1}}}]
    for more, interrupted in (([], True), (ends, False)):
        accumulator = bedrock_converse.Accumulator()
        said = [accumulator.feed(sse.Event(json.dumps(event))) for event in (*events, *more)]
        reply = accumulator.reply()
        assert "".join(said) == "yes"
        assert reply.message.parts[:2] == (Reasoning("h", "s"), Text("yes"))
        assert reply.message.tool_calls[0].raw == '{"a":1}'
        assert reply.interrupted is interrupted
    assert (reply.message.finish_reason, reply.usage.input_tokens) == ("tool_use", 1)


@pytest.mark.parametrize(
    ("block", "ours"),
    [({"toolUse": {}}, True), ({"image": {"format": "png"}}, True), ({"text": "x"}, False),
     ({"type": "image", "image": {"format": "png"}}, False), (None, False)],
)  # fmt: skip
def test_which_blocks_no_other_shape_has(block: Json, ours: bool) -> None:
    assert bedrock_converse.is_block(block) is ours
