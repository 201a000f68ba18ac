"""No-progress loop.

What it finds:
    The same round of tool calls, with the same arguments and the same results, at least three times in a row; a round
    of several turns already on its second time, when six turns or more are equal in pairs. Text that an agent says
    again and again without being spoken to counts as well. Call ids, the order of keys, times of day, made-up ids and
    thoughts are not compared: those around the calls, those that a tool is told, and the reasons beside arguments
    (`explanation`, the `description` of a command). A word from a person ends a round, and a result that changes is
    progress: polling that moves, pages, and acknowledged work on one thing after another are no loops. Where a round
    waits (it sleeps, or is told "pending"), presses the same key once more, or is a question that a program asks anew
    (votes), ten rounds are needed. Rounds that fail are error loops.

Why it matters:
    Nothing that the agent learns changes what it does next, so nothing but a bound on its turns will stop it. Runs of
    a hundred equal calls are on record; every one is paid for with the whole history.

Example:
    lookup_order(order_id=48213) -> "invalid order id", twelve times.

What to do:
    Look at the result of the first round: it usually does not say what to do otherwise. Edit it so that it does (or
    correct the arguments of the call), re-run what follows, and see whether the loop is lost. Then put the better
    message into the tool, or what was missing into the system prompt.

Settings:
    rounds-min (3): reading the same twice is normal; guards inside agents wait for five, but here a false alarm costs
    a glance and not an aborted run.
    turns-of-two-rounds-min (6): two equal rounds of three turns are no chance any more.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.cycles import Loop, LoopKind
from replaydbg.graph.facts import Facts
from replaydbg.graph.thresholds import NoProgress
from replaydbg.rules._api import Rule
from replaydbg.rules._loops import failing, loop_finding, loops, named


def check(facts: Facts) -> Iterator[Finding]:
    for loop in loops(facts, LoopKind.NO_PROGRESS):
        yield loop_finding(RULE, facts, loop, _message(loop))


def _message(loop: Loop) -> str:
    if not loop.names:
        return f"the agent says the same {loop.rounds} times and is not spoken to"
    if len(loop.names) == 1:
        how = f"is called {loop.rounds} times with the same arguments and the same result"
    else:
        how = f"go round {loop.rounds} times with the same arguments and the same results"
    return f"{named(loop.names)} {how}{failing(loop.failures, len(loop.turns))}"


RULE = Rule("L001", "no-progress-loop", Severity.ERROR, since="0.1", check=check, thresholds=NoProgress)
