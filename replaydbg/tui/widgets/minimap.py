"""The whole run beside the list of steps, two cells wide. Click or drag to go there."""

from __future__ import annotations

from textual import events
from textual.strip import Strip

from replaydbg.tui.widgets.chain import ChainList
from replaydbg.tui.widgets.line_list import Looks
from replaydbg.views.minimap import minimap_line, row_at
from replaydbg.views.signs import ASCII


class Minimap(Looks, can_focus=False):
    """Belongs to one list of steps."""

    DEFAULT_CSS = """
    Minimap { width: 2; overflow: hidden; scrollbar-size: 0 0; }
    """

    def __init__(self, chain: ChainList, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.chain = chain
        self._dragging = False

    def on_mount(self) -> None:
        self.watch(self.chain, "moved", self._chain_moved, init=False)

    def _chain_moved(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        view, chain = self.chain.view, self.chain
        if view is None:
            return Strip.blank(self.size.width, self.look())
        line = minimap_line(
            view, y, self.size.height, chain.scroll_offset.y, chain.size.height, plain=chain.signs is ASCII
        )
        return self.strip(line, self.size.width)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._dragging = True
        self.capture_mouse()
        self._go(event.y)

    def on_mouse_up(self) -> None:
        self._dragging = False
        self.release_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._dragging:
            self._go(event.y)

    def _go(self, y: int) -> None:
        if self.chain.count and 0 <= y < self.size.height:
            self.chain.cursor = row_at(y, self.size.height, self.chain.count)
