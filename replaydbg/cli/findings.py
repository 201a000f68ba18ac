"""Findings printed, by `check`, `show`, `replay` and `diff` alike."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from replaydbg.cli import render
from replaydbg.core.finding import Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.graph.fingerprints import fingerprint
from replaydbg.rules._beginnings import advice
from replaydbg.views.findings import finding_rows
from replaydbg.views.loops import loop_lines
from replaydbg.views.text import plural, printable

if TYPE_CHECKING:
    from replaydbg.rules._beginnings import Beginning
    from replaydbg.rules._repairs import Repair

_EVIDENCE_SHOWN_MAX, _ALL_EVIDENCE_MAX = 3, 20
_WIDTH = 116
_ROUNDS_SHOWN_MAX = 3
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
    if not brief:
        _print_evidence(trace, finding)


def print_grouped(
    trace: Trace,
    findings: Sequence[Finding],
    repairs: Sequence[Repair | None] = (),
    beginnings: Sequence[Beginning | None] = (),
    *,
    verbose: bool = False,
) -> None:
    """Rule by rule, the worst first, a line for each finding, with its severity where it is not that of its group.

    For those who ask with what to do, evidence, repair (or where to edit) and fingerprint.
    """
    heads = Severity.HINT
    mend = {id(finding): repair for finding, repair in zip(findings, repairs, strict=False)}
    begin = {id(finding): begins for finding, begins in zip(findings, beginnings, strict=False)}
    for row in finding_rows(trace, findings):
        finding = row.finding
        if finding is None:
            times = f" ×{row.count}" if row.count > 1 else ""
            code = next(one.code for one in findings if one.name == row.rule)
            look, heads = _LOOKS[row.severity], row.severity
            render.line(f"  {render.paint(f'{row.severity.label:<7}', look)} {code} {row.rule}{times}")
            if verbose:
                _print_what_to_do(code)
            continue
        number = f"#{row.row + 1}" if row.row >= 0 else ""
        lesser = f" ({finding.severity.label})" if finding.severity is not heads else ""
        render.line(f"    {number:<6} {printable(finding.message)}{lesser}")
        if verbose:
            _print_evidence(trace, finding, _ALL_EVIDENCE_MAX)
            _print_repair(trace, finding, mend.get(id(finding)), begin.get(id(finding)))
            render.line(f"         {render.paint(f'fingerprint {fingerprint(trace, finding)}', 'dim')}")


def _print_what_to_do(code: str) -> None:
    """What the page of the rule advises."""
    from replaydbg.errors import UsageProblem
    from replaydbg.rules import _registry
    from replaydbg.views.detail import sections

    try:
        told = dict(sections(_registry.explain(code))).get("What to do", "")
    except UsageProblem:  # a finding of a recording that somebody checked with more rules
        return
    for line in textwrap.wrap(f"what to do: {printable(told)}" if told else "", _WIDTH):
        render.line(f"    {render.paint(line, 'dim')}")


def _print_repair(trace: Trace, finding: Finding, repair: Repair | None, begins: Beginning | None) -> None:
    """As an option for `replay`, quoted for a shell; of an edit that a person has to write the place."""
    if repair is not None:
        edit, words = repair.edit, repair.words
        value, row, pointer = json.dumps(edit.after), trace.row(edit.step_id), edit.pointer
        sign = "=" if not isinstance(edit.after, str) else ":="
    elif begins is not None:
        words, value, row, pointer, sign = begins.words, '"..."', begins.row, begins.pointer, ":="
    elif known := advice(finding):
        render.line(f"         {render.paint(printable(known), 'good')}")
        return
    else:
        return
    option = f"--edit {shlex.quote(f'#{row + 1}:{pointer}{sign}{value}')}"
    render.line(f"         {render.paint(f'{printable(words)}: {printable(option)}', 'good')}")


def _print_evidence(trace: Trace, finding: Finding, most: int = _EVIDENCE_SHOWN_MAX) -> None:
    row = trace.row
    for evidence in finding.evidence[:most]:
        place = f"#{row(evidence.step_id) + 1} {printable(evidence.pointer)}".rstrip()
        render.line(f"         {render.paint(f'{place}: {printable(evidence.message)}', 'dim')}")
    left = len(finding.evidence) - most
    if left > 0:
        more = f"and {plural(left, 'more place')}"
        render.line(f"         {render.paint(more, 'dim')}")
    if finding.loop is not None:
        for told in loop_lines(trace, finding.loop, _ROUNDS_SHOWN_MAX):
            render.line(f"         {render.paint(told.text, 'dim')}")
    if finding.schema_source:
        render.line(f"         {render.paint(f'schema from {printable(finding.schema_source)}', 'dim')}")
