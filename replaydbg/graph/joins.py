"""Which step goes on from which: the forks and merges that the lanes draw.

Siblings are taken as units (a step with all below it). A unit goes on from the units that had finished when it began
and whose results nobody had used; the tool executions of one turn all go on from their model call, whether or not
their times overlap; where the messages say which model call continues which (`graph.threads`), they decide. A step
below a parent goes on from the parent, and what ends a subtree is what the next unit uses.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, TypeVar

from replaydbg import limits
from replaydbg.core.columns import AT_ONCE
from replaydbg.core.step import KINDS, Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.walk import Heed, unheeded

if TYPE_CHECKING:
    from replaydbg.graph.facts import Facts

_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)
_TOOL_EXECUTION = KINDS.index(Kind.TOOL_EXECUTION)
_OPAQUE = KINDS.index(Kind.OPAQUE)
_AGENTS = {KINDS.index(kind) for kind in (Kind.AGENT_INVOCATION, Kind.HANDOFF)}
_CALLERS = _AGENTS | {_TOOL_EXECUTION}
"""Kinds whose caller visibly waits while the steps below them run."""

_Row = TypeVar("_Row", int, int | None)

_EXITS_MAX = limits.LANES_MAX + 1
"""More ends of one subtree than lanes can not be told apart on a screen."""

_HEEDED_ROWS = 1024
"""Some milliseconds."""


@dataclass(frozen=True, slots=True)
class Joins:
    """Edges from producer to consumer rows, by producer: those of `row` are `first[row]` to `first[row + 1]`.

    `waits[row]` says that the first edge of `row` is its caller waiting beside the steps below it. Steps of one
    `branch` follow each other without a fork between them; `branch_parents` says which branch each one left (-1: none).
    """

    first: array[int]
    sources: array[int]
    targets: array[int]
    waits: bytearray
    branch: array[int]
    branch_parents: array[int]
    finishes: array[int]
    """When the last step of each subtree ended, in ns; begun where no end was recorded; -1 where nothing is known."""

    def edges(self, row: int) -> range:
        return range(self.first[row], self.first[row + 1])

    def first_sources(self) -> array[int]:
        """For each row the first one that it goes on from; its own number where there is none."""
        first = array("i", range(len(self.first) - 1))
        for source, target in zip(self.sources, self.targets, strict=True):
            first[target] = min(first[target], source)
        return first

    def edge_branch(self, edge: int) -> int:
        """The branch that the line of this edge belongs to: the later begun of the two it joins."""
        return max(self.branch[self.sources[edge]], self.branch[self.targets[edge]])

    def line_of(self, row: int) -> frozenset[int]:
        """The branch of `row` and all that it came from."""
        branch, line = self.branch[row], set()
        while branch >= 0:
            line.add(branch)
            branch = self.branch_parents[branch]
        return frozenset(line)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the messages say: executions to the model call they answer, model calls to the one before in their thread."""

    turn: dict[int, int] = field(default_factory=dict)
    previous: dict[int, int | None] = field(default_factory=dict)


def join(trace: Trace, facts: Facts | None = None, heed: Heed = unheeded) -> Joins:
    """The edges of the whole trace, in time linear in its steps. Without `facts`, from times and kinds alone."""
    told = _told(trace, facts)
    finishes = _finishes(trace)
    waits = bytearray(len(trace))
    inner: dict[int, tuple[int, ...]] = {}
    pairs: list[int] = []
    for parent in range(len(trace) - 1, -2, -1):
        if parent >= 0 and trace.subtree_ends[parent] == parent + 1:
            continue
        heed(1 - (parent + 1) / (len(trace) + 1))
        children = list(trace.children(parent))
        before = _Siblings(trace, children, finishes, told).before(heed)
        after: dict[int, list[int]] = {}
        for child, units in before.items():
            for unit in units:
                after.setdefault(unit, []).append(child)
        _mark_waits(trace, children, before, after, waits)
        exits = {
            child: ((child,) if waits[child] else ()) + inner[child] if child in inner else (child,)
            for child in children
        }
        for child, units in before.items():
            ends = [end for unit in units for end in exits[unit]] if units else [parent]
            pairs.extend(end << 32 | child for end in ends if end >= 0)
        for child in children:
            inner.pop(child, None)
        last = [end for child in children if child not in after for end in exits[child]]
        inner[parent] = tuple(last[:_EXITS_MAX])
    return _joins(pairs, waits, finishes, heed)


