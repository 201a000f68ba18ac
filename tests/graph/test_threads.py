"""Threads from messages alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.core.history import Conversation, History
from replaydbg.core.message import Message, Reasoning, Role, Text, ToolCall
from replaydbg.graph import prefixes
from replaydbg.graph import threads as threads_module
from replaydbg.graph.index import Asked, TraceIndex
from replaydbg.graph.prefixes import chain_key
from replaydbg.graph.threads import Link, Linking, Threads
from tests.support.build import Built, assistant, call, chat, model_call, response, system, trace, user

SYSTEM, TASK = system("You help."), user("Go.")
ASK = assistant("", call("f", {"x": 1}, "c1"))
GOT = response("c1", "one")


def threads(*steps: Built) -> Threads:
    return Threads(TraceIndex(trace(*steps)))


def test_a_call_goes_on_from_the_prompt_and_reply_that_its_prompt_begins_with() -> None:
    found = threads(
        model_call("m1", [SYSTEM, TASK], ASK),
        model_call("m2", [SYSTEM, TASK, ASK, GOT], "Done."),
        model_call("m3", [SYSTEM, TASK, ASK, GOT, assistant("Done."), user("More.")], "Yes."),
    )
    assert list(found.links.values()) == [Link(0, None, 0), Link(1, 0, 3), Link(2, 1, 5)]
    assert found.followers == {0: [1], 1: [2]}
    assert (found.root(2), found.after(0)) == (0, [1, 2])
    assert found.between(1) == (GOT,)
    assert found.between(2) == (user("More."),)
    assert found.prompt(2) == (SYSTEM, TASK, ASK, GOT, assistant("Done."), user("More."))


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(assistant("", call("f", {"x": 1.0}, "other")), id="another id, another spelling"),
        pytest.param(assistant("", call("f", raw='{ "x" : 1 }')), id="recorded as text"),
        pytest.param(Message(Role.ASSISTANT, (Reasoning("Hm."), *ASK.parts)), id="with thoughts"),
        pytest.param(Message(Role.ASSISTANT, (Text("  "), *ASK.parts)), id="with white space"),
        pytest.param(replace(ASK, role=Role.UNKNOWN), id="under another role"),
        pytest.param(assistant("I called f."), id="in other words"),
    ],
)
def test_a_reply_that_is_recorded_differently_in_the_next_prompt(again: Message) -> None:
    found = threads(model_call("m1", [TASK], ASK), model_call("m2", [TASK, again, GOT], "Done."))
    assert found.links[1] == Link(1, 0, 2)


def test_parallel_threads_are_told_apart() -> None:
    steps = [
        model_call(f"{name}{number}", prompt, reply)
        for number in range(2)
        for name in "pq"
        for prompt, reply in [
            ([user(name)], assistant(f"First {name}."))
            if number == 0
            else ([user(name), assistant(f"First {name}."), user("On.")], assistant("Second."))
        ]
    ]
    found = threads(*steps)
    assert {row: link.previous for row, link in found.links.items()} == {0: None, 1: None, 2: 0, 3: 1}


def test_a_fork_has_two_followers() -> None:
    prompt = [TASK, assistant("One."), user("A.")]
    found = threads(
        model_call("m1", [TASK], "One."),
        model_call("m2", prompt, "Two."),
        model_call("m3", [*prompt[:2], user("B.")], "Three."),
    )
    assert found.followers == {0: [1, 2]}
    assert found.after(0) == [1]


def test_a_retry_of_the_same_prompt_begins_anew() -> None:
    found = threads(model_call("m1", [TASK], None, error="timeout"), model_call("m2", [TASK], "Done."))
    assert found.links[1] == Link(1, None, 0)


def test_a_call_that_failed_is_gone_on_from_with_what_was_added() -> None:
    found = threads(
        model_call("m1", [TASK], None, error="refused"), model_call("m2", [TASK, user("Please.")], "Done.")
    )
    assert found.links[1] == Link(1, 0, 1)


def test_another_talk_with_the_same_start_is_another_thread() -> None:
    """Both begin with the same question; the second was never told the reply of the first."""
    found = threads(
        model_call("m1", [SYSTEM, TASK], "Yes."), model_call("m2", [SYSTEM, TASK, user("No.")], "Ok.")
    )
    assert found.links[1] == Link(1, None, 0)


def test_a_log_of_new_messages_only() -> None:
    steps = (
        model_call("m1", [SYSTEM, TASK], ASK),
        model_call("m2", [GOT], "Done."),
        model_call("m3", [assistant("Done."), user("More.")], "Yes."),
    )
    found = threads(*steps)
    assert [(link.previous, link.new_from, link.delta) for link in found.links.values()] == [
        (None, 0, False),
        (0, 0, True),
        (1, 1, True),
    ]
    assert found.prompt(2) == (SYSTEM, TASK, ASK, GOT, assistant("Done."), user("More."))


def test_prompts_that_were_not_recorded_have_no_link() -> None:
    found = threads(model_call("m1", None, "One."), model_call("m2", [TASK], "Two."))
    assert list(found.links) == [1]
    assert found.prompt(0) == found.between(0) == ()
    assert found.root(0) == 0


TALK = st.lists(
    st.sampled_from(["text", "again", "calls"]).flatmap(
        lambda kind: st.tuples(st.just(kind), st.integers(0, 2), st.sampled_from(["", "a"]))
    ),
    max_size=6,
)


@given(TALK)
def test_one_conversation_is_one_thread(talk: list[tuple[str, int, str]]) -> None:
    """Whatever is said, even the same again: each call of a growing prompt goes on from the one before."""
    messages = [SYSTEM, TASK]
    for kind, number, id_ in talk:
        if kind == "calls":
            asked: ToolCall = call("f", {"x": number}, id_)
            messages += [assistant("", asked), response(id_, number)]
        else:
            messages += [
                assistant(f"Say {number}."),
                user("Again." if kind == "again" else f"Hear {number}."),
            ]
    run = chat(messages, executions=False)
    found = Threads(TraceIndex(run))
    assert [link.previous for link in found.links.values()] == [None, *range(len(run) - 1)][: len(run)]
    for row in found.links:
        assert found.prompt(row) == run.body(row).messages


@st.composite
def calls(draw: st.DrawFn) -> list[tuple[History, Message | None, bool]]:
    """Prompts of conversations that grow, and of some that fork off, in any order; replies that may stand in them; whether
    the prompt was recorded as a list of its own.
    """
    said = [TASK, ASK, GOT, assistant("Done."), system("You help.")]
    grown = [Conversation(lambda message: message)]
    recorded = []
    for number in range(draw(st.integers(1, 12))):
        current = draw(st.sampled_from(grown))
        kind = draw(st.sampled_from(["same", "same", "fork", "new"]))
        if kind == "fork" and len(current):
            current = Conversation(lambda message: message, current, draw(st.integers(0, len(current))))
            grown.append(current)
        elif kind == "new":
            grown.append(current := Conversation(lambda message: message))
        for _ in range(draw(st.integers(0, 3))):
            current.append(draw(st.sampled_from([*said, user(f"say {number}")])))
        length = draw(st.integers(0, len(current)))
        reply = (
            draw(st.sampled_from([*said, None]))
            if length == len(current) or draw(st.booleans())
            else current[length]
        )
        if reply is not None and draw(st.booleans()):
            reply = replace(reply)  # equal, and not the same
        recorded.append((History(current, length), reply, draw(st.integers(0, 3)) == 0))
    return recorded


@settings(max_examples=400)
@given(calls())
def test_prompts_that_share_a_list_are_linked_like_prompts_of_their_own(
    recorded: list[tuple[History, Message | None, bool]],
) -> None:
    shared, apart = (
        threads(
            *[
                model_call(f"m{number}", list(prompt) if plain or all_plain else prompt, reply)
                for number, (prompt, reply, plain) in enumerate(recorded)
            ]
        )
        for all_plain in (False, True)
    )
    assert shared.links == apart.links


def test_a_list_that_begins_as_nothing_else_does_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    def unwanted(message: Message) -> int:
        raise AssertionError(f"digested {message.text}")

    talk = Conversation(lambda message: message)
    steps = []
    for number in range(5):
        talk.append(user(f"say {number}"))
        steps.append(model_call(f"m{number}", History(talk, len(talk)), said := assistant(f"said {number}")))
        talk.append(said)
    known = chain_key(user("say 0"))
    monkeypatch.setattr(
        prefixes, "chain_key", lambda message: known if message is talk[0] else unwanted(message)
    )
    monkeypatch.setattr(threads_module, "chain_key", unwanted)
    links = threads(*steps).links
    assert links == {row: Link(row, row - 1 if row else None, 2 * row) for row in range(5)}


def test_a_list_is_looked_into_once_something_else_begins_like_it() -> None:
    """The second call was recorded as a list of its own: it goes on from the first, and the third from it."""
    talk = Conversation(lambda message: message)
    for message in (TASK, ASK, GOT, said := assistant("Said."), user("More.")):
        talk.append(message)
    found = threads(
        model_call("m1", History(talk, 1), ASK),
        model_call("m2", [TASK, ASK, GOT], said),
        model_call("m3", History(talk, 5), "Done."),
    )
    assert [link.previous for link in found.links.values()] == [None, 0, 1]


def test_a_reply_may_come_into_the_list_later() -> None:
    """A file that is followed: the reply was not written when its call was looked at."""
    talk = Conversation(lambda message: message)
    talk.append(TASK)
    built = trace(
        model_call("m1", History(talk, 1), assistant("Said.")), model_call("m2", History(talk, 3), "Done.")
    )
    linking = Linking(built, Asked(built))
    linking.hear(0, built.body(0))
    talk.append(assistant("Said."))
    talk.append(user("More."))
    linking.hear(1, built.body(1))
    assert linking.links[1] == Link(1, 0, 2)


def test_what_is_new_only_goes_on_from_a_reply_in_a_list() -> None:
    """A talk whose prompts are a list, and a call that was recorded with nothing but what was new after it."""
    talk = Conversation(lambda message: message)
    for message in (TASK, said := assistant("Said."), user("More.")):
        talk.append(message)
    found = threads(
        model_call("m1", History(talk, 1), said),
        model_call("m2", [said, user("Else.")], "Done."),
        model_call("m3", [TASK, said, user("Else."), assistant("Done."), user("On.")], "Well."),
    )
    assert [link.previous for link in found.links.values()] == [None, 0, 1]


def test_a_prompt_without_messages_begins_with_its_reply() -> None:
    talk = Conversation(lambda message: message)
    for message in (said := assistant("Said."), user("More.")):
        talk.append(message)
    found = threads(model_call("m1", [], said), model_call("m2", History(talk, 2), "Done."))
    assert found.links[1].previous == 0
