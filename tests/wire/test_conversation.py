"""What every provider demands of a conversation."""

from replaydbg.core.message import Message, OtherPart, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.wire import conversation


def asked(*calls: ToolCall) -> Message:
    return Message(Role.ASSISTANT, calls)


def answered(*ids: str, name: str = "") -> Message:
    return Message(Role.TOOL, tuple(ToolResponse(id_, "ok", name) for id_ in ids))


def test_an_answered_call_does_not_dangle() -> None:
    assert conversation.dangling((asked(ToolCall("a", "f"), ToolCall("b", "g")), answered("b", "a"))) == ()


def test_a_call_without_response_dangles() -> None:
    call = ToolCall("b", "g")
    assert conversation.dangling((asked(ToolCall("a", "f"), call), answered("a"))) == (call,)


def test_a_response_answers_the_nearest_call_with_its_id() -> None:
    first, second = ToolCall("a", "first"), ToolCall("a", "second")
    assert conversation.dangling((asked(first), asked(second), answered("a"))) == (first,)


def test_a_response_before_its_call_answers_nothing() -> None:
    call = ToolCall("a", "f")
    assert conversation.dangling((answered("a"), asked(call))) == (call,)


def test_an_edited_turn_loses_its_reasoning_in_every_form() -> None:
    message = Message(
        Role.ASSISTANT,
        (Reasoning("hm", "sig"), OtherPart({"type": "redacted_thinking", "data": "x"}), Text("yes")),
    )
    assert conversation.without_reasoning(message).parts == (Text("yes"),)


def test_ids_are_given_to_calls_and_responses_that_have_none() -> None:
    messages = (
        asked(ToolCall("", "f"), ToolCall("", "g")),
        answered("", name="g"),
        answered("", name="f"),
    )
    calls, first, second = conversation.with_ids(messages)
    assert [call.id for call in calls.tool_calls] == ["call_1", "call_2"]
    assert (first.tool_responses[0].id, second.tool_responses[0].id) == ("call_2", "call_1")
    assert conversation.dangling((calls, first, second)) == ()


def test_messages_with_ids_are_left_alone() -> None:
    messages = (asked(ToolCall("a", "f")), answered("a"))
    assert conversation.with_ids(messages) is messages
