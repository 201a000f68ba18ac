"""Many runs of a branch and of the step as it was, against models that differ from run to run."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.actions.oracles import make_oracles
from replaydbg.actions.rerun import RerunOptions
from replaydbg.actions.sample import Trial, sample
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from tests.support.build import assistant, call, chat, response, user
from tests.support.drive import edit

RUN = chat(
    [user("u"), assistant("", call("f", {"x": 1}, "c1")), response("c1", "no"), assistant("sorry")], model="m"
)
FACTS = Facts(RUN)
EDIT = [edit(RUN, "m1", "/messages/0/content", "please")]
ORACLE = make_oracles(["regex:good"], FACTS)
ASKED: list[str] = []


def obedient(request: dict[str, Any]) -> str:
    """Good when it is asked politely; the rest is as it was."""
    said = request["messages"][0]["content"]
    ASKED.append(said)
    return "good" if said == "please" else "bad"


def fickle(request: dict[str, Any]) -> str:
    ASKED.append("x")
    return "good" if len(ASKED) % 4 in {1, 2} else "bad"


def raising(_: Any) -> bool:
    raise KeyError("x")


@pytest.fixture(autouse=True)
def _nobody_asked() -> None:
    ASKED.clear()


def options(model: str = "obedient", **more: Any) -> RerunOptions:
    return RerunOptions(provider=f"python:tests.actions.test_sample:{model}", **more)


async def test_an_edit_that_helps_is_told_from_chance() -> None:
    heard: list[int] = []

    def on_run(trial: Trial) -> None:
        heard.append(len(trial.edited) + len(trial.control))

    trial = await sample(FACTS, EDIT, options(), ORACLE, samples=5, control=5, on_run=on_run)
    assert (trial.arm(trial.edited).held, trial.arm(trial.control).held) == (5, 0)
    assert trial.verdict().startswith("the edit helps: ")
    assert ASKED == ["please", "u"] * 5  # they take turns
    assert heard == list(range(1, 11))


async def test_chance_is_not_taken_for_an_effect() -> None:
    trial = await sample(FACTS, EDIT, options("fickle"), ORACLE, samples=3, control=3)
    assert trial.verdict().startswith("too few runs")


async def test_the_bounds_hold_for_all_runs_together() -> None:
    trial = await sample(FACTS, EDIT, options(calls_max=3), ORACLE, samples=5, control=5)
    assert len(ASKED) == 3
    assert len(trial.edited) + len(trial.control) == 4
    assert "the bound of 3 live model calls for all runs together" in trial.stopped
    assert trial.arm(trial.control).judged == 1
    assert trial.control[-1].held is None
    assert "bound" in trial.control[-1].problem


async def test_what_cannot_be_tried() -> None:
    with pytest.raises(UsageProblem, match="nothing is edited"):
        await sample(FACTS, [], options(), ORACLE, samples=1)


async def test_an_oracle_that_raises_judges_nothing() -> None:
    oracles = make_oracles(["python:tests.actions.test_sample:raising"], FACTS)
    trial = await sample(FACTS, EDIT, options(), oracles, samples=1)
    assert trial.edited[0].problem == "the oracle failed: KeyError: 'x'"
    assert trial.verdict() == "no run with the edit came to its end: nothing can be told"
