"""The vendors' own clients understand what we write, and write what we write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest

from replaydbg.core.message import Message, OtherPart, Reasoning, Role, Text, ToolResponse, text_message
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import anthropic_messages, openai_chat, openai_responses
from replaydbg.wire.arguments import call_from_raw
from tests.support.model_server import ModelServer, reply, serving

RAW = '{"city": "Oslo",  "days": 2}'
SECOND = '{"city":"Zürich"}'
CALLS = (call_from_raw("call_1", "weather", RAW), call_from_raw("call_2", "weather", SECOND))
ANSWER = reply("Let me look… 🌦", *CALLS, usage=Usage(120, 30, 100, 5))
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = ToolSpec("weather", "The weather of a city.", SCHEMA)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving(ANSWER) as served:
        yield served


@pytest.fixture
def chat(server: ModelServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def claude(server: ModelServer) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.url, api_key="k", max_retries=0) as client:
        yield client


def user(text: str) -> Any:
    return [{"role": "user", "content": text}]


# ---- what we write, they read ------------------------------------------------------------------------------------


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


# ---- what they write, we write -----------------------------------------------------------------------------------


TALK = (
    text_message(Role.SYSTEM, "Be brief."),
    text_message(Role.USER, "Weather?"),
    Message(Role.ASSISTANT, (Text("Looking."), *CALLS)),
    Message(Role.TOOL, (ToolResponse("call_1", "rain"),)),
    Message(Role.TOOL, (ToolResponse("call_2", "sun"),)),
    text_message(Role.USER, "And tomorrow?"),
)


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
