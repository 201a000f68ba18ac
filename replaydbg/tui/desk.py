"""What lies before the person: the recording, its branches, and what is known of each. Plain state, no widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from replaydbg.core.branch import RECORDING, Branch, BranchStep, Edit
from replaydbg.core.finding import Finding, Severity
from replaydbg.core.trace import Trace
from replaydbg.graph.fingerprints import fingerprint
from replaydbg.tui.actions import keyed
from replaydbg.tui.setup import Setup

if TYPE_CHECKING:  # before the first rows nothing is imported that they do not need
    from replaydbg.actions.sitting import OpenSitting
    from replaydbg.core.branch import Choice
    from replaydbg.diff.steps import Comparison
    from replaydbg.graph.facts import Facts
    from replaydbg.replay.plan import Plan
    from replaydbg.session.state import Sitting
    from replaydbg.views.subject import Subject

OTHER = "(other)"
"""Stands among the ids of branches for another trace, which is compared with; no branch is called that."""


@dataclass(eq=False)
class Shown:
    """What is known of the recording or of one branch of it. Grows while workers work."""

    trace: Trace
    make_facts: Callable[[], Facts]
    branch: Branch | None = None
    findings: list[Finding] = field(default_factory=list)
    """Without those that the person has suppressed; `told` has all."""
    told: list[Finding] = field(default_factory=list)
    suppressed: list[tuple[Finding, str]] = field(default_factory=list)
    """What the person does not want to hear of, each with the reason."""
    hushed: Mapping[str, str] = field(default_factory=dict)
    known: bool = False
    """Whether the facts of the whole trace are at hand; to ask for them before would hold up the screen."""
    checked: bool = False
    """Whether all rules have run."""
    unchecked: int = 0
    """Tool calls that could not be checked: no schema was recorded."""
    by_step: dict[str, list[Finding]] = field(default_factory=dict)
    loops: int = 0
    """How many of the findings are loops. Kept, since it is asked for with every key."""
    by_severity: dict[Severity, int] = field(default_factory=dict)

    goes_on: bool = False
    """Whether what is told is still that of before the run went on: its own is held back until all rules have run."""

    _facts: Facts | None = None
    _making: Lock = field(default_factory=Lock)

    @property
    def facts(self) -> Facts:
        """Made when first asked for, on the screen or by a worker: the first rows wait for nothing that facts import."""
        with self._making:
            if self._facts is None:
                self._facts = self.make_facts()
            return self._facts

    @property
    def origins(self) -> tuple[BranchStep, ...] | None:
        """Where the rows of a branch came from, by row; None for the recording."""
        return self.branch.steps if self.branch is not None else None

    def row_of(self, step_id: str) -> int:
        """The row of a step; -1 where it is not in this run."""
        try:
            return self.trace.row(step_id)
        except LookupError:
            return -1

    def add(self, findings: Sequence[Finding]) -> None:
        self.told.extend(findings)
        if not self.goes_on:
            self._hear(findings)

    def go_on_from(self, before: Shown) -> None:
        """Until all rules have run tell what was found when less of the run was there: nothing goes and comes again."""
        if not self.checked and (before.findings or self.goes_on):
            self.goes_on = True
            self._forget()
            self.unchecked = before.unchecked
            self._hear([one for one in before.findings if all(self.row_of(id_) >= 0 for id_ in one.step_ids)])

    def settle(self) -> None:
        """All rules have run."""
        self.checked = True
        if self.goes_on:
            self.goes_on = False
            self._forget()
            self._hear(self.told)

    def hush(self, reasons: Mapping[str, str]) -> bool:
        """Leave out what the person does not want to hear of, by fingerprint. Whether that changes anything."""
        if reasons == self.hushed:
            return False
        self.hushed = dict(reasons)
        self._forget()
        self._hear(self.told)
        return True

    def _forget(self) -> None:
        self.findings.clear()
        self.suppressed.clear()
        self.by_step.clear()
        self.by_severity.clear()
        self.loops = 0

    def _hear(self, findings: Sequence[Finding]) -> None:
        for finding in findings:
            reason = self.hushed.get(fingerprint(self.trace, finding)) if self.hushed else None
            if reason is not None:
                self.suppressed.append((finding, reason))
                continue
            self.findings.append(finding)
            self.loops += bool(finding.period)
            self.by_severity[finding.severity] = self.by_severity.get(finding.severity, 0) + 1
            for step_id in dict.fromkeys(finding.step_ids):
                self.by_step.setdefault(step_id, []).append(finding)


class Desk:
    """`shown` is what is looked at; None until the first steps have been read."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.sitting: OpenSitting | None = None
        self.one_of_many = False
        """Whether it was chosen from a list of traces."""
        self.complete = False
        self.fraction = 0.0
        self.traces: tuple[Trace, ...] = ()
        self.trace_id = setup.trace_id
        self.of_settings: list[str] = []
        """What could not be taken of the person's settings and tools."""
        self.notices: list[str] = []
        self.plan: Plan | None = None
        self.planning = False
        self.comparisons: dict[tuple[str, str], Comparison] = {}
        """By the ids of the branches before and after."""
        self.read_only = setup.read_only
        self.always: set[str] = set()
        """Tools that the person lets run unasked as long as this screen is open."""
        self.tries: dict[tuple[str, str], str] = {}
        """What edits were begun for that a finding asked for, by step and pointer: the name of the branch made of them."""
        self._shown: dict[str, Shown] = {}
        self._other: Shown | None = None

    @property
    def branch_id(self) -> str:
        return self.sitting.history.sitting.current if self.sitting is not None else RECORDING

    @property
    def session(self) -> Sitting | None:
        return self.sitting.history.sitting if self.sitting is not None else None

    @property
    def shown(self) -> Shown | None:
        return self.of_branch(self.branch_id)

    def of_branch(self, branch_id: str) -> Shown | None:
        """What is shown of a branch, made when first asked for, and anew once it has gone on; or of `OTHER`."""
        if branch_id == OTHER:
            return self._other
        branch = self.session.branch(branch_id) if self.session is not None else None
        shown = self._shown.get(branch_id)
        if branch is None:
            return shown
        if shown is None or shown.trace is not branch.trace:
            shown = self._shown[branch_id] = Shown(branch.trace, partial(self._facts, branch.trace, branch))
            self.comparisons = {
                pair: known for pair, known in self.comparisons.items() if branch_id not in pair
            }
        shown.branch = branch
        return shown

    def take_other(self, trace: Trace) -> None:
        """The trace to compare with has been read."""
        self._other = Shown(trace, partial(self._facts, trace))

    @property
    def other(self) -> Shown | None:
        """Another trace, which the person wants to compare with."""
        return self._other

    def before(self, branch_id: str) -> str | None:
        """What a branch, or the recording, is compared with if nothing else is said; None where there is nothing."""
        branch = self.session.branch(branch_id) if self.session is not None else None
        if branch is not None:
            return branch.parent
        return OTHER if self._other is not None else None

    def same_steps(self, before: str, after: str) -> Mapping[str, str]:
        """Steps that are known to be the same: branches of one recording know."""
        if self.session is None or OTHER in {before, after}:
            return {}
        return self.session.same_steps(before, after)

    def title(self, branch_id: str) -> str:
        """What a branch, the recording, or the other trace is called over its side of a comparison."""
        if branch_id == OTHER:
            return Path(self.setup.against).name
        branch = self.session.branch(branch_id) if self.session is not None else None
        if branch is not None:
            return branch.label or f"branch {branch.id}"
        return "recording" if self._other is None else Path(self.setup.path).name

    def _facts(self, trace: Trace, branch: Branch | None = None) -> Facts:
        from replaydbg.config import DEFAULTS
        from replaydbg.graph.facts import Facts

        facts = Facts(trace, self.setup.side_tools, self.setup.settings or DEFAULTS)
        return facts if branch is None else facts.of(branch)

    def read(self, trace: Trace, *, complete: bool) -> Shown:
        """The recording as far as it has been read."""
        self.complete = complete
        return self.take(self.made(trace))

    def made(self, trace: Trace) -> Shown:
        """What is known of the recording as far as it has been read, before it is shown."""
        return Shown(trace, partial(self._facts, trace))

    def take(self, shown: Shown) -> Shown:
        """Show it from now on. What the recording was compared with it is compared with anew."""
        self._shown = {RECORDING: shown}
        self.comparisons = {pair: known for pair, known in self.comparisons.items() if RECORDING not in pair}
        return shown

    @property
    def edits(self) -> tuple[Edit, ...]:
        return self.session.edits if self.session is not None else ()

    @property
    def choices(self) -> Mapping[str, Choice]:
        """What the person decided of unproven steps."""
        return self.session.chosen if self.session is not None else {}

    @property
    def branches(self) -> tuple[Branch, ...]:
        return self.session.branches if self.session is not None else ()

    def subject(self, row: int, shown: Shown | None = None) -> Subject | None:
        """The step at `row` with everything its detail says; None where there is no such row. `shown` is what is looked at
        unless it is given.
        """
        shown = shown or self.shown
        if shown is None or not 0 <= row < len(shown.trace):
            return None
        from replaydbg.views.subject import subject

        id_ = shown.trace.ids[row]
        origin = shown.origins[row] if shown.origins is not None else None
        return subject(
            shown.facts,
            row,
            findings=shown.by_step.get(id_, ()),
            edits=self.edits,
            known=shown.known,
            origin=origin,
            note=self.session.notes.get(id_, "") if self.session is not None else "",
            keys=partial(keyed, "main"),
        )

    def editable(self, row: int) -> bool:
        """Whether anything of the step can be edited. Looks at its kind only: asked on every move of the cursor."""
        from replaydbg import codec

        shown = self.shown
        return shown is not None and 0 <= row < len(shown.trace) and shown.trace.kind(row) in codec.EDITABLE

    def hush(self) -> bool:
        """Leave out everywhere what is suppressed in the sitting. Whether that changes what is looked at."""
        reasons = self.session.suppressed if self.session is not None else {}
        changed = [shown for shown in self._shown.values() if shown.hush(reasons)]
        return self.shown in changed

    def headlines(self) -> dict[str, tuple[str, str]]:
        """What became of the findings in each branch that was compared: words and look."""
        from replaydbg.views.compare import gained_and_lost

        return {id_: gained_and_lost(comparison) for id_, comparison in self.outcomes().items()}

    def outcomes(self) -> dict[str, Comparison]:
        """Of each branch that was compared with what it came from."""
        return {
            after: comparison
            for (before, after), comparison in self.comparisons.items()
            if after != RECORDING and before == self.before(after)
        }
