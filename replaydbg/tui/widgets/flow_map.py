"""The flow map: agents and tools as cards, what follows what as counted lines. The cursor goes over cards, tools, lines."""

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

from replaydbg.tui import theme
from replaydbg.tui.widgets.line_list import AT_ONCE_STEPS, Looks, Target
from replaydbg.views.chain import ChainView
from replaydbg.views.signs import Signs
from replaydbg.views.text import Span

if TYPE_CHECKING:  # the map is imported when somebody looks at it
    from replaydbg.views.flow import FlowDrawing, FlowStop

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

    def __init__(self, *, signs: Signs | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.signs = signs or theme.signs(os.environ)
        self.drawing: FlowDrawing | None = None
        self._wanted = -1
        self._drawn_elsewhere = False

    def load(self, view: ChainView) -> None:
        """Draw the map anew, e.g. with more findings; the selected stop is kept where it is still there."""
        if len(view.trace) <= AT_ONCE_STEPS:
            self._show(self._drawn(view))
            return

        def draw() -> None:
            drawing = self._drawn(view)
            if not get_current_worker().is_cancelled:
                self.app.call_from_thread(self._show, drawing)

        self._drawn_elsewhere = True
        self.run_worker(draw, thread=True, exclusive=True, exit_on_error=False, group="draw")

    def _drawn(self, view: ChainView) -> FlowDrawing:
        from replaydbg.graph.flow import flow_map
        from replaydbg.views.flow import FlowDrawing

        return FlowDrawing(flow_map(view.trace, view.chain.joins), view, self.signs)

    def _show(self, drawing: FlowDrawing) -> None:
        label = self.selected.label.partition(":")[0] if self.selected else ""
        self.drawing = drawing
        same = (at for at, stop in enumerate(drawing.stops) if stop.label.partition(":")[0] == label)
        self.set_reactive(FlowMapView.cursor, next(same, drawing.first))
        self.virtual_size = Size(drawing.width + 2 * _MARGIN, drawing.height + 2 * _MARGIN)
        if self._wanted >= 0:
            self.show_rows(self._wanted)
        self.refresh()
        self.call_after_refresh(self._to_selected)  # before, the pane may not have its size yet

    def show_rows(self, row: int) -> None:
        """Select the place that the step belongs to, as soon as the map is drawn."""
        self._wanted = row if self.drawing is None else -1
        stops = self.drawing.stops if self.drawing else []
        at = next((at for at, stop in enumerate(stops) if stop.place >= 0 and row in stop.rows), None)
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
        left, top = self.scroll_offset
        line = self.drawing.line(y + top - _MARGIN, max(0, left - _MARGIN), width, self.selected)
        return self.strip((Span(" " * (self._centred + max(0, _MARGIN - left))), *line), width)

    def watch_cursor(self) -> None:
        stop = self.selected
        if stop is None:
            return
        self._to_selected()
        self.refresh()
        self.post_message(self.Highlighted(stop.rows, stop.label))

    def _to_selected(self) -> None:
        if (stop := self.selected) is not None:
            region = Region(stop.x, stop.y, stop.width + 2 * _MARGIN, 1 + 2 * _MARGIN)
            self.scroll_to_region(region, animate=False, immediate=True, force=True)

    def validate_cursor(self, cursor: int) -> int:
        stops = len(self.drawing.stops) if self.drawing else 0
        return max(0, min(cursor, stops - 1))

    # -- actions -------------------------------------------------------------------------------------------------

    def action_move(self, stops: int) -> None:
        self.cursor += stops

    def action_page(self, pages: int) -> None:
        self.scroll_to(
            y=self.scroll_offset.y + pages * max(1, self.size.height - 1), animate=False, immediate=True
        )

    def action_top(self) -> None:
        self.cursor = 0

    def action_bottom(self) -> None:
        self.cursor = len(self.drawing.stops) - 1 if self.drawing else 0

    def action_open(self) -> None:
        if (stop := self.selected) is not None:
            self.post_message(self.Chosen(stop.rows, stop.label))

    def targets(self) -> Iterable[Target]:
        """Places and passages in view; a label stands on the first cell of each."""
        if self.drawing is None:
            return
        left, top = self.scroll_offset
        for at, stop in enumerate(self.drawing.stops):
            x, y = stop.x - left + _MARGIN + self._centred, stop.y - top + _MARGIN
            if 0 <= x < self.size.width and 0 <= y < self.size.height:
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
        left, top = self.scroll_offset
        x, y = event.x + left - _MARGIN - self._centred, event.y + top - _MARGIN
        at = next(
            (
                at
                for at, stop in enumerate(self.drawing.stops)
                if stop.y == y and stop.x <= x < stop.x + stop.width
            ),
            None,
        )
        if at is not None:
            again = at == self.cursor
            self.cursor = at
            if again:
                self.action_open()
