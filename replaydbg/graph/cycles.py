"""Loops: the same round of turns again and again, found in one pass over each stretch of a run.

A loop is a maximal run of turns that goes on as it began: `period` turns later stands the same. What *the same*
means makes the kinds apart: equal calls with equal outcomes (no progress), equal calls (repeated), calls that are
equal but for their numbers (varied). A run lies inside one stretch (`graph.turns`), so a word from a person ends it.

The thresholds were measured elsewhere on labelled situations and 200 public trajectories: a look back after the run
may be keener than a guard inside it, since a false alarm costs a glance and not an aborted run.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import groupby, pairwise
from operator import eq

from replaydbg import limits
from replaydbg.graph.turns import Turn, Turns

SAME_ROUNDS_MIN = 3
"""Reading the same thing twice is normal."""

SAME_TURNS_OF_TWO_ROUNDS_MIN = 6
"""A longer round is no chance from its second time on, once six turns are equal in pairs."""

REPEATED_ROUNDS_MIN = 5
REPEATED_ROUNDS_FAILED_MIN = 3
"""Equal calls without a look at what came back; fewer when one of them failed."""

NOVELTY_POLLING_MIN = 0.5
"""Above this share of different outcomes the calls are waiting for something, and it moves."""

VARIED_ROUNDS_MIN = 4
VARIED_FAILED_MIN = 0.5
"""Share of failed turns from which calls that differ in their numbers only are guesses."""

RECURRING_TIMES_MIN = 4

PING_PONG_PERIOD_MAX = 6
PING_PONG_ROUNDS_MIN = 3
PING_PONG_NOVELTY_MAX = 0.3
"""Share of new words and outcomes, after the first round, below which agents only pass the task around."""


class LoopKind(StrEnum):
    NO_PROGRESS = "no progress"
    REPEATED = "repeated"
    VARIED = "varied"
    RECURRING = "recurring"
    PING_PONG = "ping-pong"


@dataclass(frozen=True, slots=True)
class Loop:
    kind: LoopKind
    rows: tuple[int, ...]
    """Every step of it, in order: model calls, and the executions that they asked for."""
    period: int
    """Steps of one round; 0 for turns that recur with others between."""
    rounds: int
    """Whole rounds; a last one that was begun is in `rows` and not counted."""
    names: tuple[str, ...]
    """The tools of one round, or of a ping-pong the agents."""
    failures: int
    """Turns of which something failed."""
    turns: int


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


def repetitions(symbols: Sequence[int], period_max: int = limits.LOOP_PERIOD_MAX_STEPS) -> list[Repetition]:
    """Every maximal repetition with a period of its own (ABAB is of AB, not also of ABABABAB), by start.

    Linear in the symbols for a given `period_max`: for each period one comparison of the sequence with itself shifted.
    """
    found: list[Repetition] = []
    starts: dict[int, list[int]] = {}
    of_period: dict[int, list[Repetition]] = {}
    for period in range(1, min(period_max, len(symbols) // 2) + 1):
        mine = [
            run
            for run in _repeats(symbols, period)
            if not any(
                _covered(run, starts[part], of_period[part])
                for part in range(1, period // 2 + 1)
                if period % part == 0
            )
        ]
        found += mine
        starts[period], of_period[period] = [run.start for run in mine], mine
    return sorted(found, key=lambda run: (run.start, run.period))


def _repeats(symbols: Sequence[int], period: int) -> Iterator[Repetition]:
    same = bytes(map(eq, symbols, symbols[period:]))
    round_again = b"\1" * period
    start = same.find(round_again)
    while start >= 0:
        end = same.find(0, start)
        end = len(same) if end < 0 else end
        yield Repetition(start, end + period, period)
        start = same.find(round_again, end)


def _covered(run: Repetition, starts: list[int], others: list[Repetition]) -> bool:
    at = bisect_right(starts, run.start) - 1
    return at >= 0 and others[at].end >= run.end


class Cycles:
    """The loops of a trace, each step in one of them at most for the greater part of a loop."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.trace = turns.trace

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """By their first step."""
        found = list(self._ping_pongs())
        claimed = {row for loop in found for row in loop.rows}
        for stretch in self.turns.stretches:
            if len(stretch) >= SAME_ROUNDS_MIN:
                found += _loops_of(stretch, claimed)
        return tuple(sorted(found, key=lambda loop: (loop.rows[0], loop.kind)))

    def of_kinds(self, *kinds: LoopKind) -> Iterator[Loop]:
        return (loop for loop in self.loops if loop.kind in kinds)

    def _ping_pongs(self) -> Iterator[Loop]:
        turns = self.turns.in_time()
        agents = self.trace.agents
        visits = [list(visit) for _, visit in groupby(turns, key=lambda turn: agents[turn.row])]
        names = [agents[visit[0].row] for visit in visits]
        seen: set[int] = set()
        new: dict[int, bool] = {}
        for turn in turns:
            # What a text turn brings is its text; what a call brings is its outcome.
            brought = turn.outcome if turn.tools else turn.did
            new[turn.row] = brought not in seen
            seen.add(brought)
        for run in repetitions(names, PING_PONG_PERIOD_MAX):
            if run.period < 2 or run.rounds < PING_PONG_ROUNDS_MIN:
                continue
            later = [turn for visit in visits[run.start + run.period : run.end] for turn in visit]
            if sum(new[turn.row] for turn in later) >= PING_PONG_NOVELTY_MAX * len(later):
                continue
            mine = visits[run.start : run.end]
            if self._side_by_side(mine):
                continue
            strings = self.trace.strings
            first = sum(len(turn.rows) for visit in mine[: run.period] for turn in visit)
            members = [turn for visit in mine for turn in visit]
            yield Loop(
                LoopKind.PING_PONG,
                _rows(members),
                first,
                run.rounds,
                tuple(strings[names[at]] for at in range(run.start, run.start + run.period)),
                sum(turn.failed for turn in members),
                len(members),
            )

    def _side_by_side(self, visits: list[list[Turn]]) -> bool:
        """Whether agents were at work at the same time: that is a crowd, not a hand-off."""
        for before, after in pairwise(visits):
            end, start = self.trace.end_ns(before[-1].row), self.trace.start_ns(after[0].row)
            if end is not None and start is not None and start < end:
                return True
        return False


