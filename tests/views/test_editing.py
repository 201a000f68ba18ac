"""What can be edited, and what is wrong with a text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from replaydbg.codec import edited_step, make_edit
from replaydbg.core.message import Message, Role, Text
from replaydbg.views import editing
from replaydbg.views.editing import Form
from tests.support.blocks import about
from tests.support.build import (
    assistant,
    call,
    model_call,
    parameters,
    response,
    system,
    tool,
    tool_execution,
    trace,
    user,
)
from tests.views.test_blocks import JSON

SCHEMA = parameters(["a"], a={"type": "integer"})
ASKED = call("f", {"a": "x"}, "c")
BROKEN = call("f", raw='{"a": ', id_="d")
RUN = trace(
    model_call(
        "m",
        [
            system("be brief"),
            user("go"),
            assistant("", ASKED),
            response("c", {"n": 1}),
            Message(Role.USER, (Text("a"), Text("b"))),
        ],
        assistant("then", ASKED, BROKEN),
        tools=[tool("f", SCHEMA)],
        params={"temperature": 1},
    ),
    tool_execution("t", ASKED, '{"n": 1}'),
)


def test_parts_of_a_model_call_the_likeliest_first() -> None:
    labels = [part.label for part in editing.parts(about(RUN, "m"))]
    assert labels == [
        "system prompt",
        "arguments of f",
        "arguments of f",
        "reply text",
        "user message 5, part 2",
        "user message 5, part 1",
        "result f 4",
        "user message 2",
        "all messages: add, remove",
        "name of the tool f",
        "name of the tool f",
        "all tool calls: add, remove",
        "model",
        "parameters",
        "tools offered",
    ], "a turn of the model is edited at the call that made it"


def test_the_name_of_a_call_is_edited_in_the_call_and_in_the_execution() -> None:
    """And who points at a call means its arguments."""
    for id_ in ("m", "t"):
        here = about(RUN, id_)
        part = next(part for part in editing.parts(here) if part.label == "name of the tool f")
        step = edited_step(here.step, [make_edit(here.step, part.place, "g")])
        assert step.tool_calls[0].name == "g"
        pointed = editing.part_at(here, "/tool_calls/0")
        assert pointed is not None
        assert pointed.place == "/tool_calls/0/arguments"
        assert editing.part_at(here, part.place) == part


@pytest.mark.parametrize("id_", ["m", "t"])
def test_every_part_is_a_place_that_can_be_edited(id_: str) -> None:
    """Saved as it stands, a part is no change; changed, the step reads back."""
    here = about(RUN, id_)
    for part in editing.parts(here):
        assert edited_step(here.step, [make_edit(here.step, part.place, editing.read(part, part.text))])
        if part.form is not Form.JSON:
            edited_step(here.step, [make_edit(here.step, part.place, "other")])


@given(JSON)
def test_json_survives_the_editor(value: object) -> None:
    part = editing.Part("x", "/result", value, Form.JSON)
    assert editing.read(part, part.text) == value


def test_problems_of_json_have_a_place_and_are_fatal() -> None:
    part = next(part for part in editing.parts(about(RUN, "m")) if part.place == "/tool_calls/0/arguments")
    (problem,) = editing.problems(part, '{"a": 1,\n "b"}')
    assert problem.fatal
    assert (problem.line, problem.column) == (2, 5)


def test_problems_of_the_schema_are_the_persons_to_decide() -> None:
    part = next(part for part in editing.parts(about(RUN, "m")) if part.place == "/tool_calls/0/arguments")
    (problem,) = editing.problems(part, '{"a": "x"}')
    assert not problem.fatal
    assert problem.message.startswith("a: ")
    assert editing.problems(part, '{"a": 1}') == ()
    assert part.schema_source == "this request"


def test_text_has_no_problems_and_json_in_text_only_warns() -> None:
    here = about(RUN, "t")
    result = next(part for part in editing.parts(here) if part.place == "/result")
    assert result.form is Form.JSON_TEXT
    (problem,) = editing.problems(result, "{")
    assert not problem.fatal
    assert editing.read(result, "{") == "{"


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("/messages/0/content", "/messages/0/content"),
        ("/messages/1", "/messages/1/content"),
        ("/tool_calls/0/arguments/a", "/tool_calls/0/arguments"),
        ("/tool_calls/0", "/tool_calls/0/arguments"),
        ("/messages/4", None),
        ("", None),
        ("/usage", None),
    ],
)
def test_the_part_under_the_cursor(place: str, found: str | None) -> None:
    part = editing.part_at(about(RUN, "m"), place)
    assert (part.place if part is not None else None) == found


def test_a_system_prompt_can_be_added_where_there_is_none() -> None:
    run = trace(model_call("m", [user("go"), assistant("hm"), user("well?")], "1"))
    part = next(part for part in editing.parts(about(run, "m")) if part.label == "add a system prompt")
    text = part.text.replace('"content": ""', '"content": "Be brief."', 1)
    edit = make_edit(run.step(0), part.place, editing.read(part, text))
    edited = edited_step(run.step(0), [edit]).body.messages
    assert tuple(edited or ()) == (system("Be brief."), user("go"), assistant("hm"), user("well?"))
    assert not [part for part in editing.parts(about(RUN, "m")) if part.label.startswith("add a system")]
    assert editing.part_at(about(run, "m"), "/messages/9/content") is None


def test_previews_are_one_line() -> None:
    part = editing.Part("x", "/result", "a\n\n  b" * 100, Form.TEXT)
    assert "\n" not in part.preview
    assert json.loads(editing.Part("x", "/r", {"a": 1}, Form.JSON).preview) == {"a": 1}
