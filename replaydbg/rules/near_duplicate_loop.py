"""Near-duplicate loop.

What it finds:
    Four calls or more in a row, or rounds of up to three, whose arguments hardly differ from those of the round before
    (by edit distance of the fields that changed, or the words that they share), and that get nowhere: most fail, or all
    find nothing, or all are told the same. Each call may drift a little further from the first. Where the error is of who
    asks and not of what is asked (no login, a quota), the arguments may be any. Quiet where the results
    are new, for work on things with similar names, for things that the agent was told, for an edit that works before a
    test that fails, and where a few tries hit in the end.

Why it matters:
    It is the commonest loop of able models: they know that they must not repeat themselves, so they reword. A guard
    that compares arguments exactly never stops it.

Example:
    search("refund policy EU"), search("refund policy Europe"), search("EU refund policies"): "no results" each time.

What to do:
    Find what the calls have in common that is wrong: the tool, the index, a path. Edit the first empty result so that
    it says what is there to be found, re-run what follows, and put that sentence into the tool.

Settings:
    rounds-min (4): three wordings are a fair try.
    likeness-min (0.6): how alike the changed fields must be, from 0 to 1; two plain words that mean the same have
    next to nothing in common, two spellings of one thing about 0.8.
    failed-min (0.5): share of failed calls from which rewording is guessing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.cycles import Loop, LoopKind, alike
from replaydbg.graph.facts import Facts
from replaydbg.graph.thresholds import NearDuplicate
from replaydbg.rules._api import Rule
from replaydbg.rules._loops import in_vain, is_called, loop_finding, loops

_PAIRS_LOOKED_AT_MAX = 16


def check(facts: Facts) -> Iterator[Finding]:
    for loop in loops(facts, LoopKind.NEAR_DUPLICATE):
        drifts = _drifts(loop, facts.thresholds(NearDuplicate).likeness_min)
        how = "arguments that hardly differ" if drifts else "ever other arguments"
        again = "nearly the same again" if drifts else "and again, for the same error"
        yield loop_finding(RULE, facts, loop, f"{is_called(loop)} with {how}{in_vain(loop)}", again=again)


def _drifts(loop: Loop, likeness_min: float) -> bool:
    pairs = zip(loop.turns, loop.turns[loop.round_turns :], strict=False)
    return all(alike(before, after, likeness_min) for before, after in islice(pairs, _PAIRS_LOOKED_AT_MAX))


RULE = Rule(
    "L009", "near-duplicate-loop", Severity.WARNING, since="0.2", check=check, thresholds=NearDuplicate
)
