"""Compare two traces: which step is which, what changed, which findings were gained and lost."""

from __future__ import annotations

from collections.abc import Mapping

from replaydbg.actions.check import check_trace
from replaydbg.core.branch import Branch
from replaydbg.diff.align import align
from replaydbg.diff.steps import Comparison, compare
from replaydbg.graph.facts import Facts


def compare_branch(facts: Facts, branch: Branch) -> Comparison:
    """A branch with what it is a branch of, whose facts are given."""
    of = {step.id: step.of for step in branch.steps if step.of is not None}
    return compare_traces(facts, facts.of(branch), of)


def compare_traces(facts_a: Facts, facts_b: Facts, of: Mapping[str, str] | None = None) -> Comparison:
    """`of` says for steps of B which step of A they stand for, where that is known (a branch knows)."""
    pairs = align(facts_a.trace, facts_b.trace, of)
    return compare(facts_a, facts_b, check_trace(facts_a), check_trace(facts_b), pairs)
