"""The flow map as rows of characters: a card for each agent with its tools, lines with counts between the cards.

Lines are good where they are few. Of more ways than can be followed by eye those that were gone most often are lines,
as many as stay readable, and each of the others is a row in the card that it leaves: nothing is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from replaydbg.graph.layers import Box, Point, Route
from replaydbg.graph.sheets import Sheet, sheet
from replaydbg.views.flow_cards import CardRow, Ends, FlowCard, as_one, cycle_of
from replaydbg.views.flow_stops import FlowStop, Stops
from replaydbg.views.signs import UNICODE, Signs
from replaydbg.views.text import Line, Span, cell_width, pad, plural, spans_width

CROSSINGS_PER_LINE, LONG_LINES_MAX, WIDER_MAX, SHARE_MIN = 1.3, 0.25, 1.3, 0.25
"""Lines can be followed if they cross no more often than this, if no more of them than this share are longer than the
pane, so that one end is out of sight, and if they make the map no more than this wider than the pane. They are worth it
if what was gone along them is at least this share of all."""
LINES_PER_CARD, LINES_MIN = 2, 8
"""More lines than this are not drawn, even if somebody asks for them: they are a comb, and take seconds."""
_ROOMS = ((60, 1), (24, 1), (12, 2), (6, 2), (3, 2), (0, 2))
"""Rows that a card shows by itself: as many as leave the map on so many screens."""
_LOW_ROWS = 16
"""A pane lower than this is scrolled: nothing is folded for it."""
_UPRIGHT = 3


class FlowDrawing:
    """All but the selection is drawn once for a pane's size, from what the cards say; `line` costs the cells of one row.

    A `size` of 0 by 0 has room for all. `lines` are so many of `counts`: ways that were gone as often are lines; None
    for as many as can be followed. `opened` are the cards that show all of their rows.
    """

    def __init__(
        self,
        cards: Sequence[FlowCard],
        signs: Signs = UNICODE,
        size: tuple[int, int] = (0, 0),
        lines: int | None = None,
        opened: Collection[int] = (),
    ) -> None:
        self.cards = cards
        self.signs = signs
        self._size = size
        self._number = {card.place: number for number, card in enumerate(cards)}
        self._ways = [row for card in cards for row in card.ways.values()]
        self._drawn: list[list[CardRow]] = []
        """By route the ways that are this line: there, and where it was gone as often also back."""
        self.counts = self._levels()
        self.lines = 0
        self._tangled: set[int] = set()
        """Numbers of lines that cross too often, however high the cards are."""
        self._rows: list[list[CardRow]] = []
        self._choose(lines)
        self._lay(self.lines, opened)
        self.stops = Stops()
        self._cells: list[dict[int, tuple[str, str]]] = [{} for _ in range(self.sheet.height + 1)]
        self._draw_routes()
        for number in self.sheet.order:
            self._draw_card(number)
        self.width = self.sheet.width + 1
        if not cards:
            self._write(0, 0, "no agent and no tool ran here", "dim")
            self.width = 30
        self._lit: tuple[FlowStop | None, dict[Point, str]] = (None, {})

    @property
    def height(self) -> int:
        return len(self._cells)

    @property
    def crowded(self) -> bool:
        """Whether the pane is too small: something is folded, or a row for want of room, or out of sight."""
        width, height = self._size
        return bool(self.told or self.stops.foldable) or self.width > width or self.height > height

    @property
    def told(self) -> str:
        """What is drawn as lines and what is not; "" where all is."""
        drawn, ways = sum(map(len, self._drawn)), len(self._ways)
        if drawn == ways:
            return ""
        if not drawn:
            return f"no lines: each of the {plural(ways, 'way')} is a row of the card that it leaves"
        least = self.counts[self.lines - 1]
        often = plural(least, "time")
        return f"lines: {drawn} of {plural(ways, 'way')}, those gone {often} or more; the others are rows"

    def stop_of(self, row: int) -> int | None:
        """The stop of the place that a step belongs to."""
        for card in self.cards:
            for rows, ends in ((card.rows, ()), *((tool.rows, tool.ends) for tool in card.tools)):
                if row in rows:
                    return self.stops.like(FlowStop("", rows, 0, 0, 0, card.place, ends))
        return None

    # -- what is where -------------------------------------------------------------------------------------------

    def _levels(self) -> list[int]:
        """How often ways were gone, each number once, the highest first, as far as they can be lines."""
        levels: list[int] = []
        lines: set[frozenset[int]] = set()
        for row in sorted(self._ways, key=lambda row: -row.count):
            lines.add(frozenset(row.ends[0]))
            if len(lines) > LINES_MIN + LINES_PER_CARD * len(self.cards):
                return levels[:-1] if levels and levels[-1] == row.count else levels
            if not levels or levels[-1] != row.count:
                levels.append(row.count)
        return levels

    def _choose(self, lines: int | None) -> None:
        """As many rows in the cards as leave the map in sight, and as many lines as can be followed."""
        wanted = lines if lines is None else max(0, min(lines, len(self.counts)))
        if self._fits(wanted, _ROOMS[:-1]) or (wanted is None and self._fits(0, _ROOMS[:-1])):
            return
        self._fits(wanted, _ROOMS[-1:])

    def _fits(self, lines: int | None, rooms: Sequence[tuple[int, int]]) -> bool:
        """Whether the map is in sight with as many lines as are wanted, or readable, and one of these rooms; laid out so."""
        for self._room, screens in rooms:
            self.lines = self._readable() if lines is None else lines
            self._lay(self.lines)
            if not self._size[1] or self.sheet.height <= screens * max(self._size[1], _LOW_ROWS):
                return True
        return False

    def _readable(self) -> int:
        """So many of `counts`, from the highest on, that the lines can be followed by eye."""
        most = float("inf")
        all_gone = sum(row.count for row in self._ways)
        for lines in range(len(self.counts), 0, -1):
            drawn = [row.count for row in self._ways if row.count >= self.counts[lines - 1]]
            if len(drawn) > most or lines in self._tangled:
                continue
            if sum(drawn) < SHARE_MIN * all_gone:
                return 0
            self._lay(lines)
            if self.sheet.crossings > CROSSINGS_PER_LINE * len(drawn):
                self._tangled.add(lines)
            elif self._in_sight():
                return lines
            most = 0.8 * len(drawn)
        return 0

    def _in_sight(self) -> bool:
        """Whether most lines are seen from end to end, without going left and right."""
        lines, (width, height) = len(self.sheet.routes), self._size
        if not height:
            return True
        long = sum(
            _extent(x for x, _ in route.points) > width
            or _extent(y for _, y in route.points) > max(height, _LOW_ROWS)
            for route in self.sheet.routes
        )
        return self.sheet.width <= WIDER_MAX * width and long <= LONG_LINES_MAX * lines

    def _lay(self, level: int, opened: Collection[int] = ()) -> None:
        least = self.counts[level - 1] if level else 0
        drawn = [row for row in self._ways if level and row.count >= least]
        self._rows = [self._shown(card, least, opened=card.place in opened) for card in self.cards]
        boxes = [
            Box(self._card_width(card, rows), 2 + len(rows))
            for card, rows in zip(self.cards, self._rows, strict=True)
        ]
        lines = _lines(drawn, self._number)
        label = max((cell_width(self._end(ways)) for ways in lines.values()), default=0)
        edges = [(self._number[source], self._number[target]) for source, target in lines]
        self.sheet: Sheet = sheet(boxes, edges, self._size[0], label + 2)
        place = [card.place for card in self.cards]
        self._drawn = [lines[place[route.source], place[route.target]] for route in self.sheet.routes]

    def _shown(self, card: FlowCard, least: int, *, opened: bool) -> list[CardRow]:
        """The rows of a card: what it calls, then the ways out that are no lines, each the most often gone first."""
        ways = [row for row in card.ways.values() if not least or row.count < least]
        if len(card.tools) + len(ways) <= self._room:
            return [*card.tools, *ways]
        if opened:
            return [
                *card.tools,
                *ways,
                as_one((), f"{card.name}: first rows only", "first rows only", self.signs.opened),
            ]
        for_ways = min(len(ways), max(self._room // 2, self._room - len(card.tools)))
        return [
            *self._first_of(card, card.tools, self._room - for_ways, "tool"),
            *self._first_of(card, ways, for_ways, "way"),
        ]

    def _first_of(self, card: FlowCard, rows: Sequence[CardRow], room: int, what: str) -> list[CardRow]:
        if len(rows) <= room + 1:
            return list(rows)
        words = f"{len(rows) - room} {'more ' if room else ''}{what}s"
        return [*rows[:room], as_one(rows[room:], f"{card.name}: {words}", words, self.signs.closed)]

    def _card_width(self, card: FlowCard, rows: Sequence[CardRow]) -> int:
        title = cell_width(card.title) + spans_width(self._right(card)) + 7
        lines = (cell_width(_head(row) + row.title) + _wide(row.marks.spans(self.signs)) + 6 for row in rows)
        return max([title, *lines])

    def _right(self, card: FlowCard) -> list[Span]:
        """What stands at the right of the title: how often, the cycle, what failed, what was found."""
        look = "loop" if card.cyclic else "dim"
        parts = [
            Span(card.count, look),
            Span(cycle_of(card, self.signs), look),
            *card.marks.spans(self.signs),
        ]
        spans = [part for span in parts if span.text for part in (Span(" ", look), span)]
        return [*spans, Span(" ", look)]

    # -- cards ---------------------------------------------------------------------------------------------------

    def _draw_card(self, number: int) -> None:
        (x, y), card = self.sheet.corners[number], self.cards[number]
        box, width, rows = self.signs.box, self.sheet.widths[number], self._rows[number]
        self._write(x, y, f"{box[10]}{box[12] * (width - 2)}{box[6]}", "frame")
        self._write(x + 2, y, f" {card.title} ", card.look)
        self._stop(card, card.label, card.rows, (x + 2, y, cell_width(card.title) + 2))
        right = self._right(card)
        at = x + width - 2 - spans_width(right)
        for span in right:
            self._write(at, y, span.text, span.look)
            if card.loop is not None and span.text == cycle_of(card, self.signs):
                where = at, y, cell_width(span.text)
                self._stop(card, card.loop.label, card.loop.rows, where, card.loop.ends)
            at += cell_width(span.text)
        for at, row in enumerate(rows, y + 1):
            self._draw_row(card, row, (x, at, width))
        bottom = y + 1 + len(rows)
        self._write(x, bottom, f"{box[9]}{box[12] * (width - 2)}{box[5]}", "frame")
        self._joints(number, x, bottom)

    def _draw_row(self, card: FlowCard, row: CardRow, where: tuple[int, int, int]) -> None:
        x, y, width = where
        side = self.signs.box[3]
        self._write(x, y, f"{side}{' ' * (width - 2)}{side}", "frame")
        head, marks = _head(row), row.marks.spans(self.signs)
        self._write(x + 2, y, head, "dim")
        self._write(x + 2 + cell_width(head), y, row.title, row.look)
        at = x + width - 1 - _wide(marks)
        for span in marks:
            self._write(at, y, span.text, span.look)
            at += cell_width(span.text) + 1
        self._stop(card, row.label, row.rows, (x + 1, y, width - 2), row.ends)

    def _stop(
        self,
        card: FlowCard,
        label: str,
        rows: Sequence[int],
        where: tuple[int, int, int],
        ends: tuple[Ends, ...] = (),
    ) -> None:
        self.stops.append(FlowStop(label, rows, *where, card.place, ends))

    def _joints(self, number: int, x: int, bottom: int) -> None:
        """Where lines leave the card, and a stop for each way out of it, at the end of its line."""
        card = self.cards[number]
        for at, (route, ways) in enumerate(zip(self.sheet.routes, self._drawn, strict=True)):
            end_x, end_y = route.points[-1]
            if route.source == number:
                out = route.points[0][0]
                if x < out < x + self.sheet.widths[number] - 1:
                    self._cells[bottom][out] = (self.signs.box[14], "frame")
                self._end_stop(card, ways[0], (end_x, end_y), at)
            elif route.target == number and len(ways) > 1:
                self._end_stop(card, ways[1], (end_x + cell_width(self._end(ways[:1])), end_y), at)

    def _end_stop(self, card: FlowCard, row: CardRow, where: Point, route: int) -> None:
        width = 1 + len(_short(row.count))
        self.stops.append(FlowStop(row.label, row.rows, *where, width, card.place, row.ends, route))

    # -- lines ---------------------------------------------------------------------------------------------------

    def _end(self, ways: Sequence[CardRow]) -> str:
        """What stands where a line enters a card: how often it was gone, and how often back."""
        arrows = (self.signs.enters, self.signs.leaves)
        return "".join(f"{arrow}{_short(row.count)}" for arrow, row in zip(arrows, ways, strict=False))

    def _draw_routes(self) -> None:
        """Where the lines of two cards cross, the one that goes up and down is whole: all other corners join."""
        pieces: dict[Point, dict[int, int]] = {}
        looks: dict[Point, str] = {}
        for route, ways in zip(self.sheet.routes, self._drawn, strict=True):
            look = self._look(route, ways)
            for cell, piece in route.cells():
                of = pieces.setdefault(cell, {})
                of[route.source] = of.get(route.source, 0) | piece
                if look == "cycle" or cell not in looks:
                    looks[cell] = look
        for (x, y), of in pieces.items():
            piece = _UPRIGHT if len(of) > 1 else next(iter(of.values()))
            self._cells[y][x] = (self.signs.box[piece], looks[x, y])
        for route, ways in zip(self.sheet.routes, self._drawn, strict=True):
            x, y = route.points[-1]
            self._write(x, y, self._end(ways), "dim")
            for arrow in (x, x + cell_width(self._end(ways[:1])))[: len(ways)]:
                self._write(arrow, y, self._cells[y][arrow][0], self._look(route, ways))

    def _look(self, route: Route, ways: Sequence[CardRow]) -> str:
        is_back = route.back or len(ways) > 1
        return "cycle" if is_back and self.cards[route.source].cyclic else "edge"

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

    # -- rows ----------------------------------------------------------------------------------------------------

    def line(self, y: int, left: int, width: int, selected: FlowStop | None = None) -> Line:
        """The cells `left` to `left + width` of row `y`."""
        if not 0 <= y < len(self._cells):
            return (Span(" " * width),)
        cells, lit = self._cells[y], self._lit_by(selected)
        spans: list[Span] = []
        for x in range(left, left + width):
            char, look = cells.get(x, (" ", ""))
            look = lit.get((x, y), look)
            if spans and spans[-1].look == look:
                spans[-1] = Span(spans[-1].text + char, look)
            else:
                spans.append(Span(char, look))
        return tuple(Span(pad(span.text, cell_width(span.text)), span.look) for span in spans)

    def _lit_by(self, selected: FlowStop | None) -> dict[Point, str]:
        if self._lit[0] is not selected:
            self._lit = (selected, dict(self._lights(selected)) if selected is not None else {})
        return self._lit[1]

    def _lights(self, selected: FlowStop) -> Iterator[tuple[Point, str]]:
        """What is selected; of a card also the lines that leave it or lead to it, and the rows that do."""
        for stop in self.stops if not selected.ends else ():
            touched = any(selected.card in ends for ends in stop.ends)
            if touched and (stop.route >= 0 or stop.card != selected.card):
                yield from (((x, stop.y), "lane-bright") for x in range(stop.x, stop.x + stop.width))
            if touched and stop.route >= 0:
                yield from ((cell, "lane-bright") for cell, _ in self.sheet.routes[stop.route].cells())
        if selected.route >= 0:
            yield from ((cell, "selected") for cell, _ in self.sheet.routes[selected.route].cells())
        yield from (((x, selected.y), "selected") for x in range(selected.x, selected.x + selected.width))


def _lines(ways: Sequence[CardRow], number: Mapping[int, int]) -> dict[Ends, list[CardRow]]:
    """Ways as lines: of two between the same cards, the one that leads onwards first."""
    by_ends = {row.ends[0]: row for row in ways}
    lines: dict[Ends, list[CardRow]] = {}
    for (source, target), row in by_ends.items():
        if number[source] < number[target] or (target, source) not in by_ends:
            lines.setdefault((source, target), []).insert(0, row)
        else:
            lines.setdefault((target, source), []).append(row)
    return lines


def _extent(values: Iterable[int]) -> int:
    all_of_them = list(values)
    return max(all_of_them) - min(all_of_them)


def _head(row: CardRow) -> str:
    return f"{row.count:>4} {row.sign} " if row.ends else f"     {row.sign} "


def _wide(marks: Sequence[Span]) -> int:
    return sum(cell_width(span.text) + 1 for span in marks)


def _short(count: int) -> str:
    """At the end of a line, where there is room for three digits."""
    return str(count) if count < 1000 else f"{count // 1000}k"
