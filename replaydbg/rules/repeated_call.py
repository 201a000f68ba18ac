"""Repeated call.

What it finds:
    The same call, or round of calls, five times in a row (three, when the last one fails) while the results go to and
    fro between a few answers or say nothing new for long. Quiet for polling that moves: results that are mostly new,
    or that go on from one state to the next and never back; a clock, or how long it took so far, is nothing new in ten
    answers. A call that gets what it waited for only after ten equal
    answers is said all the same: something should have slept, or told the agent when it is done.

Why it matters:
    The agent pays for an answer that it has, or guesses where it should look. It is also how a loop begins.

Example:
    job_status(id=7) -> "running", "queued", "running", "queued", "running", "running".

What to do:
    See what the first results told the agent. If they were cut away from the history, keep them there; if it waits,
    give it a tool that waits. Edit the result, re-run what follows and compare.

Settings:
    rounds-min (5): four equal calls with unlike answers happen in ordinary work.
    rounds-failed-min (3): when the last one fails, waiting is no excuse.
    novelty-max (0.5): share of different results up to which nothing moves.
    waiting-rounds-min (10): how many equal answers a call may get that gets another in the end, or that says itself
    that it waits; a widely used agent framework warns at ten. Also the number of guesses that a hit in the end excuses.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.cycles import Loop, LoopKind
from replaydbg.graph.excuses import only_time_passes
from replaydbg.graph.facts import Facts
from replaydbg.graph.thresholds import RepeatedCall
from replaydbg.rules._api import Rule
from replaydbg.rules._loops import failing, is_called, loop_finding, loops


def check(facts: Facts) -> Iterator[Finding]:
    for loop in loops(facts, LoopKind.REPEATED):
        told = failing(loop.failures, len(loop.turns)) or _told(loop)
        message = f"{is_called(loop)} with the same arguments{told}"
        yield loop_finding(RULE, facts, loop, message, again="called again")


def _told(loop: Loop) -> str:
    """What comes of one call that does not fail; "" where that was not recorded."""
    outcomes = {turn.outcome for turn in loop.turns}
    if loop.round_turns > 1 or min(outcomes) < 0:
        return ""
    if only_time_passes(loop.turns):
        return ", and all that is new in the results is the time"
    last = loop.turns[-1].outcome
    if sum(turn.outcome == last for turn in loop.turns) == 1 and len(outcomes) == 2:
        return f", and another result comes only after {len(loop.turns) - 1} equal ones"
    return f", and gets {len(outcomes)} different results in turn"


RULE = Rule("L002", "repeated-call", Severity.WARNING, since="0.1", check=check, thresholds=RepeatedCall)
