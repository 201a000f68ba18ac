"""Messages and blocks of Anthropic, one by one."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from replaydbg.core.message import Message, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.wire import anthropic_messages as shape
from tests.support import said


@given(said.json_values)
def test_any_json_can_be_read_and_written_again(value: Any) -> None:
    for messages in (
        shape.read_messages(value),
        shape.read_messages([value]),
        shape.read_messages([{"role": "user", "content": value}]),
        shape.read_messages([{"role": "user", "content": [{"type": "tool_result", "content": value}]}]),
        shape.read_messages([{"role": "assistant", "content": [{"type": value}]}]),
        shape.read_request(value).messages,
    ):
        shape.write_messages(messages)


def test_tool_results_stand_before_the_words_of_the_user_in_one_message() -> None:
    talk = (
        Message(Role.ASSISTANT, (ToolCall("a", "f", {}), ToolCall("b", "f", {"x": 1}))),
        Message(Role.TOOL, (ToolResponse("a", "1"),)),
        Message(Role.TOOL, (ToolResponse("b", {"y": 2}, is_error=True),)),
        Message(Role.USER, (Text("and?"),)),
    )
    assert shape.write_messages(talk)[1] == {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "a", "content": "1"},
            {"type": "tool_result", "tool_use_id": "b", "content": '{"y":2}', "is_error": True},
            {"type": "text", "text": "and?"},
        ],
    }


def test_reasoning_that_nobody_signed_is_not_sent() -> None:
    talk = (
        Message(Role.ASSISTANT, (Reasoning("hm"), Text("a"))),
        Message(Role.ASSISTANT, (Reasoning("hm"),)),
    )
    assert shape.write_messages(talk) == [{"role": "assistant", "content": "a"}]
