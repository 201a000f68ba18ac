"""What the calls of a thread have changed on the way to one of them: a recorded result answers in the same world only.

An agent that writes something else and reads it again makes the equal call, and the recorded result is wrong. So the
changing calls before a recorded result are held against those before the call of the branch, earlier calls of the same
turn among them. Threads share one world: a result of another place answers only if no other thread changed anything
between the two, and once a thread changes something otherwise than it did in the recording, recorded results of the others are
no longer proven from that time on (`unproven`). Which calls change something is a guess by their names (`graph.effects`),
and of a tool that runs an agent by what that did in the recording.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from replaydbg.core.digest import digest
from replaydbg.core.message import ToolCall
from replaydbg.core.request import call_digest
from replaydbg.graph.effects import changes_something
from replaydbg.graph.facts import Facts
from replaydbg.graph.index import CallPlace


@dataclass(frozen=True, slots=True)
class World:
    """The changing calls of a thread, the last one first; None is a thread that has changed nothing."""

    before: World | None
    call: ToolCall
    digest: str
    """Of all of them, in their order."""

    def calls(self) -> Iterator[World]:
        at: World | None = self
        while at is not None:
            yield at
            at = at.before


def after(
    world: World | None,
    calls: Iterable[ToolCall],
    changing: Callable[[ToolCall], bool] = changes_something,
) -> World | None:
    """The world once these were made."""
    for call in calls:
        if changing(call):
            before = "" if world is None else world.digest
            world = World(world, call, digest([before, call_digest(call)]))
    return world


def _when(change: tuple[int, int, ToolCall]) -> int:
    return change[0]


def are_same(one: World | None, other: World | None) -> bool:
    """Whether the same was changed in both, in the same order."""
    return (one.digest if one is not None else "") == (other.digest if other is not None else "")


def doubt(recorded: World | None, here: World | None, where: str = "") -> str:
    """Why a result of the one world may be wrong in the other; "" where it is not. `where` says whose worlds these are."""
    if are_same(recorded, here):
        return ""
    there = {one.digest for one in recorded.calls()} if recorded is not None else set()
    made = [one for one in here.calls() if one.digest not in there] if here is not None else []
    if made:
        return (
            f"no proof: {made[-1].call.name} was called before it{where}, as it was not in the recording, "
            "and may have changed what it answers"
        )
    mine = {one.digest for one in here.calls()} if here is not None else set()
    missed = [one for one in recorded.calls() if one.digest not in mine] if recorded is not None else []
    return (
        f"no proof: in the recording {missed[-1].call.name} was called before it{where}, as it is not here, "
        "and may have changed what it answers"
    )


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a call of the branch is made: the thread by its first recorded call, what that had changed before the turn, and
    with the calls before it in the turn; and when (`Worlds.moment`).
    """

    root: int
    turn: World | None
    world: World | None
    moment: int


