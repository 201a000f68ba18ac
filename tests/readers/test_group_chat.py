"""Agents in one room: what each has heard when it speaks."""

from __future__ import annotations

from replaydbg.core.message import Message, Role, Text, text_message
from replaydbg.core.step import Step, Usage
from replaydbg.core.trace import Trace
from replaydbg.readers._group_chat import GroupChat
from replaydbg.readers._transcript import Transcript
from tests.support.build import call, response
from tests.support.readings import document, outline


def chat() -> GroupChat:
    return GroupChat(Transcript(document({}), "test").run("r"))


def traced(room: GroupChat) -> Trace:
    (trace,) = room.run.transcript.reading().traces
    return trace


def prompt(step: Step) -> list[tuple[str, str, str]]:
    assert step.body.messages is not None
    return [(message.role, message.name, message.text) for message in step.body.messages]


def test_an_agent_hears_the_others_as_users_and_itself_as_the_assistant() -> None:
    room = chat()
    room.told("human", text_message(Role.USER, "go"))
    room.replied("ann", text_message(Role.ASSISTANT, "one"), usage=Usage(1, 2))
    room.replied("bob", text_message(Role.ASSISTANT, "two"), heard=False)
    room.replied("ann", text_message(Role.ASSISTANT, "three"))
    first, second, third = traced(room).steps()
    assert [step.agent for step in (first, second, third)] == ["ann", "bob", "ann"]
    assert first.body.usage == Usage(1, 2)
    assert prompt(second) == [("user", "", "go"), ("user", "ann", "one")]
    assert prompt(third) == [("user", "", "go"), ("assistant", "", "one")]


def test_tools_are_shown_to_their_agent_alone() -> None:
    room = chat()
    asked = Message(Role.ASSISTANT, (Text("let me"), call("f", {}, "c")))
    room.replied("ann", asked)
    room.returned("ann", response("c", "42"))
    room.replied("bob", text_message(Role.ASSISTANT, "ok"))
    room.ended("done")
    trace = traced(room)
    assert outline(trace) == ["model-call chat", "tool-execution f", "model-call chat", "opaque end"]
    assert trace.step(1).body.call == call("f", {}, "c")
    assert prompt(trace.step(2)) == [("user", "ann", "let me")]
    assert trace.step(3).body.output_value == "done"


def test_what_a_person_said_last_is_a_step() -> None:
    room = chat()
    room.told("human", text_message(Role.USER, "go"))
    room.replied("ann", text_message(Role.ASSISTANT, "one"))
    room.end()
    assert outline(traced(room)) == ["model-call chat"]
    room.told("human", text_message(Role.USER, "and?"), 5)
    room.end()
    room.end()
    trace = traced(room)
    assert outline(trace) == ["model-call chat", "opaque messages without a reply"]
    assert prompt(trace.step(1)) == [("user", "", "go"), ("user", "ann", "one"), ("user", "", "and?")]
