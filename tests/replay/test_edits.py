"""What edits come to: asked otherwise, said otherwise, told otherwise."""

from __future__ import annotations

import pytest

from replaydbg.codec import EditRefusedError, step_document
from replaydbg.core.branch import Edit
from replaydbg.core.message import Message, Reasoning, Role, Text
from replaydbg.core.trace import StepNotFound
from replaydbg.graph.facts import Facts
from replaydbg.replay.edits import Edited, apply_edits
from replaydbg.replay.engine import Replay
from tests.support.build import (
    assistant,
    call,
    chat,
    model_call,
    response,
    system,
    tool_execution,
    trace,
    user,
)
from tests.support.drive import asked_of_model, edit, says

TALK = chat(
    [
        user("u"),
        assistant("hm", call("f", {"a": 1}, "c1"), call("g", {}, "c2")),
        response("c1", "one"),
        response("c2", "two"),
        assistant("done"),
    ]
)
M1, X1, X2, M2 = range(4)


def applied(*edits: Edit) -> Edited:
    return apply_edits(Facts(TALK), edits)


def test_an_edit_that_says_what_is_there_comes_to_nothing() -> None:
    assert applied(edit(TALK, "m1", "/output/content", "hm"), edit(TALK, "x1", "/result", "one")) == Edited()


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/messages/0/content", "v"),
        ("/model", "other"),
        ("/params/temperature", 0),
        ("/tools", [{"name": "f", "parameters": {}}]),
    ],
)
def test_whatever_is_asked_otherwise_is_an_edited_prompt(pointer: str, value: object) -> None:
    edited = applied(edit(TALK, "m1", pointer, value))
    assert (edited.prompts, edited.replies, edited.begins) == (frozenset({M1}), {}, (M1,))


def test_an_edited_reply_and_an_edited_call_of_it_are_one_reply() -> None:
    edited = applied(
        edit(TALK, "x1", "/tool_calls/0/arguments/a", 2), edit(TALK, "m1", "/output/content", "well")
    )
    assert edited.replies == {M1: assistant("well", call("f", {"a": 2}, "c1"), call("g", {}, "c2"))}
    assert edited.begins == (M1,)


def test_an_edited_result_begins_at_the_call_that_asked_for_it() -> None:
    edited = applied(edit(TALK, "x2", "/result", {"n": 2}))
    assert (edited.results, edited.begins, edited.prompts) == ({X2: {"n": 2}}, (M1,), frozenset())


def test_an_execution_that_nobody_asked_for_stands_alone() -> None:
    of = trace(tool_execution("x", call("f", {}), "r"))
    edited = apply_edits(Facts(of), [edit(of, "x", "/result", "s")])
    assert (edited.alone, edited.begins) == ((0,), ())


def test_reasoning_of_an_altered_turn_goes_with_the_alteration() -> None:
    thought = Message(Role.ASSISTANT, (Reasoning("so", "signed"), Text("a")))
    of = trace(model_call("m", [user("u"), thought, user("v"), thought], "done"))
    edited = apply_edits(Facts(of), [edit(of, "m", "/messages/1/parts/1", {"type": "text", "text": "b"})])
    messages = edited.steps[0].body.messages
    assert messages is not None
    assert [message.parts for message in messages if message.role is Role.ASSISTANT] == [
        (Text("b"),),
        thought.parts,
    ]


def test_edits_that_do_not_fit_are_refused() -> None:
    with pytest.raises(EditRefusedError):
        applied(Edit("m1", "/output/content", "not this", "x"))
    with pytest.raises(StepNotFound):
        applied(Edit("nobody", "/result", 1, 2))


def test_a_system_prompt_that_is_added_stays_in_the_thread() -> None:
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "u"}]
    replay = Replay(Facts(TALK), [edit(TALK, "m1", "/messages", messages)])
    assert asked_of_model(replay).messages == (system("Be brief."), user("u"))
    replay.receive(replay.requests()[0].id, says(assistant("", call("f", {"a": 1}, "c1"))))
    assert asked_of_model(replay).messages[0] == system("Be brief.")


def test_messages_that_are_taken_out_leave_the_others_as_they_were() -> None:
    signed = Message(Role.ASSISTANT, (Reasoning("hm", "sig"), Text("yes")), finish_reason="stop")
    of = trace(model_call("m1", [user("one"), signed, user("two")], "done"))
    documents = step_document(of.step(0))["messages"]
    (edited,) = apply_edits(Facts(of), [edit(of, "m1", "/messages", documents[1:])]).steps.values()
    assert tuple(edited.body.messages or ()) == (signed, user("two"))
