"""Thrash.

What it finds:
    Four calls or more in a row that differ in their numbers only, and get nowhere: most of them fail, or all find
    nothing, or all are told the same. Quiet for pages and counters that bring something, for work on one number after
    another (acknowledged, or going up through days and hosts), for numbers that the agent was told, and where a few
    tries hit in the end.

Why it matters:
    The agent guesses at a number that it should look up. Each guess is a turn with the whole history, and a guess that
    hits may hit somebody else's order.

Example:
    search(q="order 7 status"), search(q="order 3 status"), search(q="order 9 status"), search(q="order 1 status"):
    "no results" each time.

What to do:
    Find where the number should have come from. Edit that step so that it is there, or make the tool say what can be
    asked instead; re-run what follows and compare.

Settings:
    rounds-min (4): three tries with another number are still trying.
    failed-min (0.5): share of failed calls from which the numbers are guesses.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.cycles import LoopKind
from replaydbg.graph.facts import Facts
from replaydbg.graph.thresholds import Thrash
from replaydbg.rules._api import Rule
from replaydbg.rules._loops import in_vain, is_called, loop_finding, loops


def check(facts: Facts) -> Iterator[Finding]:
    for loop in loops(facts, LoopKind.THRASH):
        message = f"{is_called(loop)} with arguments that differ only in numbers{in_vain(loop)}"
        yield loop_finding(RULE, facts, loop, message, again="another number")


RULE = Rule("L005", "thrash", Severity.WARNING, since="0.2", check=check, thresholds=Thrash)
