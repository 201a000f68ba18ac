"""What the flow map says: a card for each place that stands for itself, with what it calls and where it goes on to.

Each tool and each way out is one row, which leads to its steps. Made once for a run: here each step is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from replaydbg.core.finding import Severity
from replaydbg.core.step import Kind, Status
from replaydbg.graph.flow import FlowMap, Place
from replaydbg.graph.folds import FoldKind
from replaydbg.views.chain import ChainView
from replaydbg.views.signs import UNICODE, Signs
from replaydbg.views.text import Span, clip, one_line, plural

_NAME_CELLS_MAX = 32

Ends = tuple[int, int]


class Marks(NamedTuple):
    """Of some steps how many failed, and how many there are findings of, the worst by its number from 1 on."""

    failed: int = 0
    found: int = 0
    worst: int = 0

    def spans(self, signs: Signs) -> tuple[Span, ...]:
        spans = [Span(f"{signs.error}{self.failed}", "error")] if self.failed else []
        if self.found:
            worst = Severity(self.worst - 1)
            spans.append(Span(f"{signs.severities[worst]}{self.found}", worst.label))
        return tuple(spans)


_NONE = Marks()


@dataclass(frozen=True, slots=True)
class CardRow:
    """Something that a card leads to: `ends` are the places that it joins, `rows` the steps that were gone on to."""

    label: str
    rows: Sequence[int]
    ends: tuple[Ends, ...]
    count: int
    sign: str
    title: str
    look: str
    marks: Marks = _NONE

    @property
    def head(self) -> str:
        return f"{self.count:>4} {self.sign} "


@dataclass(frozen=True, slots=True)
class FlowCard:
    """`place` is its number on the map. `ways` are by the place they lead to; `loop` is the way to itself."""

    place: int
    name: str
    label: str
    rows: Sequence[int]
    title: str
    look: str
    count: str
    marks: Marks
    cyclic: bool
    """Whether the run came back here; `loop` is then how often from itself."""
    tools: tuple[CardRow, ...]
    ways: Mapping[int, CardRow]
    loop: CardRow | None = None


def flow_cards(flow: FlowMap, view: ChainView, signs: Signs = UNICODE) -> tuple[FlowCard, ...]:
    """In the order of their first steps."""
    return _Cards(flow, view, signs).cards()


def as_one(rows: Sequence[CardRow], label: str, title: str, sign: str) -> CardRow:
    """One row for all of these, for which a card has no room."""
    ends = tuple(end for row in rows for end in row.ends)
    marks = Marks(
        sum(row.marks.failed for row in rows),
        sum(row.marks.found for row in rows),
        max((row.marks.worst for row in rows), default=0),
    )
    return CardRow(label, (), ends, sum(row.count for row in rows), sign, title, "dim", marks)


class _Cards:
    def __init__(self, flow: FlowMap, view: ChainView, signs: Signs) -> None:
        self.flow = flow
        self.view = view
        self.signs = signs
        self.tools: dict[int, list[CardRow]] = {}
        self.ways: dict[int, dict[int, CardRow]] = {}

    def cards(self) -> tuple[FlowCard, ...]:
        passages = self.flow.by_ends
        for at, place in enumerate(self.flow.places):
            if place.caller >= 0:
                returns = (at, place.caller) in passages
                self.tools.setdefault(place.caller, []).append(self._tool(at, place, returns=returns))
        for way in sorted(self.flow.ways, key=lambda way: (-way.count, way.target)):
            row = self._row(way.source, way.target, way.rows, self.signs.leads_to, "time")
            self.ways.setdefault(way.source, {})[way.target] = row
        return tuple(self._card(at, place) for at, place in enumerate(self.flow.places) if place.caller < 0)

    def _card(self, at: int, place: Place) -> FlowCard:
        kinds = [self.view.trace.kind(row) for row in place.rows]
        calls = kinds.count(Kind.MODEL_CALL) if place.kind is Kind.AGENT_INVOCATION else 0
        count = plural(calls, "call") if calls else f"{self.signs.times}{len(kinds)}"
        ways = self.ways.get(at, {})
        loop = ways.pop(at, None)
        return FlowCard(
            at,
            place.name,
            f"{place.name}: {count}",
            place.rows,
            self._title(place),
            str(place.kind),
            count,
            self._marks(place.rows),
            place.cyclic,
            tuple(sorted(self.tools.get(at, ()), key=lambda row: -row.count)),
            ways,
            loop,
        )

    def _tool(self, at: int, place: Place, *, returns: bool) -> CardRow:
        way = self.signs.back_and_forth if returns else self.signs.leads_to
        return self._row(place.caller, at, place.rows, way, "run")

    def _row(self, source: int, target: int, rows: Sequence[int], sign: str, word: str) -> CardRow:
        places = self.flow.places
        label = (
            f"{places[source].name} {self.signs.leads_to} {places[target].name}: {plural(len(rows), word)}"
        )
        return CardRow(
            label,
            rows,
            ((source, target),),
            len(rows),
            sign,
            self._title(places[target]),
            str(places[target].kind),
            self._marks(rows),
        )

    def _title(self, place: Place) -> str:
        name = clip(one_line(place.name, 120), _NAME_CELLS_MAX, self.signs.ellipsis)
        return f"{self.signs.kinds[place.kind]} {name}"

    def _marks(self, rows: Sequence[int]) -> Marks:
        severities, trace = self.view.severities, self.view.trace
        failed = sum(trace.status(row) is Status.ERROR for row in rows)
        found = [severities[row] for row in rows if severities[row]]
        return Marks(failed, len(found), max(found, default=0))


def cycle_of(card: FlowCard, signs: Signs) -> str:
    """The sign of a card on a cycle, with how often it went on from itself."""
    own = card.loop.count if card.loop is not None else ""
    return f"{signs.folds[FoldKind.LOOP]}{own}" if card.cyclic else ""
