"""Anthropic's own client understands our Messages, and writes what we write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from replaydbg.core.message import Message, OtherPart, Reasoning, Role, ToolResponse, text_message
from replaydbg.core.request import ModelRequest
from replaydbg.wire import anthropic_messages
from tests.support.model_server import ModelServer, reply, serving
from tests.support.weather import ANSWER, CALLS, SCHEMA, TALK, TOOL, user


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving(ANSWER) as served:
        yield served


@pytest.fixture
def claude(server: ModelServer) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.url, api_key="k", max_retries=0) as client:
        yield client


def test_anthropic_reads_our_message(claude: anthropic.Anthropic) -> None:
    message = claude.messages.create(model="m", max_tokens=9, messages=user("hi"))
    text, first, second = message.content
    assert text.type == "text"
    assert text.text == "Let me look… 🌦"
    assert first.type == second.type == "tool_use"
    assert (first.id, first.name, first.input) == ("call_1", "weather", {"city": "Oslo", "days": 2})
    assert message.stop_reason == "tool_use"
    assert (message.usage.input_tokens, message.usage.cache_read_input_tokens) == (20, 100)


def test_anthropic_accumulates_our_stream(claude: anthropic.Anthropic) -> None:
    with claude.messages.stream(model="m", max_tokens=9, messages=user("hi")) as stream:
        message = stream.get_final_message()
    text, first, second = message.content
    assert text.type == "text"
    assert text.text == "Let me look… 🌦"
    assert first.type == second.type == "tool_use"
    assert (first.input, second.input) == ({"city": "Oslo", "days": 2}, {"city": "Zürich"})
    assert message.stop_reason == "tool_use"
    assert message.usage.output_tokens == 30


def test_anthropic_reads_our_thinking() -> None:
    thought = reply(Reasoning("hm", "c2ln"), OtherPart({"type": "redacted_thinking", "data": "x"}), "yes")
    with serving(thought) as server, anthropic.Anthropic(base_url=server.url, api_key="k") as client:
        whole = client.messages.create(model="m", max_tokens=9, messages=user("hi"))
        with client.messages.stream(model="m", max_tokens=9, messages=user("hi")) as stream:
            streamed = stream.get_final_message()
    for message in (whole, streamed):
        thinking, redacted, text = message.content
        assert thinking.type == "thinking"
        assert (thinking.thinking, thinking.signature) == ("hm", "c2ln")
        assert redacted.type == "redacted_thinking"
        assert text.type == "text"


def test_we_ask_as_anthropic_asks(claude: anthropic.Anthropic, server: ModelServer) -> None:
    talk: Any = [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "Looking."},
                *(
                    {"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}
                    for call in CALLS
                ),
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": "rain"},
                {"type": "tool_result", "tool_use_id": "call_2", "content": "sun"},
                {"type": "text", "text": "And tomorrow?"},
            ],
        },
    ]
    tools: Any = [{"name": "weather", "description": "The weather of a city.", "input_schema": SCHEMA}]
    claude.messages.create(
        model="m",
        max_tokens=64,
        system="Be brief.",
        messages=talk,
        tools=tools,
        extra_body={"temperature": 0.5},  # the client took it out of its signature, the API takes it still
        stop_sequences=["END"],
        tool_choice={"type": "any"},
    )
    params = {"max_tokens": 64, "temperature": 0.5, "stop": "END", "tool_choice": "required"}
    request = ModelRequest("m", TALK, (TOOL,), params)
    assert anthropic_messages.write_request(request, stream=False) == server.requests[0].body


def test_we_ask_as_an_anthropic_client_that_sends_thinking_back() -> None:
    thought = reply(Reasoning("hm", "c2ln"), "Looking.", *CALLS)
    with serving(thought) as server, anthropic.Anthropic(base_url=server.url, api_key="k") as client:
        said = client.messages.create(model="m", max_tokens=9, messages=user("hi"))
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": "ok"} for call in CALLS]
        talk: Any = [
            *user("hi"),
            {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in said.content]},
            {"role": "user", "content": results},
        ]
        client.messages.create(model="m", max_tokens=9, messages=talk)
        sent = server.requests[1].body
    messages = (
        text_message(Role.USER, "hi"),
        thought.message,
        *(Message(Role.TOOL, (ToolResponse(call.id, "ok"),)) for call in CALLS),
    )
    request = ModelRequest("m", messages, params={"max_tokens": 9})
    assert anthropic_messages.write_request(request, stream=False) == sent
