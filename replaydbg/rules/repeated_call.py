"""Repeated call.

What it finds:
    Calls that come again without getting anywhere, short of a no-progress loop: the same call five times in a row
    (three, when one fails) while the results say little new; four calls or more in a row that differ in their numbers
    only, and mostly fail or all find nothing; and, as a hint, the same call with the same result four times in one
    stretch of work with other calls between. Quiet for polling whose results change, for pages, for acknowledged work
    on different things, and when a person spoke in between.

Why it matters:
    The agent pays for an answer that it has, or guesses where it should look. It is also how a loop begins.

Example:
    search(q="order 7 status"), search(q="order 3 status"), search(q="order 9 status"), search(q="order 1 status"):
    "no results" each time.

What to do:
    See what the first result told the agent. If it was cut away from the history, keep it there; if it is empty, make
    the tool say what can be asked instead. Edit that result, re-run what follows and compare.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.cycles import Loop, LoopKind
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._loops import failing, loop_finding, named


def check(facts: Facts) -> Iterator[Finding]:
    for loop in facts.cycles.of_kinds(LoopKind.REPEATED, LoopKind.VARIED, LoopKind.RECURRING):
        # Reading a file again after working elsewhere, or running the tests again, is often right.
        severity = Severity.HINT if loop.kind is LoopKind.RECURRING else RULE.severity
        yield loop_finding(RULE, facts.trace, loop, _message(loop), severity)


def _message(loop: Loop) -> str:
    verb = "is" if len(loop.names) == 1 else "are"
    if loop.kind is LoopKind.RECURRING:
        return f"{named(loop.names)} {verb} called {loop.rounds} times with the same arguments and always the same result, with other calls between"
    if loop.kind is LoopKind.VARIED:
        found = failing(loop) or ", and finds nothing"
        return f"{named(loop.names)} {verb} called {loop.rounds} times with arguments that differ only in numbers{found}"
    return f"{named(loop.names)} {verb} called {loop.rounds} times with the same arguments{failing(loop)}"


RULE = Rule("L002", "repeated-call", Severity.WARNING, since="0.1", check=check)
