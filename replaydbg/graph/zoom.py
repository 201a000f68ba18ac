"""The run from farther away: its steps by round, by agent, or in as many stretches as there are lines to show it.

A stretch is a range of rows, so what it sums up to is a subtraction where sums are kept. The beginnings are made once
for a trace; to show them from another distance costs what is in view.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from enum import IntEnum
from functools import cached_property

from replaydbg.core.columns import AT_ONCE
from replaydbg.core.step import KINDS, Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.lanes import Chain
from replaydbg.graph.picked import Picked
from replaydbg.graph.rows import Entry
from replaydbg.graph.walk import Heed, unheeded

_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)
_AGENTS = frozenset({KINDS.index(Kind.AGENT_INVOCATION), KINDS.index(Kind.HANDOFF)})


class Level(IntEnum):
    """From the farthest to the nearest."""

    RUN = 0
    AGENT = 1
    ROUND = 2
    STEP = 3


class Stretches:
    """Where the rounds and the agents of a trace begin, by row."""

    def __init__(self, trace: Trace, heed: Heed = unheeded) -> None:
        """`heed` hears now and then while they are made, and must not raise."""
        self.trace = trace
        self._heed = heed

    @cached_property
    def agents(self) -> array[int]:
        """Rows at which another agent goes on than in the row before, or the same one in another invocation."""
        parents, kinds, agents = self.trace.parents, self.trace.kinds, self.trace.agents
        within = array("q", bytes(8 * len(kinds)))
        begins = array("i")
        last = -1
        for row, (kind, parent, own) in enumerate(zip(kinds, parents, agents, strict=True)):
            if not row % AT_ONCE:
                self._heed(row / len(kinds))
            if kind in _AGENTS:
                key = row + 1 << 32 | own
            else:
                around = within[parent] if parent >= 0 else 0
                key = (around >> 32) << 32 | own if own else around
            within[row] = key
            if key != last:
                begins.append(row)
                last = key
        return begins

    @cached_property
    def rounds(self) -> array[int]:
        """Rows at which a model is asked, or another agent goes on: a call and what it led to is one round."""
        begins = array("i")
        agents = iter([*self.agents, -1])
        agent = next(agents)
        for row, kind in enumerate(self.trace.kinds):
            if row == agent:
                agent = next(agents)
                begins.append(row)
            elif kind == _MODEL_CALL:
                begins.append(row)
        return begins

    def parts(self, count: int) -> array[int]:
        """The run in `count` stretches of as many steps each."""
        steps = len(self.trace)
        count = max(1, min(count, steps))
        return array("i", (number * steps // count for number in range(count if steps else 0)))

    def of(self, level: Level, lines: int) -> array[int]:
        """Beginnings at this level; `lines` is how many there is room for where the whole run is shown."""
        match level:
            case Level.AGENT:
                return self.agents
            case Level.ROUND:
                return self.rounds
            case _:
                return self.parts(lines)


class Zoomed(Picked):
    """Another chain from farther away: of each stretch the first step, which stands for all of it."""

    def __init__(self, whole: Chain, begins: array[int], level: Level) -> None:
        super().__init__(whole, begins)
        self.level = level

    def place(self, row: int) -> int:
        """The stretch that the step is in."""
        return max(0, bisect_right(self.entries, row) - 1)

    def shows(self, row: int) -> bool:  # noqa: ARG002 - each step is in a stretch
        return True

    def entry(self, y: int) -> Entry:
        end = self.entries[y + 1] if y + 1 < len(self.entries) else len(self.trace)
        return Entry(self.entries[y], end, stretch=end > self.entries[y] + 1)
