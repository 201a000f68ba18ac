"""The flow map: agents and tools as places, what followed what as counted passages between them.

The model calls of an agent are the agent. Wrappers and hand-offs are passed through: what counts is who went on from
whom. A tool that always answers to those who call it belongs to them (`owners`): it needs no lines of its own.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from replaydbg import limits
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.joins import Joins

LINES_MIN, LINES_PER_PLACE = 8, 2
"""Lines drawn between places: a map with more crossings than places is no map."""

_TOOLS = (Kind.TOOL_EXECUTION, Kind.RETRIEVAL)
_SOURCES_MAX = limits.LANES_MAX + 1


@dataclass(frozen=True, slots=True)
class Place:
    """An agent, a tool, or another kind of step by its name; `rows` are its steps."""

    kind: Kind
    name: str
    rows: array[int]
    owners: tuple[int, ...] = ()
    """The places that call this one, if it goes on to none but them."""
    cyclic: bool = False
    """Whether a run can come back here through other places, or from itself."""


@dataclass(frozen=True, slots=True)
class Passage:
    """From one place (by its index) to another; `rows` are the steps that were gone on to."""

    source: int
    target: int
    rows: array[int]

    @property
    def count(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class FlowMap:
    """Places in order of their first step. `hidden_passages` counts those that were left out: the least travelled."""

    places: tuple[Place, ...]
    passages: tuple[Passage, ...]
    hidden_passages: int = 0

    @property
    def by_ends(self) -> dict[tuple[int, int], Passage]:
        return {(passage.source, passage.target): passage for passage in self.passages}


def flow_map(trace: Trace, joins: Joins, places_max: int = limits.FLOW_PLACES_MAX) -> FlowMap:
    """The map of the whole trace. Linear in the steps. Of more than `places_max` places the rarest of a kind are one."""
    places = _places(trace)
    passages = _passages(trace, joins, places.of_row)
    for groups, told in ((_alike, "{first} and {others} alike"), (_rarest, "{all} others")):
        found = groups(places, passages, places_max)
        if found:
            places = _as_one(found, told, places)
            # Where all of a group lead to one step, that step was gone on to once.
            passages = {
                ends: array("i", dict.fromkeys(rows))
                for ends, rows in _passages(trace, joins, places.of_row).items()
            }
    owners = _owners([kind for kind, _ in places.keys], passages)
    drawn = _busiest(passages, owners)
    cyclic = _cyclic(len(places.keys), [ends for ends in drawn if not _inside(ends, owners)])
    return FlowMap(
        tuple(Place(*key, places.rows[at], owners[at], at in cyclic) for at, key in enumerate(places.keys)),
        tuple(Passage(source, target, rows) for (source, target), rows in drawn.items()),
        len(passages) - len(drawn),
    )


class _Places(NamedTuple):
    keys: list[tuple[Kind, str]]
    """Kind and name of each."""
    rows: list[array[int]]
    of_row: array[int]
    """For each step its place; -1 for those that are passed through."""


_Ends: TypeAlias = "dict[tuple[int, int], array[int]]"
_Groups: TypeAlias = dict[tuple[Hashable, ...], list[int]]


def _places(trace: Trace) -> _Places:
    numbers: dict[tuple[Kind, str], int] = {}
    rows: list[array[int]] = []
    of_row = array("i")
    for row, key in enumerate(_keys(trace)):
        place = numbers.setdefault(key, len(numbers)) if key is not None else -1
        if place == len(rows):
            rows.append(array("i"))
        if place >= 0:
            rows[place].append(row)
        of_row.append(place)
    return _Places(list(numbers), rows, of_row)


def _keys(trace: Trace) -> Iterator[tuple[Kind, str] | None]:
    """For each row the kind and name of its place; None for steps that are passed through."""
    agents: list[str] = []
    for row in range(len(trace)):
        parent, kind, name = trace.parents[row], trace.kind(row), trace.name(row)
        agent = trace.agent(row) or (agents[parent] if parent >= 0 else "")
        if kind is Kind.AGENT_INVOCATION:
            agent = trace.agent(row) or name
        agents.append(agent)
        if kind is Kind.HANDOFF or (kind is Kind.OPAQUE and trace.subtree_ends[row] > row + 1):
            yield None
        elif kind is Kind.AGENT_INVOCATION or (kind is Kind.MODEL_CALL and agent):
            yield Kind.AGENT_INVOCATION, agent
        else:
            yield kind, name


ALIKE_MIN = 7
"""So many agents that come from the same places and lead to the same ones stand side by side, wider than any screen."""


def _alike(places: _Places, passages: _Ends, _places_max: int) -> _Groups:
    """Agents between which the map shows no difference, where they are many: those that a fan-out starts, say."""
    keys = places.keys
    into: dict[int, set[int]] = {}
    out: dict[int, set[int]] = {}
    for source, target in passages:
        if keys[source][0] not in _TOOLS and keys[target][0] not in _TOOLS and source != target:
            out.setdefault(source, set()).add(target)
            into.setdefault(target, set()).add(source)
    groups: _Groups = {}
    for place, (kind, _) in enumerate(keys):
        if kind is Kind.AGENT_INVOCATION and (place in into or place in out):
            ends = frozenset(into.get(place, ())), frozenset(out.get(place, ()))
            groups.setdefault(ends, []).append(place)
    return {ends: group for ends, group in groups.items() if len(group) >= ALIKE_MIN}


def _rarest(places: _Places, _passages: _Ends, places_max: int) -> _Groups:
    """By their kind the places that a map of so many has no room for."""
    keys, rows = places.keys, places.rows
    if len(keys) <= places_max:
        return {}
    room = max(1, places_max - len({kind for kind, _ in keys}))
    groups: _Groups = {}
    for place in sorted(range(len(keys)), key=lambda place: (-len(rows[place]), place))[room:]:
        groups.setdefault((keys[place][0],), []).append(place)
    return {kind: sorted(group) for kind, group in groups.items() if len(group) > 1}


def _as_one(groups: _Groups, told: str, places: _Places) -> _Places:
    """The same with one place for each group, named as `told` says."""
    first = {place: group[0] for group in groups.values() for place in group}
    others = {group[0]: len(group) - 1 for group in groups.values()}
    keys: list[tuple[Kind, str]] = []
    number: dict[int, int] = {-1: -1}
    for place, (kind, name) in enumerate(places.keys):
        if first.get(place, place) == place:
            number[place] = len(keys)
            more = others.get(place)
            words = told.format(first=name, others=more, all=more + 1) if more is not None else name
            keys.append((kind, words))
    number |= {place: number[one] for place, one in first.items()}
    rows: list[array[int]] = [array("i") for _ in keys]
    for place, own in enumerate(places.rows):
        rows[number[place]].extend(own)
    for own in rows:
        own[:] = array("i", sorted(own))
    return _Places(keys, rows, array("i", (number[place] for place in places.of_row)))


def _passages(trace: Trace, joins: Joins, place_of: array[int]) -> _Ends:
    passages: _Ends = {}
    sources: dict[int, list[int]] = {}
    for row in range(len(trace)):
        came_from = sources.pop(row, [])
        place = place_of[row]
        for source in came_from if place >= 0 else ():
            key = (place_of[source], place)
            # An agent's first model call is the agent itself, not a way back to it.
            if key[0] != key[1] or trace.kinds[source] == trace.kinds[row]:
                passages.setdefault(key, array("i")).append(row)
        through = [row] if place >= 0 else came_from
        for edge in list(joins.edges(row))[bool(joins.waits[row]) :]:
            met = sources.setdefault(joins.targets[edge], [])
            met.extend(source for source in through[: _SOURCES_MAX - len(met)] if source not in met)
    return passages


def _owners(kinds: list[Kind], passages: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
    into: list[set[int]] = [set() for _ in kinds]
    out: list[set[int]] = [set() for _ in kinds]
    for source, target in passages:
        into[target].add(source)
        out[source].add(target)
    callers = (Kind.AGENT_INVOCATION, Kind.MODEL_CALL)
    owners = []
    for place, kind in enumerate(kinds):
        called = kind in _TOOLS and all(kinds[at] in callers for at in into[place])
        owners.append(tuple(sorted(into[place])) if called and out[place] <= into[place] else ())
    return owners


def _inside(ends: tuple[int, int], owners: list[tuple[int, ...]]) -> bool:
    """Whether the passage joins a place and its owner."""
    source, target = ends
    return source in owners[target] or target in owners[source]


def _busiest(
    passages: dict[tuple[int, int], array[int]], owners: list[tuple[int, ...]]
) -> dict[tuple[int, int], array[int]]:
    """The passages without the rarest of those that would be lines: so many that they can be followed by eye."""
    lines = [ends for ends in passages if ends[0] != ends[1] and not _inside(ends, owners)]
    places = {place for ends in lines for place in ends}
    room = LINES_MIN + LINES_PER_PLACE * len(places)
    rare = set(sorted(lines, key=lambda ends: (-len(passages[ends]), ends))[room:])
    return {ends: rows for ends, rows in passages.items() if ends not in rare}


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
