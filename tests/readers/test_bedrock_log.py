"""Bedrock's log of model invocations: Converse and the models' own bodies, as S3 and CloudWatch hold them."""

from __future__ import annotations

import json
from typing import Any

from replaydbg.core.message import Json, Role
from replaydbg.core.step import Kind
from replaydbg.readers import _registry, chat_log
from tests.support.readings import document, lines, one, opened, outline, read, sniffed

SPEC = {"toolSpec": {"name": "look", "inputSchema": {"json": {"type": "object", "required": ["q"]}}}}
ASK = {"role": "user", "content": [{"text": "where?"}]}
USE = {
    "role": "assistant",
    "content": [{"toolUse": {"toolUseId": "t1", "name": "look", "input": {"q": "it"}}}],
}
GOT = {"role": "user", "content": [{"toolResult": {"toolUseId": "t1", "content": [{"text": "there"}]}}]}
SAID = {"role": "assistant", "content": [{"text": "There."}]}
MODEL = "arn:aws:bedrock:us-east-1:000000000000:inference-profile/us.amazon.nova-pro-v1:0"


def logged(body: Json, answer: Json, second: int = 0, **fields: Any) -> dict[str, Json]:
    return {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": f"2026-03-11T00:38:{second:02d}Z",
        "accountId": "000000000000",
        "region": "us-east-1",
        "requestId": f"r{second}",
        "operation": "Converse",
        "modelId": MODEL,
        "input": {"inputContentType": "application/json", "inputBodyJson": body, "inputTokenCount": 4},
        "output": {"outputContentType": "application/json", "outputBodyJson": answer, "outputTokenCount": 3},
        **fields,
    }


def converse(messages: Json, said: Json, second: int, reason: str = "end_turn") -> dict[str, Json]:
    asked = {"messages": messages, "system": [{"text": "be brief"}], "toolConfig": {"tools": [SPEC]}}
    answer = {
        "output": {"message": said},
        "stopReason": reason,
        "metrics": {"latencyMs": 302},
        "usage": {"inputTokens": 4, "outputTokens": 38, "totalTokens": 42},
    }
    return logged(asked, answer, second)


RUN = [converse([ASK], USE, 1, "tool_use"), converse([ASK, USE, GOT], SAID, 2)]


def test_a_run() -> None:
    data = lines(*RUN)
    assert sniffed(chat_log.READER, data) >= 0.9
    trace = one(chat_log.READER, data)
    assert [trace.kind(row) for row in range(3)] == [Kind.MODEL_CALL, Kind.TOOL_EXECUTION, Kind.MODEL_CALL]
    assert trace.model(0) == "us.amazon.nova-pro-v1:0"
    first, ran, last = (trace.body(row) for row in range(3))
    assert first.messages is not None
    assert [message.role for message in first.messages] == [Role.SYSTEM, Role.USER]
    assert first.tools is not None
    assert [(tool.name, tool.schema) for tool in first.tools] == [
        ("look", {"type": "object", "required": ["q"]})
    ]
    assert (ran.call and ran.call.arguments, ran.result) == ({"q": "it"}, "there")
    assert last.output is not None
    assert (last.output.text, last.output.finish_reason) == ("There.", "end_turn")
    assert trace.tokens(0) == 42
    assert trace.duration_ms(0) == 302
    assert first.raw == RUN[0]


def test_as_cloudwatch_gives_it_out() -> None:
    events = [{"timestamp": 1, "message": json.dumps(record)} for record in RUN]
    whole = {"events": [*events, {"message": "something else"}], "nextForwardToken": "f"}
    assert outline(one(chat_log.READER, whole)) == outline(one(chat_log.READER, lines(*RUN)))
    assert _registry.choose(document(whole)).reader is chat_log.READER


def test_the_models_own_bodies() -> None:
    asked = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "hi"}],
    }
    whole = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": "ho"}],
        "stop_reason": "end_turn",
    }
    streamed = [
        {"type": "message_start", "message": {"usage": {"input_tokens": 7}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ho"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
        {"type": "message_stop"},
    ]
    for answer, tokens in ((whole, 7), (streamed, 9)):
        trace = one(
            chat_log.READER, logged(asked, answer, operation="InvokeModel", modelId="anthropic.claude-x")
        )
        output = trace.body(0).output
        assert output is not None
        assert (output.text, trace.model(0), trace.tokens(0)) == ("ho", "anthropic.claude-x", tokens)
    older: list[tuple[Json, Json]] = [
        ({"inputText": "hi"}, {"results": [{"outputText": "ho"}]}),
        ({"prompt": "hi"}, {"generation": "ho"}),
        ({"prompt": "hi"}, {"outputs": [{"text": "ho"}]}),
        (
            {"messages": [{"role": "user", "content": "hi"}]},
            {"choices": [{"message": {"role": "assistant", "content": "ho"}}]},
        ),
    ]
    for body, reply in older:
        said = one(chat_log.READER, logged(body, reply, operation="InvokeModel")).body(0)
        assert said.messages is not None
        assert (said.messages[0].text, said.output and said.output.text) == ("hi", "ho")


def test_a_call_that_failed() -> None:
    record = logged({"messages": [ASK]}, None, errorCode="ThrottlingException")
    trace = one(chat_log.READER, record)
    assert (trace.status(0), trace.body(0).error) == ("error", "ThrottlingException")


def test_a_body_that_lies_elsewhere_is_named() -> None:
    far = logged(None, None)
    far["input"] = {"inputContentType": "application/json", "inputBodyS3Path": "s3://b/data/r0_input.json.gz"}
    found = read(chat_log.READER, lines(*RUN, far))
    assert [notice.message for notice in found.notices if "s3://b/data/r0_input.json.gz" in notice.message]


def test_odd_records() -> None:
    for record in (
        {"schemaType": "ModelInvocationLog"},
        {"schemaType": "ModelInvocationLog", "input": [], "output": 3, "modelId": {}},
        logged({"messages": [3, {"content": {"toolUse": 1}}]}, {"output": {"message": {"content": [None]}}}),
        {"events": [{"message": 3}, 7]},
    ):
        opened(chat_log.READER, record)


def test_messages_alone_as_strands_keeps_them() -> None:
    trace = one(chat_log.READER, [ASK, USE, GOT, SAID])
    assert outline(trace) == ["model-call chat", "tool-execution look", "model-call chat"]
    plain = one(chat_log.READER, [ASK, SAID]).body(0)
    assert plain.output is not None
    assert plain.output.text == "There."
