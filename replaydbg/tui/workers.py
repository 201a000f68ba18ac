"""Work that must not hold up the screen: each function runs in a thread, takes values, and tells a message target.

They touch no widget. What goes wrong for a reason that the person can mend comes back as `WorkFailed`. What the way to
the first rows does not need is imported by the job that needs it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.message import Message
from textual.worker import get_current_worker

from replaydbg.actions.open import readings
from replaydbg.core.branch import Edit
from replaydbg.core.trace import Trace
from replaydbg.errors import ReplaydbgError
from replaydbg.tui.desk import Shown
from replaydbg.tui.messages import (
    Compared,
    Found,
    Known,
    Planned,
    SatDown,
    SearchMoved,
    TraceRead,
    WorkFailed,
)
from replaydbg.tui.setup import Setup

if TYPE_CHECKING:
    from replaydbg.actions.sitting import OpenSitting

Post = Callable[[Message], object]

_BETWEEN_READINGS_SECONDS = 0.15
"""A screen that changes more often than this cannot be read."""


def read(setup: Setup, post: Post) -> None:
    """Read the file; what is known of it so far is posted while that goes on, and the whole in the end."""
    worker = get_current_worker()
    last = 0.0
    try:
        for reading in readings(setup.path, setup.format_name, partial=True):
            if worker.is_cancelled:
                return
            now = time.monotonic()
            if reading.complete or now - last >= _BETWEEN_READINGS_SECONDS:
                last = now
                post(TraceRead(reading))
    except ReplaydbgError as problem:
        post(WorkFailed(problem, fatal=True))


def sit_down(setup: Setup, trace: Trace, post: Post) -> None:
    """Bring back what was made of the recording before. Without that one can still look."""
    from replaydbg.actions.sitting import open_sitting

    sitting: OpenSitting | None = None
    try:
        sitting = open_sitting(trace, setup.path, setup.session_path)
    except ReplaydbgError as problem:
        post(SatDown(None, f"{problem.message}{': ' + problem.hint if problem.hint else ''}"))
        return
    post(SatDown(sitting))


def check(shown: Shown, post: Post) -> None:
    """Work out the facts of the whole trace, then run the rules one by one."""
    from replaydbg.rules import _registry

    worker = get_current_worker()
    index, threads = shown.facts.index, shown.facts.threads
    for row in index.executions[:1]:
        index.call_of(row)
    for row in index.model_calls[:1]:
        index.tools(row)
    _ = threads.links
    post(Known(shown))
    for heard in _registry.check(shown.facts):
        if worker.is_cancelled:
            return
        if heard.findings or heard.notices:
            post(Found(shown, heard.findings, last=False, notices=heard.notices))
    post(Found(shown, (), last=True, unchecked=_registry.unchecked_calls(shown.facts)))


def make_plan(shown: Shown, edits: tuple[Edit, ...], post: Post) -> None:
    from replaydbg.actions.plan import plan_edits

    try:
        post(Planned(shown, edits, plan_edits(shown.facts, edits)))
    except ReplaydbgError as problem:
        post(Planned(shown, edits, None, problem.message))


def search(shown: Shown, text: str, post: Post) -> None:
    """Find the rows whose names or texts hold the words; what was found so far is posted as it comes."""
    from replaydbg.views.search import matches

    worker = get_current_worker()
    rows: list[int] = []
    last = time.monotonic()
    for row in range(len(shown.trace)):
        if worker.is_cancelled:
            return
        if matches(shown.trace, row, text):
            rows.append(row)
            if len(rows) == 1 or time.monotonic() - last > _BETWEEN_READINGS_SECONDS:
                last = time.monotonic()
                post(SearchMoved(shown, text, list(rows), last=False))
    post(SearchMoved(shown, text, rows, last=True))


def compare(branch_id: str, parent: Shown, shown: Shown, post: Post) -> None:
    from replaydbg.actions.compare import compare_traces

    of = None
    if shown.branch is not None:
        of = {step.id: step.of for step in shown.branch.steps if step.of is not None}
    try:
        post(Compared(branch_id, compare_traces(parent.facts, shown.facts, of)))
    except ReplaydbgError as problem:
        post(WorkFailed(problem))
