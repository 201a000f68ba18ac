"""Messages of OpenAI Chat Completions, one by one."""

from __future__ import annotations

from replaydbg.core.message import Media, Message, OtherPart, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.wire import openai_chat as shape
from replaydbg.wire.arguments import call_from_raw


def test_one_text_is_written_as_text_and_no_text_beside_calls_as_null() -> None:
    call = call_from_raw("c", "f", '{"a": 1}')
    assert shape.write_messages((Message(Role.USER, (Text("hi"),)),)) == [{"role": "user", "content": "hi"}]
    assert shape.write_messages((Message(Role.ASSISTANT, (call,)),)) == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}
            ],
        }
    ]


def test_a_message_with_two_tool_responses_becomes_two() -> None:
    value = Message(Role.TOOL, (ToolResponse("a", "1"), ToolResponse("b", {"x": 2})))
    assert shape.write_messages((value,)) == [
        {"role": "tool", "tool_call_id": "a", "content": "1"},
        {"role": "tool", "tool_call_id": "b", "content": '{"x":2}'},
    ]


def test_the_first_function_calls_are_read() -> None:
    value = [
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "ok"},
    ]
    call, response = shape.read_messages(value)
    assert call.tool_calls == (ToolCall("", "f", {}, "{}"),)
    assert response.tool_responses == (ToolResponse("", "ok", "f"),)


def test_an_unknown_role_is_kept_as_a_word() -> None:
    (message,) = shape.read_messages([{"role": "critic", "content": "no"}])
    assert message == Message(Role.UNKNOWN, (Text("no"),), "critic")
    assert shape.write_messages((message,)) == [{"role": "critic", "content": "no"}]


def test_images_are_data_or_addresses() -> None:
    value = [
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
                {"type": "file", "file": {"file_id": "f"}},
            ],
        }
    ]
    (message,) = shape.read_messages(value)
    assert message.parts == (
        Media("image", "image/png", data="aGk="),
        Media("image", uri="https://example.org/a.png"),
        OtherPart({"type": "file", "file": {"file_id": "f"}}),
    )
    assert shape.write_messages((message,)) == value


def test_custom_tool_calls_are_kept() -> None:
    custom = {"id": "c", "type": "custom", "custom": {"name": "patch", "input": "*** Begin"}}
    value = [{"role": "assistant", "content": None, "tool_calls": [custom]}]
    assert shape.write_messages(shape.read_messages(value)) == value


def test_signed_reasoning_of_another_provider_is_not_sent() -> None:
    value = Message(
        Role.ASSISTANT, (Reasoning("hm", "sig"), OtherPart({"type": "redacted_thinking"}), Text("a"))
    )
    assert shape.write_messages((value,)) == [{"role": "assistant", "content": "a"}]
