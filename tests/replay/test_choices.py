"""What a person decides of unproven steps, in the plan and in the branch."""

from __future__ import annotations

import pytest

from replaydbg.core.branch import Choice
from replaydbg.core.trace import StepNotFound, Trace
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Policy
from replaydbg.replay.choices import AGAIN, KEPT, Chosen, chosen
from replaydbg.replay.engine import Replay
from replaydbg.replay.plan import plan
from tests.support.build import agent, assistant, call, model_call, response, tool_execution, trace, user
from tests.support.drive import drive, edit, names, provenances, says

ASKED = assistant("", call("f", {}, "c"))


def two_threads() -> Trace:
    """One that is edited, and a later one of which nobody can say whether it used what the first one left somewhere."""
    return trace(
        model_call("a", [user("write the plan")], "the plan", start_ms=0, duration_ms=10),
        agent(
            "g",
            "other",
            model_call("b", [user("unrelated, or not?")], ASKED, start_ms=20, duration_ms=10),
            tool_execution("x", call("f", {}, "c"), "r", start_ms=31, duration_ms=1),
            model_call(
                "d",
                [user("unrelated, or not?"), ASKED, response("c", "r")],
                "who knows",
                start_ms=40,
                duration_ms=10,
            ),
            start_ms=19,
            duration_ms=50,
        ),
    )


OF = two_threads()
EDIT = edit(OF, "a", "/output/content", "another plan")


def touches(**choices: Choice) -> dict[str, tuple[str, str]]:
    facts = Facts(OF)
    steps = plan(facts, [EDIT], chosen(facts, choices)).steps
    return {OF.ids[step.row]: (str(step.touch), step.reason) for step in steps}


def rerun(**choices: Choice) -> Replay:
    facts = Facts(OF)
    by_choice = chosen(facts, choices)
    return Replay(facts, [EDIT], Policy(again=by_choice.again, kept=by_choice.kept))


def test_without_a_choice_they_are_listed_as_unproven() -> None:
    assert {id_: touch for id_, (touch, _) in touches().items()} == {
        "a": "edited",
        "g": "reused",
        "b": "unproven",
        "x": "unproven",
        "d": "unproven",
    }
    assert set(dict(provenances(rerun().branch("r"))).values()) == {"edited", "recorded", "unproven"}


@pytest.mark.parametrize("step", ["b", "g"])
def test_what_is_kept_is_said_to_be_kept_by_choice(step: str) -> None:
    told = touches(**{step: Choice.KEEP})
    assert {told[id_] for id_ in "bxd"} == {("reused", KEPT)}
    branch = rerun(**{step: Choice.KEEP}).branch("r")
    assert dict(provenances(branch)) == dict.fromkeys("gbxd", "recorded") | {"a": "edited"}
    assert {one.reason for one in branch.steps if one.id in {"b", "x", "d"}} == {KEPT}


def test_a_choice_holds_from_the_step_on() -> None:
    assert {id_: touches(d=Choice.KEEP)[id_][0] for id_ in "bxd"} == {
        "b": "unproven",
        "x": "unproven",
        "d": "reused",
    }


@pytest.mark.parametrize("step", ["b", "g"])
def test_what_is_re_run_by_choice_is_asked_again(step: str) -> None:
    told = touches(**{step: Choice.RERUN})
    assert told["b"] == ("rerun", AGAIN)
    assert told["d"] == ("rerun", "comes after #3, which is re-run by your choice")
    r = rerun(**{step: Choice.RERUN})
    assert names(r) == ["ask:m-1"]
    assert r.requests()[0].why == AGAIN
    branch = drive(r, lambda _: says("something else")).branch("r")
    assert dict(provenances(branch))["b"] == "live"
    assert "x" not in dict(provenances(branch))


def test_a_re_run_that_comes_out_the_same_ends_there() -> None:
    r = rerun(b=Choice.RERUN)
    r.receive(r.requests()[0].id, says(ASKED))
    assert r.finished  # the call is equal, its recorded result is, and so is the next request
    assert dict(provenances(r.branch("r")))["d"] == "recorded"


def test_re_running_wins_over_keeping_what_is_around() -> None:
    both = chosen(Facts(OF), {"g": Choice.KEEP, "d": Choice.RERUN})
    assert both == Chosen(frozenset({4}), frozenset({1, 2, 3}))


def test_a_step_that_is_not_there() -> None:
    with pytest.raises(StepNotFound):
        chosen(Facts(OF), {"nope": Choice.KEEP})
