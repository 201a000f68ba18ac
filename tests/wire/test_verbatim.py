"""What nobody here knows of a recorded request goes out again, and nothing that an edit has taken away."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from replaydbg.core.message import Message, Role, Text
from replaydbg.core.request import ModelRequest, Sent
from replaydbg.wire import anthropic_messages, google_generate, openai_chat, openai_responses

CHAT: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "system", "content": [{"type": "text", "text": "be kind", "cache_control": {"type": "ephemeral"}}]},
        {"role": "user", "content": "hi", "metadata": {"a": 1}},
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": "c",
                    "type": "function",
                    "function": {"name": "f", "arguments": '{"x":  1}'},
                    "extra_content": {"google": {"thought_signature": "abc"}},
                }
            ],
            "reasoning_details": [{"type": "reasoning.text", "text": "hm"}],
        },
        {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "ok"}], "name": "f"},
    ],
}  # fmt: skip
ANTHROPIC: dict[str, Any] = {
    "model": "m",
    "max_tokens": 9,
    "system": [{"type": "text", "text": "be kind", "cache_control": {"type": "ephemeral"}}],
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}]},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "see", "citations": None},
                {"type": "tool_use", "id": "c", "name": "f", "input": {"x": 1}, "caller": {"type": "direct"}},
            ],
        },
        {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": "c", "content": "ok", "is_error": False}],
        },
    ],
}
RESPONSES: dict[str, Any] = {
    "model": "m",
    "input": [
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}], "id": "msg_0"},
        {"role": "user", "content": "please", "new": 1},
        {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "yes", "logprobs": []}],
            "id": "msg_1",
            "status": "completed",
        },
        {"role": "user", "content": "now"},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "zzz", "status": None},
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "c",
            "name": "f",
            "arguments": "{}",
            "status": "completed",
        },
        {"type": "function_call_output", "call_id": "c", "output": "ok", "id": "fco_1"},
        {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": "and?"}],
            "id": "msg_2",
        },
    ],
}
GOOGLE: dict[str, Any] = {
    "systemInstruction": {"parts": [{"text": "be kind", "partMetadata": {"a": 1}}], "role": "user"},
    "contents": [
        {"role": "user", "parts": [{"text": "hi", "partMetadata": {"b": 2}}]},
        {
            "role": "model",
            "parts": [
                {"text": "hm", "thought": True},
                {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "abc", "new": 1},
            ],
        },
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"result": "ok"}}}]},
    ],
}
SHAPES: list[tuple[str, Any, dict[str, Any], str]] = [
    ("chat", openai_chat, CHAT, "messages"),
    ("anthropic", anthropic_messages, ANTHROPIC, "messages"),
    ("responses", openai_responses, RESPONSES, "input"),
    ("google", google_generate, GOOGLE, "contents"),
]


def sending(shape: str, wire: Any, body: dict[str, Any]) -> ModelRequest:
    request: ModelRequest = wire.read_request({"model": "m", **body})
    return replace(request, sent=Sent(shape, body))


@pytest.mark.parametrize(("shape", "wire", "body", "items"), SHAPES)
def test_the_same_request_goes_out_word_for_word(shape: str, wire: Any, body: Any, items: str) -> None:
    request = sending(shape, wire, body)
    written = wire.write_request(request, stream=False)
    assert written[items] == body[items]
    for key in ("system", "systemInstruction"):
        assert written.get(key) == body.get(key)
    assert wire.write_request(replace(request, sent=None), stream=False)[items] != body[items]


@pytest.mark.parametrize(("shape", "wire", "body", "items"), SHAPES)
def test_a_turn_more_leaves_those_before_as_they_were(shape: str, wire: Any, body: Any, items: str) -> None:
    request = sending(shape, wire, body)
    more = replace(request, messages=(*request.messages, Message(Role.USER, (Text("more"),))))
    written = wire.write_request(more, stream=False)[items]
    count = len(body[items]) - (shape in {"anthropic", "google"})  # neighbours of one side are one item there
    assert written[:count] == body[items][:count]
    assert "more" in str(written[count:])


@pytest.mark.parametrize(("shape", "wire", "body", "items"), SHAPES)
def test_an_edited_turn_is_that_of_the_edit(shape: str, wire: Any, body: Any, items: str) -> None:
    request = sending(shape, wire, body)
    at = next(at for at, one in enumerate(request.messages) if one.text == "hi")
    messages = list(request.messages)
    messages[at] = Message(Role.USER, (Text("ho"),))
    written = wire.write_request(replace(request, messages=tuple(messages)), stream=False)[items]
    place = next(at for at, item in enumerate(body[items]) if item["role"] == "user")
    assert "hi" not in str(written[place])
    assert written[:place] == body[items][:place]
    if shape != "responses":
        assert written[place + 1 :] == body[items][place + 1 :]


def test_a_turn_put_before_moves_the_others() -> None:
    request = sending("chat", openai_chat, CHAT)
    system, *others = request.messages
    written = openai_chat.write_request(
        replace(request, messages=(system, Message(Role.USER, (Text("first"),)), *others)), stream=False
    )["messages"]
    assert [written[0], *written[2:]] == CHAT["messages"]


def test_items_of_responses_keep_their_ids_up_to_the_turn_that_differs_alone() -> None:
    """A call whose reasoning is gone may not name it, and nothing after may name the call."""
    request = sending("responses", openai_responses, RESPONSES)
    messages = list(request.messages)
    turn = next(at for at, one in enumerate(messages) if one.tool_calls)
    calls = messages[turn].tool_calls
    messages[turn] = replace(messages[turn], parts=(replace(calls[0], arguments={"y": 2}, raw=None),))
    written = openai_responses.write_request(replace(request, messages=tuple(messages)), stream=False)[
        "input"
    ]
    began = next(at for at, item in enumerate(RESPONSES["input"]) if item.get("type") == "reasoning")
    assert written[:began] == RESPONSES["input"][:began]
    assert all("id" not in item for item in written[began:])


def test_words_of_a_log_are_not_sent_to_a_provider() -> None:
    body = {"model": "m", "messages": [{"role": "human", "content": "hi", "extra": 1}]}
    written = openai_chat.write_request(sending("chat", openai_chat, body), stream=False)
    assert written["messages"] == [{"role": "user", "content": "hi"}]


def test_another_shape_gets_nothing_of_it() -> None:
    request = replace(sending("chat", openai_chat, CHAT), provider="")
    plain = replace(request, sent=None)
    assert anthropic_messages.write_request(request, stream=False) == anthropic_messages.write_request(
        plain, stream=False
    )
