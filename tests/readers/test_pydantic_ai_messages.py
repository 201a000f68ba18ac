"""Messages of pydantic-ai."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Media, OtherPart, Reasoning, Role, Text, ToolCall
from replaydbg.core.step import Usage
from replaydbg.readers.pydantic_ai_messages import READER
from tests.support.readings import document, lines, one, outline, read, sniffed, walked


def request(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"kind": "request", "parts": list(parts), "timestamp": None, "conversation_id": "c-1", **more}


def response(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "kind": "response",
        "parts": list(parts),
        "model_name": "m-1",
        "provider_name": "openai",
        "timestamp": "2026-01-02T03:04:06Z",
        "usage": {"input_tokens": 9, "output_tokens": 2, "cache_read_tokens": 4, "cost": "0.0125"},
        "finish_reason": "stop",
        "conversation_id": "c-1",
        **more,
    }


def part(kind: str, content: Any = None, **more: Any) -> dict[str, Any]:
    return {"part_kind": kind, "content": content, **more}


ASKED = part("user-prompt", "hello", timestamp="2026-01-02T03:04:05Z")
CALL = part("tool-call", tool_name="look", args='{"at":  1}', tool_call_id="t1")
FIRST = [request(part("system-prompt", "Be brief."), ASKED, instructions="Be kind."), response(CALL)]
RETURN = part("tool-return", "seen", tool_name="look", tool_call_id="t1", timestamp="2026-01-02T03:04:07Z")


def test_a_conversation() -> None:
    data = [*FIRST, request(RETURN, instructions="Be kind."), response(part("text", "done"))]
    assert sniffed(READER, data) == 0.95
    trace = one(READER, data)
    assert trace.id == "c-1"
    assert outline(trace) == ["model-call chat m-1", "tool-execution look", "model-call chat m-1"]
    asked, ran, last = trace.steps()
    assert asked.tool_calls == (ToolCall("t1", "look", {"at": 1}, '{"at":  1}'),)
    assert (asked.body.usage, asked.cost_usd, asked.duration_ms) == (Usage(9, 2, 4), 0.0125, 1000)
    assert asked.body.output is not None
    assert asked.body.output.finish_reason == "stop"
    assert asked.body.provider == "openai"
    assert (ran.body.result, ran.duration_ms) == ("seen", 1000)
    assert last.body.messages is not None
    assert [message.role for message in last.body.messages] == [
        Role.SYSTEM,
        Role.SYSTEM,
        Role.USER,
        Role.ASSISTANT,
        Role.TOOL,
    ]


@pytest.mark.parametrize("around", ["messages", "message_history", "state"])
def test_the_list_inside_of_something(around: str) -> None:
    data = [*FIRST, request(RETURN), response(part("text", "done"))]
    inside = {"state": {"message_history": data}} if around == "state" else {around: data, "user": "x"}
    assert sniffed(READER, inside) == 0.95
    assert outline(one(READER, inside)) == outline(one(READER, data))
    other = {around: [response(part("text", "ho"), conversation_id="c-2")]}
    if around != "state":
        *_, reading = READER.read(document(lines(inside, other)), False)
        assert [(trace.id, len(trace)) for trace in reading.traces] == [("c-1", 3), ("c-2", 1)]
    nothing: list[dict[str, Any]] = [
        {around: []},
        {around: [{"role": "user"}]},
        {"kind": "request", around: data},
    ]
    assert [sniffed(READER, value) for value in nothing] == [0.0, 0.0, 0.0]


def test_a_retry_that_names_a_tool_is_its_failure() -> None:
    errors = [{"type": "missing", "loc": ["at"], "msg": "Field required"}]
    for kind in ("retry-prompt", "retry-feedback"):
        retry = part(kind, errors, tool_name="look", tool_call_id="t1")
        trace = one(READER, [*FIRST, request(retry)])
        assert outline(trace) == ["model-call chat m-1", "tool-execution look!"]
        assert trace.step(1).body.result == errors


@pytest.mark.parametrize("outcome", ["failed", "denied", "retried", "interrupted"])
def test_a_return_without_a_result_is_a_failure(outcome: str) -> None:
    errors = [{"type": "missing", "loc": ["at"], "msg": "Field required"}]
    told = part("tool-return", errors, tool_name="look", tool_call_id="t1", outcome=outcome)
    trace = one(READER, [*FIRST, request(told)])
    assert outline(trace) == ["model-call chat m-1", "tool-execution look!"]
    assert trace.step(1).body.result == errors


def test_models_that_were_given_up_are_calls_that_failed() -> None:
    attempts = [
        {"model_name": "m-0", "provider_name": "p", "outcome": "error", "error": "ModelHTTPError: 500",
         "timestamp": "2026-01-02T03:04:05Z", "duration": "PT0.5S", "usage": None},
        {"model_name": "m-00", "outcome": "rejected", "timestamp": "2026-01-02T03:04:05Z", "usage": {"input_tokens": 7}},
        "nonsense",
    ]  # fmt: skip
    trace = one(READER, [FIRST[0], response(part("text", "ok"), failed_attempts=attempts)])
    assert outline(trace) == [
        "model-call chat m-0!", "model-call chat m-00!", "model-call chat m-1",
    ]  # fmt: skip
    first, second, last = trace.steps()
    assert (first.body.error, first.duration_ms, first.body.output) == ("ModelHTTPError: 500", 500, None)
    assert second.body.usage == Usage(7)
    assert "rejected" in second.body.error
    assert first.body.messages == last.body.messages, "the same prompt was asked"


def test_a_retry_of_the_answer_is_what_the_user_says_next() -> None:
    data = [*FIRST, request(part("retry-prompt", "Plain text, please.")), response(part("text", "ok"))]
    messages = one(READER, data).step(1).body.messages
    assert messages is not None
    assert (messages[-1].role, messages[-1].text) == (Role.USER, "Plain text, please.")


def test_new_instructions_stand_where_they_begin_to_hold() -> None:
    data = [*FIRST, request(RETURN, instructions="Be quick."), response(part("text", "ok"))]
    messages = one(READER, data).step(2).body.messages
    assert messages is not None
    assert [message.text for message in messages if message.role is Role.SYSTEM] == [
        "Be kind.",
        "Be brief.",
        "Be quick.",
    ]


@pytest.mark.parametrize(
    ("told", "part_read"),
    [
        (part("thinking", "hm", signature="s"), Reasoning("hm", "s")),
        (part("file", {"kind": "binary", "media_type": "image/png", "data": "AA"}), Media("image", "image/png", data="AA")),
        (part("tool-call", tool_name="f", args={"a": 1}, tool_call_id="x"), ToolCall("x", "f", {"a": 1})),
        (part("tool-call", tool_name="f", args=None, tool_call_id="x"), ToolCall("x", "f", {})),
        (part("builtin-tool-call", tool_name="web"), OtherPart(part("builtin-tool-call", tool_name="web"))),
    ],
)  # fmt: skip
def test_parts_of_replies(told: dict[str, Any], part_read: Any) -> None:
    output = one(READER, [response(told)]).step(0).body.output
    assert output is not None
    assert output.parts == (part_read,)


def test_parts_of_prompts() -> None:
    content = [
        "look:",
        {"kind": "image-url", "url": "https://x/a.png"},
        {"kind": "binary", "data": "AA", "media_type": "audio/wav"},
        {"kind": "uploaded-file", "file_id": "f"},
        {"kind": "text-content", "content": "and this", "metadata": {"page": 1}},
    ]
    messages = one(READER, [request(part("user-prompt", content)), response()]).step(0).body.messages
    assert messages is not None
    assert messages[0].parts == (
        Text("look:"),
        Media("image", uri="https://x/a.png"),
        Media("audio", "audio/wav", data="AA"),
        OtherPart({"kind": "uploaded-file", "file_id": "f"}),
        Text("and this"),
    )


def test_older_names_of_tokens() -> None:
    usage = {
        "request_tokens": 5,
        "response_tokens": 6,
        "details": {"reasoning_tokens": 2, "cached_tokens": 1},
    }
    assert one(READER, [response(usage=usage)]).step(0).body.usage == Usage(5, 6, 1, 2)


def test_conversations_one_after_another() -> None:
    data = [*FIRST, request(ASKED, conversation_id="c-2"), response(part("text", "x"), conversation_id="c-2")]
    assert [trace.id for trace in read(READER, data).traces] == ["c-1", "c-2"]


def test_what_is_no_message_is_said() -> None:
    reading = read(READER, [*FIRST, {"kind": "else"}])
    assert [(notice.pointer, notice.message) for notice in reading.notices] == [
        ("/2", "neither a request nor a response, left out")
    ]
    walked(reading)


@pytest.mark.parametrize(
    "data", [[{"kind": "request"}], [{"kind": "request", "parts": [{"text": "x"}]}], [], {}]
)
def test_other_files_are_not_claimed(data: Any) -> None:
    assert sniffed(READER, data) == 0.0


SAMPLES = [[*FIRST, request(RETURN), response(part("text", "done"))]]
