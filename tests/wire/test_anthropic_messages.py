"""Anthropic Messages there and back: requests, replies, streams."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Message, OtherPart, Reasoning, Role, Text, ToolCall
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import anthropic_messages as shape
from replaydbg.wire import loose, sse
from replaydbg.wire.arguments import call_from_raw
from tests.support import corpora, said

SERVER_TOOL = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"q": "x"}}
blocks_of_servers = st.just(OtherPart(SERVER_TOOL)) | st.just(
    OtherPart({"type": "redacted_thinking", "data": "x"})
)

assistant_parts = st.lists(
    said.signed_reasoning | said.plain_texts | said.calls_with_value | blocks_of_servers,
    min_size=1,
    max_size=4,
).map(tuple)
tool_results = (
    said.texts | st.just("") | st.just([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])
)


@st.composite
def talks(draw: st.DrawFn) -> tuple[Message, ...]:
    """Sides that take turns, tool responses before the user's words."""
    talk: list[Message] = []
    if draw(st.booleans()):
        talk.append(Message(Role.SYSTEM, tuple(draw(st.lists(said.plain_texts, min_size=1, max_size=2)))))
    for _ in range(draw(st.integers(0, 3))):
        talk += draw(st.lists(said.tool_messages(tool_results, is_error=st.booleans()), max_size=2))
        words = draw(st.lists(said.plain_texts | said.images, max_size=2))
        if words or not talk or talk[-1].role in {Role.SYSTEM, Role.ASSISTANT}:
            talk.append(Message(Role.USER, tuple(words) or (Text("go on"),)))
        talk.append(Message(Role.ASSISTANT, draw(assistant_parts)))
    return tuple(talk)


usages = st.builds(Usage, st.integers(100, 9999), said.counts, st.none() | st.integers(0, 100), st.none())
reasons = ["end_turn", "tool_use", "max_tokens"]
replies = said.replies(assistant_parts, reasons, usages)
streamed_parts = st.lists(
    said.signed_reasoning | said.plain_texts | said.calls_with_text | blocks_of_servers,
    min_size=1,
    max_size=4,
).map(tuple)
streamed_replies = said.replies(streamed_parts, reasons, usages)


def accumulated(stream: Any) -> Reply:
    accumulator = shape.Accumulator()
    for event in sse.parse(b"".join(stream)):
        accumulator.feed(event)
    return accumulator.reply()


@given(talks())
def test_talks_come_back_as_they_went(talk: Any) -> None:
    body = shape.write_request(ModelRequest("m", talk), stream=False)
    assert shape.read_request(body).messages == talk
    roles = [item["role"] for item in body["messages"]]
    assert all(one != other for one, other in pairwise(roles))


@given(replies)
def test_replies_come_back_as_they_went(reply: Any) -> None:
    assert shape.read_reply(shape.write_reply(reply)) == reply


@given(streamed_replies)
def test_streams_say_what_the_reply_says(reply: Any) -> None:
    assert accumulated(shape.stream_reply(reply)) == reply


@given(streamed_replies)
def test_a_stream_without_its_end_is_interrupted(reply: Any) -> None:
    cut = replace(
        reply,
        interrupted=True,
        message=replace(reply.message, finish_reason=""),
        usage=replace(reply.usage, output_tokens=None),
    )
    assert accumulated(shape.stream_reply(cut)) == cut


@given(st.data())
def test_nothing_in_a_reply_makes_reading_fail(data: Any) -> None:
    parts = (Reasoning("r", "s"), Text("t"), call_from_raw("c", "f", "{}"), OtherPart(SERVER_TOOL))
    reply = Reply(Message(Role.ASSISTANT, parts), "m", Usage(9, 2, 3))
    shape.read_reply(data.draw(said.twisted(shape.write_reply(reply))))
    twisted = data.draw(
        said.twisted([event.json for event in sse.parse(b"".join(shape.stream_reply(reply)))])
    )
    accumulator = shape.Accumulator()
    for event in twisted if isinstance(twisted, list) else [twisted]:
        accumulator.feed(sse.Event(loose.encoded(event)))
    accumulator.reply()


def test_instructions_in_the_middle_are_marked() -> None:
    talk = (
        Message(Role.SYSTEM, (Text("be brief"),)),
        Message(Role.USER, (Text("hi"),)),
        Message(Role.DEVELOPER, (Text("now in French"),)),
    )
    body = shape.write_request(ModelRequest("m", talk), stream=False)
    assert body["system"] == "be brief"
    assert body["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "hi"},
                {"type": "text", "text": "<system>\nnow in French\n</system>"},
            ],
        }
    ]


def test_instructions_in_the_middle_stay_where_the_recording_had_them() -> None:
    body = {
        "model": "m",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "hi"}, {"role": "system", "content": "now in French"}],
    }
    assert shape.write_request(shape.read_request(body), stream=False) == body


