"""Error loop.

What it finds:
    The same call, or round of calls, with the same arguments at least three times in a row, of which every round
    fails, whatever the error says. Failed are steps that the recording marks so, tool responses with an error flag, and
    results that begin as errors do ("Error: ", a traceback, {"error": ...}). Quiet when the call works in the end and
    when a person spoke in between.

Why it matters:
    What failed with these arguments will fail with them again. The agent does not understand the error, or the error
    does not say what to change.

Example:
    book_flight(payment="card_7") -> "Error: amounts do not add up", four times.

What to do:
    Read the error as if you knew nothing but the prompt: does it say which argument is wrong, and what would be right?
    Edit it so that it does, re-run what follows, and put that message into the tool. Or correct the first call.

Settings:
    rounds-min (3): once more may be patience; guards inside agents stop at three or four. Rounds that sleep need as
    many as `rounds-min` of `repeated-call`: a server may not be up yet.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.cycles import Loop, LoopKind
from replaydbg.graph.facts import Facts
from replaydbg.graph.thresholds import ErrorLoop
from replaydbg.rules._api import Rule
from replaydbg.rules._loops import is_called, loop_finding, loops


def check(facts: Facts) -> Iterator[Finding]:
    for loop in loops(facts, LoopKind.ERROR):
        yield loop_finding(RULE, facts, loop, _message(loop), again="the same again, and it fails again")


def _message(loop: Loop) -> str:
    errors = {turn.outcome for turn in loop.turns if turn.failed}
    said = "the same error" if len(errors) == 1 else f"{len(errors)} different errors"
    if len(loop.names) == 1:
        return f"{is_called(loop)} with the same arguments, each time with {'the same error' if len(errors) == 1 else 'an error'}"
    return f"{is_called(loop)} with the same arguments, and each round has {said}"


RULE = Rule("L004", "error-loop", Severity.ERROR, since="0.2", check=check, thresholds=ErrorLoop)
