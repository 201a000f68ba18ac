"""Loops of a trace: which kinds there are is told by the labelled situations; here how a loop is cut and claimed."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.config import Settings
from replaydbg.core.message import Message
from replaydbg.core.trace import Trace
from replaydbg.graph.cycles import LoopKind
from replaydbg.graph.facts import Facts
from replaydbg.graph.thresholds import (
    ErrorLoop,
    NearDuplicate,
    NoProgress,
    PingPong,
    Recurrence,
    RepeatedCall,
    Thrash,
)
from tests.support import build
from tests.support.build import assistant, call, response, user
from tests.support.staged import agents, done, each, times


def loops(run: Trace, *thresholds: Any) -> list[tuple[LoopKind, int, int]]:
    facts = Facts(run, settings=Settings(thresholds=thresholds))
    return [(loop.kind, loop.period, loop.rounds) for loop in facts.cycles.loops]


def test_a_loop_names_its_steps_in_order() -> None:
    (loop,) = Facts(done(("find", {}, "x"), *times(3, ("read", {"p": "a"}, "text")))).cycles.loops
    assert (loop.rows, loop.names, loop.failures) == ((2, 3, 4, 5, 6, 7), ("read",), 0)
    assert (loop.period, loop.round_turns, loop.rounds) == (2, 1, 3)


def test_a_round_that_was_begun_is_not_counted() -> None:
    (loop,) = Facts(done(*times(3, ("a", {}, "1"), ("b", {}, "2")), ("a", {}, "1"))).cycles.loops
    assert (loop.period, loop.rounds, len(loop.turns)) == (4, 3, 7)


def test_one_loop_is_told_once() -> None:
    """Ten calls that fail: first three times with one error, then seven times with another. Not three loops."""
    run = done(*times(3, ("f", {}, "timeout", True)), *times(7, ("f", {}, "refused", True)))
    assert loops(run) == [(LoopKind.ERROR, 2, 10)]


def test_what_is_less_sure_is_told_where_the_sure_is_but_a_part() -> None:
    """Three equal calls amid twelve that differ in their numbers and find nothing."""
    run = done(*each("f", "q", [1, 2, 3, 4, 4, 4, 5, 6, 7, 8], "nothing"))
    assert loops(run) == [(LoopKind.THRASH, 2, 10), (LoopKind.NO_PROGRESS, 2, 3)]


@pytest.mark.parametrize(
    ("run", "own", "expected"),
    [
        pytest.param(done(*times(3, ("f", {}, "x"))), NoProgress(rounds_min=4), [], id="no progress"),
        pytest.param(done(*times(2, ("f", {}, "x"))), NoProgress(rounds_min=2), [(LoopKind.NO_PROGRESS, 2, 2)], id="no progress, keener"),
        pytest.param(done(*times(2, *((f"t{n}", {}, "x") for n in range(3)))), NoProgress(turns_of_two_rounds_min=8), [], id="two rounds"),
        pytest.param(done(*times(3, ("f", {}, "x", True))), ErrorLoop(rounds_min=4), [(LoopKind.NO_PROGRESS, 2, 3)], id="errors"),
        pytest.param(done(*(("f", {}, "ab"[n in {1, 2, 4}]) for n in range(6))), RepeatedCall(rounds_min=7), [], id="repeated"),
        pytest.param(done(*(("f", {}, "ab"[n in {1, 2, 4}]) for n in range(6))), RepeatedCall(novelty_max=0.1), [], id="novelty"),
        pytest.param(done(*times(4, ("f", {}, "x")), ("f", {}, "y")), RepeatedCall(waiting_rounds_min=3), [(LoopKind.REPEATED, 2, 5)], id="waiting"),
        pytest.param(done(*each("f", "q", [1, 3, 2, 9], "nothing")), Thrash(rounds_min=5), [(LoopKind.NEAR_DUPLICATE, 2, 4)], id="thrash"),
        pytest.param(done(*each("f", "q", ["abcd", "abce", "abcf", "abcg"], "nothing")), NearDuplicate(rounds_min=5), [], id="near duplicate"),
        pytest.param(done(*each("f", "q", ["abcd", "abce", "abcf", "abcg"], "nothing")), NearDuplicate(likeness_min=0.9), [], id="likeness"),
        pytest.param(done(("a", {}, "x"), ("b", {}, 1), ("a", {}, "x"), ("c", {}, 2), ("a", {}, "x")), Recurrence(times_min=3), [(LoopKind.RECURRENCE, 0, 3)], id="recurrence"),
        pytest.param(agents(*(("AB"[n % 2], "Go on.") for n in range(8))), PingPong(rounds_min=5), [], id="ping-pong"),
    ],
)  # fmt: skip
def test_thresholds_are_gone_by(run: Trace, own: Any, expected: list[Any]) -> None:
    assert loops(run, own) == expected


def test_parallel_threads_are_looked_at_apart() -> None:
    """Two threads loop side by side: two loops, though their steps alternate."""
    steps = []
    history: dict[str, list[Message]] = {name: [user(f"Task {name}.")] for name in "pq"}
    for n in range(4):
        for name in "pq":
            reply = assistant("", call("read", {"of": name}, f"{name}{n}"))
            steps += [
                build.model_call(f"m{name}{n}", history[name], reply),
                build.tool_execution(f"x{name}{n}", call("read", {"of": name}, f"{name}{n}"), "same"),
            ]
            history[name] = [*history[name], reply, response(f"{name}{n}", "same")]
    found = Facts(build.trace(*steps)).cycles.loops
    assert [(loop.kind, loop.rounds) for loop in found] == [(LoopKind.NO_PROGRESS, 4)] * 2
    assert not set(found[0].rows) & set(found[1].rows)
