"""Many re-runs under way: the table as it grows, what they have cost, and stopping, which keeps what was paid for.

They run in a thread with a loop of its own: engines, judges and disks of many runs must not hold up the screen.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

from textual.app import ComposeResult

from replaydbg.actions.oracles import make_oracles
from replaydbg.actions.rerun import RerunOptions
from replaydbg.actions.sample import Trial, sample
from replaydbg.core.branch import Branch, Edit
from replaydbg.drivers.running import RunJournal
from replaydbg.errors import ReplaydbgError
from replaydbg.graph.facts import Facts
from replaydbg.replay.api import Progress
from replaydbg.replay.sampling import Tally
from replaydbg.tui.actions import State
from replaydbg.tui.background import worker
from replaydbg.tui.screens.acting import ActingScreen, bindings
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.said import Said
from replaydbg.views.blocks import Block, shown
from replaydbg.views.trial import TrialTerms, trial_blocks

_REPAINT_SECONDS = 0.2
_BY_PERSON = "stopped by the person"
Keep = Callable[[Branch | Tally], None]
"""Keeps the branch of a run, or what they all came to, in the thread of the runs. Raises ReplaydbgError."""


@dataclass(frozen=True, slots=True)
class Wanted:
    facts: Facts
    edits: Sequence[Edit]
    options: RerunOptions
    terms: TrialTerms
    journal: RunJournal | None = None


class TrialScreen(ActingScreen[Trial | ReplaydbgError | None]):
    """Gives all runs, or the problem that kept them from beginning, once the person has seen the table and leaves."""

    WHERE = "trial"
    BINDINGS = bindings("trial")

    def __init__(self, wanted: Wanted, keep: Keep) -> None:
        super().__init__()
        self._wanted, self._keep = wanted, keep
        self._trial: Trial | None = None
        self._kept = 0
        self._problem: ReplaydbgError | None = None
        self._unkept = ""
        self._began = time.monotonic()
        self._took: float | None = None
        self._stopping = False
        self._stop: Callable[[], object] | None = None

    def compose(self) -> ComposeResult:
        yield Said(" With the edit, and as it was", id="editor-title")
        yield Document(id="form")
        yield FooterLine()

    def on_mount(self) -> None:
        self.query_one(Document).focus()
        self.set_interval(_REPAINT_SECONDS, self.paint)
        self.run_worker(worker(self._run))
        self.paint()
        self.offer()

    def state(self) -> State:
        return State(running=self._took is None)

    # In the thread of the runs

    def _run(self) -> None:
        try:
            asyncio.run(self._sample())
        except ReplaydbgError as problem:
            self._problem = problem
        except asyncio.CancelledError:  # stopped between two runs
            pass
        finally:
            took = time.monotonic() - self._began
            self._keep_tally(took)
            self._took = took

    async def _sample(self) -> None:
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        assert task is not None
        self._stop = lambda: loop.call_soon_threadsafe(task.cancel)
        if self._stopping:
            return
        wanted, terms = self._wanted, self._wanted.terms
        await sample(
            wanted.facts,
            wanted.edits,
            replace(wanted.options, calls_max=terms.bound, cost_max_usd=terms.cost_max_usd),
            make_oracles(terms.oracles, wanted.facts),
            samples=terms.samples,
            control=terms.samples if terms.control else 0,
            on_run=self._heard,
            on_progress=self._progressed,
            journal=wanted.journal,
        )

    def _progressed(self, trial: Trial) -> None:
        self._trial = trial

    def _heard(self, trial: Trial) -> None:
        """A run has ended: its branch is kept before the next one begins, since it was paid for."""
        self._trial = trial
        if len(trial.edited) > self._kept:
            self._kept = len(trial.edited)
            self._try_to_keep(trial.edited[-1].branch)

    def _keep_tally(self, seconds: float) -> None:
        """Before the person has looked at it: they may never leave the screen by a key."""
        trial, terms, wanted = self._trial, self._wanted.terms, self._wanted
        if trial is None or not trial.edited:
            return
        runs = (terms.samples, terms.samples if terms.control else 0)
        tally = trial.tally(wanted.options.parent, wanted.edits, runs, seconds)
        if self._stopping and not tally.ended:
            tally = replace(tally, ended=_BY_PERSON)
        self._try_to_keep(tally)

    def _try_to_keep(self, what: Branch | Tally) -> None:
        try:
            self._keep(what)
        except ReplaydbgError as problem:
            self._unkept = problem.message

    # On the screen

    def paint(self) -> None:
        trial, terms = self._trial, self._wanted.terms
        if self._took is not None and self._problem is not None:
            self.dismiss(self._problem)
            return
        table = partial(
            trial_blocks,
            trial.judged() if trial is not None else (),
            (len(trial.edited), len(trial.control)) if trial is not None else (0, 0),
            (terms.samples, terms.samples if terms.control else 0),
            trial.spent if trial is not None else Progress(),
            self._took or time.monotonic() - self._began,
            trial.lost() if trial is not None else (),
            self._ended(trial),
        )
        below = [Block(f"not kept: {self._unkept}", "error", hang=2)] if self._unkept else []
        if trial is not None and trial.waits and self._took is None:
            below += [Block(), Block(f"! {shown(trial.waits)}", "warning", hang=2)]
        self.query_one(Document).show(lambda _folds, width: chain(table(width), below), keep_place=True)
        self.offer()

    def _ended(self, trial: Trial | None) -> str | None:
        if self._took is None:
            return None
        by_person = _BY_PERSON if self._stopping else ""
        return (trial.stopped if trial is not None else "") or by_person

    def do_stop(self) -> None:
        self._stopping = True
        self.say("stopping: what was answered is kept")
        if self._stop is not None:
            self._stop()

    def do_leave(self) -> None:
        self.dismiss(self._trial)
