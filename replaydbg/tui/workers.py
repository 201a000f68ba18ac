"""Work that must not hold up the screen: each function runs in a thread, takes values, and tells a message target.

They touch no widget. What goes wrong for a reason that the person can mend comes back as `WorkFailed`. What the way to
the first rows does not need is imported by the job that needs it.
"""

from __future__ import annotations

import os
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message
from textual.worker import Worker, get_current_worker

from replaydbg.actions.open import readings
from replaydbg.core.branch import Edit
from replaydbg.core.rest import rest, resting
from replaydbg.core.trace import Trace
from replaydbg.errors import ReplaydbgError
from replaydbg.readers._api import Reading
from replaydbg.tui.background import awaited, give_way, lasting
from replaydbg.tui.desk import Shown
from replaydbg.tui.messages import (
    Compared,
    ComparisonMoved,
    Found,
    HintsRead,
    Known,
    LookedUp,
    OtherRead,
    Planned,
    ReadSoFar,
    SatDown,
    SearchMoved,
    SharesRead,
    Suspected,
    TraceRead,
    WorkFailed,
)
from replaydbg.tui.setup import Setup

if TYPE_CHECKING:
    from replaydbg.actions.sitting import OpenSitting
    from replaydbg.core.branch import Choice
    from replaydbg.core.finding import Finding
    from replaydbg.views.query import About, Test

Post = Callable[[Message], object]

_BETWEEN_READINGS_SECONDS = 0.15
"""A screen that changes more often than this cannot be read."""


def read(setup: Setup, post: Post) -> None:
    """Read the file; what is known of it so far is posted while that goes on, and the whole in the end."""
    try:
        with resting(give_way):
            _read(setup, post)
    except ReplaydbgError as problem:
        post(WorkFailed(problem, fatal=True))


def _read(setup: Setup, post: Post) -> None:
    worker = get_current_worker()
    last, told = 0.0, time.monotonic()
    for reading in (
        _followed(setup, worker) if setup.follow else readings(setup.path, setup.format_name, partial=True)
    ):
        if worker.is_cancelled:
            return
        give_way()
        now = time.monotonic()
        if reading.complete or (reading.traces and now - last >= _BETWEEN_READINGS_SECONDS):
            last = told = now
            if reading.complete:
                _prepare(reading)
            post(TraceRead(reading))
        elif now - told >= _BETWEEN_READINGS_SECONDS:
            told = now
            post(ReadSoFar(reading.fraction))


def _prepare(reading: Reading) -> None:
    """What the screen asks of a trace at once, and what takes longer the longer the trace is: made here, not by its thread."""
    for trace in reading.traces:
        rest()
        _ = trace.subtree_ends, trace.begins_ns, trace.has("")


def _followed(setup: Setup, worker: Worker[object]) -> Iterator[Reading]:
    from replaydbg.actions import follow

    def wait(seconds: float) -> bool:
        """Looks up often, so that the program can end."""
        until = time.monotonic() + seconds
        while not worker.is_cancelled and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _BETWEEN_READINGS_SECONDS))
        return not worker.is_cancelled

    return follow.readings(setup.path, setup.format_name, wait)


def sit_down(setup: Setup, trace: Trace, post: Post) -> None:
    """Bring back what was made of the recording before. Without that one can still look."""
    from replaydbg.actions.sitting import open_sitting

    sitting: OpenSitting | None = None
    try:
        sitting = open_sitting(
            trace, setup.path, setup.session_path, look_only=bool(setup.read_only), between=give_way
        )
    except ReplaydbgError as problem:
        post(SatDown(None, f"{problem.message}{': ' + problem.hint if problem.hint else ''}"))
        return
    if post(SatDown(sitting)) is False:  # the program has ended meanwhile
        sitting.close()


def check(shown: Shown, post: Post, *, run_stays: bool = True) -> None:
    """Work out the facts of the whole trace, then run the rules one by one. See `lasting`."""
    with lasting(run_stays):
        _check(shown, post)


def _check(shown: Shown, post: Post) -> None:
    from replaydbg.rules import _registry
    from replaydbg.tui.widgets.line_list import AT_ONCE_STEPS
    from replaydbg.views.search import prepare

    worker = get_current_worker()

    def heed(_done: float) -> None:
        give_way()
        if worker.is_cancelled:
            raise _GivenUp

    try:
        if len(shown.trace) > AT_ONCE_STEPS:
            prepare(shown.trace, heed)
        shown.facts.heed = give_way
        shown.facts.learn(heed)
    except _GivenUp:
        return
    index, threads = shown.facts.index, shown.facts.threads
    for row in index.executions[:1]:
        index.call_of(row)
    for row in index.model_calls[:1]:
        index.tools(row)
    _ = threads.links, threads.followers
    post(Known(shown))
    for heard in _registry.check(shown.facts):
        if worker.is_cancelled:
            return
        give_way()
        if heard.findings or heard.notices:
            post(Found(shown, heard.findings, last=False, notices=heard.notices))
    shown.facts.call_at(0, 0)  # what finds calls by their place is made here, not by the first key that asks
    post(Found(shown, (), last=True, unchecked=_registry.unchecked_calls(shown.facts)))


def look_up(shown: Shown, finding: Finding, post: Post) -> None:
    from replaydbg.views.exhibit import exhibit

    post(LookedUp(exhibit(shown.facts, finding)))


def suspect(shown: Shown, post: Post) -> None:
    from replaydbg.graph.suspects import suspects

    post(Suspected(suspects(shown.facts, tuple(shown.findings))))


