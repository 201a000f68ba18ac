"""The loop of a thread: what comes after what. The transcripts of `test_engine` hold the whole of it."""

from __future__ import annotations

from dataclasses import replace

from replaydbg.core.message import Text
from replaydbg.core.outcome import Failed, Skipped, ToolResult
from replaydbg.graph.facts import Facts
from replaydbg.replay.engine import Replay
from tests.support.build import assistant, call, chat, model_call, response, system, trace, user
from tests.support.drive import asked_of_model, edit, names, provenances, says


def test_what_a_person_said_beside_a_tool_result_stays_beside_it() -> None:
    asked = call("f", {}, "c")
    of = trace(
        model_call("m1", [user("u")], assistant("", asked)),
        model_call("m2", [user("u"), assistant("", asked), response("c", "r"), user("hurry")], "done"),
    )
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "v")])
    replay.receive(replay.requests()[0].id, says(assistant("", asked)))
    assert asked_of_model(replay).messages[-2:] == (response("c", "r"), user("hurry"))


def test_it_is_said_after_the_answer_where_the_thread_went_another_way() -> None:
    asked = call("f", {}, "c")
    of = trace(
        model_call("m1", [user("u")], assistant("", asked)),
        model_call("m2", [user("u"), assistant("", asked), response("c", "r"), user("hurry")], "done"),
    )
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "v")])
    replay.receive(replay.requests()[0].id, says("no tool needed"))
    assert asked_of_model(replay).messages == (user("v"), assistant("no tool needed"), user("hurry"))


def test_a_turn_that_ends_sooner_skips_to_the_next_thing_the_person_said() -> None:
    of = chat(
        [
            user("one"),
            assistant("", call("f", {}, "c1")),
            response("c1", "r"),
            assistant("", call("f", {}, "c2")),
            response("c2", "r"),
            assistant("1"),
            user("two"),
            assistant("2"),
        ]
    )
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "eins")])
    replay.receive(replay.requests()[0].id, says("at once"))
    assert asked_of_model(replay).messages[-1] == user("two")
    replay.receive(replay.requests()[0].id, says("2"))
    assert provenances(replay.branch("b")) == [("m1", "edited"), ("m4", "live")]


def test_a_program_that_asked_again_without_a_word_asks_again() -> None:
    """In a room of several agents one is chosen to speak twice in a row."""
    of = chat([user("one"), assistant("I think."), assistant("So it is."), user("thanks"), assistant("bye")])
    replay = Replay(Facts(of), [edit(of, "m1", "/output/content", "I doubt.")])
    assert asked_of_model(replay).messages == (
        user("one"),
        replace(assistant("I think."), parts=(Text("I doubt."),)),
    )
    replay.receive(replay.requests()[0].id, says("Then not."))
    assert asked_of_model(replay).messages[-2:] == (assistant("Then not."), user("thanks"))


def test_a_reply_of_a_call_that_was_not_recorded_is_asked_for_anew() -> None:
    first = assistant("", call("f", {}, "c1"))
    unseen = assistant("", call("g", {}, "c2"))
    of = trace(
        model_call("m1", [system("s"), user("u")], first),
        model_call(
            "m2",
            [system("s"), user("u"), first, response("c1", "r"), unseen, response("c2", "t")],
            "done",
        ),
    )
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "S")])
    replay.receive(replay.requests()[0].id, says(first))
    assert asked_of_model(replay).messages == (system("S"), user("u"), first, response("c1", "r"))


def test_edits_that_find_no_place_are_told() -> None:
    of = chat([user("u"), assistant("a"), user("v"), assistant("b")])
    replay = Replay(
        Facts(of),
        [
            edit(of, "m1", "/messages/0/content", "w"),
            edit(of, "m2", "/messages/1/content", "the old reply, edited"),
        ],
    )
    replay.receive(replay.requests()[0].id, says("another reply"))
    assert replay.unused == [1]
    assert names(replay) == ["ask:m-1"]


def test_a_thread_of_more_tool_turns_than_the_recording_goes_on_without_a_counterpart() -> None:
    of = chat([user("u"), assistant("a")])
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "w")])
    for number in range(3):
        replay.receive(replay.requests()[0].id, says(assistant("", call("f", {"n": number}, f"c{number}"))))
        replay.receive(replay.requests()[0].id, ToolResult(number))
    replay.receive(replay.requests()[0].id, says("done"))
    assert [of for of, _ in provenances(replay.branch("b"))] == ["m1", *[None] * 6]


def test_an_edited_reply_does_not_fit_a_thread_that_asked_for_other_tools() -> None:
    asked = call("f", {}, "c")
    of = chat([user("u"), assistant("", asked), response("c", "r"), assistant("done")])
    replay = Replay(
        Facts(of), [edit(of, "m1", "/messages/0/content", "v"), edit(of, "m2", "/output/content", "by hand")]
    )
    replay.receive(replay.requests()[0].id, says(assistant("", call("g", {}, "c"))))
    replay.receive(replay.requests()[0].id, ToolResult("s"))
    assert names(replay) == ["ask:m-1"]
    assert replay.unused == [2]
    replay.receive(replay.requests()[0].id, says("done"))
    assert replay.branch("b").steps[-1].reason == (
        "asked m-1 live; the edit of #3 found no place, since the thread went another way"
    )


def test_an_edit_that_the_thread_never_came_to_is_told_at_its_end() -> None:
    of = chat([user("u"), assistant("", call("f", {}, "c")), response("c", "r"), assistant("done")])
    replay = Replay(
        Facts(of), [edit(of, "m1", "/messages/0/content", "v"), edit(of, "m2", "/output/content", "by hand")]
    )
    replay.receive(replay.requests()[0].id, says("done at once"))
    assert replay.unused == [2]
    assert "the edit of #3 found no place" in replay.branch("b").steps[-1].reason


def test_what_ran_for_a_reply_that_nobody_gave_again_is_stale() -> None:
    """It was unproven, as if it could have been right."""
    of = chat([user("u"), assistant("", call("f", {}, "c")), response("c", "r"), assistant("done")])
    for outcome in (Skipped("nobody answers"), Failed("request", "the request names no model")):
        replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "v")])
        replay.receive(replay.requests()[0].id, outcome)
        assert [word for _, word in provenances(replay.branch("b"))][1:] == ["stale", "stale"]
