"""Google's own client understands our replies and streams, and we understand what it asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google import genai
from google.genai import types

from replaydbg.core.message import Message, Reasoning, Role, ToolResponse
from replaydbg.core.request import ModelRequest
from replaydbg.wire import google_generate
from tests.support.model_server import ModelServer, reply, serving
from tests.support.weather import ANSWER, CALLS, SCHEMA, TALK, TOOL


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving(ANSWER) as served:
        yield served


@pytest.fixture
def gemini(server: ModelServer) -> Iterator[genai.Client]:
    with genai.Client(api_key="k", http_options=types.HttpOptions(base_url=server.url)) as client:
        yield client


def test_google_reads_our_reply(gemini: genai.Client) -> None:
    answer = gemini.models.generate_content(model="m", contents="hi")
    assert answer.candidates
    assert answer.candidates[0].finish_reason is types.FinishReason.STOP
    assert [(call.id, call.name, call.args) for call in answer.function_calls or ()] == [
        ("call_1", "weather", {"city": "Oslo", "days": 2}),
        ("call_2", "weather", {"city": "Zürich"}),
    ]
    usage = answer.usage_metadata
    assert usage is not None
    assert (usage.prompt_token_count, usage.candidates_token_count) == (120, 25)
    assert (usage.thoughts_token_count, usage.cached_content_token_count) == (5, 100)


def test_google_accumulates_our_stream(gemini: genai.Client) -> None:
    chunks = list(gemini.models.generate_content_stream(model="m", contents="hi"))
    parts = [
        part
        for chunk in chunks
        for candidate in chunk.candidates or ()
        if candidate.content
        for part in candidate.content.parts or ()
    ]
    assert [part.text for part in parts if part.text] == ["Let me look… 🌦"]
    assert [part.function_call.args for part in parts if part.function_call] == [
        {"city": "Oslo", "days": 2},
        {"city": "Zürich"},
    ]
    last = chunks[-1].candidates
    assert last
    assert last[0].finish_reason is types.FinishReason.STOP


def test_google_reads_our_thoughts() -> None:
    thought = reply(Reasoning("hm", "c2ln"), Reasoning("", "c2lnMg=="), CALLS[0])
    with (
        serving(thought) as served,
        genai.Client(api_key="k", http_options=types.HttpOptions(base_url=served.url)) as client,
    ):
        answer = client.models.generate_content(model="m", contents="hi")
    assert answer.candidates
    assert answer.candidates[0].content
    parts = answer.candidates[0].content.parts
    assert parts
    thinking, calling = parts
    assert (thinking.thought, thinking.text, thinking.thought_signature) == (True, "hm", b"sig")
    assert calling.thought_signature == b"sig2"


def test_we_read_what_google_asks(gemini: genai.Client, server: ModelServer) -> None:
    contents = [
        types.Content(role="user", parts=[types.Part.from_text(text="Weather?")]),
        types.Content(
            role="model",
            parts=[
                types.Part(function_call=types.FunctionCall(id=call.id, name=call.name, args=call.arguments))
                for call in CALLS
            ],
        ),
        types.Content(
            role="user",
            parts=[types.Part.from_function_response(name="weather", response={"output": "rain"})],
        ),
    ]
    declared = types.FunctionDeclaration(
        name="weather", description="The weather of a city.", parameters_json_schema=SCHEMA
    )
    config = types.GenerateContentConfig(
        system_instruction="Be brief.",
        temperature=0.5,
        max_output_tokens=9,
        tools=[types.Tool(function_declarations=[declared])],
    )
    gemini.models.generate_content(model="m", contents=list(contents), config=config)
    request = google_generate.read_request(server.requests[0].body)
    assert request.messages[:2] == TALK[:2]
    assert [(call.name, call.arguments) for call in request.messages[2].tool_calls] == [
        (call.name, call.arguments) for call in CALLS
    ]
    assert request.messages[3] == Message(Role.TOOL, (ToolResponse("", {"output": "rain"}, "weather"),))
    assert (request.tools[0].name, request.tools[0].schema) == ("weather", SCHEMA)
    assert request.params == {"temperature": 0.5, "max_tokens": 9}


def test_what_we_send_is_what_google_would_send(gemini: genai.Client, server: ModelServer) -> None:
    """The client's own types take every field of our bodies; they refuse fields that there are not."""
    body = google_generate.write_request(
        ModelRequest("m", TALK, (TOOL,), {"temperature": 0, "stop": "x", "tool_choice": "required"}),
        stream=False,
    )
    contents = [types.Content.model_validate(content) for content in body["contents"]]
    config = types.GenerateContentConfig.model_validate(
        {
            **body["generationConfig"],
            "systemInstruction": body["systemInstruction"],
            "tools": body["tools"],
            "toolConfig": body["toolConfig"],
        }
    )
    gemini.models.generate_content(model="m", contents=list(contents), config=config)
    asked, sent = (google_generate.read_request(one) for one in (server.requests[0].body, body))
    assert (asked.messages, asked.params) == (sent.messages, sent.params)
    assert [(tool.name, tool.schema) for tool in asked.tools] == [
        (tool.name, tool.schema) for tool in sent.tools
    ]
