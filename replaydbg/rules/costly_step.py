"""Costly step.

What it finds:
    A model call that cost ten times what is usual in the run, and at least a tenth of the whole; by recorded cost, or
    by tokens where no cost was recorded. The three most expensive ones, of eight calls or more.

Why it matters:
    One prompt with a whole file in it can cost as much as all the rest, and the sum at the end does not say which.

Example:
    Thirty calls of 2,000 tokens, and one of 90,000.

What to do:
    See what filled the prompt. Edit the result that did to what was needed of it, re-run what follows and compare.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from replaydbg.config import threshold
from replaydbg.core.finding import Evidence, Finding, Severity
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._findings import of_steps
from replaydbg.rules._outliers import outliers

_SHOWN_MAX = 3


@dataclass(frozen=True, slots=True)
class CostThresholds:
    times_the_usual: float = threshold(10.0, least=1)
    percent_of_the_run: float = threshold(10.0, least=0, most=100)


def check(facts: Facts) -> Iterator[Finding]:
    trace, limit = facts.trace, facts.thresholds(CostThresholds)
    rows, prices, read, written = (
        facts.index.model_calls,
        trace.costs,
        trace.input_tokens,
        trace.output_tokens,
    )
    costs = [
        (row, cost) for row in rows if (cost := prices[row]) > 0
    ]  # not a number is no more than anything
    tokens = [(row, float(count)) for row in rows if (count := max(read[row], 0) + max(written[row], 0))]
    values, is_cost = (costs, True) if len(costs) * 2 > len(rows) else (tokens, False)
    least = sum(value for _, value in values) * limit.percent_of_the_run / 100
    for row, value, usual in outliers(values, times=limit.times_the_usual, least=least)[:_SHOWN_MAX]:
        spent, usually = (
            (f"${value:,.4f}", f"${usual:,.4f}") if is_cost else (f"{value:,.0f} tokens", f"{usual:,.0f}")
        )
        message = f"{trace.name(row)} cost {spent}, where {usually} is usual in this run"
        yield of_steps(RULE, trace, (row,), message, Evidence(trace.ids[row], "/usage", spent))


RULE = Rule("R011", "costly-step", Severity.HINT, since="0.1", check=check, thresholds=CostThresholds)
