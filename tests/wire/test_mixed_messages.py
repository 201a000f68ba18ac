"""Messages in the shapes that frameworks log, one by one, and anything at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Media, Message, OtherPart, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.wire import mixed_messages

CALL = ToolCall("c1", "find", {"q": 1}, '{"q": 1}')
PARSED = ToolCall("c1", "find", {"q": 1})


def read(value: Any) -> tuple[Message, ...]:
    found = mixed_messages.messages(value)
    assert found is not None
    return found


def constructor(name: str, **arguments: Any) -> dict[str, Any]:
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", name], "kwargs": arguments}


@pytest.mark.parametrize(
    "value",
    [
        "hello",
        '"hello"',
        [{"role": "user", "content": "hello"}],
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}]},
        {"messages": [[constructor("HumanMessage", content="hello")]]},
        [{"type": "human", "data": {"content": "hello"}}],
        [{"type": "human", "content": "hello"}],
        [{"role": "user", "parts": [{"type": "text", "content": "hello"}]}],
        {"contents": [{"role": "user", "parts": [{"text": "hello"}]}]},
        {"prompt": "hello"},
        json.dumps({"input": json.dumps([{"role": "user", "content": "hello"}])}),
        [{"role": "user", "content": [{"type": "input_text", "text": "hello"}]}],
        [{"type": "text", "text": "hello"}],
    ],
)
def test_a_question_in_every_shape(value: Any) -> None:
    assert read(value) == (Message(Role.USER, (Text("hello"),)),)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"type": "tool-call", "toolCallId": "c1", "toolName": "find", "input": {"q": 1}}, PARSED),
        ({"type": "tool-call", "toolCallId": "c1", "toolName": "find", "args": '{"q": 1}'}, CALL),
        ({"type": "tool_use", "id": "c1", "name": "find", "input": {"q": 1}}, PARSED),
        ({"functionCall": {"id": "c1", "name": "find", "args": {"q": 1}}}, PARSED),
        ({"type": "tool_call", "id": "c1", "name": "find", "arguments": {"q": 1}}, PARSED),
        ({"type": "thinking", "thinking": "hm"}, Reasoning("hm")),
        ({"type": "reasoning", "text": "hm"}, Reasoning("hm")),
        ({"text": "hm", "thought": True}, Reasoning("hm")),
        ({"type": "image_url", "image_url": {"url": "https://x/y"}}, Media("image", uri="https://x/y")),
        ({"type": "odd"}, OtherPart({"type": "odd"})),
        (17, OtherPart(17)),
    ],
)
def test_parts(part: Any, expected: Any) -> None:
    assert read([{"role": "assistant", "content": [part]}])[0].parts == (expected,)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"role": "tool", "tool_call_id": "c1", "content": "7"}, ToolResponse("c1", "7")),
        (constructor("ToolMessage", tool_call_id="c1", content="7", status="error"), ToolResponse("c1", "7", is_error=True)),
        (
            {"role": "tool", "content": [{"type": "tool-result", "toolCallId": "c1", "toolName": "find",
             "output": {"type": "text", "value": "7"}}]},
            ToolResponse("c1", "7", "find"),
        ),
        ({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "7"}]}, ToolResponse("c1", "7")),
        ({"role": "user", "parts": [{"functionResponse": {"name": "find", "response": "7"}}]}, ToolResponse("", "7", "find")),
    ],
)  # fmt: skip
def test_tool_responses_are_the_tools(message: Any, expected: ToolResponse) -> None:
    assert read([message]) == (Message(Role.TOOL, (expected,)),)


def test_calls_beside_the_content() -> None:
    plain = {"name": "find", "args": {"q": 1}, "id": "c1"}
    raw = {"id": "c1", "function": {"name": "find", "arguments": '{"q": 1}'}}
    broken = {"name": "find", "args": '{"q": ', "id": "c2", "error": "cut"}
    said = constructor(
        "AIMessage",
        content="",
        tool_calls=[plain],
        invalid_tool_calls=[broken],
        additional_kwargs={"tool_calls": [raw]},
        response_metadata={"finish_reason": "tool_calls"},
    )
    generation = {"text": "", "message": said}
    message = mixed_messages.reply({"generations": [[generation]]})
    assert message is not None
    typed = {"generations": [[{**generation, "type": "ChatGeneration"}]], "type": "LLMResult"}
    assert mixed_messages.reply(typed) == message, "as langchain-core writes it since its first version"
    assert message.tool_calls[0] == CALL, "the raw text is kept where it is anywhere"
    assert message.tool_calls[1].problem is not None
    assert message.finish_reason == "tool_calls"
    doubled = read([{"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": "find", "input": {}}],
                     "tool_calls": [plain]}])  # fmt: skip
    assert len(doubled[0].tool_calls) == 1, "LangChain repeats Anthropic's blocks as calls"


@pytest.mark.parametrize(
    "value",
    [
        "fine",
        {"text": "fine"},
        {"role": "assistant", "content": "fine"},
        {
            "choices": [
                {"message": {"role": "assistant", "content": "fine"}},
                {"message": {"role": "assistant"}},
            ]
        },
        {
            "output": [
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "fine"}]}
            ]
        },
        {"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "fine"}]},
    ],
)
def test_a_reply_in_every_shape(value: Any) -> None:
    assert mixed_messages.reply(value) == Message(Role.ASSISTANT, (Text("fine"),))


def test_a_reply_of_calls_alone() -> None:
    found = mixed_messages.reply(
        {"text": "", "toolCalls": [{"toolCallId": "c1", "toolName": "find", "args": {"q": 1}}]}
    )
    assert found == Message(Role.ASSISTANT, (PARSED,))


def test_instructions_beside_the_messages_come_first() -> None:
    found = read({"system": "be kind", "messages": [{"role": "user", "content": "hi"}]})
    assert [message.role for message in found] == [Role.SYSTEM, Role.USER]


def test_nothing_is_none() -> None:
    assert mixed_messages.messages({"query": 17}) is None
    assert mixed_messages.messages(None) is None
    assert mixed_messages.messages([]) == ()
    assert mixed_messages.reply({"score": 0.5}) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["tool-call", "text", "ai"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["role", "content", "parts", "type", "messages", "kwargs", "lc", "tool_calls", "text", "data",
                         "function", "id", "output", "choices", "message"]),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(json_values)
def test_nothing_raises(value: Any) -> None:
    mixed_messages.messages(value)
    mixed_messages.reply(value)


def test_items_of_openai_responses_are_messages() -> None:
    items = [
        {"role": "user", "content": "hello"},
        {"type": "function_call", "call_id": "c1", "name": "find", "arguments": '{"q": 1}'},
        {"type": "function_call_output", "call_id": "c1", "output": "two"},
    ]
    assert read(items) == (
        Message(Role.USER, (Text("hello"),)),
        Message(Role.ASSISTANT, (CALL,)),
        Message(Role.TOOL, (ToolResponse("c1", "two"),)),
    )


@pytest.mark.parametrize(
    "value",
    [
        {"choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]},
        {"object": "response", "status": "stop", "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]}]},
    ],
)  # fmt: skip
def test_a_reply_of_openai_says_why_it_ended(value: Any) -> None:
    assert mixed_messages.reply(value) == Message(Role.ASSISTANT, (Text("hi"),), finish_reason="stop")


def test_candidates_of_gemini_hold_their_content() -> None:
    value = {"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}, "index": 0}]}
    assert mixed_messages.reply(value) == Message(Role.ASSISTANT, (Text("hi"),))


def test_calls_of_the_ai_sdk_alone() -> None:
    value = [{"toolCallId": "c1", "toolName": "find", "input": '{"q": 1}'}]
    assert mixed_messages.reply(value) == Message(Role.ASSISTANT, (CALL,))


def test_a_role_that_names_a_waiting_tool_is_its_response() -> None:
    talk = [
        {"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "name": "find", "args": {"q": 1}}]},
        {"role": "find", "content": "two"},
        {"role": "find", "content": "three"},
    ]
    _, answered, stray = read(talk)
    assert answered == Message(Role.TOOL, (ToolResponse("c1", "two", "find"),))
    assert stray == Message(Role.UNKNOWN, (Text("three"),), "find")


def test_blocks_of_bedrock() -> None:
    found = mixed_messages.messages(
        [
            {"role": "user", "content": [{"text": "hi"}]},
            {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "f", "input": {}}}]},
            {"role": "user", "content": [{"toolResult": {"toolUseId": "t", "content": [{"text": "x"}]}}]},
        ]
    )
    assert found is not None
    assert found[1].tool_calls == (ToolCall("t", "f", {}),)
    assert found[2] == Message(Role.TOOL, (ToolResponse("t", "x"),))
