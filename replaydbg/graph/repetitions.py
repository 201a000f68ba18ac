"""Runs of symbols that go on as they began: ABABAB is of AB, three times."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import eq

from replaydbg import limits

_IS_SAME = b"\1" + bytes(255)
"""By the difference of two bytes whether they are the same."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """`symbols[start:end]` goes on as it began, every `period` symbols, twice at least."""

    start: int
    end: int
    period: int

    @property
    def rounds(self) -> int:
        return (self.end - self.start) // self.period

    @property
    def length(self) -> int:
        return self.end - self.start

    def moved(self, by: int) -> Repetition:
        return Repetition(self.start + by, self.end + by, self.period)


def repetitions(
    symbols: Sequence[int],
    period_max: int = limits.LOOP_PERIOD_MAX_STEPS,
    periods: Collection[int] | None = None,
    counts: Mapping[int, int] | None = None,
) -> list[Repetition]:
    """Every maximal repetition with a period of its own (ABAB is of AB, not also of ABABABAB), by start.

    Linear in the symbols for a given `period_max`: for each period one comparison of the sequence with itself shifted.
    With `periods` only of these. A symbol that occurs once is in no repetition, so only what lies between two such is compared;
    `counts` says how often each occurs, where that is known.
    """
    counts = Counter(symbols) if counts is None else counts
    if len(counts) == len(symbols):
        return []
    found: list[Repetition] = []
    start = 0
    alone = [at for at, symbol in enumerate(symbols) if counts[symbol] == 1]
    for end in (*alone, len(symbols)):
        if end - start >= 2:
            found += (run.moved(start) for run in _within(symbols[start:end], period_max, periods))
        start = end + 1
    return found


def inside(runs: Iterable[Repetition], symbol: Callable[[int], Hashable]) -> list[Repetition]:
    """The repetitions by a closer look, `symbol` of a place: they lie inside of the `runs` by symbols that are equal where
    the closer ones are.
    """
    found: list[Repetition] = []
    for start, end in _covered_by(runs):
        numbers: dict[Hashable, int] = {}
        symbols = [numbers.setdefault(symbol(at), len(numbers)) for at in range(start, end)]
        found += [run.moved(start) for run in repetitions(symbols)]
    return found


def _covered_by(runs: Iterable[Repetition]) -> Iterator[tuple[int, int]]:
    """What the runs cover, overlapping ones as one."""
    start = end = -1
    for run in sorted(runs, key=lambda run: run.start):
        if run.start < end:
            end = max(end, run.end)
            continue
        if end > start:
            yield start, end
        start, end = run.start, run.end
    if end > start:
        yield start, end


def near_repetitions(same: bytes, period: int) -> Iterator[Repetition]:
    """The runs in which `same` (1 where a symbol stands `period` later again, 0 elsewhere) holds a round or more."""
    round_again = b"\1" * period
    start = same.find(round_again)
    while start >= 0:
        end = same.find(0, start)
        end = len(same) if end < 0 else end
        yield Repetition(start, end + period, period)
        start = same.find(round_again, end)


def long_runs(places: int, least: int, holds: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """The maximal runs of `least` places or more that all hold, each as start and end. No place is asked twice.

    A run is asked for from its last place that must be in it: where little holds, one place in `least` is asked.
    """
    start = known = 0  # from `start` to `known` all places hold
    while start + least <= places:
        end = start + least
        unknown, at = max(start, known), end - 1
        while at >= unknown and holds(at):
            at -= 1
        if at >= unknown:
            start, known = at + 1, end
            continue
        while end < places and holds(end):
            end += 1
        yield start, end
        start = known = end + 1


def _within(symbols: Sequence[int], period_max: int, periods: Collection[int] | None) -> list[Repetition]:
    found: list[Repetition] = []
    starts: dict[int, list[int]] = {}
    of_period: dict[int, list[Repetition]] = {}
    glances = int.from_bytes(bytes([symbol & 255 for symbol in symbols]), "little")
    for period in range(1, min(period_max, len(symbols) // 2) + 1):
        if periods is not None and period not in periods:
            continue
        mine = [
            run
            for run in _of_period(symbols, glances, period)
            if not any(
                _covered(run, starts[part], of_period[part])
                for part in range(1, period // 2 + 1)
                if period % part == 0 and part in starts
            )
        ]
        found += mine
        starts[period], of_period[period] = [run.start for run in mine], mine
    return sorted(found, key=lambda run: (run.start, run.period))


def _of_period(symbols: Sequence[int], glances: int, period: int) -> Iterator[Repetition]:
    """The maximal runs of one period. `glances` has a byte of each symbol: only where these are the same, symbols are compared."""
    places = len(symbols) - period
    differing = (glances ^ glances >> 8 * period).to_bytes(len(symbols), "little")[:places]
    for glance in near_repetitions(differing.translate(_IS_SAME), period):
        start, end = glance.start, glance.end - period
        same = bytes(map(eq, symbols[start:end], symbols[start + period : end + period]))
        for run in near_repetitions(same, period):
            yield run.moved(start)


def _covered(run: Repetition, starts: list[int], others: list[Repetition]) -> bool:
    at = bisect_right(starts, run.start) - 1
    return at >= 0 and others[at].end >= run.end
