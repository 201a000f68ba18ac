"""Answers of a branch, given again: going on after a stop asks nothing twice."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from replaydbg.core.branch import Branch, ModelUse, Provenance, Question
from replaydbg.core.outcome import Failed, Reply, Skipped, ToolResult
from replaydbg.core.request import ModelRequest, ToolRequest
from replaydbg.core.step import Usage
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Asked, Policy
from replaydbg.replay.engine import Replay
from replaydbg.replay.kept import KeptAnswers, give
from tests.replay.test_laws import ANSWER, a_change, quick, simulations
from tests.support.build import assistant, call, chat, response, user
from tests.support.drive import edit
from tests.support.simulate import Simulation

LOOP = chat(
    [user("u"), assistant("", call("f", {"x": 1}, "c1")), response("c1", "no"), assistant("sorry")], model="m"
)
EDIT = edit(LOOP, "m1", "/messages/0/content", "please")
ASKING = assistant("", call("f", {"x": 2}, "k"))


def stopped(*answers: Reply | ToolResult | Failed, provenance: Provenance = Provenance.LIVE) -> Branch:
    r = Replay(Facts(LOOP), [EDIT])
    for answer in answers:
        r.receive(r.requests()[0].id, answer, provenance)
    return r.branch("b")


def kept(branch: Branch, *, whole: bool = True) -> KeptAnswers:
    return KeptAnswers(Facts(branch.trace), branch.steps, whole=whole)


def test_answers_are_given_in_order_and_each_once() -> None:
    branch = stopped(Reply(ASKING, usage=Usage(5, 1)), ToolResult("one"), Reply(ASKING), ToolResult("two"))
    answers = kept(branch)
    asked = ToolRequest(ASKING.tool_calls[0])
    assert [answers.answer(asked) for _ in range(3)] == [
        (ToolResult("one"), Provenance.LIVE),
        (ToolResult("two"), Provenance.LIVE),
        None,
    ]


def test_where_another_model_is_asked_to_go_on_the_first_answers_keep_their_name() -> None:
    r = Replay(Facts(LOOP), [EDIT], Policy(model="n"))
    r.receive(r.requests()[0].id, Reply(ASKING))
    (use,) = (first := r.branch("b")).models
    assert (first.asked, use) == ("n", ModelUse("m", "n", "", 1))
    on = Replay(Facts(LOOP), [EDIT], Policy(model="z"))
    answers = kept(first)
    give(on, lambda asked: answers.answer(asked.request))
    assert on.branch("b").models == (ModelUse("m", "z", "n", 1),)


def test_whoever_answered_is_told_and_a_cut_reply_is_asked_again() -> None:
    by_hand = stopped(Reply(assistant("done")), provenance=Provenance.HUMAN)
    r = Replay(Facts(LOOP), [EDIT])
    (asked,) = r.requests()
    assert isinstance(asked.request, ModelRequest)
    answer = kept(by_hand).answer(asked.request)
    assert answer is not None
    assert answer[0].message == assistant("done")  # type: ignore[union-attr]
    cut = stopped(Reply(assistant("do"), interrupted=True))
    assert kept(cut).answer(asked.request) is None
    assert kept(cut, whole=False).answer(asked.request) is not None


def test_what_was_paid_before_counts_against_no_bound() -> None:
    branch = stopped(Reply(ASKING, usage=Usage(50, 1)), ToolResult("one"))
    r = Replay(Facts(LOOP), [EDIT], Policy(calls_max=1, tokens_max=40, price=lambda model, usage: 1.0))
    answers = kept(branch)
    for _ in range(2):
        (asked,) = r.requests()
        told = answers.answer(asked.request)
        assert told is not None
        r.receive(asked.id, *told, paid=True)
    assert (r.progress().live_calls, r.progress().tokens, r.progress().cost_usd) == (
        1,
        0,
        0.0,
    )  # the next one is asked
    r.receive(r.requests()[0].id, Reply(assistant("done"), usage=Usage(9, 1)))
    assert r.finished
    assert r.branch("c").stopped is None
    assert (r.progress().live_calls, r.progress().cost_usd) == (1, 1.0)


@settings(quick, suppress_health_check=list(HealthCheck))
@given(simulations, st.data(), st.integers(0, 8))
def test_a_run_that_was_stopped_anywhere_goes_on_to_the_same_branch(
    simulation: Simulation, data: st.DataObject, after: int
) -> None:
    of = simulation.run()
    _, one = a_change(data, of)
    whole, cut = Replay(Facts(of), [one]), Replay(Facts(of), [one])
    count = 0
    while not whole.finished:
        asked = whole.requests()[0]
        answer = ANSWER(asked)
        whole.receive(asked.id, answer)
        if count < after:
            cut.receive(asked.id, answer)
        count += 1
    answers = kept(cut.branch("b"))
    again = Replay(Facts(of), [one])
    asked_anew = 0
    while not again.finished:
        asked = again.requests()[0]
        told = answers.answer(asked.request)
        asked_anew += told is None
        if told is None:
            again.receive(asked.id, ANSWER(asked))
        else:
            again.receive(asked.id, *told, paid=True)
    first, second = whole.branch("b"), again.branch("b")
    assert second.steps == first.steps
    assert list(second.trace.steps()) == list(first.trace.steps())
    assert asked_anew == max(count - after, 0)


def test_answers_that_no_branch_was_made_of_are_given_as_far_as_they_go() -> None:
    r = Replay(Facts(LOOP), [EDIT])

    def answer(asked: Asked) -> tuple[Reply | ToolResult, Provenance] | None:
        if isinstance(asked.request, ToolRequest):
            return ToolResult("one"), Provenance.HUMAN
        return (Reply(ASKING), Provenance.LIVE) if asked.row == 0 else None

    assert give(r, answer) == 2
    assert not r.finished
    assert [step.provenance for step in r.branch("b").steps][:2] == [Provenance.EDITED, Provenance.HUMAN]


def test_whether_somebody_was_asked_is_a_value_and_no_word() -> None:
    branch = stopped(Reply(ASKING), ToolResult("one"))
    silent = tuple(replace(step, reason="words that nobody reads") for step in branch.steps)
    answers = KeptAnswers(Facts(branch.trace), silent, whole=True)
    assert answers.answer(ToolRequest(ASKING.tool_calls[0])) == (ToolResult("one"), Provenance.LIVE)
    unasked = tuple(replace(step, question=Question.NONE) for step in branch.steps)
    assert (
        KeptAnswers(Facts(branch.trace), unasked, whole=True).answer(ToolRequest(ASKING.tool_calls[0]))
        is None
    )


def test_a_request_that_was_not_asked_has_no_answer_that_could_be_given_again() -> None:
    r = Replay(Facts(LOOP), [EDIT])
    asked = r.requests()[0]
    r.receive(asked.id, Skipped("nothing is sent without --live"))
    branch = r.branch("b")
    assert branch.steps[0].question is Question.NONE
    assert kept(branch, whole=False).answer(asked.request) is None
