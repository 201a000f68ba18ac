"""What the rules say of many traces, as a report for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from replaydbg import __version__
from replaydbg.actions.check import Checked, Unread
from replaydbg.config import DEFAULTS, Settings
from replaydbg.core.finding import Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.errors import UsageProblem
from replaydbg.graph.fingerprints import fingerprint
from replaydbg.rules import _registry
from replaydbg.rules._api import Rule
from replaydbg.views.loops import loop_lines
from replaydbg.views.text import printable
from replaydbg.writers.reports._api import Chapter, Cover, RulePage, Told
from replaydbg.writers.reports._registry import all_reports


def titles() -> dict[str, str]:
    """The formats by name, with what each is for."""
    return {name: report.title for name, report in all_reports().items()}


def report(
    name: str,
    told: Iterable[Checked | Unread],
    *,
    fail_on: Severity,
    has_baseline: bool = False,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    settings: Settings = DEFAULTS,
) -> Iterator[str]:
    """The report piece by piece, as the traces come. Raises UsageProblem for a format, or a rule, that is not there.

    `select`, `ignore` and `settings` as they were for `told`: what was not asked has not passed.
    """
    found = all_reports().get(name)
    if found is None:
        raise UsageProblem(f"no report is called {name!r}", f"there is {', '.join(all_reports())}")
    pages = rule_pages(_registry.wanted(settings, select, ignore))
    return found.write(Cover(__version__, pages, fail_on, has_baseline), map(chapter, told))


def rule_pages(rules: Iterable[Rule]) -> tuple[RulePage, ...]:
    return tuple(
        RulePage(
            one.code,
            one.name,
            one.severity,
            _registry.first_sentence(one),
            _registry.explain(one.code),
            next(_registry.lacking([one]), ""),
        )
        for one in rules
    )


def chapter(one: Checked | Unread) -> Chapter:
    if isinstance(one, Unread):
        return Chapter(one.path, problem=one.problem.message)
    told = [_told(one.trace, finding) for finding in one.findings]
    told += [_told(one.trace, finding, reason) for finding, reason in one.suppressed]
    notices = tuple(notice.sentence for notice in one.notices)
    codes = {rule.code for rule in _registry.all_rules()}
    failed = {notice.pointer: notice.message for notice in one.notices if notice.pointer in codes}
    return Chapter(one.path, one.trace.id, tuple(told), notices, failed=failed)


def _told(trace: Trace, finding: Finding, reason: str = "") -> Told:
    places = tuple(f"{_step(trace, one.step_id)} {one.pointer}".rstrip() for one in finding.evidence)
    place = places[0] if places else _step(trace, next(iter(finding.step_ids), ""))
    loop = () if finding.loop is None else tuple(line.text for line in loop_lines(trace, finding.loop))
    return Told(finding, fingerprint(trace, finding), place, places, loop, reason)


def _step(trace: Trace, step_id: str) -> str:
    """`#8 chat gpt-4o`; the whole trace where there is no such step."""
    try:
        row = trace.row(step_id)
    except LookupError:
        return ""
    return f"#{row + 1} {printable(trace.name(row))}"
