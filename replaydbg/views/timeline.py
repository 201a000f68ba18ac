"""The lines above the timeline: what time it is, how many steps ran at once, tokens and cost along it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import isnan

from replaydbg.core.step import KINDS, Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.slowest import slowest_path
from replaydbg.views.bars import Axis
from replaydbg.views.text import Line, Span, clip, cost_words, duration_words, token_words

_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)
_LEVELS = "▁▂▃▄▅▆▇█"
_LEVELS_ASCII = ".:-=+*#@"
_TICK_CELLS = 16
_CHANGES_MAX = 256


@dataclass(frozen=True, slots=True)
class Sweep:
    """The run in order of time, made once: `running[i]` steps run after `times_ns[i]`; sums of what model calls used
    before the i-th of `starts_ns`. Steps that only stand around others are left out.
    """

    axis: Axis
    """The time of the whole run."""
    slowest: frozenset[int]
    """Rows of the slowest path."""
    times_ns: array[int]
    running: array[int]
    starts_ns: array[int]
    tokens: array[int]
    costs: array[float]


@dataclass(frozen=True, slots=True)
class Profile:
    """For each cell of an axis: most steps that ran at once, and tokens of the model calls that began; cost of all cells.

    Where `running` is 0 between two steps the run waited for something that is not in the recording.
    """

    running: Sequence[int]
    tokens: Sequence[int]
    cost: float


def sweep(trace: Trace, finishes: Sequence[int]) -> Sweep | None:
    """None where no times were recorded. `finishes` are the ends of subtrees (`graph.joins`)."""
    events: list[tuple[int, int]] = []
    calls: list[tuple[int, int, float]] = []
    for row, start in enumerate(trace.starts_ns):
        if start < 0 or trace.subtree_ends[row] != row + 1:
            continue
        events.append((start, 1))
        events.append((max(trace.ends_ns[row], start + 1), -1))
        if trace.kinds[row] == _MODEL_CALL:
            used = max(trace.input_tokens[row], 0) + max(trace.output_tokens[row], 0)
            calls.append((start, used, 0.0 if isnan(trace.costs[row]) else trace.costs[row]))
    if not events:
        return None
    events.sort()  # of equal times the ends come first: one step after the other is not two at once
    calls.sort()
    begun = trace.begins_ns or 0
    last = max(map(max, (trace.ends_ns, trace.starts_ns)))
    return Sweep(
        axis=Axis(begun, max(last, begun + 1)),
        slowest=frozenset(slowest_path(trace, finishes)),
        times_ns=array("q", (moment for moment, _ in events)),
        running=array("i", accumulate(change for _, change in events)),
        starts_ns=array("q", (start for start, _, _ in calls)),
        tokens=array("q", accumulate((used for _, used, _ in calls), initial=0)),
        costs=array("d", accumulate((cost for _, _, cost in calls), initial=0.0)),
    )


def profile(known: Sweep, axis: Axis, cells: int) -> Profile:
    """Costs the cells, not the steps: of a cell with very many changes some are looked at."""
    unit = (axis.end_ns - axis.start_ns) / cells
    edges = [int(axis.start_ns + cell * unit) for cell in range(cells + 1)]
    at = [bisect_left(known.times_ns, edge) for edge in edges]
    calls = [bisect_left(known.starts_ns, edge) for edge in (*edges[:-1], edges[-1] + 1)]
    running = []
    for first, last in pairwise(at):
        before = known.running[first - 1] if first else 0
        changes = range(first, last, max(1, (last - first) // _CHANGES_MAX))
        running.append(max(before, max((known.running[change] for change in changes), default=0)))
    tokens = [known.tokens[last] - known.tokens[first] for first, last in pairwise(calls)]
    return Profile(running, tokens, known.costs[calls[-1]] - known.costs[calls[0]])


@dataclass(frozen=True, slots=True)
class Head:
    """What the lines above the timeline are made of; `label` cells on the left say what each shows."""

    profile: Profile
    axis: Axis
    begin_ns: int
    label: int
    plain: bool = False


def head_line(y: int, head: Head) -> Line:
    """Line `y` of the three."""
    known, axis, label, cells = head.profile, head.axis, head.label, len(head.profile.running)
    if y == 0:
        return (
            Span(clip(" time", label).ljust(label), "dim"),
            Span(_ticks(axis, head.begin_ns, cells), "dim"),
        )
    if y == 1:
        most = max(known.running, default=0)
        text = "".join(_digit(count) for count in known.running)
        waits = sum(1 for count in _inside(known.running) if not count)
        said = f" {most} at once" + (f", waits {waits * 100 // max(cells, 1)}%" if waits else "")
        return (Span(clip(said, label).ljust(label), "dim"), Span(text, "fan-out"))
    levels = _LEVELS_ASCII if head.plain else _LEVELS
    most = max(known.tokens, default=0)
    text = "".join(levels[min(7, count * 7 // most)] if count and most else " " for count in known.tokens)
    said = f" {token_words(sum(known.tokens))}"
    if known.cost:
        said += f" {cost_words(known.cost)}"
    return (Span(clip(said, label).ljust(label), "dim"), Span(text, "json-number"))


def _inside(running: Sequence[int]) -> Sequence[int]:
    """Without the empty cells before the first and after the last step."""
    busy = [cell for cell, count in enumerate(running) if count]
    return running[busy[0] : busy[-1]] if busy else ()


def _digit(count: int) -> str:
    return "·" if not count else str(count) if count < 10 else "+"


def _ticks(axis: Axis, begin_ns: int, cells: int) -> str:
    """`|0ms            |2.0s ...`: times since the run began."""
    unit = (axis.end_ns - axis.start_ns) / cells
    text = ""
    for cell in range(0, cells, _TICK_CELLS):
        said = f"|{duration_words((axis.start_ns - begin_ns + cell * unit) / 1e6)}"
        room = min(_TICK_CELLS, cells - cell)
        text += (said if len(said) <= room else "").ljust(room)
    return text[:cells]
