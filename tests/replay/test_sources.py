"""Which recorded answer serves which question."""

from __future__ import annotations

from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.index import CallPlace
from replaydbg.replay.sources import Recordings
from tests.support.build import assistant, call, chat, model_call, response, tool_execution, trace, user

POLL = call("status", {"n": 1}, "p")
POLLS = chat(
    [
        user("wait"),
        assistant("", POLL),
        response("p", "queued"),
        assistant("", POLL),
        response("p", "done"),
        assistant("finished"),
    ]
)
FIRST, SECOND = CallPlace(0, 0), CallPlace(2, 0)


def recordings(of: Trace = POLLS) -> Recordings:
    return Recordings(Facts(of))


def test_equal_calls_are_those_with_equal_arguments_whatever_their_ids() -> None:
    assert recordings().equal_calls(call("status", {"n": 1.0}, "other")) == [FIRST, SECOND]
    assert recordings().equal_calls(call("status", {"n": True})) == []
    assert recordings().equal_calls(call("state", {"n": 1})) == []


def test_the_next_free_answer_is_the_next_in_time() -> None:
    free = {FIRST, SECOND}
    told = []
    for _ in range(2):
        answer = recordings().first(filter(free.__contains__, recordings().equal_calls(POLL)))
        assert answer is not None
        free.discard(answer.place)
        told.append((answer.told, answer.where))
    assert told == [("queued", "#2"), ("done", "#4")]
    assert recordings().first(filter(free.__contains__, recordings().equal_calls(POLL))) is None


def test_answers_are_given_again_only_where_all_agree() -> None:
    assert recordings().agreed([FIRST, SECOND]) is None
    same = chat([user("u"), assistant("", POLL), response("p", "x"), assistant("", POLL), response("p", "x")])
    agreed = recordings(same).agreed(recordings(same).equal_calls(POLL))
    assert agreed is not None
    assert (agreed[0].told, agreed[1]) == ("x", 2)
    assert recordings().agreed([]) is None


def test_what_the_model_was_told_goes_before_what_the_execution_returned() -> None:
    asked = call("get", {}, "c")
    of = trace(
        model_call("m1", [user("u")], assistant("", asked)),
        tool_execution("x1", asked, {"temperature": 21}),
        model_call("m2", [user("u"), assistant("", asked), response("c", "It is 21 degrees")], "done"),
    )
    answer = recordings(of).answer(CallPlace(0, 0))
    assert answer is not None
    assert (answer.told, answer.result, answer.row) == ("It is 21 degrees", {"temperature": 21}, 1)
    assert recordings(of).tells_text


def test_an_execution_answers_where_no_later_prompt_does() -> None:
    asked = call("get", {}, "c")
    of = trace(model_call("m1", [user("u")], assistant("", asked)), tool_execution("x1", asked, {"a": 1}))
    answer = recordings(of).answer(CallPlace(0, 0))
    assert answer is not None
    assert answer.told == {"a": 1}
    unanswered = trace(model_call("m1", [user("u")], assistant("", asked)), tool_execution("x1", asked))
    assert recordings(unanswered).answer(CallPlace(0, 0)) is None


def test_of_a_fork_the_way_that_got_furthest_is_the_main_one() -> None:
    start = [user("u"), assistant("a")]
    of = trace(
        model_call("m1", [user("u")], "a"),
        model_call("short", [*start, user("w")], "c"),
        model_call("failed", [*start, user("v")], None),
        model_call("tried again", [*start, user("v")], "b"),
        model_call("on", [*start, user("v"), assistant("b"), user("x")], "d"),
    )
    found = recordings(of)
    assert found.main(0) == of.row("tried again")
    assert set(found.tries(of.row("failed"))) == {of.row("tried again"), of.row("short")}


def test_turns_and_finals() -> None:
    found = recordings(
        chat(
            [
                user("one"),
                assistant("", POLL),
                response("p", "x"),
                assistant("1"),
                user("two"),
                assistant("2"),
            ]
        )
    )
    assert found.final(0) == 2
    assert found.turns(2) == ()
    assert found.turns(3) == (user("two"),)
