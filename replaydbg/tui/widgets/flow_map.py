"""The flow map: agents and tools as cards, what follows what as counted lines. The cursor goes over cards, rows, lines.

On top of it, whatever it is scrolled to: what is selected in full, and which ways are no lines.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.worker import get_current_worker

from replaydbg.core.trace import Trace
from replaydbg.tui import theme
from replaydbg.tui.widgets.line_list import AT_ONCE_STEPS, Looks, Target
from replaydbg.views.chain import ChainView
from replaydbg.views.signs import Signs
from replaydbg.views.text import Line, Span, one_line

if TYPE_CHECKING:  # the map is imported when somebody looks at it
    from replaydbg.views.flow import FlowDrawing
    from replaydbg.views.flow_cards import FlowCard
    from replaydbg.views.flow_stops import FlowStop

_MARGIN = 1


class FlowMapView(Looks, can_focus=True, inherit_bindings=False):
    """`load` draws the map of what a list of steps shows. Scrolls both ways."""

    DEFAULT_CSS = "FlowMapView { scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1; }"

    cursor = reactive(0, repaint=False)
    """Number of the stop that is selected."""

    class Highlighted(Message):
        """Another place or passage is selected; `rows` are its steps, `label` says what it is."""

        def __init__(self, rows: Sequence[int], label: str) -> None:
            super().__init__()
            self.rows = rows
            self.label = label

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FlowMapView.Highlighted)

    class Chosen(Highlighted):
        """The selected place or passage was opened."""

        def can_replace(self, message: Message) -> bool:  # noqa: ARG002 - each one was asked for
            return False

    class Drawn(Message):
        """The map was drawn for the room that there is; `crowded` if not all of it is in sight."""

        def __init__(self, *, crowded: bool) -> None:
            super().__init__()
            self.crowded = crowded

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FlowMapView.Drawn)

    def __init__(self, *, signs: Signs | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.signs = signs or theme.signs(os.environ)
        self.drawing: FlowDrawing | None = None
        self._cards: Sequence[FlowCard] = ()
        self._trace: Trace | None = None
        self._opened: frozenset[int] = frozenset()
        """Cards that show all of their rows."""
        self._lines: int | None = None
        """As many lines as the person asked for; None for as many as can be followed."""
        self._drawn_for = (0, 0)
        self._wanted = -1
        self._drawn_elsewhere = False

    def load(self, view: ChainView) -> None:
        """Draw the map anew, e.g. with more findings; the selected stop is kept where it is still there."""
        if len(view.trace) <= AT_ONCE_STEPS:
            self._show(view.trace, self._made(view))
            return

        def make() -> None:
            cards = self._made(view)
            if not get_current_worker().is_cancelled:
                self.app.call_from_thread(self._show, view.trace, cards)

        self._drawn_elsewhere = True
        self.run_worker(make, thread=True, exclusive=True, exit_on_error=False, group="draw")

    def _made(self, view: ChainView) -> Sequence[FlowCard]:
        from replaydbg.graph.flow import flow_map
        from replaydbg.views.flow_cards import flow_cards

        return flow_cards(flow_map(view.trace, view.chain.joins), view, self.signs)

    def _show(self, trace: Trace, cards: Sequence[FlowCard]) -> None:
        if self._trace is None or trace.id != self._trace.id:
            self._opened, self._lines = frozenset(), None
        self._trace, self._cards = trace, cards
        self._draw()
        if self._wanted >= 0:
            self.show_rows(self._wanted)

    def on_resize(self) -> None:
        """What fits beside each other depends on the pane."""
        if self._trace is not None and self._inner != self._drawn_for:
            self._draw()

    @property
    def _inner(self) -> tuple[int, int]:
        """Room for the map, whether or not there are bars to scroll: those depend on what is drawn."""
        width, height = self.outer_size
        return max(0, width - 2 * _MARGIN - 1), max(0, height - 2 * _MARGIN - 1)

    def _draw(self) -> None:
        """From what the cards say, as the pane is now: what this costs does not grow with the trace."""
        if not self._inner[0]:
            return  # not laid out yet: it comes again with a size
        from replaydbg.views.flow import FlowDrawing

        before = self.selected
        self._drawn_for = self._inner
        self.drawing = FlowDrawing(self._cards, self.signs, self._inner, self._lines, self._opened)
        at = self.drawing.stops.like(before) if before is not None else self.drawing.stops.first
        self.set_reactive(FlowMapView.cursor, at)
        rows = self.drawing.height + 2 * _MARGIN + self._head
        self.virtual_size = Size(self.drawing.width + 2 * _MARGIN, rows)
        self.post_message(self.Drawn(crowded=self.drawing.crowded))
        self.refresh()
        self._to_selected()
        self.call_after_refresh(self._to_selected)  # before, the pane may not have its size yet

    @property
    def _head(self) -> int:
        """Lines above the map that are always there."""
        return 1 + bool(self.drawing and self.drawing.told)

    @property
    def folds(self) -> object:
        """What is opened and drawn: equal before and after a key that changed nothing."""
        return self._opened, self.drawing.lines if self.drawing else 0

    def show_rows(self, row: int) -> None:
        """Select the place that the step belongs to, as soon as the map is drawn."""
        self._wanted = row if self.drawing is None else -1
        at = self.drawing.stop_of(row) if self.drawing is not None else None
        if at is not None:
            self.cursor = at

    @property
    def selected(self) -> FlowStop | None:
        if self.drawing is None or not self.drawing.stops:
            return None
        return self.drawing.stops[min(self.cursor, len(self.drawing.stops) - 1)]

    # -- painting ------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if self.drawing is None:
            waits = "drawing the map of the whole run …" if self._drawn_elsewhere and y == _MARGIN else ""
            return self.strip((Span(f" {waits}", "dim"),), width)
        if y < self._head:
            return self.strip(self._told(y), width)
        left = self.scroll_offset.x
        line = self.drawing.line(self._row_at(y), max(0, left - _MARGIN), width, self.selected)
        return self.strip((Span(" " * (self._centred + max(0, _MARGIN - left))), *line), width)

    def _told(self, y: int) -> Line:
        if y or self.drawing is None:
            return (Span(f" {self.drawing.told}" if self.drawing else "", "dim"),)
        return (Span(f" {one_line(self.selected.label) if self.selected else ''}", "strong"),)

    def _row_at(self, y: int) -> int:
        """The row of the map in a line of the pane."""
        return y + self.scroll_offset.y - _MARGIN - self._head

    def watch_cursor(self) -> None:
        stop = self.selected
        if stop is None:
            return
        self._to_selected()
        self.refresh()
        self.post_message(self.Highlighted(stop.rows, stop.label))

    def _to_selected(self) -> None:
        if (stop := self.selected) is not None:
            region = Region(stop.x, stop.y, stop.width + 2 * _MARGIN, 1 + 2 * _MARGIN + self._head)
            self.scroll_to_region(region, animate=False, immediate=True, force=True)

    def validate_cursor(self, cursor: int) -> int:
        stops = len(self.drawing.stops) if self.drawing else 0
        return max(0, min(cursor, stops - 1))

    # -- actions -------------------------------------------------------------------------------------------------

    def action_move(self, stops: int) -> None:
        self.cursor += stops

    def action_page(self, pages: int) -> None:
        """To what is selectable a page further on, as straight below or above as there is."""
        if self.drawing is not None and (stop := self.selected) is not None:
            y = stop.y + pages * max(1, self.size.height - self._head - 1)
            self.cursor = self.drawing.stops.nearest(stop.x, max(0, min(y, self.drawing.height)))

    def action_card(self, cards: int) -> None:
        """To the next card, or to the one before, in the order in which they are read."""
        if self.drawing is not None:
            self.cursor = self.drawing.stops.card_after(self.cursor, cards)

    def action_pan(self, cards: int) -> None:
        """To the next card on the left or on the right, about as high."""
        if self.drawing is not None and (stop := self.selected) is not None:
            self.cursor = self.drawing.stops.beside(stop, cards)

    def action_toggle_fold(self) -> None:
        if (stop := self.selected) is not None:
            self._open(self._opened ^ {stop.card})

    def action_fold_all(self) -> None:
        self._open(frozenset())

    def action_unfold_all(self) -> None:
        self._open(frozenset(card.place for card in self._cards))

    def _open(self, opened: frozenset[int]) -> None:
        """What is selected stays where it is on the screen, as far as the map reaches."""
        if self.drawing is None or (before := self.selected) is None:
            return
        foldable = self.drawing.stops.foldable
        if opened & foldable == self._opened & foldable:
            return
        self._opened = opened & foldable
        top = self.scroll_offset.y
        self._draw()
        if self.selected is not None:
            self.scroll_to(y=top + self.selected.y - before.y, animate=False, immediate=True, force=True)
        self._to_selected()

    def action_zoom(self, direction: int) -> str:
        """More lines, or fewer: those of the next ways by how often they were gone. Gives what is drawn now."""
        if self.drawing is None:
            return ""
        lines = max(0, min(self.drawing.lines + direction, len(self.drawing.counts)))
        if lines != self.drawing.lines:
            self._lines = lines
            self._draw()
        return self.drawing.told or "all ways are lines"

    def action_top(self) -> None:
        self.cursor = 0

    def action_bottom(self) -> None:
        self.cursor = len(self.drawing.stops) - 1 if self.drawing else 0

    def action_open(self) -> None:
        if (stop := self.selected) is None:
            return
        if stop.folds:
            self.action_toggle_fold()
        else:
            self.post_message(self.Chosen(stop.rows, stop.label))

    def targets(self) -> Iterable[Target]:
        """Places and passages in view; a label stands on the first cell of each."""
        if self.drawing is None:
            return
        left, top = self.scroll_offset
        for at, stop in enumerate(self.drawing.stops):
            x, y = stop.x - left + _MARGIN + self._centred, stop.y - top + _MARGIN + self._head
            if 0 <= x < self.size.width and self._head <= y < self.size.height:
                yield Target(x, y, partial(self._go, at))

    def _go(self, stop: int) -> None:
        self.focus()
        self.cursor = stop

    @property
    def _centred(self) -> int:
        """Cells to the left of a map that is narrower than the pane."""
        assert self.drawing is not None
        return max(0, (self.size.width - self.drawing.width - 2 * _MARGIN) // 2)

    def on_click(self, event: events.Click) -> None:
        self.focus()
        if self.drawing is None:
            return
        if event.y < self._head:
            return
        x, y = event.x + self.scroll_offset.x - _MARGIN - self._centred, self._row_at(event.y)
        at = self.drawing.stops.at(x, y)
        if at is not None:
            again = at == self.cursor
            self.cursor = at
            if again:
                self.action_open()
