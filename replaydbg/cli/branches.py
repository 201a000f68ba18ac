"""Branches and comparisons printed."""

from __future__ import annotations

import json
from collections.abc import Iterator

from replaydbg.cli import render
from replaydbg.cli.findings import print_finding
from replaydbg.core.branch import Branch, Provenance
from replaydbg.core.changes import ABSENT
from replaydbg.core.message import Json
from replaydbg.core.trace import Trace
from replaydbg.diff.steps import ComparedRow, Comparison, RowKind, Totals
from replaydbg.views.compare import parting, share_words, totals_lines
from replaydbg.views.detail import PROVENANCE_WORDS
from replaydbg.views.models import models_words
from replaydbg.views.text import one_line, plural, printable

_LOOKS = {
    Provenance.EDITED: "edited",
    Provenance.LIVE: "good",
    Provenance.HUMAN: "good",
    Provenance.RECORDED: "dim",
}
_ROW_LOOKS = {RowKind.CHANGED: "warning", RowKind.ADDED: "added", RowKind.REMOVED: "gone"}
_CHANGES_SHOWN_MAX = 6
_VALUE_CHARS_MAX = 160


def print_branch(recording: Trace, branch: Branch, comparison: Comparison) -> None:
    """Findings lost and gained first; then every step that is not simply the recorded one."""
    counts = ", ".join(f"{count} {word}" for word, count in branch.counts().items() if count)
    render.line(f"{render.paint(f'branch {branch.id}', 'heading')} of {printable(recording.id)}: {counts}")
    models, _, look = models_words(branch)
    if models:
        render.line(f"models: {render.paint(models, look) if look else models}")
    print_changed_findings(recording, branch.trace, comparison)
    notes: dict[str, list[int]] = {}
    for row, step in enumerate(branch.steps):
        if step.provenance is Provenance.RECORDED:
            continue
        word = render.paint(
            f"{PROVENANCE_WORDS[step.provenance]:<13}", _LOOKS.get(step.provenance, "warning")
        )
        name = one_line(branch.trace.name(row), 60)
        render.line(f"#{row + 1:<5} {word} {name}  {render.paint(printable(step.reason), 'dim')}")
        for note in step.notes:
            notes.setdefault(note, []).append(row)
    for note, rows in notes.items():
        more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        render.line(render.paint(f"note: #{rows[0] + 1}{more}: {printable(note)}", "warning"))


def print_changed_findings(before: Trace, after: Trace, comparison: Comparison) -> None:
    for heading, look, trace, findings in (
        ("lost", "good", before, comparison.lost),
        ("gained", "error", after, comparison.gained),
    ):
        if findings:
            render.line(render.paint(f"{plural(len(findings), 'finding')} {heading}", look))
        for finding in findings:
            print_finding(trace, finding, brief=True)
    if not comparison.lost and not comparison.gained:
        render.line("no finding gained or lost")


def print_comparison(before: Trace, after: Trace, comparison: Comparison) -> None:
    """Findings first, then totals, then every step that is not equal, field by field."""
    print_changed_findings(before, after, comparison)
    for name, old, new, by in _totals(comparison.totals_a, comparison.totals_b):
        render.line(f"{name}: {old} -> {new}{by}" if old != new else f"{name}: {old}")
    if comparison.first_divergence is None:
        render.line("the two runs say the same")
        return
    render.line(parting(comparison, before, after))
    for row in comparison.rows:
        if row.kind is not RowKind.EQUAL:
            _print_row(before, after, row)


def _print_row(before: Trace, after: Trace, row: ComparedRow) -> None:
    trace, at = (before, row.row_a) if row.row_b is None else (after, row.row_b)
    assert at is not None
    numbers = " -> ".join(
        f"#{number + 1}" for number in dict.fromkeys((row.row_a, row.row_b)) if number is not None
    )
    kind = render.paint(f"{row.kind:<8}", _ROW_LOOKS[row.kind])
    render.line(f"{kind} {numbers:<12} {one_line(trace.name(at), 60)}")
    for change in row.changes[:_CHANGES_SHOWN_MAX]:
        render.line(f"           {printable(change.pointer)}")
        for sign, value, look in (("-", change.before, "gone"), ("+", change.after, "added")):
            if value is not ABSENT:
                render.line(f"             {render.paint(f'{sign} {_short(value)}', look)}")
    left = len(row.changes) - _CHANGES_SHOWN_MAX
    if left > 0:
        render.line(render.paint(f"           and {plural(left, 'more field')}", "dim"))


def _totals(old: Totals, new: Totals) -> Iterator[tuple[str, str, str, str]]:
    """Name, before, after, and by how much."""
    for name, before, after, words in totals_lines(old, new):
        yield (
            name,
            "not recorded" if before is None else words(before),
            "not recorded" if after is None else words(after),
            share_words(before, after),
        )


def _short(value: Json) -> str:
    return one_line(
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _VALUE_CHARS_MAX
    )
