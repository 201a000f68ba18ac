"""Where a reply comes from."""

from __future__ import annotations

from replaydbg.core.branch import Provenance, Question
from replaydbg.core.message import Message, Role
from replaydbg.core.outcome import Failed, Reply
from replaydbg.core.step import Usage
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Policy
from replaydbg.replay.engine import Replay
from replaydbg.replay.reply_turn import _named_for
from tests.support.build import assistant, call, chat, model_call, response, trace, user
from tests.support.drive import asked_of_model, edit, reason, says

TALK = chat([user("u"), assistant("a"), user("v"), assistant("b")])


def test_the_why_of_a_question_says_what_changed() -> None:
    replay = Replay(Facts(TALK), [edit(TALK, "m1", "/messages/0/content", "w")])
    assert replay.requests()[0].why == "the request of #1 was edited"
    replay.receive(replay.requests()[0].id, says("x"))
    assert replay.requests()[0].why == "its prompt is no longer that of #2"


def test_another_model_is_asked_instead_and_stands_in_the_branch() -> None:
    replay = Replay(Facts(TALK), [edit(TALK, "m1", "/output/content", "x")], Policy(model="m-9"))
    assert asked_of_model(replay).model == "m-9"
    replay.receive(replay.requests()[0].id, Reply(assistant("y"), model="m-9-2026", usage=Usage(3, 4)))
    branch = replay.branch("b")
    step = branch.trace.step(1)
    assert (step.model, step.body.response_model, step.body.usage) == ("m-9", "m-9-2026", Usage(3, 4))
    assert branch.trace.tokens(1) == 7
    assert branch.model == "m-9"
    assert reason(branch, "m2") == "asked m-9 live"


def test_an_edited_reply_under_a_changed_prompt_says_so() -> None:
    replay = Replay(
        Facts(TALK),
        [edit(TALK, "m1", "/output/content", "x"), edit(TALK, "m2", "/output/content", "y")],
    )
    assert replay.finished
    assert reason(replay.branch("b"), "m2") == "the reply was edited; its prompt has changed too"


def test_a_request_that_an_edit_makes_equal_to_a_sibling_s_does_not_take_its_reply() -> None:
    asked = assistant("", call("f", {}, "c"))
    prompt = [user("u"), asked, response("c", "r")]
    of = trace(
        model_call("m1", [user("u")], asked),
        model_call("m2", prompt, "one", params={"n": 1}),
        model_call("m3", prompt, "two", params={"n": 2}),
    )
    replay = Replay(Facts(of), [edit(of, "m2", "/params/n", 2)])
    # Two questions and one recorded answer: it stays with the step that it was given to.
    assert asked_of_model(replay).params == {"n": 2}


def test_responses_under_other_ids_are_sent_under_those_of_their_calls() -> None:
    asked = assistant("", call("f", {}, "fc_1"))
    of = trace(
        model_call("m1", [user("u"), asked, response("call_1", "r")], "done"),
    )
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "v")])
    assert asked_of_model(replay).messages[-1] == response("fc_1", "r")


def test_a_step_without_a_recorded_reply_is_gone_on_from_as_it_was() -> None:
    of = trace(
        model_call("m1", [user("u")], None),
        model_call("m2", [user("u"), Message(Role.ASSISTANT), user("v")], "done"),
    )
    replay = Replay(Facts(of), [edit(of, "m2", "/messages/2/content", "w")])
    replay.receive(replay.requests()[0].id, says("x"))
    assert replay.finished


def test_a_step_that_is_named_after_its_model_bears_the_name_of_the_one_that_answered() -> None:
    assert _named_for("small", "chat gpt-9", "gpt-9") == "chat small"
    assert _named_for("small", "ChatOpenAI", "gpt-9") == "ChatOpenAI"
    assert _named_for("small", "gpt-9", "gpt-9") == "gpt-9", "a name of its own"
    assert _named_for("", "chat gpt-9", "gpt-9") == "chat gpt-9"


def test_an_edited_request_that_nobody_answered_is_edited_all_the_same() -> None:
    """As one that was answered, or not asked: no rule takes the person's words for the program's."""
    of = chat([user("u"), assistant("done")])
    replay = Replay(Facts(of), [edit(of, "m1", "/messages/0/content", "v")])
    replay.receive(replay.requests()[0].id, Failed("network", "it is away"))
    (step,) = replay.branch("b").steps
    assert (step.provenance, step.question) == (Provenance.EDITED, Question.ANSWERED)
    assert step.reason == "the request was edited; m-1 did not answer (network): it is away"
