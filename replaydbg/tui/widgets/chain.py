"""The call chain: the list of steps with its lanes. The main view of the program.

Folding, lanes and jumps are those of `graph.lanes`; this widget keeps the place of the person while more steps are read
or rules report, and paints.
"""

from __future__ import annotations

import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

from textual.cache import LRUCache
from textual.message import Message
from textual.worker import get_current_worker

from replaydbg.core.finding import Finding
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.graph.folds import FoldKind
from replaydbg.graph.lanes import Chain, FoldState, Laid
from replaydbg.tui import theme
from replaydbg.tui.widgets.line_list import AT_ONCE_STEPS, LineList
from replaydbg.views.bars import Axis
from replaydbg.views.chain import ChainView
from replaydbg.views.columns import Columns
from replaydbg.views.signs import Signs
from replaydbg.views.text import Line

_BLOCK_ROWS = 64


class ChainList(LineList):
    """`load` gives it a trace; it may be called again at any time, with more of the same trace or with another."""

    class Highlighted(Message):
        """The cursor stands on another step. `row` is the step, or the first one of what is folded there."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ChainList.Highlighted)

    class Opened(Message):
        """The step was opened."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    class Scrolled(Message):
        """Other rows are in view, or they were folded: who draws them beside should look again."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ChainList.Scrolled)

    def __init__(self, *, signs: Signs | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.signs = signs or theme.signs(os.environ)
        self.view: ChainView | None = None
        """What is shown; None until the first trace was loaded."""
        self.bars = True
        self._blocks: LRUCache[int, list[Laid]] = LRUCache(32)
        self._frame: tuple[object, Columns, Axis | None] | None = None
        self._bright: frozenset[int] | None = None
        self._loads = 0
        self._shown_load = 0
        self.stays_at_end = False
        """Whether the cursor goes on to what is new when it stands on the last row: the file is still being written."""

    # -- what is shown -------------------------------------------------------------------------------------------

    def load(
        self,
        trace: Trace,
        facts: Facts | None = None,
        findings: Iterable[Finding] = (),
        origins: Sequence[str] | Mapping[int, str] | None = None,
    ) -> None:
        """Show this trace. With `facts` (all of the trace must have been read) the messages decide what follows what.

        The step under the cursor, its place on the screen and all folds are kept where the trace still has them.
        """
        findings = tuple(findings)
        self._loads += 1
        number, state, view = self._loads, self.folds, self.view
        same = view is not None and view.trace is trace and view.facts is facts
        chain = view.chain if view is not None and same else None

        def laid() -> ChainView:
            return ChainView(chain or Chain(trace, facts, state), findings, origins, self.signs, facts)

        if len(trace) <= AT_ONCE_STEPS:
            self._show_laid(number, laid())
        else:
            self.run_worker(lambda: self._lay(number, laid), thread=True, exit_on_error=False, group="lay")

    def _lay(self, number: int, laid: Callable[[], ChainView]) -> None:
        """In a thread: also findings alone are summed up over all rows."""
        view = laid()
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._show_laid, number, view)

    def _show_laid(self, number: int, view: ChainView) -> None:
        """Unless a later one is shown already. A later one that is still laid must not keep this one from being seen:

        while a large file is read they come faster than they are laid.
        """
        if number > self._shown_load:
            self._shown_load = number
            self._show(view)

    def _show(self, view: ChainView) -> None:
        before, row = self.view, self.row
        step_id = before.trace.ids[row] if before is not None and row >= 0 else None
        above = self.cursor - self.scroll_offset.y
        to_end = self.stays_at_end and self.at_end
        if before is not None and before.chain is not view.chain and before.trace is not view.trace:
            self._bright = None
        if before is not None and before.chain is not view.chain:
            view.chain.resume(before.chain.state)
        self.dress(view, before)
        self.view = view
        at = view.row_of(step_id) if step_id is not None else -1
        y = view.chain.place(at) if at >= 0 else 0
        if to_end:
            y = max(0, len(view.chain) - 1)
        self._lines_moved(y)
        if to_end:
            self.call_after_refresh(self.show_line, y)
        elif before is not None and self.is_mounted:
            self.scroll_to(y=max(0, y - above), animate=False, immediate=True, force=True)
        if at != row or to_end or before is None or before.trace is not view.trace:
            self.cursor_moved()

    def dress(self, view: ChainView, before: ChainView | None) -> None:
        """A view is about to be shown after another: what a person has on the list goes on."""
        if before is not None and before.trace is view.trace:
            view.sweep, view.slowest = before.sweep, before.slowest

    @property
    def folds(self) -> FoldState | None:
        """What is folded and unfolded now; a value that is equal as long as nothing was."""
        return self.view.chain.state if self.view is not None else None

    @property
    def row(self) -> int:
        """The row of the trace under the cursor, the first one of a fold; -1 while there is none."""
        if self.view is None or not len(self.view.chain):
            return -1
        return self.view.chain.entry(min(self.cursor, self.count - 1)).row

    @property
    def at_end(self) -> bool:
        """Whether the cursor stands on the last row, or there is none yet."""
        return self.cursor >= self.count - 1

    @property
    def count(self) -> int:
        return len(self.view.chain) if self.view is not None else 0

    # -- painting ------------------------------------------------------------------------------------------------

    def line(self, index: int, width: int) -> Line:
        view = self._view()
        columns, axis = self._framed(width)
        return view.line(self._laid(index), columns, axis=axis, bright=self._bright)

    def _view(self) -> ChainView:
        assert self.view is not None
        return self.view

    def _laid(self, y: int) -> Laid:
        """Rows are laid in blocks: the same ones serve every key until something is folded."""
        number, at = divmod(y, _BLOCK_ROWS)
        block = self._blocks.get(number)
        if block is None:
            start = number * _BLOCK_ROWS
            block = self._blocks[number] = self._view().chain.window(start, start + _BLOCK_ROWS)
        return block[at]

    def _framed(self, width: int) -> tuple[Columns, Axis | None]:
        """The columns and the axis for what is in view: a straight chain takes one lane, not eight."""
        top = self.scroll_offset.y
        key = (top, self.size.height, width, self.bars)
        if self._frame is None or self._frame[0] != key:
            window = [self._laid(y) for y in range(top, min(top + max(self.size.height, 1), self.count))]
            lanes = max((laid.width for laid in window), default=1)
            view = self._view()
            self._frame = (key, view.columns(width, lanes, bars=self.bars), view.axis(window))
        return self._frame[1], self._frame[2]

    def _lines_moved(self, cursor: int) -> None:
        self._blocks.clear()
        self._frame = None
        self.set_reactive(LineList.cursor, cursor)
        self.lines_changed()
        self._brighten()
        self.post_message(self.Scrolled())

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        if round(old) != round(new):
            self.post_message(self.Scrolled())

    def cursor_moved(self) -> None:
        if self.row >= 0:
            self._brighten()
            self.post_message(self.Highlighted(self.row))

    def _brighten(self) -> None:
        """Let the branch of the selected step stand out where others run beside it; repaint only if that changed."""
        if self.view is None or self.row < 0:
            return
        height = max(self.size.height, 1)
        top = self.scroll_offset.y
        crowded = any(self._laid(y).width > 1 for y in range(top, min(top + height, self.count)))
        bright = self.view.chain.joins.line_of(self.row) if crowded else None
        if bright != self._bright:
            self._bright = bright
            self.refresh()

    # -- folding -------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Unfold what is folded here; open any other step."""
        if self.view is None or self.row < 0:
            return
        entry = self.view.chain.entry(self.cursor)
        if entry.fold is not None:
            self.action_toggle_fold()
        else:
            self.post_message(self.Opened(entry.row))

    def action_toggle_fold(self) -> None:
        """Fold or unfold; on a line with nothing to fold, fold what it is part of."""
        if self.view is None or self.row < 0:
            return
        chain, y = self.view.chain, self.cursor
        if not chain.can_toggle(y):
            around = chain.around(y)
            if around is None:
                return
            y = around
        chain.toggle(y)
        self._lines_moved(y)
        self.show_line(y)
        self.cursor_moved()

    def action_fold_all(self) -> None:
        self._fold(Chain.fold_all)

    def action_unfold_all(self) -> None:
        self._fold(Chain.unfold_all)

    def _fold(self, how: object) -> None:
        if self.view is None or self.row < 0:
            return
        row, above = self.row, self.cursor - self.scroll_offset.y
        assert callable(how)
        how(self.view.chain)
        y = self.view.chain.place(row)
        self._lines_moved(y)
        self.scroll_to(y=max(0, y - above), animate=False, immediate=True, force=True)
        self.show_line(y)

    # -- jumping -------------------------------------------------------------------------------------------------

    def go_to(self, row: int) -> None:
        """Put the cursor on a step, unfolding whatever hides it."""
        if self.view is None or not 0 <= row < len(self.view.trace):
            return
        chain = self.view.chain
        if not chain.shows(row):
            y = chain.reveal(row)
            self._lines_moved(y)
        self._jump(chain.place(row))

    def jump_to(self, row: int) -> None:
        """Put the cursor on the line that shows the step, or stands for it."""
        self._jump(self._view().chain.place(row))

    def _jump(self, y: int) -> None:
        if y != self.cursor:
            self.cursor = y
        else:
            self.show_line(y)
            self.cursor_moved()

    def action_next_finding(self, direction: int = 1) -> None:
        """To the next step that a finding points at first. A folded loop that begins there says it as well as the step."""
        if self.view is None or self.row < 0:
            return
        stops, row = self.stops(self.view), self.row
        at = bisect_right(stops, row) if direction > 0 else bisect_left(stops, row) - 1
        if 0 <= at < len(stops):
            self._stop_at(stops[at])

    def to_worst_finding(self) -> None:
        """To the first of the gravest findings."""
        if self.view is not None and (stops := self.stops(self.view)):
            severities = self.view.severities
            self._stop_at(max(stops, key=lambda row: (severities[row], -row)))

    def stops(self, view: ChainView) -> Sequence[int]:
        """Rows that one goes to from finding to finding."""
        return view.stops

    def _stop_at(self, row: int) -> None:
        view = self._view()
        y = view.chain.place(row)
        fold = view.chain.entry(y).fold
        if fold is not None and fold.start == row and view.looping[row]:
            self._jump(y)
        else:
            self.go_to(row)

    def action_next_loop(self, direction: int = 1) -> None:
        """To the next row that folds rounds, or at which a finding says a loop begins."""
        if self.view is None or self.row < 0:
            return
        view = self.view
        starts = {fold.start for fold in view.chain.folds if fold.kind is not FoldKind.FAN_OUT}
        starts.update(row for row in view.stops if view.looping[row])
        order = sorted(starts)
        at = bisect_right(order, self.row) if direction > 0 else bisect_left(order, self.row) - 1
        if 0 <= at < len(order):
            y = view.chain.place(order[at])
            header = next((up for up in range(y, max(-1, y - 8), -1) if self._begins(up, order[at])), -1)
            if header >= 0:
                self._jump(header)
            else:
                self.jump_to(order[at])

    def _begins(self, y: int, row: int) -> bool:
        entry = self._view().chain.entry(y)
        return entry.fold is not None and entry.row == row

    def action_parent(self) -> None:
        if self.view is not None and self.row >= 0 and (parent := self.view.trace.parents[self.row]) >= 0:
            self.go_to(parent)

    def action_first_child(self) -> None:
        if self.view is None or self.row < 0:
            return
        row = self.row
        if self.view.trace.subtree_ends[row] > row + 1:
            self.go_to(row + 1)

    def action_sibling(self, direction: int) -> None:
        """To the next step at this depth, or the one before."""
        if self.view is None or self.row < 0:
            return
        trace, row = self.view.trace, self.row
        siblings = list(trace.children(trace.parents[row]))
        at = bisect_left(siblings, row) + direction
        if self.view.chain.entry(self.cursor).fold is not None and direction > 0:
            end = self.view.chain.entry(self.cursor).end
            at = bisect_left(siblings, end)
        if 0 <= at < len(siblings):
            self.jump_to(siblings[at])

    def action_waterfall(self) -> None:
        """Show or hide the bars."""
        self.bars = not self.bars
        self._frame = None
        self.refresh()

    def clicked(self, x: int, *, again: bool) -> None:
        view = self._view()
        entry = view.chain.entry(self.cursor)
        mark = view.mark_at(self._laid(self.cursor), self._framed(self.size.width)[0])
        if mark >= 0 and mark <= x <= mark + 1:
            self.action_toggle_fold()
        elif again or (entry.fold is not None and not entry.opened):
            self.action_open()
