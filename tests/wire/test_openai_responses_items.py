"""Items of OpenAI Responses, one by one."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from replaydbg.core.message import Media, Message, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.wire import openai_responses as shape
from tests.support import said


@given(said.json_values)
def test_any_json_can_be_read_and_written_again(value: Any) -> None:
    for messages in (
        shape.read_messages(value),
        shape.read_messages([value]),
        shape.read_messages(
            [{"type": "message", "role": "user", "content": [{"type": value, "text": value}]}]
        ),
        shape.read_messages([{"type": "reasoning", "summary": value}]),
        shape.read_request({"input": value, "tools": value, "instructions": value}).messages,
    ):
        shape.write_messages(messages)


def test_items_of_one_turn_are_one_message() -> None:
    items = [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "x"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{ }"},
        {"type": "custom_tool_call", "call_id": "d", "name": "patch", "input": "*** Begin"},
        {"type": "function_call_output", "call_id": "c", "output": "ok"},
        {
            "type": "custom_tool_call_output",
            "call_id": "d",
            "output": [{"type": "input_text", "text": "done"}],
        },
    ]
    user, assistant, first, second = shape.read_messages(items)
    assert user == Message(Role.USER, (Text("hi"),))
    assert assistant.parts == (
        Reasoning("hm", "x"),
        Text("a"),
        ToolCall("c", "f", {}, "{ }"),
        ToolCall("d", "patch", {"input": "*** Begin"}),
    )
    assert first.parts == (ToolResponse("c", "ok"),)
    assert second.parts == (ToolResponse("d", "done"),)


def test_input_may_be_one_text() -> None:
    assert shape.read_messages("hi") == (Message(Role.USER, (Text("hi"),)),)


def test_images_are_read() -> None:
    part = {"type": "input_image", "image_url": "data:image/png;base64,aGk="}
    (message,) = shape.read_messages([{"role": "user", "content": [part]}])
    assert message.parts == (Media("image", "image/png", data="aGk="),)
