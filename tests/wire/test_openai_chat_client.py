"""OpenAI's own client understands our Chat Completions, and writes what we write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from replaydbg.core.message import Message, OtherPart, Role, ToolResponse, text_message
from replaydbg.core.request import ModelRequest
from replaydbg.wire import openai_chat
from tests.support.model_server import ModelServer, reply, serving
from tests.support.weather import ANSWER, CALLS, RAW, SCHEMA, SECOND, TALK, TOOL, user


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving(ANSWER) as served:
        yield served


@pytest.fixture
def chat(server: ModelServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="k", max_retries=0) as client:
        yield client


def test_openai_reads_our_chat_reply(chat: openai.OpenAI) -> None:
    completion = chat.chat.completions.create(model="m", messages=user("hi"))
    choice = completion.choices[0]
    assert choice.message.content == "Let me look… 🌦"
    assert choice.finish_reason == "tool_calls"
    calls: Any = choice.message.tool_calls
    assert [(call.id, call.function.name, call.function.arguments) for call in calls] == [
        ("call_1", "weather", RAW),
        ("call_2", "weather", SECOND),
    ]
    assert completion.usage is not None
    assert (completion.usage.prompt_tokens, completion.usage.total_tokens) == (120, 150)
    assert completion.usage.prompt_tokens_details is not None
    assert completion.usage.prompt_tokens_details.cached_tokens == 100


def test_openai_accumulates_our_chat_stream(chat: openai.OpenAI) -> None:
    with chat.chat.completions.stream(
        model="m", messages=user("hi"), stream_options={"include_usage": True}
    ) as stream:
        completion = stream.get_final_completion()
    message = completion.choices[0].message
    assert message.content == "Let me look… 🌦"
    calls: Any = message.tool_calls
    assert [(call.id, call.function.name, call.function.arguments) for call in calls] == [
        ("call_1", "weather", RAW),
        ("call_2", "weather", SECOND),
    ]
    assert completion.choices[0].finish_reason == "tool_calls"
    assert completion.usage is not None
    assert completion.usage.completion_tokens == 30


def test_openai_reads_our_refusal() -> None:
    refusal = OtherPart({"type": "refusal", "refusal": "I will not."})
    with (
        serving(reply(refusal)) as server,
        openai.OpenAI(base_url=f"{server.url}/v1", api_key="k") as client,
    ):
        whole = client.chat.completions.create(model="m", messages=user("hi"))
        assert (whole.choices[0].message.refusal, whole.choices[0].message.content) == ("I will not.", None)
        with client.chat.completions.stream(model="m", messages=user("hi")) as stream:
            assert stream.get_final_completion().choices[0].message.refusal == "I will not."


def test_we_ask_as_openai_asks_chat(chat: openai.OpenAI, server: ModelServer) -> None:
    functions = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.raw}}
        for call in CALLS
    ]
    talk: Any = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": "Looking.", "tool_calls": functions},
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
        {"role": "tool", "tool_call_id": "call_2", "content": "sun"},
        {"role": "user", "content": "And tomorrow?"},
    ]
    offer = {"name": "weather", "description": "The weather of a city.", "parameters": SCHEMA}
    tools: Any = [{"type": "function", "function": offer}]
    chat.chat.completions.create(model="m", messages=talk, tools=tools, temperature=0.5)
    request = ModelRequest("m", TALK, (TOOL,), {"temperature": 0.5})
    assert openai_chat.write_request(request, stream=False) == server.requests[0].body


def test_we_ask_as_a_chat_client_that_sends_replies_back(chat: openai.OpenAI, server: ModelServer) -> None:
    """The client's own way to go on: the message it was given is put into the next prompt as it is."""
    said = chat.chat.completions.create(model="m", messages=user("hi")).choices[0].message
    talk: Any = [*user("hi"), said.model_dump(exclude_none=True)]
    talk += [{"role": "tool", "tool_call_id": call.id, "content": "ok"} for call in CALLS]
    chat.chat.completions.create(model="m", messages=talk)
    sent = server.requests[1].body
    messages = (
        text_message(Role.USER, "hi"),
        ANSWER.message,
        *(Message(Role.TOOL, (ToolResponse(call.id, "ok"),)) for call in CALLS),
    )
    assert openai_chat.write_request(ModelRequest("m", messages), stream=False) == sent
