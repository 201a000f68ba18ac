"""The findings of the run, by rule. Enter jumps to the step."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import chain

from textual.message import Message

from replaydbg.core.finding import Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.tui import theme
from replaydbg.tui.actions import keyed
from replaydbg.tui.widgets.line_list import LineList
from replaydbg.views.findings import SUPPRESSED, FindingRow, finding_line, finding_rows
from replaydbg.views.signs import Signs
from replaydbg.views.text import Line


class FindingsList(LineList):
    """`load` it again whenever a rule has reported: the place and the folds are kept."""

    class Chosen(Message):
        """A finding was opened; `row` is the step to look at."""

        def __init__(self, row: int, finding: Finding) -> None:
            super().__init__()
            self.row = row
            self.finding = finding

    def __init__(self, *, signs: Signs | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.signs = signs or theme.signs(os.environ)
        self.rows: tuple[FindingRow, ...] = ()
        self.folds: frozenset[str] = frozenset({SUPPRESSED})
        """The rules whose findings are folded away."""
        self.least: Severity | None = None
        """Findings that are less severe are not listed; None lists all."""
        self._trace: Trace | None = None
        self._findings: tuple[Finding, ...] = ()
        self._suppressed: tuple[tuple[Finding, str], ...] = ()

    def action_severity(self) -> None:
        """Show those of each severity or worse, one after the other, then all again."""
        there = sorted({finding.severity for finding in self._findings}, reverse=True)
        steps: list[Severity | None] = [*there[:-1], None]
        at = steps.index(self.least) if self.least in steps else -1
        self.least = steps[(at + 1) % len(steps)]
        self._rows_changed()
        self.border_title = (
            "findings"
            if self.least is None
            else f"findings: {self.least.label} or worse, {keyed('main', '{severity}')} shows more"
        )

    def load(
        self, trace: Trace, findings: Iterable[Finding], suppressed: Iterable[tuple[Finding, str]] = ()
    ) -> None:
        self._trace, self._findings, self._suppressed = trace, tuple(findings), tuple(suppressed)
        self._rows_changed()

    def _rows_changed(self) -> None:
        assert self._trace is not None
        here = self.rows[self.cursor] if self.cursor < len(self.rows) else None
        shown = (item for item in self._findings if self.least is None or item.severity >= self.least)
        self.rows = finding_rows(self._trace, shown, self.folds, self._suppressed)
        if here is not None:
            above = self.cursor - self.scroll_offset.y
            self.set_reactive(LineList.cursor, self._place_of(here))
            top = max(0, self.cursor - above)
            self.lines_changed()
            self.scroll_to(y=top, animate=False, immediate=True, force=True)
        else:
            self.lines_changed()

    def _place_of(self, line: FindingRow) -> int:
        """Where it is listed by now; a loop that has gone on where it began is the same. Else the line of its rule."""
        alike = [(at, row.finding) for at, row in enumerate(self.rows) if row.rule == line.rule]
        begun = line.finding.step_ids[:1] if line.finding is not None else None
        same = (at for at, one in alike if one == line.finding)
        longer = (at for at, one in alike if one is not None and one.step_ids[:1] == begun)
        return next(chain(same, longer, (at for at, _ in alike)), 0)

    @property
    def listed(self) -> tuple[Finding, ...]:
        """The findings that are listed, in the order of the list; without those that are suppressed."""
        return tuple(row.finding for row in self.rows if row.finding is not None and not row.reason)

    @property
    def under_cursor(self) -> FindingRow | None:
        return self.rows[self.cursor] if self.cursor < len(self.rows) else None

    def first_of(self, rule: str) -> Finding | None:
        """The first finding of a rule, also where its findings are folded away."""
        return next((one for one in self._findings if one.name == rule), None)

    def choose_step(self, row: int) -> None:
        """Put the cursor on a finding that begins at the step, else on the first one."""
        there = [at for at, line in enumerate(self.rows) if line.finding is not None]
        own = (at for at in there if self.rows[at].row == row)
        if there:
            self.cursor = next(own, there[0])

    @property
    def count(self) -> int:
        return len(self.rows)

    def line(self, index: int, width: int) -> Line:
        return finding_line(self.rows[index], width, self.signs)

    def action_open(self) -> None:
        if not self.rows:
            return
        row = self.rows[self.cursor]
        if row.finding is None:
            self.action_toggle_fold()
        elif row.row >= 0:
            self.post_message(self.Chosen(row.row, row.finding))

    def action_toggle_fold(self) -> None:
        if self.rows:
            self.folds ^= {self.rows[self.cursor].rule}
            self._rows_changed()
            self.show_line(self.cursor)

    def action_fold_all(self) -> None:
        self._fold(frozenset(row.rule for row in self.rows))

    def action_unfold_all(self) -> None:
        self._fold(frozenset())

    def _fold(self, folds: frozenset[str]) -> None:
        if self._trace is not None:
            self.folds = folds
            self._rows_changed()
