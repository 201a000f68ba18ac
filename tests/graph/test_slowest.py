"""The slowest path."""

from __future__ import annotations

from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.joins import join
from replaydbg.graph.slowest import slowest_path
from tests.support.build import agent, call, model_call, tool_execution, trace

ASKED = call("f", {}, "c")


def path(of: Trace) -> list[str]:
    return [of.ids[row] for row in slowest_path(of, join(of, Facts(of)).finishes)]


def test_of_steps_at_once_the_last_to_end_is_on_it() -> None:
    run = trace(
        agent(
            "a",
            "worker",
            model_call("m1", [], "x", start_ms=0, duration_ms=10),
            tool_execution("quick", ASKED, 1, start_ms=10, duration_ms=5),
            tool_execution("slow", ASKED, 1, start_ms=10, duration_ms=50),
            model_call("m2", [], "x", start_ms=60, duration_ms=10),
            start_ms=0,
            duration_ms=70,
        )
    )
    assert path(run) == ["a", "m1", "slow", "m2"]


def test_without_times_there_is_none() -> None:
    assert path(trace(model_call("m", [], "x", timed=False))) == []
