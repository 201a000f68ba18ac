"""The list of findings: one line for each rule with its count, below it one for each finding, the worst rules first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from replaydbg.core.finding import Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.views.signs import UNICODE, Signs
from replaydbg.views.text import Line, Span, fit, one_line, plural

_STEPS_FROM_CELLS = 90
"""From this width on a finding also says how many steps it is about."""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A rule with its findings (`finding` is None), or one finding. `row` is the step to look at, -1 for none."""

    rule: str
    severity: Severity
    count: int = 1
    finding: Finding | None = None
    row: int = -1
    opened: bool = True
    apart: bool = False
    """Whether it is less grave than the worst of its rule, which the line above tells."""
    reason: str = ""
    """Why a person does not want to hear of it; "" for findings that are told."""


SUPPRESSED = "suppressed"
"""The name of the last group: no rule is called so."""


def finding_rows(
    trace: Trace,
    findings: Iterable[Finding],
    closed: Collection[str] = (),
    suppressed: Sequence[tuple[Finding, str]] = (),
) -> tuple[FindingRow, ...]:
    """The lines, with those of the rules in `closed` folded; in the end what a person suppressed, with the reasons."""
    rules: dict[str, list[Finding]] = {}
    for finding in findings:
        rules.setdefault(finding.name, []).append(finding)
    order = sorted(rules, key=lambda name: (-max(item.severity for item in rules[name]), name))
    rows: list[FindingRow] = []
    for name in order:
        worst = max(item.severity for item in rules[name])
        rows.append(FindingRow(name, worst, len(rules[name]), opened=name not in closed))
        if name not in closed:
            places = ((_place(trace, item), item) for item in rules[name])
            for row, item in sorted(places, key=lambda pair: pair[0]):
                apart = item.severity is not worst
                rows.append(FindingRow(name, item.severity, finding=item, row=row, apart=apart))
    if suppressed:
        rows.append(FindingRow(SUPPRESSED, Severity.HINT, len(suppressed), opened=SUPPRESSED not in closed))
    for item, reason in suppressed if SUPPRESSED not in closed else ():
        rows.append(
            FindingRow(SUPPRESSED, item.severity, finding=item, row=_place(trace, item), reason=reason)
        )
    return tuple(rows)


def _place(trace: Trace, finding: Finding) -> int:
    for step_id in finding.step_ids[:1]:
        try:
            return trace.row(step_id)
        except LookupError:
            break
    return -1


def finding_line(row: FindingRow, width: int, signs: Signs = UNICODE) -> Line:
    """One line, `width` cells wide."""
    look = row.severity.label
    sign = signs.severities[row.severity]
    if row.finding is None:
        fold = signs.opened if row.opened else signs.closed
        spans = [
            Span(f" {fold} ", "fold-mark"),
            Span(f"{sign} ", look),
            Span(row.rule, "strong"),
            Span(f"  {signs.times}{row.count}", look),
        ]
        return tuple(fit(spans, width, signs.ellipsis))
    number = f"#{row.row + 1}" if row.row >= 0 else ""
    steps = len(row.finding.step_ids)
    right = f" {plural(steps, 'step')} " if steps > 1 and width >= _STEPS_FROM_CELLS else ""
    spans = [Span(f" {sign} " if row.apart else "   ", look), Span(f"{number:>7} ", "number")]
    if row.reason:
        spans += [Span(one_line(row.reason), "note"), Span(f"  {row.finding.name}: ", "dim")]
    spans.append(Span(one_line(row.finding.message, 600), "dim" if row.reason else "preview"))
    return (*fit(spans, width - len(right), signs.ellipsis), Span(right, "number"))
