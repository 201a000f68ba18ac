"""The flow map: agents and tools as places, what followed what as counted passages between them.

The model calls of an agent are the agent. Wrappers and hand-offs are passed through: what counts is who went on from
whom. A tool belongs to who calls it: the same tool of two agents is two places, so that it is counted for each, and
what an agent went on to after its tool is a way that the agent went. A tool in which other agents run is a place of
its own: it stands between those who meet there.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from replaydbg import limits
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.joins import Joins

_TOOLS = (Kind.TOOL_EXECUTION, Kind.RETRIEVAL)
_CALLERS = (Kind.AGENT_INVOCATION, Kind.MODEL_CALL)
_SOURCES_MAX = limits.LANES_MAX + 1


@dataclass(frozen=True, slots=True)
class Place:
    """An agent, a tool, or another kind of step by its name; `rows` are its steps."""

    kind: Kind
    name: str
    rows: array[int]
    caller: int = -1
    """Of a tool that belongs to who calls it: that place. Otherwise -1: it stands for itself."""
    cyclic: bool = False
    """Whether a run can come back here through other places, or from itself."""


@dataclass(frozen=True, slots=True)
class Passage:
    """From one place (by its index) to another; `rows` are the steps that were gone on to, each once."""

    source: int
    target: int
    rows: array[int]

    @property
    def count(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class FlowMap:
    """Places in order of their first step, and all passages between them.

    `ways` are the passages between places that stand for themselves, after a tool that they called as well; from one
    to itself, where a step of it follows another without anything between.
    """

    places: tuple[Place, ...]
    passages: tuple[Passage, ...]
    ways: tuple[Passage, ...] = ()

    @property
    def by_ends(self) -> dict[tuple[int, int], Passage]:
        return {(passage.source, passage.target): passage for passage in self.passages}


def flow_map(trace: Trace, joins: Joins, places_max: int = limits.FLOW_PLACES_MAX) -> FlowMap:
    """The map of the whole trace. Linear in the steps. Of more than `places_max` places the rarest of a kind are one."""
    names = _names(trace)
    for groups, told in ((_alike, "{first} and {others} alike"), (_rarest, "{all} others")):
        found = groups(trace, joins, names, places_max)
        if found:
            names = _as_one(found, told, names)
    places, passages = _told_apart(trace, joins, names)
    ways = _ways(places, passages)
    cyclic = _cyclic(len(places), [(way.source, way.target) for way in ways])
    return FlowMap(
        tuple(replace(place, cyclic=at in cyclic) for at, place in enumerate(places)),
        tuple(Passage(source, target, rows) for (source, target), rows in passages.items()),
        ways,
    )


class _Names(NamedTuple):
    """What there is by kind and name, whoever calls it."""

    keys: list[tuple[Kind, str]]
    rows: list[array[int]]
    of_row: array[int]
    """For each step its name; -1 for those that are passed through."""
    apart: frozenset[int]
    """Tools in which other agents run."""


_Ends: TypeAlias = "dict[tuple[int, int], array[int]]"
_Groups: TypeAlias = dict[tuple[Hashable, ...], list[int]]


def _names(trace: Trace) -> _Names:
    numbers: dict[tuple[Kind, str], int] = {}
    rows: list[array[int]] = []
    of_row = array("i")
    apart: set[int] = set()
    for row, (key, within) in enumerate(_keys(trace)):
        at = numbers.setdefault(key, len(numbers)) if key is not None else -1
        if at == len(rows):
            rows.append(array("i"))
        if at >= 0:
            rows[at].append(row)
        of_row.append(at)
        if within >= 0:
            apart.add(of_row[within])
    return _Names(list(numbers), rows, of_row, frozenset(apart))


def _keys(trace: Trace) -> Iterator[tuple[tuple[Kind, str] | None, int]]:
    """For each row kind and name, None for steps that are passed through; and the tool in which it is another agent's."""
    agents: list[str] = []
    tools = array("i")
    for row in range(len(trace)):
        parent, kind, name = trace.parents[row], trace.kind(row), trace.name(row)
        agent = trace.agent(row) or (agents[parent] if parent >= 0 else "")
        if kind is Kind.AGENT_INVOCATION:
            agent = trace.agent(row) or name
        agents.append(agent)
        within = tools[parent] if parent >= 0 else -1
        tools.append(row if kind in _TOOLS else within)
        if kind is Kind.HANDOFF or (kind is Kind.OPAQUE and trace.subtree_ends[row] > row + 1):
            yield None, -1
        elif kind is Kind.AGENT_INVOCATION or (kind is Kind.MODEL_CALL and agent):
            yield (Kind.AGENT_INVOCATION, agent), within if within >= 0 and agents[within] != agent else -1
        else:
            yield (kind, name), -1


ALIKE_MIN = 7
"""So many places that come from the same ones and lead to the same ones stand side by side, wider than any screen."""


def _alike(trace: Trace, joins: Joins, names: _Names, _places_max: int) -> _Groups:
    """Agents between which the map shows no difference, where they are many: those that a fan-out starts, say."""
    keys = names.keys
    if sum(kind is Kind.AGENT_INVOCATION for kind, _ in keys) < ALIKE_MIN:
        return {}
    into: dict[int, set[int]] = {}
    out: dict[int, set[int]] = {}
    for source, target in _ends(trace, joins, names.of_row):
        if keys[source][0] not in _TOOLS and keys[target][0] not in _TOOLS and source != target:
            out.setdefault(source, set()).add(target)
            into.setdefault(target, set()).add(source)
    groups: _Groups = {}
    for place, (kind, _) in enumerate(keys):
        if kind is Kind.AGENT_INVOCATION and (place in into or place in out):
            ends = frozenset(into.get(place, ())), frozenset(out.get(place, ()))
            groups.setdefault(ends, []).append(place)
    return {ends: group for ends, group in groups.items() if len(group) >= ALIKE_MIN}


