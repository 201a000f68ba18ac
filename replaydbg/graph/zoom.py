"""The run from farther away: its steps by round, by agent, or in as many stretches as there are lines to show it.

A stretch is a range of rows, so what it sums up to is a subtraction where sums are kept. The beginnings are made once
for a trace; to show them from another distance costs what is in view.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from enum import IntEnum
from functools import cached_property

from replaydbg.core.step import KINDS, Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.lanes import Chain
from replaydbg.graph.rows import Entry, FoldState, Laid

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

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    @cached_property
    def agents(self) -> array[int]:
        """Rows at which another agent goes on than in the row before, or the same one in another invocation."""
        parents, kinds, agents = self.trace.parents, self.trace.kinds, self.trace.agents
        within = array("q", bytes(8 * len(kinds)))
        begins = array("i")
        last = -1
        for row, kind in enumerate(kinds):
            parent = parents[row]
            if kind in _AGENTS:
                key = row + 1 << 32 | agents[row]
            else:
                around = within[parent] if parent >= 0 else 0
                own = agents[row]
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


class Zoomed(Chain):
    """Another chain from farther away; what is folded there stays as it is meanwhile."""

    def __init__(self, whole: Chain, begins: array[int], level: Level) -> None:
        self._whole, self.level = whole, level
        self.trace, self.joins, self.folds = whole.trace, whole.joins, []
        self._opened, self._closed = set(), set()
        self.turns = whole.turns
        self.entries = begins
        self._inside = array("i")

    @property
    def whole(self) -> Chain:
        return self._whole

    @property
    def state(self) -> FoldState:
        return self._whole.state

    def resume(self, state: FoldState) -> None:
        self._whole.resume(state)

    def can_toggle(self, y: int) -> bool:  # noqa: ARG002 - a stretch is looked into from nearer by
        return False

    def around(self, y: int) -> int | None:  # noqa: ARG002
        return None

    def fold_all(self) -> None:
        """There is nothing to fold."""

    def unfold_all(self) -> None:
        """There is nothing to unfold."""

    def knows(self, y: int) -> bool:  # noqa: ARG002 - there are no lanes
        return True

    def place(self, row: int) -> int:
        """The stretch that the step is in."""
        return max(0, bisect_right(self.entries, row) - 1)

    def shows(self, row: int) -> bool:  # noqa: ARG002 - each step is in a stretch
        return True

    def reveal(self, row: int) -> int:
        return self.place(row)

    def entry(self, y: int) -> Entry:
        end = self.entries[y + 1] if y + 1 < len(self.entries) else len(self.trace)
        return Entry(self.entries[y], end, stretch=end > self.entries[y] + 1)

    def window(self, start: int, end: int) -> list[Laid]:
        return [Laid(self.entry(y), 0) for y in range(start, min(end, len(self.entries)))]
