"""What the commands say as JSON: findings, checked traces, branches, comparisons. Steps are `codec.step_document`.

Field names and their order are a promise to programs (`schema_version`); new fields come last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

from replaydbg.core.branch import Branch, Edit
from replaydbg.core.changes import ABSENT, Change
from replaydbg.core.finding import Finding, Notice
from replaydbg.core.message import Json
from replaydbg.core.trace import Trace

if TYPE_CHECKING:  # who says something as JSON has it already
    from replaydbg.diff.steps import Comparison
    from replaydbg.replay.plan import Plan


def finding_document(finding: Finding) -> dict[str, Json]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.label,
        "message": finding.message,
        "step_ids": list(finding.step_ids),
        "evidence": [
            {"step_id": evidence.step_id, "pointer": evidence.pointer, "message": evidence.message}
            for evidence in finding.evidence
        ],
        "schema_source": finding.schema_source,
        "loop": None if finding.loop is None else asdict(finding.loop),
    }


def notice_document(notice: Notice) -> dict[str, Json]:
    return {"pointer": notice.pointer, "message": notice.message}


def branch_document(branch: Branch, recorded_id: str) -> dict[str, Json]:
    """The branch without its findings. `recorded_id` names the recorded trace: the parent of a branch of it."""
    kinds = {
        step_id: (str(branch.trace.kind(row)), branch.trace.name(row))
        for row, step_id in enumerate(branch.trace.ids)
    }
    stopped = branch.stopped
    return {
        "branch": branch.id,
        "parent": branch.parent or recorded_id,
        "edits": [edit_document(edit) for edit in branch.edits],
        "steps": [
            {
                "id": step.id,
                "of": step.of,
                "kind": kinds[step.id][0],
                "name": kinds[step.id][1],
                "provenance": str(step.provenance),
                "reason": step.reason,
                "notes": list(step.notes),
            }
            for step in branch.steps
        ],
        "counts": _counts(branch),
        "stopped": None
        if stopped is None
        else {"reason": stopped.reason, "step_id": stopped.step_id, "kind": stopped.kind},
    }


def models_document(branch: Branch) -> list[Json]:
    """Who was asked and who answered where the recording had which model, by calls made live."""
    return [asdict(use) for use in branch.models]


def plan_document(trace: Trace, edits: Iterable[Edit], plan: Plan) -> dict[str, Json]:
    """What `replay --dry-run` says."""
    return {
        "edits": [edit_document(edit) for edit in edits],
        "steps": [
            {
                "id": trace.ids[step.row],
                "kind": str(trace.kind(step.row)),
                "name": trace.name(step.row),
                "touch": str(step.touch),
                "reason": step.reason,
            }
            for step in plan.steps
        ],
        "counts": {str(touch): count for touch, count in plan.counts().items()},
        "calls_by_model": dict(plan.calls_by_model),
        "tokens_estimate": plan.tokens_estimate,
        "cost_usd_estimate": plan.cost_usd,
        "tools": [{"name": need.name, "calls": need.calls, "recorded": need.recorded} for need in plan.tools],
        "missing": list(plan.missing),
        "remarks": list(plan.remarks),
        "instead": plan.instead or None,
    }


def comparison_document(a: Trace, b: Trace, comparison: Comparison) -> dict[str, Json]:
    """What `diff` says. `first_divergence` is a place in `steps`, null for runs that say the same."""
    return {
        "a": a.id,
        "b": b.id,
        "findings": changed_findings(comparison.gained, comparison.lost),
        "first_divergence": comparison.first_divergence,
        "counts": comparison.counts(),
        "totals": {"a": asdict(comparison.totals_a), "b": asdict(comparison.totals_b)},
        "steps": [
            {
                "kind": str(row.kind),
                "a": None if row.row_a is None else a.ids[row.row_a],
                "b": None if row.row_b is None else b.ids[row.row_b],
                "changes": [_change_document(change) for change in row.changes],
            }
            for row in comparison.rows
        ],
    }


def _change_document(change: Change) -> dict[str, Json]:
    """Without `before` or `after` where only the other side has the field: null is a value."""
    sides = {"before": change.before, "after": change.after}
    return {"pointer": change.pointer} | {name: side for name, side in sides.items() if side is not ABSENT}


def edit_document(edit: Edit) -> dict[str, Json]:
    return {"step_id": edit.step_id, "pointer": edit.pointer, "before": edit.before, "after": edit.after}


def changed_findings(gained: Iterable[Finding], lost: Iterable[Finding]) -> dict[str, Json]:
    return {
        "gained": [finding_document(one) for one in gained],
        "lost": [finding_document(one) for one in lost],
    }


def _counts(branch: Branch) -> dict[str, int]:
    """The five that are always told first."""
    counts = branch.counts()
    first = ("reused", "edited", "live", "unproven", "stale")
    return {name: counts[name] for name in (*first, *(other for other in counts if other not in first))}
