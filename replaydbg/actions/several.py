"""The same edits on many traces: what became of each, and which they do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from replaydbg.actions.compare import compare_branch
from replaydbg.actions.dry_run import Foreseen, dry_run
from replaydbg.actions.edits import read_choices, read_edits
from replaydbg.actions.open import Opened, open_trace, recording, recordings
from replaydbg.actions.plan import plan_edits
from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.actions.sample import BoundsLeft
from replaydbg.core.branch import Branch, Choice, Edit
from replaydbg.core.finding import Finding
from replaydbg.core.tool import ToolSpec
from replaydbg.drivers.running import RunJournal
from replaydbg.errors import ReplaydbgError
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Progress
from replaydbg.replay.plan import Plan


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done with each trace, in words: steps are looked up in each of them."""

    edits: Sequence[str]
    rerun: Sequence[str] = ()
    keep: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """`passed_over` says why nothing was done with the trace; otherwise there is a branch, or a plan where no more was wanted."""

    path: str
    trace_id: str = ""
    passed_over: str = ""
    branch: Branch | None = None
    plan: Plan | None = None
    dry_run: Foreseen | None = None
    gained: tuple[Finding, ...] = ()
    lost: tuple[Finding, ...] = ()
    spent: Progress = field(default_factory=Progress)


def is_several(paths: Sequence[str]) -> bool:
    """Whether that is more than one recording: several paths, or a folder that is not one recording itself."""
    return len(paths) > 1 or Path(recording(paths[0])).is_dir()


def opened_each(
    paths: Sequence[str], trace_id: str | None = None, format_name: str | None = None
) -> Iterator[Opened | Outcome]:
    """Every trace of every file, in order; an outcome where a file can not be read."""
    for path in paths:
        for file in recordings(recording(path)):
            try:
                first = open_trace(file, format_name, trace_id)
            except ReplaydbgError as problem:
                yield Outcome(file, passed_over=problem.message)
                continue
            for trace in (first.trace,) if trace_id is not None else first.traces:
                yield replace(first, trace=trace)


class Several:
    """Bounds hold for all traces together: where one is reached the rest is passed over."""

    def __init__(self, wanted: Wanted, options: RerunOptions, side_tools: tuple[ToolSpec, ...] = ()) -> None:
        self._wanted, self._side_tools = wanted, side_tools
        self._left = BoundsLeft(options)
        self._over = ""

    async def planned(self, opened: Opened) -> Outcome:
        """What would be asked of one trace."""
        try:
            facts, edits, choices = self._read(opened)
            options = replace(self._left.options, choices=choices)
            plan = plan_edits(facts, edits, choices, options.instead)
            return replace(_about(opened), plan=plan, dry_run=await dry_run(facts, edits, options, plan))
        except ReplaydbgError as problem:
            return replace(_about(opened), passed_over=problem.message)

    async def rerun(self, opened: Opened, journal: RunJournal | None = None) -> Outcome:
        """What became of one trace."""
        about = _about(opened)
        if self._over:
            return replace(about, passed_over=self._over)
        try:
            facts, edits, choices = self._read(opened)
            options = replace(self._left.options, choices=choices)
            branch = await rerun(facts, edits, options, self._left.hear, journal=journal)
        except ReplaydbgError as problem:
            return replace(about, passed_over=problem.message)
        self._over = self._left.spend(branch)
        compared = compare_branch(facts, branch)
        return replace(
            about, branch=branch, gained=compared.gained, lost=compared.lost, spent=self._left.spent
        )

    def _read(self, opened: Opened) -> tuple[Facts, tuple[Edit, ...], Mapping[str, Choice]]:
        """Raises UsageProblem where the words do not fit the trace."""
        edits = read_edits(opened.trace, self._wanted.edits)
        choices = read_choices(opened.trace, self._wanted.rerun, self._wanted.keep)
        return Facts(opened.trace, self._side_tools), edits, choices


def _about(opened: Opened) -> Outcome:
    return Outcome(opened.path, opened.trace.id)
