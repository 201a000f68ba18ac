"""Compare two traces: which step is which, what changed, which findings were gained and lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from replaydbg.actions.check import check_trace
from replaydbg.core.branch import Branch
from replaydbg.core.finding import Finding
from replaydbg.diff.align import align
from replaydbg.diff.steps import Comparison, compare
from replaydbg.graph.facts import Facts

Findings: TypeAlias = Sequence[Finding] | None

Heed: TypeAlias = Callable[[str, float], object]
"""Is told what is being done and how much of that has been done, and may raise to end the comparison."""


def compare_branch(facts: Facts, branch: Branch) -> Comparison:
    """A branch with what it is a branch of, whose facts are given."""
    of = {step.id: step.of for step in branch.steps if step.of is not None}
    return compare_traces(facts, facts.of(branch), of)


def compare_traces(
    facts_a: Facts,
    facts_b: Facts,
    of: Mapping[str, str] | None = None,
    told: tuple[Findings, Findings] = (None, None),
    heed: Heed = lambda what, done: None,  # noqa: ARG005 - nobody listens
) -> Comparison:
    """`of` says for steps of B which step of A they stand for, where that is known (a branch knows).

    `told` are the findings of A and of B where the rules have been over them: that takes longer than all the rest.
    """
    findings_a, findings_b = (
        check_trace(facts, partial(heed, "looking for findings")) if known is None else known
        for facts, known in zip((facts_a, facts_b), told, strict=True)
    )
    pairs = align(facts_a.trace, facts_b.trace, of, partial(heed, "looking which step is which"))
    return compare(facts_a, facts_b, findings_a, findings_b, pairs, partial(heed, "what differs in each"))
