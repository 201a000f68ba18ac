"""The lines above the timeline."""

from __future__ import annotations

from replaydbg.core.step import Usage
from replaydbg.graph.facts import Facts
from replaydbg.graph.joins import join
from replaydbg.views.bars import Axis
from replaydbg.views.text import plain
from replaydbg.views.timeline import Head, Sweep, head_line, profile, sweep
from tests.support.build import call, model_call, tool_execution, trace

ASKED = call("f", {}, "c")
RUN = trace(
    model_call("m1", [], "x", start_ms=0, duration_ms=100, usage=Usage(input_tokens=1000, output_tokens=200)),
    tool_execution("t1", ASKED, 1, start_ms=100, duration_ms=100),
    tool_execution("t2", ASKED, 1, start_ms=100, duration_ms=50),
    model_call("m2", [], "x", start_ms=300, duration_ms=100, cost_usd=0.5),
)


def swept() -> Sweep:
    known = sweep(RUN, join(RUN, Facts(RUN)).finishes)
    assert known is not None
    return known


def test_steps_at_once_and_waits() -> None:
    known = profile(swept(), swept().axis, 8)
    assert list(known.running) == [1, 1, 2, 1, 1, 0, 1, 1] or list(known.running) == [1, 1, 2, 1, 0, 0, 1, 1]
    assert known.cost == 0.5


def test_one_after_the_other_is_not_two_at_once() -> None:
    run = trace(
        model_call("a", [], "x", start_ms=0, duration_ms=10),
        model_call("b", [], "x", start_ms=10, duration_ms=10),
    )
    known = sweep(run, join(run, Facts(run)).finishes)
    assert known is not None
    assert max(profile(known, known.axis, 1).running) == 1


def test_a_part_of_the_time_is_as_that_part_of_the_whole() -> None:
    axis = swept().axis
    half = Axis(axis.start_ns, (axis.start_ns + axis.end_ns) // 2)
    assert list(profile(swept(), half, 4).running)[:4] == list(profile(swept(), axis, 8).running)[:4]


def test_what_the_lines_say() -> None:
    known = swept()
    head = Head(profile(known, known.axis, 32), known.axis, known.axis.start_ns, 24)
    time, running, tokens = (plain(head_line(y, head)) for y in range(3))
    assert "|0ms" in time
    assert "|200ms" in time
    assert running.startswith(" 2 at once, waits ")
    assert "·" in running
    assert "1.2k tokens $0.50" in tokens
    assert {len(line) for line in (time, running, tokens)} == {24 + 32}


def test_without_times_there_is_no_timeline() -> None:
    run = trace(model_call("m", [], "x", timed=False))
    assert sweep(run, join(run, Facts(run)).finishes) is None
