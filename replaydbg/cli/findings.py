"""Findings printed, by `check`, `show`, `replay` and `diff` alike."""

from __future__ import annotations

from replaydbg.cli import render
from replaydbg.core.finding import Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.views.text import printable

_EVIDENCE_SHOWN_MAX = 3
_LOOKS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "info", Severity.HINT: "hint"}


def print_finding(trace: Trace, finding: Finding, *, brief: bool = False) -> None:
    """What the rule says; unless in brief, also the first places that it says it of."""
    row = trace.row
    numbers = [f"#{row(step_id) + 1}" for step_id in finding.step_ids]
    look = _LOOKS[finding.severity]
    at = numbers[0] if numbers else ""
    render.line(
        f"  {at:<6} {render.paint(f'{finding.severity.label:<7}', look)} {finding.code} {finding.name}: "
        f"{printable(finding.message)}"
    )
    if brief:
        return
    for evidence in finding.evidence[:_EVIDENCE_SHOWN_MAX]:
        place = f"#{row(evidence.step_id) + 1} {printable(evidence.pointer)}".rstrip()
        render.line(f"         {render.paint(f'{place}: {printable(evidence.message)}', 'dim')}")
    left = len(finding.evidence) - _EVIDENCE_SHOWN_MAX
    if left > 0:
        render.line(f"         {render.paint(f'and {left} more places', 'dim')}")
    if finding.schema_source:
        render.line(f"         {render.paint(f'schema from {printable(finding.schema_source)}', 'dim')}")