def _loops_of(turns: list[Turn], claimed: set[int]) -> Iterator[Loop]:
    """The loops of one stretch, the surest kind first; what mostly lies in a surer one is left out."""
    for kind, symbols, is_loop in (
        (LoopKind.NO_PROGRESS, _same_symbols(turns), _is_no_progress),
        (LoopKind.REPEATED, [turn.did for turn in turns], _is_repeated),
        (LoopKind.VARIED, [turn.roughly for turn in turns], _is_varied),
    ):
        for run in sorted(repetitions(symbols), key=lambda run: -run.length):
            members = turns[run.start : run.end]
            rows = _rows(members)
            if is_loop(run, members) and len(claimed.intersection(rows)) * 2 <= len(rows):
                claimed.update(rows)
                yield _loop(kind, members, run.period, run.rounds)
    yield from _recurring(turns, claimed)


def _same_symbols(turns: list[Turn]) -> list[int]:
    numbers: dict[tuple[int, int], int] = {}
    return [numbers.setdefault((turn.did, turn.outcome), len(numbers)) for turn in turns]


def _is_no_progress(run: Repetition, _: list[Turn]) -> bool:
    if run.rounds >= SAME_ROUNDS_MIN:
        return True
    return run.period >= 2 and run.length >= SAME_TURNS_OF_TWO_ROUNDS_MIN


def _is_repeated(run: Repetition, turns: list[Turn]) -> bool:
    enough = REPEATED_ROUNDS_FAILED_MIN if any(turn.failed for turn in turns) else REPEATED_ROUNDS_MIN
    if run.rounds < enough:
        return False
    known = [turn.outcome for turn in turns if turn.outcome >= 0]
    polling = bool(known) and len(set(known)) > NOVELTY_POLLING_MIN * len(known)
    return not polling or turns[-1].failed


def _is_varied(run: Repetition, turns: list[Turn]) -> bool:
    """Guesses: most fail, or all find nothing. Acknowledged work on one thing after another is none."""
    if run.rounds < VARIED_ROUNDS_MIN or not all(turn.tools for turn in turns):
        return False
    failed = sum(turn.failed for turn in turns) >= VARIED_FAILED_MIN * len(turns)
    return failed or all(turn.nothing for turn in turns)


def _recurring(turns: list[Turn], claimed: set[int]) -> Iterator[Loop]:
    """The same call with the same outcome every time it is made, others between: what it said was not kept in mind."""
    by_call: dict[int, list[Turn]] = defaultdict(list)
    for turn in turns:
        if turn.tools:
            by_call[turn.did].append(turn)
    for same in by_call.values():
        outcomes = {turn.outcome for turn in same}
        if len(same) < RECURRING_TIMES_MIN or len(outcomes) > 1 or min(outcomes) < 0:
            continue
        if not claimed.intersection(_rows(same)):
            yield _loop(LoopKind.RECURRING, same, 0, len(same))


def _loop(kind: LoopKind, turns: list[Turn], period: int, rounds: int) -> Loop:
    first = turns[:period] if period else turns[:1]
    return Loop(
        kind,
        _rows(turns),
        sum(len(turn.rows) for turn in turns[:period]),
        rounds,
        tuple(tool for turn in first for tool in turn.tools),
        sum(turn.failed for turn in turns),
        len(turns),
    )


def _rows(turns: list[Turn]) -> tuple[int, ...]:
    return tuple(row for turn in turns for row in turn.rows)
