"""Re-run a branch many times, and the step as it was, and say what an oracle makes of them: effect against noise."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from replaydbg.actions.oracles import Oracle, judge
from replaydbg.actions.rerun import RerunOptions, branch_id, rerun
from replaydbg.codec import EditRefusedError
from replaydbg.core.branch import Branch, Edit
from replaydbg.core.trace import StepNotFound
from replaydbg.drivers.python_name import described
from replaydbg.drivers.run import Update
from replaydbg.drivers.running import RunJournal
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Progress
from replaydbg.replay.sampling import Arm, Judged, Tally, control_rows, verdict
from replaydbg.views.text import plural


@dataclass(frozen=True, slots=True)
class Tried:
    """One re-run: what each oracle says, None where the run did not come to its end, with the reason."""

    branch: Branch
    held: tuple[bool, ...] | None
    problem: str = ""


@dataclass(slots=True)
class Trial:
    """All runs so far. `stopped` is why no more were made."""

    oracles: tuple[Oracle, ...]
    edited: list[Tried] = field(default_factory=list)
    control: list[Tried] = field(default_factory=list)
    stopped: str = ""
    spent: Progress = field(default_factory=Progress)
    """By all runs together, and by the one that is under way."""
    waits: str = ""
    """Why nothing comes just now."""

    def judged(self) -> tuple[Judged, ...]:
        """A row for each oracle, and one for all of them where there are several."""
        rows: list[tuple[str, int | None]] = [(one.words, at) for at, one in enumerate(self.oracles)]
        if len(rows) > 1:
            rows.append(("all together", None))
        return tuple(
            Judged(
                words,
                self.arm(self.edited, at),
                self.arm(self.control, at) if self.control else None,
                self.verdict(at),
            )
            for words, at in rows
        )

    def arm(self, runs: Sequence[Tried], oracle: int | None = None) -> Arm:
        """By one oracle, or by all of them together."""
        judged = [run.held for run in runs if run.held is not None]
        held = [all(said) if oracle is None else said[oracle] for said in judged]
        return Arm(sum(held), len(judged))

    def verdict(self, oracle: int | None = None) -> str:
        control = self.arm(self.control, oracle) if self.control else None
        return verdict(self.arm(self.edited, oracle), control)

    def tally(self, parent: str, edits: Sequence[Edit], wanted: tuple[int, int], seconds: float) -> Tally:
        """What is to be kept of it, `seconds` after it began."""
        return Tally(
            parent,
            tuple(edits),
            self.judged(),
            (len(self.edited), len(self.control)),
            wanted,
            self.spent.live_calls,
            self.spent.tokens,
            self.spent.cost_usd,
            seconds,
            self.lost(),
            self.stopped,
        )

    def lost(self) -> tuple[str, ...]:
        """Why runs were not judged."""
        return tuple(one.problem for one in (*self.edited, *self.control) if one.held is None)


OnRun: TypeAlias = Callable[[Trial], None]


async def sample(
    facts: Facts,
    edits: Sequence[Edit],
    options: RerunOptions,
    oracles: tuple[Oracle, ...],
    *,
    samples: int,
    control: int = 0,
    on_run: OnRun | None = None,
    on_progress: OnRun | None = None,
    journal: RunJournal | None = None,
) -> Trial:
    """The bounds of `options` hold for all runs together; where one is reached no other run is begun.

    Edited runs and runs of the step as it was take turns, so that what changes with time changes both. Raises
    UsageProblem before anything is asked.
    """
    if not edits:
        raise UsageProblem("nothing is edited, so there is nothing to try", "name an edit with --edit")
    try:
        again = control_rows(facts, edits)
    except (EditRefusedError, StepNotFound) as error:
        raise UsageProblem(str(error)) from error
    if control and not again:
        raise UsageProblem(
            "no model call of the recording comes after the edit, so there is no control to it"
        )
    trial = Trial(oracles)
    left = BoundsLeft(options)

    def hear(update: Update) -> None:
        left.hear(update)
        trial.spent, trial.waits = left.so_far, update.waits
        if on_progress is not None:
            on_progress(trial)

    base = options.branch_id or branch_id(facts.trace, edits, options)
    for number in range(max(samples, control)):
        for wanted, runs, changes, rows in (
            (samples, trial.edited, edits, frozenset[int]()),
            (control, trial.control, (), again),
        ):
            if number >= wanted or trial.stopped:
                continue
            wishes = replace(
                left.options,
                again=rows,
                afresh=True,
                branch_id=f"{base}s{number + 1}",
                label=f"sample {number + 1} of {samples}",
            )
            branch = await rerun(facts, changes, wishes, hear, journal=journal if changes else None)
            trial.stopped = left.spend(branch)
            runs.append(_judged(oracles, branch, facts, trial.stopped))
            if on_run is not None:
                on_run(trial)
    return trial


def _judged(oracles: tuple[Oracle, ...], branch: Branch, facts: Facts, over: str) -> Tried:
    try:
        held = judge(oracles, branch, facts)
    except Exception as error:  # noqa: BLE001 - a person's own function may raise anything
        return Tried(branch, None, f"the oracle failed: {described(error)}")
    if held is None:
        return Tried(branch, None, over or (branch.stopped.reason if branch.stopped is not None else ""))
    missed = ", ".join(oracle.words for oracle, holds in zip(oracles, held, strict=True) if not holds)
    said = f"{branch.label}: {f'not {missed}' if missed else 'as wanted'}"
    return Tried(replace(branch, label=said), held, over)


class BoundsLeft:
    """What is left of bounds that hold for several re-runs together."""

    def __init__(self, options: RerunOptions) -> None:
        self.options = self._whole = options
        self._began = time.monotonic()
        self._progress = self._before = Progress()
        self.spent = Progress()
        """By the last re-run that was counted."""

    def hear(self, update: Update) -> None:
        self._progress = update.progress

    @property
    def so_far(self) -> Progress:
        """By all re-runs together, with the one that is under way; `steps` are those of that one."""
        before, now = self._before, self._progress
        return replace(
            now,
            live_calls=before.live_calls + now.live_calls,
            tokens=before.tokens + now.tokens,
            cost_usd=before.cost_usd + now.cost_usd,
        )

    def spend(self, branch: Branch) -> str:
        """Count what a run took; why no other may begin, "" where it may."""
        options, spent, now = self.options, self._progress, time.monotonic()
        self._before = self.so_far
        self.options = replace(
            options,
            calls_max=options.calls_max - spent.live_calls,
            tokens_max=options.tokens_max - spent.tokens,
            seconds_max=max(options.seconds_max - (now - self._began), 0.001),
            cost_max_usd=None if options.cost_max_usd is None else options.cost_max_usd - spent.cost_usd,
        )
        self._began, self._progress, self.spent = now, Progress(), spent
        return self._over(branch.stopped.kind) if branch.stopped is not None else ""

    def _over(self, kind: str) -> str:
        whole = self._whole
        bounds = {
            "calls": f"{whole.calls_max} live model calls",
            "tokens": plural(whole.tokens_max, "token"),
            "cost": f"{whole.cost_max_usd} USD",
            "time": f"{whole.seconds_max:g} s",
        }
        if kind in bounds:
            return f"the bound of {bounds[kind]} for all runs together is reached; allow more to go on"
        return "stopped by the person" if kind == "stopped" else ""
