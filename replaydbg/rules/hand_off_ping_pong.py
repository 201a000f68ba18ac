"""Hand-off ping-pong.

What it finds:
    Agents that pass the task round in the same order three times or more, while less than a third of what they say
    and of what their tools return, after the first round, is new. Agents that work at the same time are not meant, nor
    are agents whose talk gets somewhere.

Why it matters:
    Each agent holds the other responsible, none does the work, and the user waits. The history grows with every
    hand-off, so each round costs more than the one before.

Example:
    billing: "That is for support." support: "That is for billing." Four times.

What to do:
    Edit the system prompt of one of the two so that it says who decides, or the first hand-off so that it says what
    is asked for; re-run what follows from there and compare.

Settings:
    rounds-min (3): to and fro twice is how agents agree.
    novelty-max (0.3): share of new words and results from which on the talk gets somewhere.
    period-max (6): agents in one round; more than six in a fixed order are a pipeline that is run again.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.cycles import LoopKind
from replaydbg.graph.facts import Facts
from replaydbg.graph.thresholds import PingPong
from replaydbg.rules._api import Rule
from replaydbg.rules._loops import failing, loop_finding, loops, named


def check(facts: Facts) -> Iterator[Finding]:
    for loop in loops(facts, LoopKind.PING_PONG):
        agents = named(tuple(name or "an unnamed agent" for name in loop.names))
        errors = failing(loop.failures, len(loop.turns))
        message = f"{agents} pass the task round {loop.rounds} times with next to nothing new{errors}"
        yield loop_finding(RULE, facts, loop, message, again="round again")


RULE = Rule("L003", "hand-off-ping-pong", Severity.ERROR, since="0.1", check=check, thresholds=PingPong)
