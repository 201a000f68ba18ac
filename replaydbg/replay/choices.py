"""What a person decides of steps that nothing proves independent of an edit: keep them as recorded, or re-run them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from replaydbg.core.branch import Choice
from replaydbg.core.step import Kind
from replaydbg.graph.facts import Facts


@dataclass(frozen=True, slots=True)
class Chosen:
    """By row: model calls that are asked again, and all steps that are kept without a proof."""

    again: frozenset[int] = frozenset()
    kept: frozenset[int] = frozenset()


NOTHING_CHOSEN = Chosen()
KEPT = "kept by your choice: nothing proves that the edit leaves it alone"
AGAIN = "re-run by your choice: nothing proves that the edit leaves it alone"


def chosen(facts: Facts, choices: Mapping[str, Choice]) -> Chosen:
    """A choice for a model call holds for its thread from there on, one for any other step for all that is inside of it.

    Raises StepNotFound for a step that is not there.
    """
    again: set[int] = set()
    kept: set[int] = set()
    for step_id, choice in choices.items():
        row = facts.trace.row(step_id)
        if choice is Choice.KEEP:
            kept.update(_meant(facts, row))
        else:
            again.update(_asked(facts, row))
    return Chosen(frozenset(again), frozenset(kept - again))


def _meant(facts: Facts, row: int) -> Iterator[int]:
    trace = facts.trace
    rows = facts.flow.descendants(row) if trace.kind(row) is Kind.MODEL_CALL else (row,)
    for one in rows:
        yield from range(one, trace.subtree_ends[one])
        for at in range(len(facts.index.calls(one))):
            ran = facts.index.execution_of(one, at)
            if ran is not None:
                yield from range(ran, trace.subtree_ends[ran])


def _asked(facts: Facts, row: int) -> Iterator[int]:
    """The model calls where that begins anew: the call itself, or the first of each thread inside of the step."""
    trace = facts.trace
    if trace.kind(row) is Kind.MODEL_CALL:
        yield row
        return
    inside = range(row, trace.subtree_ends[row])
    for one in inside:
        link = facts.threads.links.get(one)
        if link is not None and (link.previous is None or link.previous not in inside):
            yield one
