"""The flow map as rows of characters: a card for each agent with its tools, lines with counts between the cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from replaydbg.core.finding import Severity
from replaydbg.core.step import Kind
from replaydbg.graph.flow import FlowMap, Place
from replaydbg.graph.folds import FoldKind
from replaydbg.graph.layers import Box, Layout, Route, lay_out
from replaydbg.views.chain import ChainView
from replaydbg.views.signs import UNICODE, Signs
from replaydbg.views.text import Line, Span, cell_width, clip, one_line, pad, plural

_NAME_CELLS_MAX = 32
_TOOLS_MAX = 12
"""Tools listed in one card; the others share a line."""
_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8


@dataclass(frozen=True, slots=True)
class FlowStop:
    """Something on the map that can be selected: a place or a passage. `rows` are the steps it stands for."""

    label: str
    rows: Sequence[int]
    x: int
    y: int
    width: int
    place: int = -1
    route: int = -1


class FlowDrawing:
    """Everything but the selection is drawn once; `line` costs the cells of one row."""

    def __init__(self, flow: FlowMap, view: ChainView, signs: Signs = UNICODE) -> None:
        self.flow = flow
        self.signs = signs
        self._view = view
        self.cards = [at for at, place in enumerate(flow.places) if not place.owners]
        self._passages = flow.by_ends
        self._owned: dict[int, list[int]] = {card: [] for card in self.cards}
        for at, place in enumerate(flow.places):
            for owner in place.owners:
                self._owned[owner].append(at)
        for card, owned in self._owned.items():
            owned.sort(key=lambda at, card=card: (-self._passages[card, at].count, at))  # type: ignore[misc]
        number = {card: at for at, card in enumerate(self.cards)}
        self._own_loops = {
            passage.source: passage.count for passage in flow.passages if passage.source == passage.target
        }
        self._boxes = [Box(self._card_width(card), 2 + len(self._tool_lines(card))) for card in self.cards]
        edges = [
            (number[passage.source], number[passage.target])
            for passage in flow.passages
            if passage.source in number and passage.target in number
        ]
        self.layout: Layout = lay_out(self._boxes, edges)
        self._cells: list[dict[int, tuple[str, str]]] = [{} for _ in range(self.layout.height + 2)]
        self._draw_routes()
        self.stops: list[FlowStop] = []
        self._draw_cards()
        self.width = self.layout.width + 1
        if not flow.places:
            self._note("no agent and no tool ran here")
        if flow.hidden_passages:
            self._note(f"{signs.ellipsis} {plural(flow.hidden_passages, 'rarer passage')} not drawn")

    @property
    def height(self) -> int:
        return len(self._cells)

    @property
    def first(self) -> int:
        """The stop of the place where the run begins, as far as it is drawn; the corner of a large map may be empty."""
        places = [at for at, stop in enumerate(self.stops) if stop.place >= 0 and stop.rows]
        return min(places, key=lambda at: self.stops[at].rows[0], default=0)

    # -- cards ---------------------------------------------------------------------------------------------------

    def _title(self, place: Place) -> str:
        name = clip(one_line(place.name, 120), _NAME_CELLS_MAX, self.signs.ellipsis)
        return f"{self.signs.kinds[place.kind]} {name}"

    def _count(self, at: int) -> str:
        """Model calls of an agent, runs of anything else; and the cycle it is in."""
        place = self.flow.places[at]
        kinds = [self._view.trace.kind(row) for row in place.rows]
        calls = kinds.count(Kind.MODEL_CALL) if place.kind is Kind.AGENT_INVOCATION else 0
        count = plural(calls, "call") if calls else f"{self.signs.times}{len(kinds)}"
        cycle = self.signs.folds[FoldKind.LOOP] if place.cyclic else ""
        own = self._own_loops.get(at, 0)
        return f"{count} {cycle}{own or ''}".rstrip()

    def _tool_lines(self, card: int) -> list[tuple[int, str, str]]:
        """`(place, text, marks)` of each line in the card; place -1 for the line of those that found no room."""
        lines = []
        owned = self._owned[card]
        for at in owned[:_TOOLS_MAX]:
            calls = self._passages[card, at]
            way = self.signs.back_and_forth if (at, card) in self._passages else self.signs.leads_to
            title = self._title(self.flow.places[at])
            lines.append((at, f"{calls.count:>4} {way} {title}", self._marks(calls.rows)))
        if len(owned) > _TOOLS_MAX:
            rest = owned[_TOOLS_MAX:]
            runs = sum(self._passages[card, at].count for at in rest)
            lines.append((-1, f"{runs:>4} {self.signs.ellipsis} {plural(len(rest), 'more tool')}", ""))
        return lines

    def _marks(self, rows: Sequence[int]) -> str:
        found = sum(bool(self._view.severities[row]) for row in rows)
        return f"{self.signs.severities[self._worst(rows)]}{found}" if found else ""

    def _worst(self, rows: Sequence[int]) -> Severity:
        return Severity(max(1, *(self._view.severities[row] for row in rows), 1) - 1)

    def _card_width(self, card: int) -> int:
        place = self.flow.places[card]
        title = (
            cell_width(self._title(place))
            + cell_width(self._count(card))
            + cell_width(self._marks(place.rows))
            + 9
        )
        tools = (cell_width(text) + cell_width(marks) + 6 for _, text, marks in self._tool_lines(card))
        return max([title, *tools])

    def _draw_cards(self) -> None:
        for layer in self.layout.layers:
            for number in layer:
                self._draw_card(number)

    def _draw_card(self, number: int) -> None:
        (x, y), card = self.layout.corners[number], self.cards[number]
        box, place, width = self.signs.box, self.flow.places[card], self._boxes[number].width
        title, count, marks = self._title(place), self._count(card), self._marks(place.rows)
        look = str(place.kind)
        self._write(x, y, f"{box[10]}{box[12] * (width - 2)}{box[6]}", "frame")
        self._write(x + 2, y, f" {title} ", look)
        right = f" {count}{' ' + marks if marks else ''} "
        self._write(x + width - 2 - cell_width(right), y, right, "loop" if place.cyclic else "dim")
        if marks:
            self._write(x + width - 3 - cell_width(marks), y, marks, self._worst(place.rows).label)
        self.stops.append(
            FlowStop(f"{place.name}: {count}", place.rows, x + 2, y, cell_width(title) + 2, card)
        )
        for at, (tool, text, tool_marks) in enumerate(self._tool_lines(card), y + 1):
            self._write(x, at, f"{box[3]}{' ' * (width - 2)}{box[3]}", "frame")
            self._write(x + 2, at, text, "dim")
            if tool < 0:
                continue
            owned, rows = self.flow.places[tool], self._passages[card, tool].rows
            head = cell_width(text) - cell_width(self._title(owned))
            self._write(x + 2 + head, at, self._title(owned), str(owned.kind))
            self._write(x + width - 2 - cell_width(tool_marks), at, tool_marks, self._worst(rows).label)
            runs = f"{owned.name}: {plural(len(rows), 'run')}"
            self.stops.append(FlowStop(runs, rows, x + 1, at, width - 2, tool))
        self._write(
            x, y + self._boxes[number].height - 1, f"{box[9]}{box[12] * (width - 2)}{box[5]}", "frame"
        )
        self._joints(number, x, y)

    def _joints(self, number: int, x: int, y: int) -> None:
        """Where lines leave the card, and a stop for each passage out of it."""
        bottom, box = y + self._boxes[number].height - 1, self.signs.box
        for at, route in enumerate(self.layout.routes):
            if route.source == number:
                out = route.points[0][0]
                if x < out < x + self._boxes[number].width - 1:
                    self._cells[bottom][out] = (box[14], "frame")
                passage = self._passages[self.cards[route.source], self.cards[route.target]]
                source, target = self.flow.places[passage.source], self.flow.places[passage.target]
                label = f"{source.name} {self.signs.leads_to} {target.name}: {plural(passage.count, 'time')}"
                end_x, end_y = route.points[-1]
                self.stops.append(
                    FlowStop(label, passage.rows, end_x, end_y, 1 + len(str(passage.count)), route=at)
                )

    # -- lines ---------------------------------------------------------------------------------------------------

    def _draw_routes(self) -> None:
        pieces: dict[tuple[int, int], int] = {}
        looks: dict[tuple[int, int], str] = {}
        for route in self.layout.routes:
            cyclic = self._is_cyclic(route)
            for cell, piece in _cells_of(route):
                pieces[cell] = pieces.get(cell, 0) | piece
                if cyclic or cell not in looks:
                    looks[cell] = "cycle" if cyclic else "edge"
        for (x, y), piece in pieces.items():
            self._cells[y][x] = (self.signs.box[piece], looks[x, y])
        for route in self.layout.routes:
            x, y = route.points[-1]
            count = self._passages[self.cards[route.source], self.cards[route.target]].count
            look = "cycle" if self._is_cyclic(route) else "edge"
            self._write(x, y, self.signs.enters, look)
            self._write(x + 1, y, str(count), "dim")

    def _is_cyclic(self, route: Route) -> bool:
        places = self.flow.places
        return route.back and places[self.cards[route.source]].cyclic

    def _write(self, x: int, y: int, text: str, look: str) -> None:
        """Wide characters keep two cells: the second one holds nothing."""
        for char in text:
            width = cell_width(char)
            if not width:
                continue
            self._cells[y][x] = (char, look)
            if width == 2:
                self._cells[y][x + 1] = ("", look)
            x += width

    def _note(self, text: str) -> None:
        self._cells.append({})
        self._write(0, len(self._cells) - 1, text, "dim")
        self.width = max(self.width, cell_width(text))

    # -- rows ----------------------------------------------------------------------------------------------------

    def line(self, y: int, left: int, width: int, selected: FlowStop | None = None) -> Line:
        """The cells `left` to `left + width` of row `y`."""
        if not 0 <= y < len(self._cells):
            return (Span(" " * width),)
        cells = self._cells[y]
        chosen = self._chosen(y, selected)
        spans: list[Span] = []
        for x in range(left, left + width):
            char, look = cells.get(x, (" ", ""))
            if x in chosen:
                look = "selected"
            if spans and spans[-1].look == look:
                spans[-1] = Span(spans[-1].text + char, look)
            else:
                spans.append(Span(char, look))
        return tuple(Span(pad(span.text, cell_width(span.text)), span.look) for span in spans)

    def _chosen(self, y: int, selected: FlowStop | None) -> set[int]:
        if selected is None:
            return set()
        chosen = set(range(selected.x, selected.x + selected.width)) if y == selected.y else set()
        if selected.route >= 0:
            chosen |= {x for (x, at), _ in _cells_of(self.layout.routes[selected.route]) if at == y}
        return chosen


def _cells_of(route: Route) -> list[tuple[tuple[int, int], int]]:
    """Each cell of the line with the sides it joins."""
    cells: list[tuple[tuple[int, int], int]] = []
    first_x, first_y = route.points[0]
    cells.append(((first_x, first_y), _UP))
    for (x0, y0), (x1, y1) in pairwise(route.points):
        step_x, step_y = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
        ahead = {(1, 0): _RIGHT, (-1, 0): _LEFT, (0, 1): _DOWN, (0, -1): _UP}.get((step_x, step_y), 0)
        behind = {_RIGHT: _LEFT, _LEFT: _RIGHT, _DOWN: _UP, _UP: _DOWN}.get(ahead, 0)
        x, y = x0, y0
        while (x, y) != (x1, y1):
            cells.append(((x, y), ahead))
            x, y = x + step_x, y + step_y
            cells.append(((x, y), behind))
    return cells
