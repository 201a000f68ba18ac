"""Repeats among siblings, which fold into one row with a count.

Siblings with the same kind and name count as the same; a round of up to eight of them that comes three times or more
folds. A second pass over the folded list finds loops around loops. A fold whose second round goes on from the first
is a loop; one whose rounds begin side by side is a fan-out, and folds only where lanes could not show it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from replaydbg import limits
from replaydbg.core.step import STATUSES, Status
from replaydbg.core.trace import Trace
from replaydbg.graph.joins import Joins
from replaydbg.graph.walk import Heed, unheeded

ROUNDS_MIN = 3
"""Two of a kind are read faster than one row that says "twice"."""

FAN_OUT_OPEN_MAX = 6
"""Wider fan-outs fold: more lanes than this are not told apart at a glance (tui.md section 2)."""

_ERROR = STATUSES.index(Status.ERROR)


class FoldKind(StrEnum):
    LOOP = "loop"
    FAN_OUT = "fan-out"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows `start` to `end` (not included): `rounds` times the same `period` units, each beginning at a row of `units`."""

    start: int
    end: int
    period: int
    units: array[int]
    kind: FoldKind = FoldKind.LOOP

    @property
    def rounds(self) -> int:
        return len(self.units) // self.period

    def round_of(self, row: int) -> tuple[int, int]:
        """First row of the round that `row` belongs to, and the row after its last."""
        at = (bisect_right(self.units, row) - 1) // self.period * self.period
        after = at + self.period
        return self.units[at], self.units[after] if after < len(self.units) else self.end


@dataclass(frozen=True, slots=True)
class _Unit:
    """One sibling, or a fold found by the pass before."""

    signature: Hashable
    start: int
    end: int
    fold: Fold | None = None
    within: tuple[_Unit, ...] = ()


def find_folds(trace: Trace, joins: Joins, heed: Heed = unheeded) -> list[Fold]:
    """All folds by start row; of those with the same start the outer first."""
    folds: list[Fold] = []
    fed_from = _nearest_sources(joins, len(trace))
    ends, kinds, names = trace.subtree_ends, trace.kinds, trace.names
    for parent in range(-1, len(trace)):
        if parent >= 0 and ends[parent] <= parent + ROUNDS_MIN:
            continue
        units = [_Unit((kinds[row], names[row]), row, ends[row]) for row in trace.children(parent)]
        if len(units) < ROUNDS_MIN:
            continue
        heed((parent + 1) / len(trace))
        units = _folded(units)
        if any(unit.fold for unit in units):
            units = _folded(units)
            folds.extend(_kept(units, trace, fed_from))
    folds.sort(key=lambda fold: (fold.start, -fold.end))
    return folds


def _nearest_sources(joins: Joins, count: int) -> array[int]:
    """For each row the nearest earlier row that it goes on from; -1 for none."""
    nearest = array("i", [-1]) * count
    for source, target in zip(joins.sources, joins.targets, strict=True):
        nearest[target] = max(nearest[target], source)
    return nearest


def _folded(units: Sequence[_Unit]) -> list[_Unit]:
    folded: list[_Unit] = []
    for start, period, rounds in repeats([unit.signature for unit in units]):
        if not period:
            folded.append(units[start])
            continue
        within = tuple(units[start : start + period * rounds])
        fold = Fold(within[0].start, within[-1].end, period, array("i", (unit.start for unit in within)))
        # The count is no part of the signature: three searches here and five there are the same round of a loop.
        signature = ("fold", *(unit.signature for unit in within[:period]))
        folded.append(_Unit(signature, fold.start, fold.end, fold, within))
    return folded


def repeats(signatures: Sequence[Hashable]) -> Iterator[tuple[int, int, int]]:
    """`(start, period, rounds)` from left to right; period 0 is no repeat.

    A short repeat gives way to a longer one that begins inside it: of `a a a b a b a b` the last six are the loop.
    """
    at, count = 0, len(signatures)
    while at < count:
        best = _repeat_at(signatures, at)
        size = best[1] * best[2]
        if best[1] and size <= 2 * limits.FOLD_PERIOD_MAX_STEPS:
            later = (_repeat_at(signatures, begin) for begin in range(at + 1, at + size))
            if any(period * rounds > size for _, period, rounds in later):
                best, size = (at, 0, 1), 1
        yield best
        at += max(1, size)


def _repeat_at(signatures: Sequence[Hashable], at: int) -> tuple[int, int, int]:
    """The longest stretch of equal rounds that begins here; of equally long ones the one with the shortest round."""
    best, count = (at, 0, 1), len(signatures)
    for period in range(1, min(limits.FOLD_PERIOD_MAX_STEPS, (count - at) // ROUNDS_MIN) + 1):
        last = at + period
        while last < count and signatures[last] == signatures[last - period]:
            last += 1
        rounds = (last - at) // period
        if rounds >= ROUNDS_MIN and rounds * period > best[1] * best[2]:
            best = (at, period, rounds)
    return best


def _kept(units: Sequence[_Unit], trace: Trace, fed_from: array[int]) -> Iterator[Fold]:
    for unit in units:
        if unit.fold is None:
            continue
        yield from _kept(unit.within, trace, fed_from)
        fold = replace(unit.fold, kind=_kind(unit.fold, trace, fed_from))
        if fold.kind is not FoldKind.FAN_OUT or len(fold.units) > FAN_OUT_OPEN_MAX:
            yield fold


def _kind(fold: Fold, trace: Trace, fed_from: array[int]) -> FoldKind:
    second = fold.units[fold.period]
    if not fold.start <= fed_from[second] < second:
        return FoldKind.FAN_OUT
    if fold.period == 1 and trace.statuses[fold.start] == _ERROR and fold.end - fold.start == len(fold.units):
        return FoldKind.RETRY
    return FoldKind.LOOP
