"""GenAI messages: read from every writer, and written so that nothing is lost."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import (
    Json,
    Media,
    Message,
    OtherPart,
    ParseProblem,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import genai
from replaydbg.wire.arguments import call_from_raw
from tests.support import strategies


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"type": "text", "content": "hi"}, Text("hi")),
        ("hi", Text("hi")),
        ({"type": "reasoning", "content": "hm"}, Reasoning("hm")),
        ({"type": "thinking", "content": "hm"}, Reasoning("hm")),
        ({"type": "tool_call", "id": "1", "name": "f", "arguments": {"a": 1}}, ToolCall("1", "f", {"a": 1})),
        (
            {"type": "tool_call", "name": "f", "arguments": '{"a": 1}'},
            ToolCall("", "f", {"a": 1}, '{"a": 1}'),
        ),
        ({"type": "tool_call", "id": None, "name": "f", "arguments": None}, ToolCall("", "f", {})),
        ({"type": "tool_call", "id": "1", "name": "f"}, ToolCall("1", "f")),
        ({"type": "tool_call_response", "id": "1", "response": 5}, ToolResponse("1", 5)),
        ({"type": "tool_call_response", "id": "1", "result": [1]}, ToolResponse("1", [1])),
        (
            {"type": "tool_call_response", "id": "1", "name": "f", "result": "x"},
            ToolResponse("1", "x", name="f"),
        ),
        (
            {"type": "blob", "mime_type": "audio/wav", "content": "AA=="},
            Media("audio", "audio/wav", data="AA=="),
        ),
        ({"type": "uri", "modality": "image", "uri": "http://x"}, Media("image", uri="http://x")),
        ({"type": "file", "file_id": "f-1"}, Media("file", uri="f-1")),
        ({"type": "novelty", "x": 1}, OtherPart({"type": "novelty", "x": 1})),
        (17, OtherPart(17)),
    ],
)
def test_parts(part: Json, expected: object) -> None:
    assert genai.read_parts([part]) == (expected,)


def test_arguments_that_were_cut_off_say_so() -> None:
    (part,) = genai.read_parts([{"type": "tool_call", "name": "f", "arguments": '{"a": "cu'}])
    assert isinstance(part, ToolCall)
    assert part.problem is not None
    assert part.problem.truncated
    assert part.raw == '{"a": "cu'


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("user", Role.USER),
        ("Assistant", Role.ASSISTANT),
        ("human", Role.USER),
        ("ai", Role.ASSISTANT),
        (3, Role.UNKNOWN),
    ],
)
def test_roles(word: Json, role: Role) -> None:
    assert genai.role(word) is role


def test_what_is_no_message_is_kept() -> None:
    assert genai.read_messages([3, "hi", {}]) == (
        Message(Role.UNKNOWN, (OtherPart(3),)),
        Message(Role.USER, (Text("hi"),)),
        Message(Role.UNKNOWN),
    )


CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"role": "assistant", "content": None, "tool_calls": [CALL], "finish_reason": "tool_calls"},
            Message(Role.ASSISTANT, (ToolCall("c", "f", {}, "{}"),), finish_reason="tool_calls"),
        ),
        (
            {"role": "tool", "tool_call_id": "c", "content": "done"},
            Message(Role.TOOL, (ToolResponse("c", "done"),)),
        ),
        (
            {"role": "assistant", "content": [{"type": "tool_use", "id": "c", "name": "f", "input": {}}]},
            Message(Role.ASSISTANT, (ToolCall("c", "f", {}),)),
        ),
        (
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "done"}]},
            Message(Role.TOOL, (ToolResponse("c", "done"),)),
        ),
    ],
)
def test_messages_of_providers_in_the_place_of_the_conventions_own(value: Json, expected: Message) -> None:
    assert genai.read_messages([value]) == (expected,)


def test_plain_messages_are_written_in_the_words_of_the_conventions() -> None:
    message = Message(Role.ASSISTANT, (Text("a"), ToolCall("1", "f", {"a": 1})), finish_reason="tool_calls")
    assert genai.write_message(message) == {
        "role": "assistant",
        "parts": [
            {"type": "text", "content": "a"},
            {"type": "tool_call", "id": "1", "name": "f", "arguments": {"a": 1}},
        ],
        "finish_reason": "tool_calls",
    }


@pytest.mark.parametrize(
    "part",
    [
        Reasoning("x", "signed"),
        call_from_raw("1", "f", '{"a":  1}'),
        call_from_raw("1", "f", '{"a":'),
        call_from_raw("1", "f", "__REDACTED__"),
        ToolCall("1", "f", "text"),
        ToolCall("1", "f", None, "null"),
        ToolCall("1", "f", None, None, ParseProblem("why", 3)),
        ToolResponse("1", None, is_error=True),
        Media("image", "", "", ""),
        Media("image", "a/b", "u", "d"),
        OtherPart({"type": "text", "content": "looks like ours"}),
        OtherPart(None),
        OtherPart([1]),
    ],
)
def test_what_the_conventions_would_lose_is_written_beside(part: object) -> None:
    message = Message(Role.ASSISTANT, (part,))  # type: ignore[arg-type]
    document = orjson.loads(orjson.dumps(genai.write_message(message)))
    assert genai.read_message(document) == message


@given(strategies.messages)
def test_every_message_reads_back(message: Message) -> None:
    assert genai.read_message(orjson.loads(orjson.dumps(genai.write_message(message)))) == message


@given(st.lists(strategies.tools, max_size=3))
def test_every_tool_reads_back(tools: list[ToolSpec]) -> None:
    document = orjson.loads(orjson.dumps(genai.write_tools(tools)))
    assert genai.read_tools(document) == tuple(tools)


def test_a_part_of_no_kind_is_read_by_the_words_of_the_conventions() -> None:
    document = {"type": "text", "content": "hi", "replaydbg": {"part": {"text": "x"}}}
    assert genai.read_parts([document]) == (Text("hi"),)


@given(strategies.json_values)
def test_nothing_is_raised_on_any_json(value: Json) -> None:
    genai.read_messages(value)
    genai.read_parts(value)
    genai.read_tools(value)
    genai.read_parts(
        [{"type": "tool_call", "replaydbg": value}, {"replaydbg": {"part": "Text", "text": value}}]
    )