def test_broken_arguments_are_text_in_a_stream_and_wrapped_elsewhere() -> None:
    reply = Reply(Message(Role.ASSISTANT, (call_from_raw("c", "f", '{"a": '),)))
    assert shape.write_reply(reply)["content"][0]["input"] == {"INVALID_JSON": '{"a": '}
    (call,) = accumulated(shape.stream_reply(reply)).message.tool_calls
    assert call.raw == '{"a": '
    assert call.problem is not None


def test_a_request_is_sent_again_as_it_was() -> None:
    body = {
        "model": "m",
        "max_tokens": 100,
        "system": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [
            {
                "name": "f",
                "description": "d",
                "input_schema": {"type": "object"},
                "eager_input_streaming": True,
            },
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 5},
        ],
        "thinking": {"type": "adaptive"},
        "stop_sequences": ["END"],
        "tool_choice": {"type": "any", "disable_parallel_tool_use": True},
        "x_unknown": 1,
    }
    request = shape.read_request({**body, "stream": True})
    assert request.params["stop"] == ["END"]
    assert request.params["tool_choice"] == "required"
    assert request.params["parallel_tool_calls"] is False
    assert shape.write_request(request, stream=False) == body
    assert shape.write_request(request, stream=True) == {**body, "stream": True}


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("auto", {"type": "auto"}),
        ("none", {"type": "none"}),
        ("required", {"type": "any"}),
        ({"type": "function", "function": {"name": "f"}}, {"type": "tool", "name": "f"}),
        ({"type": "novel"}, {"type": "novel"}),
    ],
)
def test_the_choice_of_tools(ours: Any, theirs: Any) -> None:
    request = ModelRequest("m", (), (ToolSpec("f"),), {"tool_choice": ours})
    body = shape.write_request(request, stream=False)
    assert body["tool_choice"] == theirs
    assert shape.read_request(body).params["tool_choice"] == ours


def test_parameters_of_openai_are_translated_or_left_out() -> None:
    params = {
        "max_completion_tokens": 9,
        "stop": "END",
        "seed": 1,
        "parallel_tool_calls": False,
        "temperature": 0,
    }
    body = shape.write_request(ModelRequest("m", (), (ToolSpec("f"),), params), stream=False)
    assert body == {
        "model": "m",
        "max_tokens": 9,
        "messages": [],
        "tools": [{"name": "f", "input_schema": {"type": "object", "properties": {}}}],
        "stop_sequences": ["END"],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
        "temperature": 0,
    }
    alone = shape.write_request(ModelRequest("m", (), params={"parallel_tool_calls": True}), stream=False)
    assert alone == {"model": "m", "max_tokens": shape.MAX_TOKENS_DEFAULT, "messages": []}


def test_tools_of_openai_are_rebuilt() -> None:
    raw = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    assert shape.write_tool(ToolSpec("f", "d", {"type": "object"}, raw)) == {
        "name": "f",
        "description": "d",
        "input_schema": {"type": "object"},
    }


def test_cached_tokens_are_counted_inside_the_input() -> None:
    usage = shape.read_usage(
        {
            "input_tokens": 10,
            "cache_read_input_tokens": 5,
            "cache_creation_input_tokens": 2,
            "output_tokens": 1,
        }
    )
    assert usage == Usage(17, 1, 5)
    assert shape.write_usage(usage) == {"input_tokens": 12, "output_tokens": 1, "cache_read_input_tokens": 5}


def test_an_error_inside_a_stream_is_told() -> None:
    accumulator = shape.Accumulator()
    accumulator.feed(
        sse.Event('{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}')
    )
    assert accumulator.problem == "Overloaded"
    assert accumulator.is_empty


def test_arguments_without_any_piece_are_empty() -> None:
    stream = [
        {
            "type": "message_start",
            "message": {"model": "m", "usage": {"input_tokens": 1, "output_tokens": 1}},
        },
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "tool_use", "id": "a", "name": "f", "input": {}},
        },
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "input_json_delta", "partial_json": ""},
        },
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 7}},
    ]
    reply = accumulated(sse.write(event) for event in stream)
    assert reply.message.tool_calls == (ToolCall("a", "f", {}),)
    assert reply.usage == Usage(1, 7)
    assert not reply.interrupted


def plain(value: Any) -> Any:
    """The same body without what changes nothing: cache markers, `is_error: false`, one text as a list."""
    if isinstance(value, dict):
        return {
            key: plain(item)
            for key, item in value.items()
            if key != "cache_control" and (key, item) != ("is_error", False)
        }
    if isinstance(value, list):
        items = [plain(item) for item in value]
        one_text = len(items) == 1 and isinstance(items[0], dict) and items[0].get("type") == "text"
        return items[0]["text"] if one_text else items
    return value


def test_requests_of_a_real_agent_are_sent_again_as_they_were() -> None:
    path = corpora.ROOT / "raw_llm_logs/vercel_pi-generate-tool.json"
    if not path.exists():
        pytest.skip(f"the collection of other people's traces is not on this machine: {path}")
    bodies = [entry["request"]["body"]["value"] for entry in orjson.loads(path.read_bytes())["exchanges"]]
    assert len(bodies) == 2
    for body in bodies:
        assert plain(shape.write_request(shape.read_request(body), stream=True)) == plain(body)
