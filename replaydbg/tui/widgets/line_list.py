"""A list of lines of any length, painted as it is scrolled to: the base of all lists of ours.

A step of the cursor repaints two lines, a page one screen; nothing is kept for lines that are not in view, and nothing
moves by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from replaydbg.tui import theme
from replaydbg.views.text import Line, Span

if TYPE_CHECKING:
    from textual.screen import Screen

AT_ONCE_STEPS = 4000
"""What is made of longer traces is made in a thread: it takes more than a frame."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place that one can jump to: where its label is painted, and what going there means."""

    x: int
    y: int
    go: Callable[[], object]


class Looks(ScrollView):
    """Gives the looks of rows their style in the theme of the moment, looked up once for each."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self._styles: dict[tuple[str, str], Style] = {}
        self.labels: dict[int, list[tuple[int, str]]] = {}
        """What is painted over the lines while somebody jumps: by line, the column and the letters."""

    def targets(self) -> Iterable[Target]:
        """What can be jumped to of what is in view."""
        return ()

    def put_labels(self, labels: Iterable[tuple[Target, str]]) -> None:
        self.labels = {}
        for target, letters in labels:
            self.labels.setdefault(target.y, []).append((target.x, letters))
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        strips = super().render_lines(crop)
        if not self.labels:
            return strips
        left, top = self.gutter.top_left
        return [self._labelled(strip, crop.y + at - top, left) for at, strip in enumerate(strips)]

    def _labelled(self, strip: Strip, y: int, left: int) -> Strip:
        for x, letters in self.labels.get(y, ()):
            label = Strip([Segment(letters, self.look("jump-label"))])
            rest = strip.crop(left + x + len(letters), strip.cell_length)
            strip = Strip.join([strip.crop(0, left + x), label, rest])
        return strip

    def look(self, look: str = "", over: str = "") -> Style:
        """The whole style of a stretch: `look`, on `over` (another look), on what the widget is painted with."""
        style = self._styles.get((look, over))
        if style is None:
            ground = self.background_colors[1]
            layers = (theme.drawn(self.app, name, ground) for name in (over, look))
            style = self._styles[look, over] = sum(layers, start=self.rich_style)
        return style

    def strip(self, line: Line, width: int, over: str = "") -> Strip:
        """The line on the background of the widget, `over` (a look) laid over all of it."""
        if self.app.has_class("-ascii"):
            from replaydbg.views.signs import ascii_text

            line = tuple(Span(ascii_text(span.text), span.look) for span in line)
        segments = [Segment(span.text, self.look(span.look, over)) for span in line if span.text]
        # Each change of style is some forty bytes to the terminal: neighbours of one style are one segment.
        return Strip(Segment.simplify(segments)).crop_extend(0, width, self.look("", over))

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()


class LineList(Looks, can_focus=True, inherit_bindings=False):
    """Give it `count` and `line`. The cursor is the number of a line."""

    DEFAULT_CSS = """
    LineList {
        /* "auto" would lay out and paint all again whenever the lines begin, or cease, to fit. */
        overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0;
    }
    """

    cursor = reactive(0, repaint=False)

    @property
    def count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def line(self, index: int, width: int) -> Line:
        """What line `index` says in `width` cells."""
        raise NotImplementedError

    def cursor_moved(self) -> None:
        """The cursor stands on another line."""

    # -- painting ------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = y + self.scroll_offset.y
        if index >= self.count:
            return Strip.blank(width, self.look())
        over = ("cursor" if self.has_focus else "cursor-blurred") if index == self.cursor else ""
        return self.strip(self.line(index, width), width, over)

    def lines_changed(self) -> None:
        """The lines are others, or there are more or fewer of them."""
        self.virtual_size = Size(max(1, self.scrollable_content_region.width), self.count)
        self.set_reactive(LineList.cursor, max(0, min(self.cursor, self.count - 1)))
        self.refresh()

    def refresh_line(self, index: int) -> None:
        y = index - self.scroll_offset.y
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def on_mount(self) -> None:
        self.screen.screen_layout_refresh_signal.subscribe(self, self._laid_out, immediate=True)

    def _laid_out(self, _screen: Screen[Any]) -> None:
        """A pane that opens below takes lines away, and no event of the toolkit tells of it if the machine is busy."""
        if self.size.height != self._height:
            self._height = self.size.height
            self.show_line(self.cursor)

    _height = 0

    def on_resize(self, _event: events.Resize) -> None:
        self.virtual_size = Size(max(1, self.scrollable_content_region.width), self.count)
        self.show_line(self.cursor)

    # -- moving --------------------------------------------------------------------------------------------------

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self.count - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        self.show_line(new)
        for index in (old, new):
            self.refresh_line(index)
        self.cursor_moved()

    def show_line(self, index: int) -> None:
        """Scroll so that a line out of view stands in the middle.

        As little as it takes would repaint the whole list with every further key, some 45 KB on a wide screen: a slow
        link would lag behind the hand. So half a page is repainted once.
        """
        height, top = self.size.height, self.scroll_offset.y
        if height <= 0 or top <= index < top + height:
            return
        to = min(index - height // 2, max(0, self.count - height))
        self.scroll_to(y=max(0, to), animate=False, immediate=True, force=True)

    def action_move(self, lines: int) -> None:
        self.cursor += lines

    def action_page(self, pages: int) -> None:
        self.cursor += pages * max(1, self.size.height - 1)

    def action_top(self) -> None:
        self.cursor = 0

    def action_bottom(self) -> None:
        self.cursor = self.count - 1

    def action_open(self) -> None:
        """Open what the cursor is on."""

    def targets(self) -> Iterable[Target]:
        top = self.scroll_offset.y
        for index in range(top, min(top + self.size.height, self.count)):
            yield Target(0, index - top, partial(self._go, index))

    def _go(self, index: int) -> None:
        self.focus()
        self.cursor = index

    # -- mouse and focus -----------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        index = event.y + self.scroll_offset.y
        if index < self.count:
            again = index == self.cursor and (self.has_focus or event.chain > 1)
            self.cursor = index
            self.clicked(event.x, again=again)
        if not self.has_focus:  # focus comes late, and would take it back from what was opened
            self.focus()

    def clicked(self, x: int, *, again: bool) -> None:  # noqa: ARG002 - some lists care where
        """The line of the cursor was clicked, `again` if it was there before."""
        if again:
            self.action_open()

    def on_focus(self) -> None:
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        self.refresh_line(self.cursor)

    def _on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 3)

    def _on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -3)

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, immediate=True, force=True)
        event.stop()
        event.prevent_default()
