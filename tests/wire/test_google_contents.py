"""Contents and parts of Google there and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Media, Message, OtherPart, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.wire._google_contents import UNSIGNED, read_messages, read_parts, write_messages, write_parts
from tests.support import said
from tests.support.build import assistant, call, response, system, user

media = st.sampled_from(
    [Media("image", "image/png", data="aGk="), Media("audio", "audio/mp3", uri="gs://b/a")]
)
signed_calls = st.tuples(said.texts, said.calls_with_value).map(lambda two: [Reasoning("", two[0]), two[1]])
spoken: st.SearchStrategy[list[Any]] = st.one_of(
    said.signed_reasoning.map(lambda part: [part]),
    said.plain_texts.map(lambda part: [part]),
    said.calls_with_value.map(lambda part: [part]),
    signed_calls,
)
replies = st.lists(spoken, min_size=1, max_size=3).map(
    lambda groups: Message(Role.ASSISTANT, tuple(part for group in groups for part in group))
)
turns = st.one_of(
    st.lists(said.plain_texts | media, min_size=1, max_size=2).map(
        lambda parts: Message(Role.USER, tuple(parts))
    ),
    st.builds(
        ToolResponse, said.ids, said.objects.filter(lambda value: list(value) != ["error"]), said.names
    ).map(lambda one: Message(Role.TOOL, (one,))),
)


@given(st.lists(st.tuples(turns, replies), max_size=3))
def test_talks_come_back_as_they_went(pairs: Any) -> None:
    talk = tuple(message for pair in pairs for message in pair)
    assert read_messages(write_messages(talk)) == talk


@given(st.data())
def test_nothing_in_a_content_makes_reading_fail(data: st.DataObject) -> None:
    parts = [
        {"text": "t"},
        {"text": "r", "thought": True, "thoughtSignature": "s"},
        {"functionCall": {"name": "f", "args": {}}},
        {"functionResponse": {"name": "f", "response": {"output": 1}}},
        {"inlineData": {"mimeType": "image/png", "data": "aGk="}},
    ]
    read_messages(data.draw(said.twisted([{"role": "user", "parts": parts}])))


def test_either_spelling_of_the_keys() -> None:
    assert read_parts(
        [
            {"function_call": {"name": "f", "args": {"x": 1}}, "thought_signature": "s"},
            {"file_data": {"mime_type": "image/png", "file_uri": "u"}},
        ]
    ) == (Reasoning("", "s"), ToolCall("", "f", {"x": 1}), Media("image", "image/png", "u"))


def test_texts_may_stand_bare() -> None:
    assert read_messages("hi") == (user("hi"),)
    assert read_messages(["hi", {"parts": "you"}]) == (user("hi"), user("you"))
    assert read_messages({"role": "model", "parts": ["yes"]}) == (Message(Role.ASSISTANT, (Text("yes"),)),)


def test_results_are_told_by_the_name_of_their_call() -> None:
    talk = [
        assistant("", call("f", {}, "c1"), call("g", {}, "c2")),
        response("c2", "two"),
        response("c1", {"n": 1}),
        response("c9", "boom", is_error=True),
    ]
    _, results = write_messages(talk)
    assert results == {
        "role": "user",
        "parts": [
            {"functionResponse": {"id": "c2", "name": "g", "response": {"output": "two"}}},
            {"functionResponse": {"id": "c1", "name": "f", "response": {"n": 1}}},
            {"functionResponse": {"id": "c9", "name": "", "response": {"error": "boom"}}},
        ],
    }
    *_, failed = read_messages([results])
    assert failed.tool_responses[0].is_error


@pytest.mark.parametrize(
    ("model", "signs"), [("gemini-2.5-pro", False), ("gemini-3-pro", True), ("gemma-9", False)]
)
def test_the_first_unsigned_call_of_a_turn_is_vouched_for_where_that_is_demanded(
    model: str, signs: bool
) -> None:
    (content,) = write_messages([assistant("hm", call("f"), call("g"))], model=model)
    first: dict[str, Any] = {"functionCall": {"name": "f", "args": {}}}
    assert content["parts"] == [
        {"text": "hm"},
        first | ({"thoughtSignature": UNSIGNED} if signs else {}),
        {"functionCall": {"name": "g", "args": {}}},
    ]


def test_a_recorded_signature_goes_out_again() -> None:
    signed = [{"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "c2ln"}]
    assert list(write_parts(read_parts(signed), signs=True)) == signed


def test_what_google_refuses_is_left_out() -> None:
    foreign = OtherPart({"type": "refusal", "refusal": "no"})
    own = OtherPart({"executableCode": {"language": "PYTHON", "code": "1"}})
    turn = Message(Role.ASSISTANT, (Reasoning("another model's thought"), foreign, own))
    assert write_messages([system("s"), turn]) == [{"role": "model", "parts": [own.value]}]


def test_broken_arguments_are_told_as_text() -> None:
    (content,) = write_messages([assistant("", call("f", raw='{"x": '))])
    assert content["parts"][0]["functionCall"]["args"] == {"INVALID_JSON": '{"x": '}
