"""Loops: the same round of turns again and again, found in one pass over each stretch of a run.

A loop is a maximal run of turns that goes on as it began: `period` turns later stands the same. What *the same*
means makes the kinds apart: equal calls with equal outcomes (no progress), of which every round fails (error), equal
calls (repeated), calls that are equal but for their numbers (thrash), calls that are nearly equal (near duplicates).
A run lies inside one stretch (`graph.turns`), so a word from a person ends it. The kinds are asked the surest first,
and what mostly lies in a surer one is left out: one loop is told once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, groupby, pairwise

from replaydbg.config import DEFAULTS, Settings
from replaydbg.core.message import Json, ToolCall
from replaydbg.graph import asides
from replaydbg.graph.deeds import Turn
from replaydbg.graph.effects import changes_something, hands_over, is_shell, looks
from replaydbg.graph.excuses import (
    asked_anew,
    in_vain,
    is_hit,
    no_arguments_help,
    only_thinks,
    only_time_passes,
    takes_patience,
)
from replaydbg.graph.likeness import likeness
from replaydbg.graph.repetitions import Repetition, inside, long_runs, repetitions
from replaydbg.graph.thresholds import (
    ErrorLoop,
    NearDuplicate,
    NoProgress,
    PingPong,
    Recurrence,
    RepeatedCall,
    Thrash,
)
from replaydbg.graph.turns import Turns

NEAR_PERIOD_MAX = 3
"""Longest round in which arguments drift: beyond that, what is near what is a matter of taste."""

_TURNS_MIN = 3


class LoopKind(StrEnum):
    ERROR = "error"
    NO_PROGRESS = "no progress"
    REPEATED = "repeated"
    THRASH = "thrash"
    NEAR_DUPLICATE = "near duplicate"
    RECURRENCE = "recurrence"
    PING_PONG = "ping-pong"


@dataclass(frozen=True, slots=True)
class Loop:
    kind: LoopKind
    turns: tuple[Turn, ...]
    """In order, a last round that was begun included."""
    round_turns: int
    """Turns of the first round; 0 for turns that recur with others between."""
    rounds: int
    """Whole rounds."""
    names: tuple[str, ...]
    """The tools of one round, or of a ping-pong the agents."""

    @property
    def rows(self) -> tuple[int, ...]:
        """Every step of it, in order: model calls, and the executions that they asked for."""
        return _rows(self.turns)

    @property
    def period(self) -> int:
        """Steps of the first round."""
        return len(_rows(self.turns[: self.round_turns]))

    @property
    def failures(self) -> int:
        """Turns of which something failed."""
        return sum(turn.failed for turn in self.turns)


class Cycles:
    """The loops of a trace, each step in one of them at most for the greater part of a loop."""

    def __init__(self, turns: Turns, settings: Settings = DEFAULTS) -> None:
        self.turns = turns
        self.trace = turns.trace
        self.settings = settings

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """By their first step."""
        found = list(self._ping_pongs())
        claimed = {row for loop in found for row in loop.rows}
        for stretch in self.turns.stretches:
            if len(stretch) >= _TURNS_MIN:
                self.turns.heed(stretch[0].row / len(self.trace))
                found += _InStretch(stretch, claimed, self.settings).loops()
        return tuple(sorted(found, key=lambda loop: (loop.turns[0].row, loop.kind)))

    def of_kind(self, kind: LoopKind) -> Iterator[Loop]:
        return (loop for loop in self.loops if loop.kind is kind)

    def _ping_pongs(self) -> Iterator[Loop]:
        agents, names = self.trace.agents, self.trace.strings
        if len(set(agents)) < 2:
            return
        own = self.settings.of(PingPong)
        turns = self.turns.in_time()
        visits = [list(visit) for _, visit in groupby(turns, key=lambda turn: agents[turn.row])]
        whose = [agents[visit[0].row] for visit in visits]
        runs = [
            run
            for run in repetitions(whose, own.period_max)
            if run.period >= 2 and run.rounds >= own.rounds_min
        ]
        news = _News(turns)
        for run in runs:
            mine = visits[run.start : run.end]
            later = [turn for visit in mine[run.period :] for turn in visit]
            if news.reach(later, own.novelty_max * len(later)):
                continue
            if not self._side_by_side(mine):
                yield Loop(
                    LoopKind.PING_PONG,
                    tuple(turn for visit in mine for turn in visit),
                    sum(map(len, mine[: run.period])),
                    run.rounds,
                    tuple(names[whose[at]] for at in range(run.start, run.start + run.period)),
                )

    def _side_by_side(self, visits: list[list[Turn]]) -> bool:
        """Whether agents were at work at the same time: that is a crowd, not a hand-off."""
        for before, after in pairwise(visits):
            end, start = self.trace.end_ns(before[-1].row), self.trace.start_ns(after[0].row)
            if end is not None and start is not None and start < end:
                return True
        return False


class _News:
    """Which turns bring something new: a turn of text its text, a call its outcome. Looked at by time, as far as one asks."""

    def __init__(self, turns: Iterable[Turn]) -> None:
        self._turns = iter(turns)
        self._seen: set[int] = set()
        self._new: dict[int, bool] = {}

    def reach(self, turns: Iterable[Turn], enough: float) -> bool:
        """Whether so many of the turns bring something new."""
        brought = accumulate((self._is_new(turn) for turn in turns), initial=0)
        return any(count >= enough for count in brought)

    def _is_new(self, wanted: Turn) -> bool:
        while wanted.row not in self._new:
            turn = next(self._turns)
            brought = _brought(turn)
            self._new[turn.row] = brought not in self._seen
            self._seen.add(brought)
        return self._new[wanted.row]


def _brought(turn: Turn) -> int:
    """Numbers of a hand-off (a ticket, a try) are no news."""
    if not turn.tools:
        return turn.did
    return turn.came if all(map(hands_over, turn.calls)) else turn.outcome


class _InStretch:
    """Looks for the loops of one stretch. `claimed` are the rows that are in one already."""

    def __init__(self, turns: Sequence[Turn], claimed: set[int], settings: Settings) -> None:
        self.turns = turns
        self.claimed = claimed
        self.of = settings.of

    def loops(self) -> Iterator[Loop]:
        turns, gists = self.turns, [turn.gist for turn in self.turns]
        times = Counter(gists)
        alike = inside(repetitions(gists, counts=times), lambda at: turns[at].roughly)
        if alike:
            equal = inside(alike, lambda at: turns[at].did)
            same = inside(equal, lambda at: (turns[at].did, turns[at].outcome))
            yield from self._take(LoopKind.ERROR, equal, self._is_error_loop)
            yield from self._take(LoopKind.ERROR, same, self._is_error_loop)
            yield from self._take(LoopKind.NO_PROGRESS, same, self._is_no_progress)
            yield from self._take(LoopKind.REPEATED, equal, self._is_repeated)
            yield from self._take(LoopKind.THRASH, alike, self._is_thrash)
        yield from self._take(LoopKind.NEAR_DUPLICATE, self._near(gists), self._is_near_duplicate)
        yield from self._recurring(gists, times)

    def _take(
        self, kind: LoopKind, runs: Iterable[Repetition], is_one: Callable[[Repetition], bool]
    ) -> Iterator[Loop]:
        """The longest first."""
        for run in sorted(runs, key=lambda run: -run.length):
            members = self.turns[run.start : run.end]
            rows = _rows(members)
            if len(self.claimed.intersection(rows)) * 2 <= len(rows) and is_one(run):
                self.claimed.update(rows)
                first = members[: run.period]
                names = tuple(tool for turn in first for tool in turn.tools)
                yield Loop(kind, tuple(members), run.period, run.rounds, names)

    def _is_error_loop(self, run: Repetition) -> bool:
        if run.rounds < self.of(ErrorLoop).rounds_min or self._rewarded(run):
            return False
        starts = range(run.start, run.start + run.rounds * run.period, run.period)
        if not all(any(turn.failed for turn in self.turns[at : at + run.period]) for at in starts):
            return False
        return run.rounds >= self.of(RepeatedCall).rounds_min or not self._takes_patience(run)

    def _is_no_progress(self, run: Repetition) -> bool:
        own = self.of(NoProgress)
        if self._rewarded(run) or only_thinks(self.turns[run.start : run.end]):
            return False
        if self._takes_patience(run):
            return run.rounds >= max(own.rounds_min, self.of(RepeatedCall).waiting_rounds_min)
        if run.period > 1 and len({turn.did for turn in self.turns[run.start : run.start + run.period]}) == 1:
            return False  # one call whose results go to and fro, as chance would have it
        if run.rounds >= own.rounds_min:
            return True
        return run.period >= 2 and run.length >= own.turns_of_two_rounds_min

    def _rewarded(self, run: Repetition) -> bool:
        """Whether what was done in vain is done once more and gets something else, which is no failure: it was worth waiting for."""
        if run.end >= len(self.turns):
            return False
        before, after = self.turns[run.end - run.period], self.turns[run.end]
        return after.did == before.did and bool(after.tools) and after.outcome >= 0 and not after.failed

    def _takes_patience(self, run: Repetition) -> bool:
        first, again = self.turns[run.start], self.turns[run.start + run.period]
        return asked_anew(first, again) or takes_patience(self.turns[run.start : run.start + run.period])

    def _is_repeated(self, run: Repetition) -> bool:
        own = self.of(RepeatedCall)
        members = self.turns[run.start : run.end]
        failed = members[-1].failed
        if run.rounds < (own.rounds_failed_min if failed else own.rounds_min) or only_thinks(members):
            return False
        patience = own.rounds_min if failed else own.waiting_rounds_min
        if run.rounds < patience and self._takes_patience(run):
            return False
        return failed or not any(self._moves(members[place :: run.period]) for place in range(run.period))

    def _moves(self, turns: Sequence[Turn]) -> bool:
        """Whether equal calls get somewhere: what they are told is mostly new, or goes on from state to state."""
        own = self.of(RepeatedCall)
        if len(turns) >= own.waiting_rounds_min and only_time_passes(turns):
            return False
        known = [turn.outcome for turn in turns if turn.outcome >= 0]
        states = [len(list(state)) for _, state in groupby(known)]
        # A state that is never come back to is progress: pending, pending, building, done.
        onward = len(states) == len(set(known)) > 1 and max(states) < own.waiting_rounds_min
        return onward or len(set(known)) > own.novelty_max * len(known)

    def _is_thrash(self, run: Repetition) -> bool:
        own = self.of(Thrash)
        members = self.turns[run.start : run.end]
        if run.rounds < own.rounds_min or not all(turn.tools for turn in members):
            return False
        return self._in_vain(run, own.failed_min, hit=False)

    def _in_vain(self, run: Repetition, failed_min: float, *, hit: bool) -> bool:
        members = self.turns[run.start : run.end]
        return in_vain(
            members, run.period, failed_min, hit=hit, tries_max=self.of(RepeatedCall).waiting_rounds_min
        )

    def _near(self, gists: Sequence[int]) -> Iterator[Repetition]:
        """Runs in which each turn is nearly the one a round before, and brings as little."""
        turns, own = self.turns, self.of(NearDuplicate)
        for period in range(1, NEAR_PERIOD_MAX + 1):

            def holds(at: int, period: int = period) -> bool:
                before, after, may_equal = turns[at], turns[at + period], gists[at] == gists[at + period]
                return before.tools == after.tools and _nearly(before, after, own.likeness_min, may_equal)

            for start, end in long_runs(len(turns) - period, (own.rounds_min - 1) * period, holds):
                yield Repetition(start, end + period, period)

    def _is_near_duplicate(self, run: Repetition) -> bool:
        own = self.of(NearDuplicate)
        if run.rounds < own.rounds_min:
            return False
        hit = False
        if run.end < len(self.turns):
            before, after = self.turns[run.end - run.period], self.turns[run.end]
            hit = before.tools == after.tools and is_hit(after) and alike(before, after, own.likeness_min)
        return self._in_vain(run, own.failed_min, hit=hit)

    def _recurring(self, gists: Sequence[int], times: Mapping[int, int]) -> Iterator[Loop]:
        """The same call with the same outcome every time it is made, others between: what it said was not kept in mind.

        Looking again after something was changed is right; those times begin anew.
        """
        enough = self.of(Recurrence).times_min
        changed: list[int] = []
        for places in self._equal_calls(gists, {gist for gist in times if times[gist] >= enough}):
            if len(places) < enough or not self._same_each_time(places):
                continue
            first = self.turns[places[0]]
            if all(map(asides.thinks, first.calls)) or takes_patience([first]):
                continue
            changed = changed or _sums(any(map(changes_something, turn.calls)) for turn in self.turns)
            for _, group in groupby(places, key=changed.__getitem__):
                again = [self.turns[at] for at in group]
                if len(again) >= enough and not self.claimed.intersection(_rows(again)):
                    yield Loop(LoopKind.RECURRENCE, tuple(again), 0, len(again), again[0].tools)

    def _equal_calls(self, gists: Sequence[int], often: set[int]) -> Iterable[list[int]]:
        """Where the same was done, of turns with gists that are seen often."""
        by_deed: defaultdict[int, list[int]] = defaultdict(list)
        turns = self.turns
        for at, gist in enumerate(gists) if often else ():
            if gist in often and (turn := turns[at]).tools:
                by_deed[turn.did].append(at)
        return by_deed.values()

    def _same_each_time(self, places: Sequence[int]) -> bool:
        """Whether the outcome is known and always the same; mostly the second is another one."""
        first, second = self.turns[places[0]], self.turns[places[1]]
        if first.came_otherwise(second):
            return False
        outcome = first.outcome
        return outcome >= 0 and all(self.turns[at].outcome == outcome for at in places)


def _nearly(before: Turn, after: Turn, likeness_min: float, may_equal: bool) -> bool:
    """Of turns of the same tools; `may_equal` says that their gists are equal."""
    if not before.tools:
        return False
    if may_equal and before.did == after.did:
        return True
    if not before.came_as(after):
        return False
    if (may_equal and before.roughly == after.roughly) or alike(before, after, likeness_min):
        return True
    return before.failed and before.outcome == after.outcome and no_arguments_help(before)


def alike(before: Turn, after: Turn, likeness_min: float) -> bool:
    """Whether the arguments of two turns of the same tools are nearly equal."""
    pairs = zip(before.calls, after.calls, strict=True)
    return all(
        likeness(_compared(one), _compared(other), likeness_min) >= likeness_min for one, other in pairs
    )


def _compared(call: ToolCall) -> Json:
    """What the call does. Commands that look are compared word by word: two that look for other words in one path are not alike."""
    if call.problem:
        return call.raw
    done = asides.deed(call)
    if isinstance(done, dict) and is_shell(call.name):
        apart = looks(call)
        return {key: _plain(value, apart=apart) for key, value in done.items()}
    return done


def _plain(command: Json, *, apart: bool) -> Json:
    """The command without its switches."""
    if not isinstance(command, str):
        return command
    words = [word.rstrip("/") for word in command.split() if word != "sudo" and not word.startswith("-")]
    return list[Json](words) if apart else " ".join(words)


def _sums(flags: Iterable[bool]) -> list[int]:
    """For each place how many before it are true."""
    sums, total = [], 0
    for flag in flags:
        sums.append(total)
        total += flag
    return sums


def _rows(turns: Iterable[Turn]) -> tuple[int, ...]:
    return tuple(row for turn in turns for row in turn.rows)