def make_plan(
    shown: Shown, edits: tuple[Edit, ...], choices: Mapping[str, Choice], instead: str, post: Post
) -> None:
    """`instead` is who is asked instead of the recorded models, "" for those themselves."""
    from replaydbg.actions.plan import plan_edits

    try:
        post(Planned(shown, edits, plan_edits(shown.facts, edits, choices, instead), choices=choices))
    except ReplaydbgError as problem:
        post(Planned(shown, edits, None, problem.message, choices=choices))


def search(shown: Shown, text: str, about: About, begin: int, post: Post, *, filtering: bool) -> None:
    """Find the rows that fit what was typed, from `begin` on and then from the start, so that a hit near by comes first.

    The first hit is posted at once, others as they come, ever more seldom: each time they are put in order anew.
    """
    from concurrent.futures import ThreadPoolExecutor

    from replaydbg.views.query import conditions, parse

    with awaited(), ThreadPoolExecutor(_SEARCHERS) as pool:
        _search(conditions(parse(text), about, pool.map), shown, text, begin, post, filtering=filtering)


_SEARCHERS = min(4, os.cpu_count() or 1)
"""Threads that look through the bytes of a run together: they do so without the interpreter."""


def _search(
    all_of: Sequence[Test], shown: Shown, text: str, begin: int, post: Post, *, filtering: bool
) -> None:
    from replaydbg.views.expressions import TooSlow
    from replaydbg.views.query import matching

    worker, count = get_current_worker(), len(shown.trace)
    later, earlier = array("i"), array("i")
    done, hits, pause, last, quick = 0, 0, 0.0, time.monotonic(), True
    for found, first, end in ((later, begin, count), (earlier, 0, begin)):
        rows = range(first, first)
        while rows.stop < end:
            begun, at_once = time.monotonic(), _SEARCHED_AT_ONCE if quick else 1
            rows = range(rows.stop, min(rows.stop + at_once, end))
            try:
                found.extend(matching(all_of, rows))
            except TooSlow as slow:
                so_far = earlier + later
                post(SearchMoved(shown, text, so_far, done / count, filtering=filtering, problem=str(slow)))
                return
            done, quick = done + len(rows), time.monotonic() - begun < _BETWEEN_READINGS_SECONDS
            if worker.is_cancelled:
                return
            if done < count and (time.monotonic() - last > pause or (found and not hits)):
                hits, pause = len(later) + len(earlier), min(max(pause * 1.5, _BETWEEN_READINGS_SECONDS), 2.0)
                post(SearchMoved(shown, text, earlier + later, done / count, filtering=filtering))
                last = time.monotonic()
    post(SearchMoved(shown, text, earlier + later, 1.0, filtering=filtering))


_SEARCHED_AT_ONCE = 64
"""Steps between two looks at the clock: some milliseconds where their texts have to be decoded. A regular expression may take
a second on one; then they are looked at one by one.
"""


def compare(
    ids: tuple[str, str],
    before: Shown,
    after: Shown,
    same_steps: Callable[[str, str], Mapping[str, str]],
    post: Post,
) -> None:
    """Two branches, or two traces, beside each other. What the rules have told already is not worked out again."""
    from replaydbg.actions.compare import compare_traces

    told = [list(shown.told) if shown.checked else None for shown in (before, after)]
    heed = _Heeding(post)
    try:
        comparison = compare_traces(before.facts, after.facts, same_steps(*ids), (told[0], told[1]), heed)
    except _GivenUp:
        return
    except ReplaydbgError as problem:
        post(WorkFailed(problem))
        return
    post(Compared(*ids, comparison, (before, after)))


def compare_all(jobs: Sequence[partial[None]]) -> None:
    """One comparison after the other, until they are given up."""
    worker = get_current_worker()
    for job in jobs:
        if worker.is_cancelled:
            return
        job()


class _GivenUp(BaseException):
    """Nobody wants it any more. No rule, and nothing else that is prepared for mistakes, may hold it up."""


class _Heeding:
    """Tells how far a comparison has come, and ends it when it is given up."""

    def __init__(self, post: Post) -> None:
        self._post, self._worker, self._last = post, get_current_worker(), time.monotonic()

    def __call__(self, what: str, done: float) -> None:
        if self._worker.is_cancelled:
            raise _GivenUp
        if time.monotonic() - self._last > _BETWEEN_READINGS_SECONDS:
            self._last = time.monotonic()
            self._post(ComparisonMoved(what, done))


def read_other(path: str, trace_id: str | None, post: Post) -> None:
    """Read the trace to compare with."""
    from pathlib import Path

    from replaydbg.actions.open import open_trace

    heed = partial(_Heeding(post), f"reading {Path(path).name}")
    try:
        post(OtherRead(open_trace(path, trace_id=trace_id, heed=heed).trace))
    except _GivenUp:
        return
    except ReplaydbgError as problem:
        post(WorkFailed(problem))


def read_hints(post: Post) -> None:
    from replaydbg.actions import hints

    post(HintsRead(hints.read()))


def keep_hints(shown: Mapping[str, int]) -> None:
    from replaydbg.actions import hints

    hints.write(shown)


def read_shares(post: Post) -> None:
    from replaydbg.actions import shares

    post(SharesRead(shares.read()))


def keep_shares(known: Mapping[str, tuple[int, int]]) -> None:
    from replaydbg.actions import shares

    shares.write(known)
