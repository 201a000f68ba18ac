"""What in a record of a chat log is a model call, under whatever names."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.core.message import Reasoning, Role, Text
from replaydbg.core.step import Kind, Status
from replaydbg.wire import anthropic_messages, google_generate, openai_chat, openai_responses
from tests.support.chat_logs import ANSWER, PROMPT, SYSTEM, TALK, TOOL, one, read, sniffed, user
from tests.support.readings import lines


@pytest.mark.parametrize(
    "record",
    [
        {**PROMPT, "response": openai_chat.write_reply(ANSWER)},
        {**PROMPT, "output": openai_chat.write_reply(ANSWER)["choices"][0]["message"]},
        {**PROMPT, **openai_chat.write_reply(ANSWER)},
        {"request": PROMPT, "response": openai_chat.write_reply(ANSWER)},
        {"request": {"body": PROMPT}, "response": {"status": 200, "body": openai_chat.write_reply(ANSWER)}},
        {
            "request": orjson.dumps(PROMPT).decode(),
            "response": orjson.dumps(openai_chat.write_reply(ANSWER)).decode(),
        },
        {"input": PROMPT, "output": openai_chat.write_reply(ANSWER)},
        {"request": PROMPT, "response": b"".join(openai_chat.stream_reply(ANSWER)).decode()},
        {"kwargs": PROMPT, "response": openai_chat.write_reply(ANSWER)},
        {
            "messages": PROMPT["messages"],
            "response": openai_chat.write_reply(ANSWER),
            "optional_params": {"tools": [TOOL]},
            "model": "m",
        },
        {"request": PROMPT, "response": anthropic_messages.write_reply(ANSWER)},
        {"request": PROMPT, "response": b"".join(anthropic_messages.stream_reply(ANSWER)).decode()},
        {
            "request": {"model": "m", "input": [user("hi")], "tools": [TOOL]},
            "response": openai_responses.write_reply(ANSWER),
        },
    ],
)
def test_one_call_in_any_wrapping(record: dict[str, Any]) -> None:
    (step,) = one(record).steps()
    assert step.kind is Kind.MODEL_CALL
    assert step.model in {"m", "test-model"}
    assert step.body.messages is not None
    assert [message.text for message in step.body.messages] == ["hi"]
    assert step.body.output is not None
    assert step.body.output.text == "Hello."
    assert [call.name for call in step.tool_calls] == ["search"]
    assert step.body.tools is not None
    assert [offer.name for offer in step.body.tools] == ["search"]
    assert sniffed(record) == 0.6


def test_a_text_as_the_output_and_a_list_as_the_input() -> None:
    (step,) = one({"input": [SYSTEM, user("hi")], "output": "Hello.", "model": "m"}).steps()
    assert step.body.output is not None
    assert step.body.output.parts == (Text("Hello."),)


def test_a_request_without_a_reply() -> None:
    (step,) = one({"model": "m", "messages": [user("hi")], "tools": []}).steps()
    assert (step.kind, step.body.output, step.status) == (Kind.MODEL_CALL, None, Status.UNSET)


def test_anthropic_lists_are_known_by_their_blocks() -> None:
    talk = [
        user("go"),
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "tool_use", "id": "a", "name": "search", "input": {"q": 1}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "a", "content": "bad", "is_error": True},
                {"type": "text", "text": "and?"},
            ],
        },
    ]
    first, second, last = one({"system": "Be brief.", "messages": talk}).steps()
    assert last.name == "messages without a reply"
    assert first.body.messages is not None
    assert [message.role for message in first.body.messages] == [Role.SYSTEM, Role.USER]
    assert first.body.output is not None
    assert first.body.output.parts[0] == Reasoning("hm", "s")
    assert (second.status, second.body.error, second.tool_calls[0].name) == (Status.ERROR, "bad", "search")


def test_what_is_no_call_is_a_notice_with_its_place() -> None:
    reading = read(lines(TALK, {"level": "info", "event": "started"}, TALK))
    assert len(reading.traces) == 2
    assert [(notice.pointer, notice.message) for notice in reading.notices] == [
        ("line 2", "no messages and no model call here, left out")
    ]


ADDRESS = "https://generativelanguage.googleapis.com/v1beta/models/m:generateContent?alt=sse"
ASKED = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
    "tools": [{"functionDeclarations": [{"name": "f", "parameters": {"type": "OBJECT"}}]}],
    "generationConfig": {"temperature": 0.1},
    "labels": {"team": "a"},
}
NAMED = {"model": "models/m", **ASKED}
SAID = google_generate.write_reply(ANSWER)


@pytest.mark.parametrize(
    "record",
    [
        {"request": NAMED, "response": SAID},
        {**NAMED, "response": SAID},
        {**NAMED, **SAID},
        {"request": {"url": ADDRESS, "body": ASKED}, "response": {"status": 200, "body": SAID}},
        {"request": NAMED, "response": [SAID]},
        {"request": NAMED, "response": b"".join(google_generate.stream_reply(ANSWER)).decode()},
    ],
)
def test_a_call_of_google_in_any_wrapping(record: dict[str, Any]) -> None:
    (step,) = one(record).steps()
    body = step.body
    assert (step.kind, step.model, body.provider) == (Kind.MODEL_CALL, "m", "google")
    assert [(message.role, message.text) for message in body.messages or ()] == [
        (Role.SYSTEM, "Be brief."),
        (Role.USER, "hi"),
    ]
    assert body.output is not None
    assert body.output.text == ANSWER.message.text
    assert [call.name for call in body.output.tool_calls] == [call.name for call in ANSWER.message.tool_calls]
    assert [tool.name for tool in body.tools or ()] == ["f"]
    assert dict(body.params) == {"temperature": 0.1, "labels": {"team": "a"}}


def test_calls_of_google_are_one_thread_without_any_ids() -> None:
    call = {"functionCall": {"name": "f", "args": {"q": 1}}, "thoughtSignature": "s"}
    turn = {"role": "model", "parts": [call]}
    result = {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"output": "r"}}}]}
    first = {"request": NAMED, "response": {"candidates": [{"content": turn, "finishReason": "STOP"}]}}
    second = {"request": {**NAMED, "contents": [*ASKED["contents"], turn, result]}, "response": SAID}
    asked, ran, told = one(lines(first, second)).steps()
    assert (asked.kind, ran.kind, told.kind) == (Kind.MODEL_CALL, Kind.TOOL_EXECUTION, Kind.MODEL_CALL)
    assert (ran.name, ran.body.result) == ("f", {"output": "r"})


def test_a_request_of_google_without_a_reply() -> None:
    (step,) = one(NAMED).steps()
    assert (step.model, step.body.output) == ("m", None)


def test_calls_of_one_turn_under_one_id_are_answered_in_their_order() -> None:
    def called(q: str) -> dict[str, Any]:
        return {"id": "c", "type": "function", "function": {"name": "f", "arguments": f'{{"q": "{q}"}}'}}

    turn = {"role": "assistant", "content": "", "tool_calls": [called("a"), called("b")]}
    results = [{"role": "tool", "tool_call_id": "c", "content": text} for text in ("of a", "of b")]
    for log in (
        {"messages": [user("hi"), turn, *results, {"role": "assistant", "content": "ok"}]},
        {"model": "m", "messages": [user("hi"), turn, *results], "response": openai_chat.write_reply(ANSWER)},
    ):
        ran = [step for step in one(log).steps() if step.kind is Kind.TOOL_EXECUTION]
        assert [(step.tool_calls[0].arguments["q"], step.body.result) for step in ran] == [
            ("a", "of a"),
            ("b", "of b"),
        ]