@dataclass
class Worlds:
    """Those of the recorded model calls: what their threads had changed before their replies; and what threads of the branch
    have changed otherwise.
    """

    facts: Facts
    _before: dict[int, World | None] = field(default_factory=dict)
    _astray: set[int] = field(default_factory=set)
    """The first calls of these threads."""
    _earliest: list[tuple[int, int, str]] = field(default_factory=list)
    """Of the first two of them since when it has been so, the first call, and why that leaves others without a proof."""

    def changing(self, call: ToolCall) -> bool:
        return changes_something(call) or call.name in self._delegates

    @cached_property
    def _delegates(self) -> frozenset[str]:
        """Tools that ran an agent which changed something."""
        facts = self.facts
        calls = facts.index.calls
        changed = (row for row in facts.index.model_calls if any(map(changes_something, calls(row))))
        ran = {one for row in changed for one in facts.flow.enclosing_executions(row)}
        return frozenset(call.name for one in ran if (call := facts.index.executed_call(one)) is not None)

    def before(self, row: int) -> World | None:
        links, index = self.facts.threads.links, self.facts.index
        way: list[int] = []
        at: int | None = row
        while at is not None and at not in self._before:
            way.append(at)
            at = links[at].previous if at in links else None
        for one in reversed(way):
            self._before[one] = (
                None if at is None else after(self._before[at], index.calls(at), self.changing)
            )
            at = one
        return self._before[row]

    def at(self, place: CallPlace) -> World | None:
        """Earlier calls of the same turn may have run before it."""
        return after(self.before(place.row), self.facts.index.calls(place.row)[: place.index], self.changing)

    # --- results of other places

    @cached_property
    def _is_timed(self) -> bool:
        trace, index = self.facts.trace, self.facts.index
        ends = (trace.ends_ns[row] for row in index.model_calls if index.calls(row))
        return self.facts.flow.clocks_agree and all(end >= 0 for end in ends)

    def moment(self, row: int, clock_ns: int) -> int:
        """When that is, at the recorded row: its place in the recording where that has no times to trust."""
        return clock_ns if self._is_timed else row

    def _made(self, place: CallPlace) -> int:
        ran = self.facts.index.execution_of(*place)
        starts, ends = self.facts.trace.starts_ns, self.facts.trace.ends_ns
        began = starts[ran] if ran is not None and starts[ran] >= 0 else ends[place.row]
        return self.moment(place.row if ran is None else ran, began)

    @cached_property
    def _changes(self) -> list[tuple[int, int, ToolCall]]:
        """All that the recording changed: when, the first call of the thread, and what was called."""
        calls, root = self.facts.index.calls, self.facts.threads.root
        return sorted(
            (
                (self._made(CallPlace(row, at)), root(row), call)
                for row in self.facts.index.model_calls
                for at, call in enumerate(calls(row))
                if self.changing(call)
            ),
            key=_when,
        )

    @cached_property
    def _by_thread(self) -> dict[int, tuple[list[int], list[World | None]]]:
        """For each first call of a thread when that changed something, and the world after each time."""
        threads: dict[int, tuple[list[int], list[World | None]]] = {}
        for when, root, call in self._changes:
            moments, worlds = threads.setdefault(root, ([], []))
            moments.append(when)
            worlds.append(after(worlds[-1] if worlds else None, (call,), self.changing))
        return threads

    def _of_thread(self, root: int, moment: int) -> World | None:
        """What the recorded thread had changed by then."""
        moments, worlds = self._by_thread.get(root, ([], []))
        count = bisect_left(moments, moment)
        return worlds[count - 1] if count else None

    def _between(self, place: CallPlace, spot: Spot) -> range:
        """Which changes were made between the two; at any time, where nobody knows which was first."""
        low, high = sorted((self._made(place), spot.moment)) if self._is_timed else (0, len(self.facts.trace))
        return range(bisect_left(self._changes, low, key=_when), bisect_right(self._changes, high, key=_when))

    def _is_left_alone(self, place: CallPlace, spot: Spot) -> bool:
        """Whether none of them is another thread's."""
        between = self._between(place, spot)
        if not between:
            return True
        first, last = (self._changes[at][0] for at in (between[0], between[-1]))
        moments, _ = self._by_thread.get(spot.root, ([], []))
        return bisect_right(moments, last) - bisect_left(moments, first) == len(between)

    def _owns(self, place: CallPlace, spot: Spot) -> Iterator[tuple[World | None, World | None]]:
        """What was changed before the recorded call, and before this one: by the thread of each, whether calls of a turn run
        side by side or one after the other; and by the thread of the spot at the time, since all may share one world.
        """
        yield self.at(place), spot.world
        yield self.before(place.row), spot.turn
        if self.facts.threads.root(place.row) != spot.root:
            yield self._of_thread(spot.root, self._made(place)), spot.world

    def is_proven(self, place: CallPlace, spot: Spot, *, here: bool) -> bool:
        """Whether the recorded result answers the equal call at this spot; `here` says that the two are at one place."""
        return all(are_same(*both) for both in self._owns(place, spot)) and (
            here or self._is_left_alone(place, spot)
        )

    def why_not(self, place: CallPlace, spot: Spot, *, here: bool) -> str:
        """Why it may be wrong, "" where it is not."""
        why = next(filter(None, (doubt(*both) for both in self._owns(place, spot))), "")
        if why or here or self._is_left_alone(place, spot):
            return why
        changes = (self._changes[at] for at in self._between(place, spot))
        name = next(call.name for _, root, call in changes if root != spot.root)
        return (
            f"no proof: between the two another thread called {name}, which may have changed what it answers"
        )

    # --- threads that change something otherwise

    def changed(self, start: int, last: int, here: World | None, since_ns: int) -> None:
        """The thread of the recorded call `start` has come to this world at what stands for the call `last`."""
        if self.facts.threads.root(start) not in self._astray:  # once it is, that stays
            recorded = after(self.before(last), self.facts.index.calls(last), self.changing)
            if not are_same(recorded, here):
                self._goes_astray(start, recorded, here, since_ns)

    def ended(self, start: int, left_out: Iterable[int]) -> None:
        """The thread of the recorded call `start` has ended without these recorded calls."""
        if self.facts.threads.root(start) in self._astray:
            return
        for row in sorted(left_out):
            missed = after(None, self.facts.index.calls(row), self.changing)
            if missed is not None:
                self._goes_astray(start, missed, None, self.facts.trace.ends_ns[row])
                return

    def _goes_astray(self, start: int, recorded: World | None, here: World | None, since_ns: int) -> None:
        root, why = self.facts.threads.root(start), doubt(recorded, here, f" in the thread of #{start + 1}")
        self._astray.add(root)
        # The earliest of another thread is among the first two, and where it came too late all others did.
        self._earliest = sorted([*self._earliest, (since_ns, root, why)])[:2]

    def doubt_of_others(self, row: int, at_ns: int) -> str:
        """Why a recorded result that the thread of the call at `row` is given at this time may be wrong, for what other threads did."""
        own = self.facts.threads.root(row)
        others = ((since_ns, why) for since_ns, root, why in self._earliest if root != own)
        since_ns, why = next(others, (0, ""))
        return "" if 0 <= at_ns < since_ns else why