def _told(trace: Trace, facts: Facts | None) -> _Told:
    if facts is None:
        return _Told()
    turn = {row: place.row for row in facts.index.executions if (place := facts.index.call_of(row))}
    previous = {row: link.previous for row, link in facts.threads.links.items()}
    _lift(trace, turn)
    _lift(trace, previous)
    return _Told(turn, previous)


def _lift(trace: Trace, told: dict[int, _Row]) -> None:
    """What holds of the first step inside a wrapper (a graph's node, a chain) holds of the wrapper."""
    for row in list(told):
        at = row
        while (parent := trace.parents[at]) == at - 1 and parent >= 0 and trace.kinds[parent] == _OPAQUE:
            if parent in told:
                break
            told[parent] = told[row]
            at = parent


def _finishes(trace: Trace) -> array[int]:
    finishes = array("q")
    for start in range(0, len(trace), AT_ONCE):
        stretch = slice(start, start + AT_ONCE)
        finishes.extend(map(max, trace.starts_ns[stretch], trace.ends_ns[stretch]))
    for row in range(len(trace) - 1, -1, -1):
        parent = trace.parents[row]
        if parent >= 0 and trace.ends_ns[parent] < 0 and finishes[row] > finishes[parent]:
            finishes[parent] = finishes[row]
    return finishes


class _Siblings:
    """One list of siblings, swept once in order of their start."""

    def __init__(self, trace: Trace, children: list[int], finishes: array[int], told: _Told) -> None:
        self.trace = trace
        self.children = children
        timed = all(trace.starts_ns[row] >= 0 for row in children)
        self.starts: Sequence[int] = [
            trace.starts_ns[row] if timed else at for at, row in enumerate(children)
        ]
        self.finishes: Sequence[int] = [finishes[row] if timed else at for at, row in enumerate(children)]
        self.turn_of = {row: told.turn[row] for row in children if row in told.turn}
        """The model call whose tool call the unit runs; it may stand anywhere."""
        self.thread_of = {row: told.previous[row] for row in children if row in told.previous}
        self.claimed = self._claims()
        self.before_of: dict[int, list[int]] = {}
        self.running: list[tuple[int, int]] = []
        self.ready: list[int] = []
        """Units that have ended and that nobody has used, in order of their end."""
        self.used: set[int] = set()
        self.last = -1
        self.model_call = -1
        """The sibling whose executions may still come; -1 after any other step."""

    def _unit(self, row: int | None) -> int | None:
        """The sibling that is, or holds, the step."""
        if row is None or row < self.children[0]:
            return None
        unit = self.children[bisect_right(self.children, row) - 1]
        return unit if row < self.trace.subtree_ends[unit] else None

    def _claims(self) -> dict[int, int]:
        """Units whose result a known later model call uses, and which one: no other takes them."""
        followers: dict[int, int] = {}
        for row, previous in self.thread_of.items():
            if previous is not None:
                followers.setdefault(previous, row)
        claimed = {
            unit: row for previous, row in followers.items() if (unit := self._unit(previous)) is not None
        }
        claimed |= {row: followers[turn] for row, turn in self.turn_of.items() if turn in followers}
        return claimed

    def before(self, heed: Heed) -> dict[int, list[int]]:
        """For each child the units that it goes on from; an empty list is a child that goes on from its parent."""
        turns: dict[int, list[int]] = {}
        for at, row in enumerate(self.children):
            if at % _HEEDED_ROWS == _HEEDED_ROWS - 1:
                heed(at / len(self.children))
            while self.running and self.running[0][0] <= self.starts[at]:
                self.last = heappop(self.running)[1]
                if self.last not in self.used:
                    self.ready.append(self.last)
            kind = self.trace.kinds[row]
            runs_a_call = kind == _TOOL_EXECUTION or row in self.turn_of
            units = self._execution(row, turns) if runs_a_call else self._other(row)
            self.before_of[row] = units
            if not self.used.issuperset(units):
                self.used.update(units)
                self.ready = [unit for unit in self.ready if unit not in self.used]
            heappush(self.running, (self.finishes[at], row))
            if not runs_a_call:
                self.model_call = row if kind == _MODEL_CALL else -1
        return self.before_of

    def _execution(self, row: int, turns: dict[int, list[int]]) -> list[int]:
        turn = self.turn_of.get(row)
        if turn is None:
            return [self.model_call] if self.model_call >= 0 else self._finished(row)
        unit = self._unit(turn)
        if unit is not None and unit in self.before_of:
            return [unit]
        # The model call stands elsewhere: executions of one turn begin side by side.
        return turns[turn] if turn in turns else turns.setdefault(turn, self._finished(row))

    def _other(self, row: int) -> list[int]:
        previous = self.thread_of.get(row)
        unit = self._unit(previous)
        if unit is None or unit not in self.before_of:
            return self._finished(row)
        taken = [item for item in self.ready if self._belongs(item, previous)]
        return sorted(taken) or [unit]

    def _belongs(self, unit: int, previous: int | None) -> bool:
        """Whether a model call that continues the thread of `previous` used what this finished unit made."""
        if unit in self.turn_of:
            return self.turn_of[unit] == previous
        return self.trace.kinds[unit] != _MODEL_CALL and unit not in self.thread_of

    def _finished(self, row: int) -> list[int]:
        """Units that had ended and that nobody had used; else the last that ended; else none."""
        taken = sorted(unit for unit in self.ready if self.claimed.get(unit, row) == row)
        if taken:
            return taken
        begins_a_thread = row in self.thread_of and self.thread_of[row] is None
        if self.last < 0 or (begins_a_thread and self.ready):
            return []
        return [self.last]


