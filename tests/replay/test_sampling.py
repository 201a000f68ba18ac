"""Effect against noise: intervals, verdicts, and which calls are asked again as they were."""

from __future__ import annotations

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.branch import Provenance
from replaydbg.core.step import Kind
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Policy
from replaydbg.replay.choices import AGAIN
from replaydbg.replay.engine import Replay
from replaydbg.replay.sampling import (
    Arm,
    by_chance,
    control_rows,
    difference,
    fewest_that_tell,
    samples_needed,
    tells,
    verdict,
    wilson,
)
from tests.support.build import assistant, call, chat, response, user
from tests.support.drive import drive, edit, names, says

LOOP = chat(
    [user("u"), assistant("", call("f", {"x": 1}, "c1")), response("c1", "no"), assistant("sorry")], model="m"
)


@pytest.mark.parametrize(
    ("held", "judged", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634), (1, 1, 0.2065, 1.0), (0, 0, 0, 1)],
)
def test_wilson_by_the_tables(held: int, judged: int, low: float, high: float) -> None:
    assert wilson(held, judged) == pytest.approx((low, high), abs=2e-4)


@given(st.integers(1, 200), st.data())
def test_intervals_hold_their_rate(judged: int, data: st.DataObject) -> None:
    arm = Arm(data.draw(st.integers(0, judged)), judged)
    low, high = arm.interval
    assert 0 <= low <= arm.rate + 1e-12
    assert arm.rate - 1e-12 <= high <= 1
    other = Arm(data.draw(st.integers(0, judged)), judged)
    low, high = difference(arm, other)
    assert low <= arm.rate - other.rate <= high
    assert difference(other, arm) == pytest.approx((-high, -low))


def test_newcombe_by_his_example() -> None:
    """56/70 against 48/80 gives 0.0524 to 0.3339 (Newcombe 1998, table II, method 10, row a)."""
    assert difference(Arm(56, 70), Arm(48, 80)) == pytest.approx((0.0524, 0.3339), abs=1e-4)


@pytest.mark.parametrize(
    ("edited", "control", "words"),
    [
        (Arm(9, 10), Arm(1, 10), "the edit helps: "),
        (Arm(1, 10), Arm(9, 10), "the edit harms: "),
        (Arm(2, 3), Arm(1, 3), "too few runs to tell the edit from chance: about "),
        (Arm(3, 3), Arm(3, 3), "too few runs to tell the edit from chance, or there is no difference"),
        (Arm(0, 0), Arm(3, 3), "no run with the edit came to its end"),
        (Arm(3, 3), None, "without a control"),
        (Arm(3, 3), Arm(0, 0), "without a control"),
    ],
)
def test_verdicts(edited: Arm, control: Arm | None, words: str) -> None:
    assert verdict(edited, control).startswith(words)


def test_as_many_runs_as_are_called_enough_are_enough() -> None:
    needed = samples_needed(Arm(2, 3), Arm(1, 3))
    assert needed is not None
    low, _ = difference(Arm(round(2 / 3 * needed), needed), Arm(round(1 / 3 * needed), needed))
    assert low > 0


@pytest.mark.parametrize(
    ("id_", "pointer", "value", "row"),
    [
        ("m1", "/messages/0/content", "v", 0),
        ("m1", "/tool_calls/0/arguments/x", 2, 0),
        ("x1", "/result", "yes", 2),
        ("m2", "/output/content", "done", 2),
    ],
)
def test_the_control_is_the_first_call_that_the_edit_changes(
    id_: str, pointer: str, value: object, row: int
) -> None:
    assert control_rows(Facts(LOOP), [edit(LOOP, id_, pointer, value)]) == {row}


def test_a_call_is_asked_again_as_it_was_recorded() -> None:
    r = Replay(Facts(LOOP), [], Policy(again=frozenset({0})))
    (asked,) = r.requests()
    assert names(r) == ["ask:m"]
    assert asked.why == AGAIN
    r.receive(asked.id, says(LOOP.body(0).output or ""))
    # The same calls get the recorded results, and the next request is the recorded one: its reply is reused...
    assert r.finished
    assert {step.provenance for step in r.branch("b").steps} == {Provenance.LIVE, Provenance.RECORDED}


def test_samples_of_their_own_reuse_no_reply() -> None:
    r = Replay(Facts(LOOP), [], Policy(again=frozenset({0}), afresh=True))
    (asked,) = r.requests()
    assert "asked again as it was recorded" in asked.why
    r.receive(asked.id, says(LOOP.body(0).output or ""))
    assert names(r) == ["ask:m"]  # ... and here it is asked anew, with the recorded result of the tool
    branch = drive(r, lambda _: says("found")).branch("b")
    live = [step for step in branch.steps if step.provenance is Provenance.LIVE]
    assert [branch.trace.kind(branch.trace.row(step.id)) for step in live] == [Kind.MODEL_CALL] * 2


@pytest.mark.parametrize(
    ("edited", "control", "chance"),
    [
        (Arm(2, 2), Arm(0, 2), 1 / 8),  # both ways, each run a toss of a coin
        (Arm(3, 3), Arm(0, 3), 1 / 32),
        (Arm(1, 1), Arm(0, 1), 1 / 2),
        (Arm(3, 5), Arm(3, 5), 1.0),
    ],
)
def test_how_often_chance_alone_comes_out_so(edited: Arm, control: Arm, chance: float) -> None:
    assert by_chance(edited, control) == pytest.approx(chance)
    assert by_chance(control, edited) == pytest.approx(chance)


def test_two_runs_of_each_never_tell() -> None:
    """Though their intervals, which are made for more, lie apart."""
    assert difference(Arm(2, 2), Arm(0, 2))[0] > 0
    assert (
        verdict(Arm(2, 2), Arm(0, 2))
        == "too few runs to tell the edit from chance: about 3 of each would, if the rates stay so"
    )
    assert fewest_that_tell(2) is None
    assert fewest_that_tell(3) == 3


@pytest.mark.parametrize("runs", [3, 5, 8, 20])
def test_what_is_told_is_chance_in_one_case_of_twenty_at_most(runs: int) -> None:
    arms = [Arm(held, runs) for held in range(runs + 1)]
    for rate in (0.1, 0.3, 0.5):
        likely = [comb(runs, held) * rate**held * (1 - rate) ** (runs - held) for held in range(runs + 1)]
        wrong = sum(
            likely[one.held] * likely[other.held] for one in arms for other in arms if tells(one, other)
        )
        assert wrong <= 0.05
