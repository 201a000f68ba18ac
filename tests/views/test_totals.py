"""What any stretch of a run sums up to."""

from __future__ import annotations

from replaydbg.core.step import Usage
from replaydbg.core.trace import Trace
from replaydbg.graph.joins import join
from replaydbg.views.totals import RunTotals
from tests.support.build import BEGIN_NS, agent, call, model_call, tool_execution, trace, user

SECOND = 1_000_000_000


def at(seconds: int) -> int:
    return BEGIN_NS + seconds * SECOND


def run() -> Trace:
    asked = model_call("m", [user("q")], "a", usage=Usage(10, 5), start_ms=2000, duration_ms=1000)
    ran = tool_execution("t", call("f", {}, "c"), error="no", start_ms=4000, duration_ms=3000)
    return trace(agent("a", "boss", asked, ran, start_ms=0, duration_ms=9000))


def test_sums_and_times_of_stretches() -> None:
    made = run()
    totals = RunTotals(made, join(made).finishes)
    assert totals.failed[3] - totals.failed[2] == 1
    assert totals.tokens[3] - totals.tokens[0] == 15
    assert totals.costs is None
    assert totals.times(1, 2) == (at(2), at(3))
    assert totals.times(0, 3) == (at(2), at(7)), "the agent is around them"
    assert totals.times(0, 1) == (-1, -1)
