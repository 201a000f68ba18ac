"""Which step of one trace is which step of the other.

Where a branch says which recorded step a step of its own stands for, that is taken. All else is aligned by what the
steps did (kind, name, agent, tool calls with their arguments), and in the gaps that this leaves by their kind and
name, so that a call with another argument reads as changed and not as one removed and one added. Ids and times of two
runs say nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from replaydbg.core.request import call_digest
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.diff.sequence import common_subsequence
from replaydbg.graph.walk import Heed, unheeded

_ROWS_AT_ONCE = 64
"""Steps between two words about how far it has come."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of each trace; None where the step has no like in the other one."""

    row_a: int | None
    row_b: int | None


def align(a: Trace, b: Trace, of: Mapping[str, str] | None = None, heed: Heed = unheeded) -> tuple[Pair, ...]:
    """Every row of both, once, in the order of `b`, with the rows that only `a` has where they stood.

    `of` gives for ids of `b` the id of `a` that the step stands for; ids that are not there are passed over.
    """
    known = _known(a, b, of or {})
    exact, rough = _symbols(a, b, heed)
    known |= _filled(known, *exact, heed)
    known |= _filled(known, *rough, heed)
    return tuple(_in_order(known, len(a), len(b)))


def _known(a: Trace, b: Trace, of: Mapping[str, str]) -> dict[int, int]:
    """Row of `b` to row of `a`."""
    rows = {id_: row for row, id_ in enumerate(a.ids)}
    taken: set[int] = set()
    known = {}
    for row, id_ in enumerate(b.ids):
        other = rows.get(of.get(id_, ""))
        if other is not None and other not in taken:
            taken.add(other)
            known[row] = other
    return known


_Symbols: TypeAlias = tuple[list[int], list[int]]


def _symbols(a: Trace, b: Trace, heed: Heed) -> tuple[_Symbols, _Symbols]:
    """For the rows of both traces numbers that are equal for steps that did the same, and for steps of one sort."""
    numbers: dict[tuple[Any, ...], int] = {}
    exact: list[list[int]] = []
    rough: list[list[int]] = []
    for before, trace in ((0, a), (len(a), b)):
        signatures = []
        for row in range(len(trace)):
            if row % _ROWS_AT_ONCE == 0:
                heed((before + row) / (len(a) + len(b)))
            signatures.append(_signature(trace, row))
        exact.append([numbers.setdefault(one, len(numbers)) for one in signatures])
        rough.append([numbers.setdefault(one[:3], len(numbers)) for one in signatures])
    return (exact[0], exact[1]), (rough[0], rough[1])


def _signature(trace: Trace, row: int) -> tuple[Any, ...]:
    kind, agent = trace.kind(row), trace.agent(row)
    if kind is Kind.MODEL_CALL:
        output = trace.body(row).output
        # Its name is often that of the model, and a branch may well have asked another one.
        return kind, agent, "", tuple(call_digest(call) for call in output.tool_calls) if output else None
    if kind is Kind.TOOL_EXECUTION:
        call = trace.body(row).call
        return kind, agent, call.name if call else trace.name(row), call_digest(call) if call else None
    return kind, agent, trace.name(row), None


def _filled(known: Mapping[int, int], a: Sequence[int], b: Sequence[int], heed: Heed) -> dict[int, int]:
    """Pairs for the rows between the known ones, by a longest common subsequence in each gap."""
    taken = set(known.values())
    anchors = [(-1, -1), *_rising(known), (len(a), len(b))]
    found: dict[int, int] = {}
    for (before_a, before_b), (after_a, after_b) in pairwise(anchors):
        rows_a = [row for row in range(before_a + 1, after_a) if row not in taken]
        rows_b = [row for row in range(before_b + 1, after_b) if row not in known]
        if rows_a and rows_b:
            heed(after_b / len(b))
            common = common_subsequence([a[row] for row in rows_a], [b[row] for row in rows_b])
            found |= {rows_b[at_b]: rows_a[at_a] for at_a, at_b in common}
    return found


def _rising(known: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """The known pairs that keep the order of both; a step that a branch moved is no place to count from."""
    last = -1
    for row_b in sorted(known):
        if known[row_b] > last:
            last = known[row_b]
            yield last, row_b


def _in_order(known: Mapping[int, int], count_a: int, count_b: int) -> Iterator[Pair]:
    taken = set(known.values())
    at = 0
    for row_b in range(count_b):
        row_a = known.get(row_b)
        while row_a is not None and at < row_a:
            if at not in taken:
                yield Pair(at, None)
            at += 1
        yield Pair(row_a, row_b)
    yield from (Pair(row, None) for row in range(at, count_a) if row not in taken)
