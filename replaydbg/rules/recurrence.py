"""Recurrence.

What it finds:
    The same call with the same result four times or more in one stretch of work, with other calls between, and nothing
    between that changes anything (a write, an edit, a booking; of a shell any command that does not only look). A hint:
    in real runs looking again is often right.

Why it matters:
    What the call said was not kept in mind, or was cut away from the history. It is paid for each time.

Example:
    read_file("config.toml") before each of five other reads.

What to do:
    See whether the first result is still in the later prompts. If it was cut away, keep it, or a summary of it; if it
    is there, say in the system prompt that what was read need not be read again.

Settings:
    times-min (4): three times the same result with other work between is found in up to half of the good runs of
    coding agents.
"""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.finding import Finding, Severity
from replaydbg.graph.cycles import LoopKind
from replaydbg.graph.facts import Facts
from replaydbg.graph.thresholds import Recurrence
from replaydbg.rules._api import Rule
from replaydbg.rules._loops import is_called, loop_finding, loops


def check(facts: Facts) -> Iterator[Finding]:
    for loop in loops(facts, LoopKind.RECURRENCE):
        message = (
            f"{is_called(loop)} with the same arguments and always the same result, with other calls between"
        )
        yield loop_finding(RULE, facts, loop, message, again="and again")


RULE = Rule("L006", "recurrence", Severity.HINT, since="0.2", check=check, thresholds=Recurrence)
