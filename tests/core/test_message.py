"""What of a message is its text, its calls, its responses."""

from __future__ import annotations

from replaydbg.core.message import Message, Reasoning, Role, Text, ToolCall, ToolResponse, text_message


def test_parts_by_sort_in_their_order() -> None:
    one, other = ToolCall("1", "f"), ToolCall("2", "g")
    response = ToolResponse("0", "x")
    message = Message(Role.ASSISTANT, (Text("a"), Reasoning("hm"), one, response, Text("b"), other))
    assert message.text == "a\nb"
    assert message.tool_calls == (one, other)
    assert message.tool_responses == (response,)


def test_a_message_without_text_says_nothing() -> None:
    assert Message(Role.ASSISTANT, (Reasoning("hm"),)).text == ""
    assert text_message(Role.USER, "hi") == Message(Role.USER, (Text("hi"),))
