"""Slow step.

What it finds:
    A model call or a tool execution that took ten times as long as is usual for its model or its tool in the same run,
    and at least ten seconds; the three slowest of each. Eight recorded times of the same are needed.

Why it matters:
    A single step that waits, retries inside, or is queued holds up the whole run, and is lost among its like.

Example:
    search takes 0.8 s, and once 42 s.

What to do:
    Look at what was asked of it, and at what else ran at that moment. Time-outs and retries inside a client do not
    show otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from operator import sub

from replaydbg.config import threshold
from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.core.step import KINDS, Kind
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps
from replaydbg.rules._outliers import outliers

_KINDS = {KINDS.index(Kind.MODEL_CALL), KINDS.index(Kind.TOOL_EXECUTION)}
_SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class SlowThresholds:
    times_the_usual: float = threshold(10.0, least=1)
    seconds_min: float = threshold(10.0, least=0)


def check(facts: Facts) -> Iterator[Finding]:
    trace, limit = facts.trace, facts.thresholds(SlowThresholds)
    groups: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
    took = list(map(sub, trace.ends_ns, trace.starts_ns))
    if max(took, default=0) < limit.seconds_min * 1e9:
        return  # as mostly
    columns = zip(trace.kinds, trace.starts_ns, took, trace.models, trace.names, strict=True)
    for row, (kind, start, taken, model, name) in enumerate(columns):
        if start >= 0 < taken and kind in _KINDS:
            groups[kind, model or name].append((row, taken / 1e9))
    for values in groups.values():
        for row, seconds, usual in outliers(values, times=limit.times_the_usual, least=limit.seconds_min)[
            :_SHOWN_MAX
        ]:
            message = f"{trace.name(row)} took {seconds:,.1f} s, where {usual:,.2g} s is usual in this run"
            yield of_steps(RULE, trace, (row,), message, Evidence(trace.ids[row], "", "this step"))


RULE = Rule("R010", "slow-step", Severity.HINT, since="0.1", check=check, thresholds=SlowThresholds)
