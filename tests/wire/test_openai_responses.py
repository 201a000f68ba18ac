"""OpenAI Responses there and back: requests, replies, streams."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Message, OtherPart, Reasoning, Role, Text, ToolCall
from replaydbg.core.outcome import Reply
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import loose, sse
from replaydbg.wire import openai_responses as shape
from replaydbg.wire.arguments import call_from_raw
from tests.support import said

SEARCH = {"type": "web_search_call", "id": "ws", "status": "completed"}

assistant_parts = st.lists(
    said.signed_reasoning | said.plain_texts | said.calls_with_text | st.just(OtherPart(SEARCH)),
    min_size=1,
    max_size=4,
).map(tuple)
turns = st.one_of(
    st.lists(said.plain_texts | said.images, min_size=1, max_size=2).map(
        lambda parts: Message(Role.USER, tuple(parts))
    ),
    said.tool_messages(said.texts),
)


@st.composite
def talks(draw: st.DrawFn) -> tuple[Message, ...]:
    talk: list[Message] = []
    for _ in range(draw(st.integers(0, 3))):
        talk += draw(st.lists(turns, min_size=1, max_size=2))
        talk.append(Message(Role.ASSISTANT, draw(assistant_parts)))
    return tuple(talk)


usages = st.builds(Usage, said.counts, said.counts, said.counts, said.counts)
replies = said.replies(assistant_parts, ["completed", "max_output_tokens"], usages)


def accumulated(stream: Any) -> Reply:
    accumulator = shape.Accumulator()
    for event in sse.parse(b"".join(stream)):
        accumulator.feed(event)
    return accumulator.reply()


@given(talks())
def test_talks_come_back_as_they_went(talk: Any) -> None:
    assert shape.read_messages(shape.write_messages(talk)) == talk


@given(replies)
def test_replies_come_back_as_they_went(reply: Any) -> None:
    assert shape.read_reply(shape.write_reply(reply)) == reply


@given(replies)
def test_streams_say_what_the_reply_says(reply: Any) -> None:
    assert accumulated(shape.stream_reply(reply)) == reply


@given(replies)
def test_a_stream_without_its_end_is_interrupted(reply: Any) -> None:
    cut = replace(reply, interrupted=True, usage=Usage(), message=replace(reply.message, finish_reason=""))
    assert accumulated(shape.stream_reply(cut)) == cut


@given(st.data())
def test_nothing_in_a_reply_makes_reading_fail(data: Any) -> None:
    parts = (Reasoning("r", "s"), Text("t"), call_from_raw("c", "f", "{}"), OtherPart(SEARCH))
    reply = Reply(Message(Role.ASSISTANT, parts), "m", Usage(9, 2, 3))
    shape.read_reply(data.draw(said.twisted(shape.write_reply(reply))))
    twisted = data.draw(
        said.twisted([event.json for event in sse.parse(b"".join(shape.stream_reply(reply)))])
    )
    accumulator = shape.Accumulator()
    for event in twisted if isinstance(twisted, list) else [twisted]:
        accumulator.feed(sse.Event(loose.encoded(event)))
    accumulator.reply()


def test_a_request_is_sent_again_as_it_was() -> None:
    namespace = {"type": "namespace", "name": "n", "tools": [{"name": "g", "parameters": {}}, {"name": "h"}]}
    body = {
        "model": "m",
        "instructions": "be brief",
        "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}],
        "tools": [
            {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True},
            {"type": "web_search"},
            namespace,
        ],
        "reasoning": {"effort": "low"},
    }
    request = shape.read_request({**body, "stream": True})
    assert [tool.name for tool in request.tools] == ["f", "web_search", "g", "h"]
    assert shape.write_request(request, stream=False) == body
    assert shape.write_request(request, stream=True) == {**body, "stream": True}


def test_tools_of_another_shape_are_rebuilt() -> None:
    raw = {"type": "function", "function": {"name": "f"}}
    assert shape.write_tool(ToolSpec("f", "d", {"type": "object"}, raw)) == {
        "type": "function",
        "name": "f",
        "description": "d",
        "parameters": {"type": "object"},
        "strict": False,
    }
    assert ModelRequest("m", ()).tools == ()


def test_items_count_where_the_last_event_has_no_output() -> None:
    item = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
    stream = [
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {"model": "m", "status": "completed", "output": []}},
    ]
    reply = accumulated(sse.write(event) for event in stream)
    assert reply.message.tool_calls == (ToolCall("c", "f", {}, "{}"),)
    assert not reply.interrupted


def test_a_failed_response_tells_why() -> None:
    accumulator = shape.Accumulator()
    failed = {"type": "response.failed", "response": {"error": {"code": "x", "message": "no"}, "output": []}}
    accumulator.feed(sse.Event(loose.encoded(failed)))
    assert accumulator.problem == "no"
