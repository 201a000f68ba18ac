"""What the calls of a thread have changed on the way to one of them: a recorded result answers in the same world only.

An agent that writes something else and reads it again makes the equal call, and the recorded result is wrong. So the
changing calls before a recorded result are held against those before the call of the branch. Which calls change
something is a guess by their names (`graph.effects`); what threads change for each other is not looked at.
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


def doubt(recorded: World | None, here: World | None) -> str:
    """Why a result of the one world may be wrong in the other; "" where it is not."""
    if are_same(recorded, here):
        return ""
    there = {one.digest for one in recorded.calls()} if recorded is not None else set()
    made = [one for one in here.calls() if one.digest not in there] if here is not None else []
    if made:
        return (
            f"no proof: {made[-1].call.name} was called before it, as it was not in the recording, "
            "and may have changed what it answers"
        )
    mine = {one.digest for one in here.calls()} if here is not None else set()
    missed = [one for one in recorded.calls() if one.digest not in mine] if recorded is not None else []
    return (
        f"no proof: in the recording {missed[-1].call.name} was called before it, as it is not here, "
        "and may have changed what it answers"
    )


@dataclass(slots=True)
class Worlds:
    """Those of the recorded model calls: what their threads had changed before their replies."""

    facts: Facts
    _before: dict[int, World | None] = field(default_factory=dict)

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
