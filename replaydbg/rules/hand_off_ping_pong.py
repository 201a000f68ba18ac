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
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.cycles import LoopKind
from replaydbg.graph.facts import Facts
from replaydbg.rules._api import Rule
from replaydbg.rules._loops import failing, loop_finding, named


def check(facts: Facts) -> Iterator[Finding]:
    for loop in facts.cycles.of_kinds(LoopKind.PING_PONG):
        agents = named(tuple(name or "an unnamed agent" for name in loop.names))
        message = f"{agents} pass the task round {loop.rounds} times with next to nothing new{failing(loop)}"
        yield loop_finding(RULE, facts.trace, loop, message)


RULE = Rule("L003", "hand-off-ping-pong", Severity.ERROR, since="0.1", check=check)
