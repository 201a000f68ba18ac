"""What the calls of a thread have changed on the way to one of them: a recorded result answers in the same world only.

An agent that writes something else and reads it again makes the equal call, and the recorded result is wrong. So the
changing calls before a recorded result are held against those before the call of the branch. Threads share one world:
once one of them changes something otherwise than it did in the recording, recorded results of the others are no longer
proven from that time on. That is told when the branch is made, since threads go on in any order. Which calls change something is a guess by their names (`graph.effects`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from replaydbg.core.digest import digest
from replaydbg.core.message import ToolCall
from replaydbg.core.request import call_digest
from replaydbg.graph.effects import changes_something
from replaydbg.graph.facts import Facts


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


def after(world: World | None, calls: Iterable[ToolCall]) -> World | None:
    """The world once these were made."""
    for call in calls:
        if changes_something(call):
            before = "" if world is None else world.digest
            world = World(world, call, digest([before, call_digest(call)]))
    return world


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


@dataclass(slots=True)
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

    def before(self, row: int) -> World | None:
        links, index = self.facts.threads.links, self.facts.index
        way: list[int] = []
        at: int | None = row
        while at is not None and at not in self._before:
            way.append(at)
            at = links[at].previous if at in links else None
        for one in reversed(way):
            self._before[one] = None if at is None else after(self._before[at], index.calls(at))
            at = one
        return self._before[row]

    def changed(self, start: int, last: int, here: World | None, since_ns: int) -> None:
        """The thread of the recorded call `start` has come to this world at what stands for the call `last`."""
        if self.facts.threads.root(start) not in self._astray:  # once it is, that stays
            recorded = after(self.before(last), self.facts.index.calls(last))
            if not are_same(recorded, here):
                self._goes_astray(start, recorded, here, since_ns)

    def ended(self, start: int, left_out: Iterable[int]) -> None:
        """The thread of the recorded call `start` has ended without these recorded calls."""
        if self.facts.threads.root(start) in self._astray:
            return
        for row in sorted(left_out):
            missed = after(None, self.facts.index.calls(row))
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
