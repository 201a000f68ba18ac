"""A pane of text of any length: blocks of `views/`, wrapped to the width and painted as they are scrolled to.

Nothing is done for what has not been scrolled to: a message of ten megabytes costs the lines on the screen. Until the
end has been reached the length of the scroll bar is a guess that grows.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from rich.cells import cell_len
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from replaydbg import limits
from replaydbg.tui.widgets.line_list import Looks, Target
from replaydbg.views.blocks import Block, Folds
from replaydbg.views.text import Span
from replaydbg.views.wrapping import wrapped

Source = Callable[[Folds, int], Iterator[Block]]
"""Makes the blocks anew for these folds and this width in cells."""

_GUTTER_CELLS = 2
_AT_ONCE_SECONDS, _TURN_SECONDS, _MEANWHILE_SECONDS = 0.2, 0.04, 0.001
"""On the way to the end of a long text: before the first pause, between others, and how long each is."""
_AHEAD_LINES = 200
"""Lines wrapped beyond the screen, so that the scroll bar knows short texts whole."""
_INDENT_CELLS_MAX = 24
"""Deeper nesting is not indented further where that is more than half the width: the text must keep some room."""


class Document(Looks, can_focus=True, inherit_bindings=False):
    """`show` gives it something to say. The cursor is a line; the block under it is what copying and editing mean."""

    DEFAULT_CSS = """
    Document {
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; scrollbar-gutter: stable;
    }
    """

    cursor = reactive(0, repaint=False)

    class Led(Message):
        """A line that leads to a step was opened."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.folds = Folds()
        self._source: Source = lambda _folds, _width: iter(())
        self._begin()

    # What it says

    def show(self, source: Source, *, keep_place: bool = False) -> None:
        """Say something else. With `keep_place` the folds, the cursor and the scroll stay: it is the same thing, changed."""
        self._source = source
        if not keep_place:
            self.folds, self._way = Folds(), None
        self._begin()
        if keep_place:
            self._ensure(self.cursor + 1)
            self.cursor = max(0, min(self.cursor, len(self._block_of) - 1))
        else:
            self.set_reactive(Document.cursor, 0)
            if self.is_mounted:
                self.scroll_to(0, 0, animate=False)
        self.refresh()

    @property
    def block(self) -> Block | None:
        """The block under the cursor."""
        return self._blocks[self._block_of[self.cursor]] if self.cursor < len(self._block_of) else None

    @property
    def blocks(self) -> list[Block]:
        """The blocks made so far."""
        return list(self._blocks)

    @property
    def lines(self) -> int:
        """Lines wrapped so far; all of them once the end has been reached."""
        return len(self._block_of)

    @property
    def at_end(self) -> bool:
        """Whether nothing is said below the line of the cursor."""
        return self._whole and not any(
            self._blocks[number].text for number in self._block_of[self.cursor + 1 :]
        )

    def lines_of(self, fits: Callable[[Block], bool]) -> list[int]:
        """First lines of the blocks that fit; wraps to the end, so for texts that are known to be short."""
        self._ensure(None)
        found, last = [], -1
        for line, number in enumerate(self._block_of):
            if number != last and fits(self._blocks[number]):
                found.append(line)
            last = number
        return found

    def first_line(self, fits: Callable[[Block], bool]) -> int:
        """The first line of the first block that fits, 0 where there is none; wraps no further than to it."""
        line = 0
        while True:
            self._ensure(line + 1)
            if line >= len(self._block_of):
                return 0
            number = self._block_of[line]
            if fits(self._blocks[number]):
                return bisect_left(self._block_of, number)
            line += 1

    def line_from(self, line: int, by: int, fits: Callable[[Block], bool]) -> int | None:
        """The first line of the nearest block that fits after this line (`by` 1) or before it (-1)."""
        number = self.text_at(line)[0]
        while True:
            number += by
            while not self._whole and (not self._block_of or self._block_of[-1] < number):
                self._ensure(len(self._block_of) + _AHEAD_LINES)
            if not 0 <= number <= (self._block_of[-1] if self._block_of else -1):
                return None
            if fits(self._blocks[number]):
                return bisect_left(self._block_of, number)

    def line_of(self, line: int) -> int:
        """The first line of the block on a line that has been wrapped."""
        return bisect_left(self._block_of, self._block_of[line]) if line < len(self._block_of) else line

    def text_at(self, line: int) -> tuple[int, int]:
        """The number of the block on a line that has been wrapped, and its first character there; zeros for none."""
        return (self._block_of[line], self._starts[line]) if line < len(self._block_of) else (0, 0)

    def line_at(self, number: int, offset: int, lines_more: int) -> int | None:
        """The line of a character of a block; None where it has not been wrapped so far after so many more lines."""
        while not self._whole and lines_more > 0 and not self._reaches(number, offset):
            self._ensure(len(self._block_of) + min(lines_more, _AHEAD_LINES))
            lines_more -= _AHEAD_LINES
        if not self._whole and not self._reaches(number, offset):
            return None
        first, end = bisect_left(self._block_of, number), bisect_right(self._block_of, number)
        return max(first, bisect_right(self._starts, offset, first, end) - 1)

    def _reaches(self, number: int, offset: int) -> bool:
        last = self._block_of[-1] if self._block_of else -1
        return last > number or (last == number and self._ends[-1] > offset)

    def line_beside(self, line: int, by: int, fits: Callable[[Block], bool]) -> int:
        """The first line after `line`, or before it, whose block fits and begins there; -1 for none.

        Wraps no further than it looks, so for texts of any length.
        """
        while True:
            line += by
            if by > 0:
                self._ensure(line + 1)
            if not 0 <= line < len(self._block_of):
                return -1
            number = self._block_of[line]
            if (not line or self._block_of[line - 1] != number) and fits(self._blocks[number]):
                return line

    # Wrapping

    def _begin(self) -> None:
        self._blocks: list[Block] = []
        self._block_of = array("i")
        self._starts = array("q")
        self._ends = array("q")
        self._wrapped_width = self._text_width
        self._wrapping = self._wrapped()
        self._whole = False
        if self.is_mounted and self._text_width > 0:
            self._ensure(self.size.height + self.scroll_offset.y + _AHEAD_LINES)

    @property
    def _text_width(self) -> int:
        return max(8, self.scrollable_content_region.width - _GUTTER_CELLS) if self.is_mounted else 0

    def _wrapped(self) -> Iterator[tuple[int, int, int]]:
        for block in self._source(self.folds, self._wrapped_width):
            self._blocks.append(block)
            number = len(self._blocks) - 1
            first = max(8, self._wrapped_width - self._indent(block.indent))
            width = max(8, self._wrapped_width - self._indent(block.indent + block.hang))
            for start, end in wrapped(block.text, width, cell_len, first):
                yield number, start, end

    def _indent(self, cells: int) -> int:
        return min(cells, max(_INDENT_CELLS_MAX, self._wrapped_width // 2))

    def _ensure(self, lines: int | None) -> None:
        """Wrap until there are so many lines, None for all of them."""
        while not self._whole and (lines is None or len(self._block_of) < lines):
            found = next(self._wrapping, None)
            if found is None:
                self._whole = True
                break
            self._block_of.append(found[0])
            self._starts.append(found[1])
            self._ends.append(found[2])
        guess = 0 if self._whole else 2 * max(self.size.height, 1)
        size = Size(self.scrollable_content_region.width, len(self._block_of) + guess)
        if size != self.virtual_size:
            self.virtual_size = size

    def on_resize(self, _event: events.Resize) -> None:
        if self._text_width != self._wrapped_width:
            at = self._block_of[self.cursor] if self.cursor < len(self._block_of) else 0
            self._begin()
            while not self._whole and (not self._block_of or self._block_of[-1] < at):
                self._ensure(len(self._block_of) + 1)
            self.cursor = next((line for line, number in enumerate(self._block_of) if number == at), 0)
        self._ensure(self.scroll_offset.y + self.size.height + _AHEAD_LINES)
        self.refresh()

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        self._ensure(round(new) + self.size.height + _AHEAD_LINES)

    # Painting

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        line = y + self.scroll_offset.y
        if line >= len(self._block_of):
            return Strip.blank(width, self.look())
        number = self._block_of[line]
        block = self._blocks[number]
        indent = block.indent + (block.hang if self._starts[line] else 0)
        spans = (
            Span(block.mark.ljust(_GUTTER_CELLS), block.mark_look),
            Span(" " * self._indent(indent)),
            *self.pieces(number, self._starts[line], self._ends[line]),
        )
        over = "cursor" if line == self.cursor and self.has_focus else ""
        return self.strip(spans, width, over)

    def pieces(self, number: int, start: int, end: int) -> Iterator[Span]:
        """The stretch of the text of a block in its looks."""
        return _pieces(self._blocks[number], start, end)

    # Moving

    def validate_cursor(self, cursor: int) -> int:
        self._ensure(cursor + 1)
        return max(0, min(cursor, len(self._block_of) - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        height, top = self.size.height, self.scroll_offset.y
        if new < top:
            self.scroll_to(y=new, animate=False, immediate=True)
        elif new >= top + height:
            self.scroll_to(y=new - height + 1, animate=False, immediate=True)
        for line in (old, new):
            self.refresh(Region(0, line - self.scroll_offset.y, self.size.width, 1))

    def action_move(self, lines: int) -> None:
        self.cursor += lines

    def action_page(self, pages: int) -> None:
        self.cursor += pages * max(1, self.size.height - 1)

    def action_top(self) -> None:
        self.cursor = 0

    def action_bottom(self) -> None:
        """To the end. Of a long text in turns, so that the screen goes on answering; a key that moves ends them."""
        self._way = len(self._blocks), self.cursor
        self._go_down(self._way, _AT_ONCE_SECONDS)

    _way: tuple[int, int] | None = None
    """How many blocks there were, and where one was, when one wished to be at the end; None where one does not."""

    def _go_down(self, way: tuple[int, int], seconds: float) -> None:
        until, most = time.monotonic() + seconds, way[0] + limits.LAID_BLOCKS_MAX
        while not self._whole and len(self._blocks) < most:
            self._ensure(len(self._block_of) + _AHEAD_LINES)
            if time.monotonic() > until:
                break
        is_far = len(self._blocks) >= most
        if self._whole or is_far:
            self._way, self.cursor = None, len(self._block_of) - 1
        else:
            self.set_timer(_MEANWHILE_SECONDS, partial(self._go_on_down, way))
        if not self._whole:
            self.told_way(is_far=is_far)

    def _go_on_down(self, way: tuple[int, int]) -> None:
        if self.has_focus and self._way is way and self.cursor == way[1]:
            self._go_down(way, _TURN_SECONDS)

    def told_way(self, *, is_far: bool) -> None:
        """Say that the end has not been reached yet; `is_far` where one goes no further by oneself."""

    def action_toggle_fold(self) -> None:
        if self.block is not None and self.block.fold:
            self._fold_with(self.folds.toggled(self.block.fold))

    def turn(self, fold: str) -> None:
        """Fold or unfold by name."""
        self._fold_with(self.folds.toggled(fold))

    def action_fold_all(self) -> None:
        self._fold_with(Folds(all_open=False))

    def action_unfold_all(self) -> None:
        self._fold_with(Folds(all_open=True))

    def action_open(self) -> None:
        """Follow the line to the step that it leads to, or open its fold."""
        if self.block is not None and self.block.row >= 0:
            self.post_message(self.Led(self.block.row))
        else:
            self.action_toggle_fold()

    def _fold_with(self, folds: Folds) -> None:
        if folds != self.folds:
            self.folds = folds
            self.show(self._source, keep_place=True)

    def targets(self) -> Iterable[Target]:
        """The first lines of the blocks in view that say something."""
        top = self.scroll_offset.y
        for line in range(top, min(top + self.size.height, len(self._block_of))):
            number = self._block_of[line]
            if self._blocks[number].text and (line == top or self._block_of[line - 1] != number):
                yield Target(0, line - top, partial(self._go, line))

    def _go(self, line: int) -> None:
        self.focus()
        self.cursor = line

    def on_click(self, event: events.Click) -> None:
        self.focus()
        line = event.y + self.scroll_offset.y
        if line < len(self._block_of):
            again = line == self.cursor
            self.cursor = line
            if again or (self.block is not None and self.block.fold):
                self.action_open()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()


def _pieces(block: Block, start: int, end: int) -> Iterator[Span]:
    """The stretch of the block's text in its looks."""
    at, text = start, block.text
    for span_begin, span_end, look in block.spans:
        begin, stop = max(span_begin, at), min(span_end, end)
        if begin >= stop:
            continue
        if begin > at:
            yield Span(text[at:begin], block.look)
        yield Span(text[begin:stop], look or block.look)
        at = stop
    if at < end:
        yield Span(text[at:end], block.look)
