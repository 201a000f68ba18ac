"""OpenAI's own client understands our Responses, and we understand what it asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from replaydbg.core.message import Message, Role
from replaydbg.wire import openai_responses
from tests.support.model_server import ModelServer, serving
from tests.support.weather import ANSWER, CALLS, RAW, SCHEMA, SECOND, TALK


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving(ANSWER) as served:
        yield served


@pytest.fixture
def chat(server: ModelServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="k", max_retries=0) as client:
        yield client


def test_openai_reads_our_response(chat: openai.OpenAI) -> None:
    response = chat.responses.create(model="m", input="hi")
    assert response.output_text == "Let me look… 🌦"
    calls = [item for item in response.output if item.type == "function_call"]
    assert [(call.call_id, call.name, call.arguments) for call in calls] == [
        ("call_1", "weather", RAW),
        ("call_2", "weather", SECOND),
    ]
    assert response.usage is not None
    assert response.usage.input_tokens_details.cached_tokens == 100


def test_openai_accumulates_our_response_stream(chat: openai.OpenAI) -> None:
    with chat.responses.stream(model="m", input="hi") as stream:
        response = stream.get_final_response()
    assert response.output_text == "Let me look… 🌦"
    calls = [item for item in response.output if item.type == "function_call"]
    assert [(call.call_id, call.arguments) for call in calls] == [("call_1", RAW), ("call_2", SECOND)]


def test_we_read_what_openai_asks_responses(chat: openai.OpenAI, server: ModelServer) -> None:
    items: Any = [
        {"role": "user", "content": "Weather?"},
        {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": RAW},
        {"type": "function_call_output", "call_id": "call_1", "output": "rain"},
    ]
    tools: Any = [{"type": "function", "name": "weather", "parameters": SCHEMA, "strict": False}]
    chat.responses.create(model="m", instructions="Be brief.", input=items, tools=tools)
    request = openai_responses.read_request(server.requests[0].body)
    assert request.messages == (*TALK[:2], Message(Role.ASSISTANT, CALLS[:1]), TALK[3])
    assert request.tools[0].schema == SCHEMA