def _rarest(_trace: Trace, _joins: Joins, names: _Names, places_max: int) -> _Groups:
    """By their kind what a map of so many places has no room for."""
    keys, rows = names.keys, names.rows
    if len(keys) <= places_max:
        return {}
    room = max(1, places_max - len({kind for kind, _ in keys}))
    groups: _Groups = {}
    for at in sorted(range(len(keys)), key=lambda at: (-len(rows[at]), at))[room:]:
        groups.setdefault((keys[at][0],), []).append(at)
    return {kind: sorted(group) for kind, group in groups.items() if len(group) > 1}


def _as_one(groups: _Groups, told: str, names: _Names) -> _Names:
    """The same with one name for each group, as `told` says."""
    first = {at: group[0] for group in groups.values() for at in group}
    others = {group[0]: len(group) - 1 for group in groups.values()}
    keys: list[tuple[Kind, str]] = []
    number: dict[int, int] = {-1: -1}
    for at, (kind, name) in enumerate(names.keys):
        if first.get(at, at) == at:
            number[at] = len(keys)
            more = others.get(at)
            words = told.format(first=name, others=more, all=more + 1) if more is not None else name
            keys.append((kind, words))
    number |= {at: number[one] for at, one in first.items()}
    rows: list[array[int]] = [array("i") for _ in keys]
    for at, own in enumerate(names.rows):
        rows[number[at]].extend(own)
    for own in rows:
        own[:] = array("i", sorted(own))
    apart = frozenset(number[at] for at in names.apart)
    return _Names(keys, rows, array("i", (number[at] for at in names.of_row)), apart)


def _gone_on(trace: Trace, joins: Joins, of_row: array[int]) -> Iterator[tuple[int, list[int]]]:
    """Each step that is not passed through, with the steps that it goes on from."""
    sources: dict[int, list[int]] = {}
    for row in range(len(trace)):
        came_from = sources.pop(row, [])
        if of_row[row] >= 0:
            yield row, came_from
        through = [row] if of_row[row] >= 0 else came_from
        for edge in list(joins.edges(row))[bool(joins.waits[row]) :]:
            met = sources.setdefault(joins.targets[edge], [])
            met.extend(source for source in through[: _SOURCES_MAX - len(met)] if source not in met)


def _ends(trace: Trace, joins: Joins, of_row: array[int]) -> set[tuple[int, int]]:
    return {
        (of_row[source], of_row[row])
        for row, came_from in _gone_on(trace, joins, of_row)
        for source in came_from
    }


def _told_apart(trace: Trace, joins: Joins, names: _Names) -> tuple[list[Place], _Ends]:
    """The places, tools told apart by who calls them, and the passages between them."""
    keys, of_row = names.keys, names.of_row
    calls = [kind in _CALLERS for kind, _ in keys]
    called = [kind in _TOOLS and name not in names.apart for name, (kind, _) in enumerate(keys)]
    numbers: dict[tuple[int, int], int] = {}
    rows: list[array[int]] = []
    passages: _Ends = {}
    place_of = array("i", [-1]) * len(trace)
    for row, came_from in _gone_on(trace, joins, of_row):
        name, caller = of_row[row], -1
        if called[name]:
            caller = next((place_of[source] for source in came_from if calls[of_row[source]]), -1)
        place = place_of[row] = numbers.setdefault((name, caller), len(numbers))
        if place == len(rows):
            rows.append(array("i"))
        rows[place].append(row)
        for source in came_from:
            # An agent's first model call is the agent itself, not a way back to it.
            if place_of[source] != place or trace.kinds[source] == trace.kinds[row]:
                gone = passages.setdefault((place_of[source], place), array("i"))
                if not gone or gone[-1] != row:
                    gone.append(row)
    places = [Place(*keys[name], own, caller) for (name, caller), own in zip(numbers, rows, strict=True)]
    return places, passages


def _ways(places: list[Place], passages: _Ends) -> tuple[Passage, ...]:
    """The passages by the places that stand for themselves. What a place calls, and what comes back, is no way."""
    ways: dict[tuple[int, int], list[array[int]]] = {}
    for (source, target), rows in passages.items():
        ends = stands_for(places, source), stands_for(places, target)
        if ends[0] != ends[1] or ends == (source, target):
            ways.setdefault(ends, []).append(rows)
    return tuple(
        Passage(*ends, parts[0] if len(parts) == 1 else array("i", sorted(set().union(*parts))))
        for ends, parts in ways.items()
    )


def stands_for(places: Sequence[Place], at: int) -> int:
    """The place itself, or the caller to whom the tool belongs."""
    return places[at].caller if places[at].caller >= 0 else at


def _cyclic(count: int, passages: list[tuple[int, int]]) -> set[int]:
    """Places that lie on a cycle of these passages."""
    import networkx as nx  # noqa: PLC0415 - 165 ms that only the map needs

    graph: nx.DiGraph[int] = nx.DiGraph(passages)
    graph.add_nodes_from(range(count))
    cyclic = {source for source, target in passages if source == target}
    for component in nx.strongly_connected_components(graph):
        if len(component) > 1:
            cyclic |= component
    return cyclic