def _mark_waits(
    trace: Trace,
    children: Iterable[int],
    before: dict[int, list[int]],
    after: dict[int, list[int]],
    waits: bytearray,
) -> None:
    """A caller waits beside its callee unless siblings run beside it: those have lanes of their own already.

    An agent that hands over to the next one does not wait for anything.
    """
    entries = sum(not units for units in before.values())
    for child in children:
        if trace.kinds[child] not in _CALLERS or trace.subtree_ends[child] == child + 1:
            continue
        later = after.get(child, ())
        alone = all(len(after[unit]) == 1 for unit in before[child]) if before[child] else entries == 1
        goes_on = len(later) == 1 and before[later[0]] == [child] and trace.kinds[later[0]] not in _AGENTS
        waits[child] = goes_on and alone


def _joins(pairs: list[int], waits: bytearray, finishes: array[int], heed: Heed) -> Joins:
    count = len(waits)
    pairs.sort()
    sources, targets = array("i", (pair >> 32 for pair in pairs)), array("i")
    targets.extend(pair & 0xFFFFFFFF for pair in pairs)
    first = array("i", bytes(4 * (count + 1)))
    for source in sources:
        first[source + 1] += 1
    for row in range(count):
        first[row + 1] += first[row]
    for row in range(count):
        if waits[row]:
            start, end = first[row], first[row + 1]
            # What comes after the subtree is the farthest target: the caller keeps its lane and the callee gets one.
            targets[start:end] = array("i", [targets[end - 1], *targets[start : end - 1]])
    joins = Joins(first, sources, targets, waits, array("i", [-1]) * count, array("i"), finishes)
    _name_branches(joins, heed)
    return joins


def _name_branches(joins: Joins, heed: Heed) -> None:
    depths = array("i")
    incoming: dict[int, list[int]] = {}
    for row in range(len(joins.branch)):
        if row % _HEEDED_ROWS == _HEEDED_ROWS - 1:
            heed(row / len(joins.branch))
        edges = incoming.pop(row, [])
        branch = _carried_on(joins, edges, depths)
        if branch < 0:
            parent = joins.branch[joins.sources[edges[0]]] if edges else -1
            branch = len(depths)
            joins.branch_parents.append(parent)
            depths.append(depths[parent] + 1 if parent >= 0 else 0)
        joins.branch[row] = branch
        for edge in joins.edges(row):
            incoming.setdefault(joins.targets[edge], []).append(edge)


def _carried_on(joins: Joins, edges: Sequence[int], depths: array[int]) -> int:
    """The branch that a step with these incoming edges carries on; -1 if it begins one."""
    if not edges:
        return -1
    if len(edges) == 1:
        source = joins.sources[edges[0]]
        goes_on = len(joins.edges(source)) == 1 or (joins.waits[source] and edges[0] == joins.first[source])
        return joins.branch[source] if goes_on else -1
    met = {joins.branch[joins.sources[edge]] for edge in edges}
    shallowest = min(depths[branch] for branch in met)
    nearest = [branch for branch in met if depths[branch] == shallowest]
    if len(nearest) == 1 or shallowest == 0:
        return min(nearest)
    return joins.branch_parents[min(nearest)]
