"""The list of steps to look at first, as rows: what a pane or a terminal says of suspicions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from replaydbg.core.trace import Trace
from replaydbg.graph.suspects import Suspect
from replaydbg.views.text import one_line

REASON_CHARS_MAX = 160


class SuspectLine(NamedTuple):
    """`row` is the step that the line leads to, -1 for the heading."""

    text: str
    look: str
    row: int = -1


def suspect_lines(trace: Trace, suspects: Sequence[Suspect]) -> Iterator[SuspectLine]:
    """A heading that promises no more than there is, then each step with its reasons."""
    if not suspects:
        yield SuspectLine("nothing makes one step more suspicious than another", "dim")
        return
    yield SuspectLine(
        "to look at first (a ranking, no verdict: the first is right in a third of labelled runs)",
        "dim",
    )
    for place, suspect in enumerate(suspects, 1):
        row = trace.row(suspect.step_id)
        who = one_line(trace.agent(row) or trace.name(row), 40)
        first, *others = (one_line(reason, REASON_CHARS_MAX) for reason in suspect.reasons)
        yield SuspectLine(f"{place:>2}. #{row + 1:<5} {who}: {first}", "", row)
        for reason in others:
            yield SuspectLine(f"{'':11}{reason}", "dim", row)
