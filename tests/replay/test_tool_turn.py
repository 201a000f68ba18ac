"""The calls of one reply, each with its answer."""

from __future__ import annotations

from replaydbg.core.message import ToolResponse
from replaydbg.core.outcome import ToolResult
from replaydbg.graph.facts import Facts
from replaydbg.replay.engine import Replay
from replaydbg.replay.tool_turn import paired_places
from tests.support.build import assistant, call, chat, response, user
from tests.support.drive import asked_of_model, edit, names, provenances, reason, says

TALK = chat(
    [
        user("u"),
        assistant("", call("a", {}, "c1"), call("b", {}, "c2"), call("a", {}, "c3")),
        response("c1", "first a"),
        response("c2", "b"),
        response("c3", "second a"),
        assistant("done"),
    ]
)


def asked_again(*calls: object) -> Replay:
    replay = Replay(Facts(TALK), [edit(TALK, "m1", "/messages/0/content", "v")])
    replay.receive(replay.requests()[0].id, says(assistant("", *calls)))  # type: ignore[arg-type]
    return replay


def told(replay: Replay) -> list[object]:
    return [part.result for message in asked_of_model(replay).messages for part in message.tool_responses]


def test_equal_calls_of_one_turn_get_their_answers_by_place() -> None:
    assert told(asked_again(call("a", {}, "n1"), call("b", {}, "n2"), call("a", {}, "n3"))) == [
        "first a",
        "b",
        "second a",
    ]


def test_in_another_order_the_kth_equal_call_gets_the_kth_answer() -> None:
    assert told(asked_again(call("a", {}, "n1"), call("a", {}, "n2"), call("b", {}, "n3"))) == [
        "first a",
        "second a",
        "b",
    ]


def test_one_new_call_among_recorded_ones_is_the_only_one_to_run() -> None:
    replay = asked_again(call("a", {}, "n1"), call("b", {"x": 1}, "n2"), call("a", {}, "n3"))
    assert names(replay) == ["run:b"]
    replay.receive(replay.requests()[0].id, ToolResult({"new": True}))
    # The thread tells its models text.
    assert told(replay) == ["first a", '{"new": true}', "second a"]


def test_a_call_under_its_old_id_keeps_its_step_and_under_a_new_one_gets_a_copy() -> None:
    replay = asked_again(call("a", {}, "c1"), call("b", {}, "new"), call("a", {}, "c3"))
    replay.receive(replay.requests()[0].id, says("done"))
    branch = replay.branch("b")
    assert [step.id in TALK.ids for step in branch.steps] == [False, True, False, True, False]
    assert dict(provenances(branch))["x2"] == "recorded"
    assert reason(branch, "x2") == "recorded result for the equal call at #3"


def test_calls_that_are_not_made_again_are_gone() -> None:
    replay = asked_again(call("b", {}, "n"))
    replay.receive(replay.requests()[0].id, says("done"))
    assert len(replay.branch("b").trace) == 3


def test_failed_results_are_told_as_errors() -> None:
    of = chat(
        [
            user("u"),
            assistant("", call("a", {}, "c1")),
            response("c1", "broken", is_error=True),
            assistant("sorry"),
        ]
    )
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "v")])
    replay.receive(replay.requests()[0].id, says(assistant("", call("a", {}, "n1"))))
    assert asked_of_model(replay).messages[-1] == response("n1", "broken", is_error=True)


def test_responses_are_found_by_identity() -> None:
    one, two = response("x", "same"), response("x", "same")
    found = paired_places([call("f", {}, "x"), call("f", {}, "x")], [one, two])
    assert [found[id(one.parts[0])], found[id(two.parts[0])]] == [0, 1]
    assert one.parts[0] == ToolResponse("x", "same")


def test_an_answer_that_was_given_already_is_not_given_again_in_its_own_place() -> None:
    poll = call("poll", {}, "p")
    of = chat(
        [
            user("u"),
            *(message for text in ("x", "y", "z") for message in (assistant("", poll), response("p", text))),
            assistant("done"),
        ]
    )
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "v")])
    replay.receive(
        replay.requests()[0].id, says(assistant("", call("poll", {}, "n1"), call("poll", {}, "n2")))
    )
    assert told(replay) == ["x", "y"]
    replay.receive(replay.requests()[0].id, says(assistant("", call("poll", {}, "n3"))))
    assert told(replay) == ["x", "y", "z"]
