"""OpenAI Chat Completions there and back: requests, replies, streams."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Message, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import loose, sse
from replaydbg.wire import openai_chat as shape
from replaydbg.wire.arguments import call_from_raw
from tests.support import said

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "strict": True}}

user_messages = st.builds(
    Message, st.just(Role.USER), st.lists(said.plain_texts | said.images, max_size=3).map(tuple), said.names
)
assistant_parts = said.parts_in_order(
    said.at_most_one(said.open_reasoning),
    said.some(said.plain_texts),
    said.at_most_one(said.refusals),
    said.some(said.calls_with_text),
)
assistant_messages = assistant_parts.map(lambda parts: Message(Role.ASSISTANT, parts))
tool_messages = said.tool_messages(said.texts | st.just(""), name=st.just("") | said.names)
messages = st.lists(user_messages | assistant_messages | tool_messages, max_size=5).map(tuple)

replies = said.replies(assistant_parts, ["stop", "tool_calls", "length"])
streamed_parts = said.parts_in_order(
    said.at_most_one(said.open_reasoning),
    said.at_most_one(said.plain_texts),
    said.at_most_one(said.refusals),
    said.some(said.calls_with_text),
)
streamed_replies = said.replies(streamed_parts, ["stop", "tool_calls", "length"])


def accumulated(stream: Any) -> Reply:
    accumulator = shape.Accumulator()
    for event in sse.parse(b"".join(stream)):
        accumulator.feed(event)
    return accumulator.reply()


@given(messages)
def test_messages_come_back_as_they_went(value: Any) -> None:
    assert shape.read_messages(shape.write_messages(value)) == value


@given(replies)
def test_replies_come_back_as_they_went(value: Any) -> None:
    assert shape.read_reply(shape.write_reply(value)) == value


@given(streamed_replies)
def test_streams_say_what_the_reply_says(value: Any) -> None:
    assert accumulated(shape.stream_reply(value)) == value


@given(streamed_replies)
def test_a_stream_without_its_end_is_interrupted(value: Any) -> None:
    cut = replace(value, interrupted=True, usage=Usage(), message=replace(value.message, finish_reason=""))
    assert accumulated(shape.stream_reply(cut)) == cut


@given(streamed_replies, st.data())
def test_any_beginning_of_a_stream_is_a_beginning_of_the_reply(value: Any, data: Any) -> None:
    chunks = list(shape.stream_reply(value))
    count = data.draw(st.integers(0, len(chunks)))
    reply = accumulated(chunks[:count])
    assert value.message.text.startswith(reply.message.text)
    assert len(reply.message.tool_calls) <= len(value.message.tool_calls)


@given(st.data())
def test_nothing_in_a_reply_makes_reading_fail(data: Any) -> None:
    reply = Reply(
        Message(Role.ASSISTANT, (Reasoning("r"), Text("t"), call_from_raw("c", "f", "{}"))),
        "m",
        Usage(1, 2, 3, 4),
    )
    shape.read_reply(data.draw(said.twisted(shape.write_reply(reply))))
    twisted = data.draw(
        said.twisted([event.json for event in sse.parse(b"".join(shape.stream_reply(reply)))])
    )
    accumulator = shape.Accumulator()
    for chunk in twisted if isinstance(twisted, list) else [twisted]:
        accumulator.feed(sse.Event(loose.encoded(chunk)))
    accumulator.reply()


@given(said.json_values)
def test_any_json_can_be_read(value: Any) -> None:
    shape.read_messages(value)
    shape.read_messages([value])
    shape.read_messages([{"role": "assistant", "content": value, "tool_calls": value}])
    shape.read_messages([{"role": "tool", "content": value}])
    shape.read_request(value)
    shape.read_reply(value)


def test_a_request_is_sent_again_as_it_was() -> None:
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [TOOL],
        "temperature": 0.5,
        "x_unknown": {"deep": [1]},
    }
    request = shape.read_request({**body, "stream": True, "stream_options": {"include_usage": False}})
    assert shape.write_request(request, stream=False) == body
    streamed = shape.write_request(request, stream=True)
    assert streamed == {**body, "stream": True, "stream_options": {"include_usage": True}}


@pytest.mark.parametrize(
    ("raw", "description"),
    [({"name": "f", "input_schema": {"type": "object"}}, "d"), (None, ""), ("f", "")],
)
def test_tools_of_another_shape_are_rebuilt(raw: Any, description: Any) -> None:
    spec = ToolSpec("f", description, {"type": "object"}, raw)
    written = shape.write_tool(spec)
    assert written["function"]["parameters"] == {"type": "object"}
    assert ("description" in written["function"]) == bool(description)


def test_a_tool_without_a_schema_is_offered_without_properties() -> None:
    assert shape.write_tool(ToolSpec("f"))["function"]["parameters"] == {"type": "object", "properties": {}}


@pytest.mark.parametrize(("model", "is_sent"), [("gpt-4o", False), ("deepseek-chat", True)])
def test_open_reasoning_goes_back_to_servers_that_ask_for_it(model: Any, is_sent: Any) -> None:
    value = Message(Role.ASSISTANT, (Reasoning("hm"), Text("a")))
    body = shape.write_request(ModelRequest(model, (value,)), stream=False)
    assert ("reasoning_content" in body["messages"][0]) == is_sent


def test_parameters_of_anthropic_are_not_sent_here() -> None:
    request = ModelRequest("m", (), params={"thinking": {"type": "enabled"}, "seed": 1}, provider="anthropic")
    assert shape.write_request(request, stream=False) == {"model": "m", "messages": [], "seed": 1}


def test_calls_without_ids_get_some_on_the_way_out() -> None:
    value = (
        Message(Role.ASSISTANT, (ToolCall("", "f", {}),)),
        Message(Role.TOOL, (ToolResponse("", "ok", "f"),)),
    )
    sent = shape.write_request(ModelRequest("m", value), stream=False)["messages"]
    assert sent[0]["tool_calls"][0]["id"] == sent[1]["tool_call_id"] != ""


@pytest.mark.parametrize(
    ("word", "ours"),
    [("end_turn", "stop"), ("tool_use", "tool_calls"), ("max_tokens", "length"), ("stop", "stop")],
)
def test_reasons_of_other_shapes_are_translated(word: Any, ours: Any) -> None:
    reply = Reply(Message(Role.ASSISTANT, (Text("a"),), finish_reason=word))
    assert shape.write_reply(reply)["choices"][0]["finish_reason"] == ours


def test_servers_that_number_all_calls_zero_or_not_at_all() -> None:
    def chunk(call: Any) -> Any:
        return sse.Event(loose.encoded({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}))

    for index in ({"index": 0}, {}):
        accumulator = shape.Accumulator()
        for id_ in ("a", "b"):
            accumulator.feed(chunk({**index, "id": id_, "function": {"name": f"f_{id_}", "arguments": "{"}}))
            accumulator.feed(
                chunk(
                    {"function": {"arguments": "}"}}
                    | ({} if not index else {"index": 0 if id_ == "a" else 1})
                )
            )
        assert [(call.id, call.name, call.raw) for call in accumulator.reply().message.tool_calls] == [
            ("a", "f_a", "{}"),
            ("b", "f_b", "{}"),
        ]


def test_an_error_inside_a_stream_is_told() -> None:
    accumulator = shape.Accumulator()
    accumulator.feed(sse.Event('{"error": {"message": "overloaded"}}'))
    assert accumulator.problem == "overloaded"
    assert accumulator.is_empty
    assert accumulator.reply().interrupted
