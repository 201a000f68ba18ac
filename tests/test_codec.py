"""Steps as documents: what was not edited stays the very same, what was edited is read back."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg import codec
from replaydbg.codec import EditRefusedError, edited_step, make_edit, read_message, step_document
from replaydbg.core import pointer
from replaydbg.core.branch import Edit
from replaydbg.core.message import (
    Media,
    Message,
    OtherPart,
    Reasoning,
    Role,
    Text,
    ToolCall,
    ToolResponse,
)
from replaydbg.core.step import Kind, Step
from replaydbg.core.tool import ToolSpec
from tests.support.build import (
    assistant,
    call,
    model_call,
    other,
    parameters,
    response,
    system,
    tool,
    tool_execution,
    trace,
    user,
)

RAW = '{"order_id":  48213}'
FIND = ToolSpec("find", "Finds.", parameters(q={"type": "string"}), {"name": "find", "cache_control": {}})


def asked(*calls: ToolCall, reasoning: str = "") -> Step:
    reply = assistant("Let me see.", *calls)
    if reasoning:
        reply = Message(
            Role.ASSISTANT, (Reasoning(reasoning, "signed"), *reply.parts), finish_reason="tool_calls"
        )
    prompt = [
        system("You help."),
        user("Go."),
        assistant("", call("find", raw=RAW, id_="c0")),
        response("c0", {"n": 1}),
    ]
    return trace(
        model_call("m1", prompt, reply, tools=[FIND, tool("open")], params={"temperature": 0.5})
    ).step(0)


def after(step: Step, *edits: tuple[str, Any]) -> Step:
    for place, value in edits:
        edit = make_edit(step, place, value)
        step = edited_step(step, [edit])
    return step


PLAIN = asked(call("find", raw=RAW, id_="c1"), call("open", {"n": 1}, "c2"))
EXECUTION = trace(tool_execution("x1", call("find", raw=RAW, id_="c1"), {"hits": [1, 2]})).step(0)


def test_a_document_is_json_and_says_what_there_is() -> None:
    document = orjson.loads(orjson.dumps(step_document(PLAIN, ["L001"])))
    assert document["kind"] == "model-call"
    assert document["findings"] == ["L001"]
    assert document["tool_calls"] == [
        {"id": "c1", "name": "find", "arguments": {"order_id": 48213}, "arguments_raw": RAW},
        {"id": "c2", "name": "open", "arguments": {"n": 1}, "arguments_raw": None},
    ]
    assert document["messages"][:2] == [
        {"role": "system", "content": "You help."},
        {"role": "user", "content": "Go."},
    ]
    assert document["messages"][3] == {"role": "tool", "tool_call_id": "c0", "content": {"n": 1}}
    assert document["output"] == {
        "role": "assistant",
        "content": "Let me see.",
        "reasoning": None,
        "finish_reason": "tool_calls",
    }
    assert document["tools"][1] == {"name": "open", "description": "", "parameters": None}


def test_not_recorded_is_not_empty() -> None:
    nothing = step_document(trace(model_call("m", None)).step(0))
    assert (nothing["messages"], nothing["tools"], nothing["output"]) == (None, None, None)
    empty = step_document(trace(model_call("m", [], "", tools=[])).step(0))
    assert (empty["messages"], empty["tools"], empty["output"]["content"]) == ([], [], None)


def test_other_kinds_show_input_and_output() -> None:
    step = trace(other("r", Kind.RETRIEVAL, "search", input="q", output=["d"])).step(0)
    document = step_document(step)
    assert (document["input"], document["output"]) == ("q", ["d"])


@pytest.mark.parametrize("step", [PLAIN, EXECUTION], ids=["model call", "tool execution"])
def test_no_edit_changes_nothing(step: Step) -> None:
    same = edited_step(step, [])
    assert step_document(same) == step_document(step)
    assert (same.body.messages, same.body.output, same.body.tools, same.body.call) == (
        step.body.messages,
        step.body.output,
        step.body.tools,
        step.body.call,
    )


def test_only_the_edited_message_is_another() -> None:
    messages = after(PLAIN, ("/messages/1/content", "Stop.")).body.messages or ()
    assert messages[1] == user("Stop.")
    assert (messages[0], *messages[2:]) == (PLAIN.body.messages[0], *PLAIN.body.messages[2:])  # type: ignore[index]
    assert messages[2].tool_calls[0].raw == RAW


def test_an_edited_argument_loses_the_recorded_text_and_the_others_keep_theirs() -> None:
    calls = after(PLAIN, ("/tool_calls/1/arguments/n", 2)).tool_calls
    assert calls == (PLAIN.tool_calls[0], call("open", {"n": 2}, "c2"))
    calls = after(PLAIN, ("/tool_calls/0/arguments/order_id", "48213")).tool_calls
    assert calls[0] == ToolCall("c1", "find", {"order_id": "48213"})


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            [("/tool_calls/0/arguments_raw", '{"a": 1}')],
            ToolCall("c1", "find", {"a": 1}, '{"a": 1}'),
            id="text",
        ),
        pytest.param([("/tool_calls/0/arguments", {})], ToolCall("c1", "find", {}), id="no arguments"),
        pytest.param(
            [("/tool_calls/0/name", "open")], ToolCall("c1", "open", {"order_id": 48213}, RAW), id="name"
        ),
        pytest.param([("/tool_calls/0", {"name": "new"})], ToolCall("", "new", {}), id="a call of its own"),
        pytest.param(
            [("/tool_calls/0/arguments_raw", "{"), ("/tool_calls/0/arguments", {"a": 2})],
            ToolCall("c1", "find", {"a": 2}),
            id="text, then the value",
        ),
        pytest.param(
            [("/tool_calls/0/arguments", {"a": 2}), ("/tool_calls/0/arguments_raw", '{"a": 3}')],
            ToolCall("c1", "find", {"a": 3}, '{"a": 3}'),
            id="the value, then text",
        ),
    ],
)
def test_edits_of_a_call(edits: list[tuple[str, Any]], expected: ToolCall) -> None:
    assert after(PLAIN, *edits).tool_calls[0] == expected


def test_broken_text_is_a_problem_of_the_call() -> None:
    edited = after(PLAIN, ("/tool_calls/0/arguments_raw", '{"a": ')).tool_calls[0]
    assert edited.problem is not None
    assert edited.problem.truncated


def test_a_call_taken_away_leaves_the_others_as_they_were() -> None:
    edited = after(PLAIN, ("/tool_calls", step_document(PLAIN)["tool_calls"][1:]))
    assert edited.tool_calls == (PLAIN.tool_calls[1],)
    none_left = after(PLAIN, ("/tool_calls", []))
    assert none_left.tool_calls == ()
    assert none_left.body.output is not None
    assert none_left.body.output.finish_reason == "stop"


def test_an_edited_reply_loses_its_signed_thoughts() -> None:
    step = asked(call("find", {}, "c1"), reasoning="Hm.")
    assert step_document(step)["output"]["reasoning"] == "Hm."
    output = after(step, ("/output/content", "No.")).body.output
    assert output is not None
    assert output.parts == (Text("No."), call("find", {}, "c1"))


def test_prompt_parameters_and_model() -> None:
    edited = after(PLAIN, ("/params/temperature", 0), ("/params/seed", 1), ("/model", "m-2"))
    assert (dict(edited.body.params), edited.model) == ({"temperature": 0, "seed": 1}, "m-2")


def test_an_offer_that_was_not_edited_keeps_the_shape_of_its_provider() -> None:
    tools = after(PLAIN, ("/tools/1/parameters", {"type": "object"})).body.tools
    assert tools == (FIND, ToolSpec("open", "", {"type": "object"}))
    assert after(PLAIN, ("/tools", step_document(PLAIN)["tools"][:1])).body.tools == (FIND,)


def test_result_of_an_execution() -> None:
    edited = after(EXECUTION, ("/result/hits/0", 9))
    assert (edited.body.result, edited.body.has_result) == ({"hits": [9, 2]}, True)
    unknown = trace(tool_execution("x", call("f"))).step(0)
    assert after(unknown, ("/result", "now known")).body.has_result


def test_a_response_keeps_the_name_of_its_tool() -> None:
    prompt = [Message(Role.TOOL, (ToolResponse("c", "old", name="find"),))]
    step = trace(model_call("m", prompt, "")).step(0)
    messages = after(step, ("/messages/0/content", "new")).body.messages
    assert messages == (Message(Role.TOOL, (ToolResponse("c", "new", name="find"),)),)


PARTS = st.lists(
    st.builds(Text, st.text(max_size=5))
    | st.builds(Reasoning, st.text(max_size=5), st.text(max_size=3))
    | st.builds(lambda id_, x: call("f", {"x": x}, id_), st.text(max_size=2), st.integers(0, 9))
    | st.builds(lambda id_, x: call("f", raw=f'{{"x":{x}', id_=id_), st.text(max_size=2), st.integers(0, 9))
    | st.builds(
        lambda id_, x: call("f", raw=f'{{"x": {x}}}', id_=id_), st.text(max_size=2), st.integers(0, 9)
    )
    | st.builds(
        ToolResponse,
        st.text(max_size=2),
        st.text(max_size=3) | st.none() | st.just({"a": 1}),
        is_error=st.booleans(),
    )
    | st.builds(Media, st.just("image"), st.just("image/png"), st.text(max_size=3), st.text(max_size=3))
    | st.builds(OtherPart, st.just({"type": "new"})),
    max_size=4,
)
MESSAGES = st.builds(Message, st.sampled_from(list(Role)), PARTS.map(tuple), st.text(max_size=3))


@given(MESSAGES)
def test_a_message_is_read_back_from_its_document(message: Message) -> None:
    document = codec.message_document(message)
    assert read_message(document, (document, message)) == message
    assert read_message(document) == message


@given(st.lists(MESSAGES, min_size=1, max_size=3), st.data())
def test_an_edit_is_what_the_document_says_then(messages: list[Message], data: st.DataObject) -> None:
    """Any argument of any call, in either shape of message: the edit takes, and nothing else moves."""
    step = trace(model_call("m", messages, "")).step(0)
    document = step_document(step)
    places = [
        f"/messages/{number}/{key}/{at}/arguments"
        for number, message in enumerate(document["messages"])
        for key in ("tool_calls", "parts")
        for at, part in enumerate(message.get(key, ()))
        if "arguments" in part
    ]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    edited = step_document(after(step, (place, {"y": 1})))
    assert pointer.get(edited, place) == {"y": 1}
    before = pointer.get(document, place.removesuffix("/arguments"))
    again = {**before, "arguments": {"y": 1}, "arguments_raw": None}
    assert edited == pointer.replace(document, place.removesuffix("/arguments"), again)


@pytest.mark.parametrize(
    ("step", "place", "value", "words"),
    [
        pytest.param(PLAIN, "/usage", {}, "can be edited at /messages", id="history"),
        pytest.param(PLAIN, "", {}, "the whole step", id="everything"),
        pytest.param(PLAIN, "messages", [], "starts with", id="no pointer"),
        pytest.param(PLAIN, "/messages/9/content", "x", "past the end", id="no such message"),
        pytest.param(
            PLAIN, "/messages/0/content", 5, "content must be a string", id="content that is no text"
        ),
        pytest.param(PLAIN, "/messages/0/role", "boss", "is no role", id="an unknown role"),
        pytest.param(PLAIN, "/messages", {}, "must be a list", id="messages that are no list"),
        pytest.param(PLAIN, "/messages/0", "x", "a message is an object", id="a message that is text"),
        pytest.param(PLAIN, "/tool_calls", {}, "must be a list", id="calls that are no list"),
        pytest.param(PLAIN, "/tool_calls/0/name", None, "needs a name", id="a call without a name"),
        pytest.param(PLAIN, "/params", [], "must be an object", id="parameters that are no object"),
        pytest.param(PLAIN, "/tools", [{}], "a tool has a name", id="a tool without a name"),
        pytest.param(PLAIN, "/model", 5, "model must be a string", id="a model that is no text"),
        pytest.param(PLAIN, "/output/reasoning", "x", "kept as recorded", id="thoughts"),
        pytest.param(PLAIN, "/output", "x", "must be an object", id="a reply that is text"),
        pytest.param(
            EXECUTION, "/messages", [], "can be edited at /tool_calls, /result", id="of another kind"
        ),
        pytest.param(
            trace(other("o", Kind.OPAQUE, "o")).step(0),
            "/input",
            1,
            "nothing that can be edited",
            id="opaque",
        ),
    ],
)
def test_edits_that_make_no_sense_are_refused_with_a_sentence(
    step: Step, place: str, value: Any, words: str
) -> None:
    with pytest.raises(EditRefusedError, match=words):
        make_edit(step, place, value)


def test_an_edit_made_for_another_recording_is_refused() -> None:
    with pytest.raises(EditRefusedError, match="not what the edit was made for"):
        edited_step(PLAIN, [Edit(PLAIN.id, "/messages/1/content", "Something else.", "x")])


def test_times_of_broken_traces_are_shown_as_they_are() -> None:
    assert codec.timestamp(1_700_000_000_123_456_789).startswith("2023-11-14T22:13:20.1234")
    assert codec.timestamp(10**30) == str(10**30)


def test_a_reply_may_be_written_as_providers_write_it_with_its_calls_inside() -> None:
    step = PLAIN
    said = {
        "role": "assistant",
        "content": "hm",
        "tool_calls": [{"id": "k", "name": "f", "arguments": {"x": 1}}],
    }
    output = edited_step(step, [make_edit(step, "/output", said)]).body.output
    assert output is not None
    assert (output.text, [(one.id, one.name, one.arguments) for one in output.tool_calls]) == (
        "hm",
        [("k", "f", {"x": 1})],
    )
    with pytest.raises(EditRefusedError, match="/output has no contents"):
        make_edit(step, "/output", {"contents": "hm"})
