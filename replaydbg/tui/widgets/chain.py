"""The call chain: the list of steps with its lanes. The main view of the program.

Folding, lanes and jumps are those of `graph.lanes`; this widget keeps the place of the person while more steps are read
or rules report, and paints.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.cache import LRUCache
from textual.message import Message
from textual.reactive import reactive
from textual.worker import get_current_worker

from replaydbg.core.finding import Finding
from replaydbg.core.trace import Trace
from replaydbg.graph.lanes import Chain
from replaydbg.graph.rows import Entry, Laid, Layout
from replaydbg.tui import theme
from replaydbg.tui.background import give_way, lasting, worker
from replaydbg.tui.widgets.jumps import ChainJumps
from replaydbg.tui.widgets.line_list import AT_ONCE_STEPS, LineList
from replaydbg.views.bars import Axis
from replaydbg.views.chain import ChainView
from replaydbg.views.columns import Columns
from replaydbg.views.signs import Signs
from replaydbg.views.text import Line

if TYPE_CHECKING:
    from replaydbg.graph.facts import Facts

_BLOCK_ROWS = 64


class _GivenUp(Exception):
    """Rows were folded, or others are shown."""


class ChainList(ChainJumps):
    """`load` gives it a trace; it may be called again at any time, with more of the same trace or with another."""

    class Highlighted(Message):
        """The cursor stands on another step. `row` is the step, or the first one of what is folded there.

        `went` is false where nobody moved it: the list has become another one.
        """

        def __init__(self, row: int, *, went: bool = True) -> None:
            super().__init__()
            self.row = row
            self.went = went

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, ChainList.Highlighted) and message.went == self.went

    class Opened(Message):
        """The step was opened."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    moved = reactive(0, repaint=False)
    """Counts: other rows are in view, or they were folded. Who draws them beside watches it, and so paints with them."""

    def __init__(self, *, signs: Signs | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.signs = signs or theme.signs(os.environ)
        self.view: ChainView | None = None
        """What is shown; None until the first trace was loaded."""
        self.bars = True
        self._blocks: LRUCache[int, list[Laid]] = LRUCache(32)
        self._frame: tuple[object, Columns, Axis | None] | None = None
        self._bright: frozenset[int] | None = None
        self._laid_after: tuple[Chain, int] | None = None
        """The rows, and how often they had been folded, that the newest ones were made after."""
        self._marking: tuple[Chain, int] | None = None
        """The rows whose lanes are laid to the end, and how often they had been folded."""
        self._loads = 0
        self._shown_load = 0
        self._then: list[Callable[[], None]] = []
        self.goes_on = False
        """Whether the file is still being written."""
        self.stays_at_end = False
        """Whether the cursor goes on to what is new when it stands on the last row: nobody reads that step."""

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
        number, view = self._loads, self.view
        before = view.chain.whole if view is not None else None
        same = view is not None and view.trace is trace and view.facts is facts
        totals = view.totals if view is not None and view.trace is trace else None

        def laid() -> ChainView:
            chain = before if same else None
            if chain is None:
                self._laid_after = (before, before.turns) if before is not None else None
                state = before.state if before is not None else None
                chain = Chain(trace, facts, state, give_way)
            return ChainView(chain, findings, origins, self.signs, facts, totals=totals)

        if len(trace) <= AT_ONCE_STEPS:
            self._show_laid(number, laid())
        else:
            self.run_worker(lambda: self._lay(number, laid), thread=True, exit_on_error=False, group="lay")

    def once_shown(self, act: Callable[[], None]) -> None:
        """Do something as soon as what was loaded last is shown: that of a long run is laid out in a thread."""
        if self._shown_load == self._loads:
            act()
        else:
            self._then.append(act)

    def _lay(self, number: int, laid: Callable[[], ChainView]) -> ChainView:
        """In a thread: also findings alone are summed up over all rows."""
        view = laid()
        view.row_of("")  # what finds rows by their ids is made here, not by the first who asks
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._show_laid, number, view)
        return view

    def _show_laid(self, number: int, view: ChainView) -> None:
        """Unless a later one is shown already. A later one that is still laid must not keep this one from being seen:

        while a large file is read they come faster than they are laid.
        """
        if number > self._shown_load:
            self._shown_load = number
            self._show(view)
            if number == self._loads:
                acts, self._then = self._then, []
                for act in acts:
                    act()

    def _show(self, view: ChainView) -> None:
        before, row = self.view, self.row
        step_id = before.trace.ids[row] if before is not None and row >= 0 else None
        above = self.cursor - self.scroll_offset.y
        to_end = self.stays_at_end and self.at_end
        goes_on = before is not None and before.trace.id == view.trace.id
        under = self._entry(before) if before is not None and goes_on and row >= 0 else None
        if before is not None and before.trace is not view.trace:
            self._bright = None
        if before is not None and before.chain.whole is not view.chain:
            whole = before.chain.whole
            if self._laid_after != (whole, whole.turns):  # folded while the new rows were made
                view.chain.resume(whole.state)
        at = view.row_of(step_id) if step_id is not None else -1
        if under is not None and at >= 0 and not (under.fold or under.stretch or to_end):
            chain = view.chain
            if chain.entry(chain.place(at)).row != at:
                chain.reveal(at)  # who reads a step does not lose it to a loop that it has become part of
        self.dress(view, before)
        self.view = view
        if self._marking is not None and self._marking[0] is not view.chain.whole:
            self._marking = None
        y = view.chain.place(at) if at >= 0 else 0
        if to_end:
            y = max(0, len(view.chain) - 1)
        self.lines_moved(y)
        if to_end:
            self.call_after_refresh(self.show_line, y)
        elif before is not None and self.is_mounted:
            self.scroll_to(y=max(0, y - above), animate=False, immediate=True, force=True)
        if at != row or to_end or before is None or before.trace is not view.trace:
            self.cursor_moved(went=False)

    def dress(self, view: ChainView, before: ChainView | None) -> None:
        """A view is about to be shown after another: what a person has on the list goes on."""
        if before is not None and before.trace is view.trace:
            view.sweep, view.slowest = before.sweep, before.slowest

    @property
    def folds(self) -> int:
        """Equal as long as nothing is folded or unfolded."""
        return self.view.chain.whole.turns if self.view is not None else 0

    @property
    def row(self) -> int:
        """The row of the trace under the cursor, the first one of a fold; -1 while there is none."""
        if self.view is None or not len(self.view.chain):
            return -1
        return self._entry(self.view).row

    def _entry(self, view: ChainView) -> Entry:
        """What is under the cursor."""
        return view.chain.entry(min(self.cursor, len(view.chain) - 1))

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
            start, chain = number * _BLOCK_ROWS, self._view().chain
            if not chain.knows(start):
                self.lay_ahead()
            block = self._blocks[number] = chain.window(start, start + _BLOCK_ROWS)
        return block[at]

    def lay_ahead(self) -> None:
        """Lay the lanes down to the last row in a thread, unless that is under way: rows are shown without them until then."""
        if self.view is None:
            return
        chain = self.view.chain.whole
        what = (chain, chain.turns)
        if self._marking != what and not chain.knows(len(chain)):
            self._marking = what
            self.run_worker(worker(partial(self._mark, what)), exclusive=True, group="marks")

    def _mark(self, what: tuple[Chain, int]) -> None:
        job, (chain, turns) = get_current_worker(), what

        def heed(_done: float) -> None:
            give_way()
            if job.is_cancelled or self._marking is not what or chain.turns != turns:
                raise _GivenUp

        try:
            with lasting(not self.goes_on):
                marks = chain.marks_to_end(heed)
        except _GivenUp:
            return
        self.app.call_from_thread(self._marked, what, marks)

    def _marked(self, what: tuple[Chain, int], marks: list[tuple[int, tuple[int, ...]]] | None) -> None:
        if self._marking is not what:
            return
        self._marking, (chain, _) = None, what
        if self.view is not None and self.view.chain.whole is chain:
            known = self.view.chain.knows(self.scroll_offset.y + self.size.height)
            chain.take_marks(marks or ())
            self._blocks.clear()
            self._frame = None
            if not known:
                self._brighten()
                self.refresh()

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

    def lines_moved(self, cursor: int) -> None:
        self._blocks.clear()
        self._frame = None
        self.set_reactive(LineList.cursor, cursor)
        self.lines_changed()
        self._brighten()
        self.moved += 1

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        if round(old) != round(new):
            self.moved += 1

    def cursor_moved(self, *, went: bool = True) -> None:
        if self.row >= 0:
            self._brighten()
            self.post_message(self.Highlighted(self.row, went=went))

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
        self.lines_moved(y)
        self.show_line(y)
        self.cursor_moved()

    def action_fold_all(self) -> None:
        self._fold(Chain.all_folded)

    def action_unfold_all(self) -> None:
        self._fold(Chain.all_unfolded)

    def _fold(self, how: Callable[[Chain], Layout]) -> None:
        """Fold or unfold everything: in a thread where that is a long run."""
        if self.view is None or self.row < 0 or self.view.chain.whole is not self.view.chain:
            return
        chain = self.view.chain
        if len(chain.trace) <= AT_ONCE_STEPS:
            self._folded(chain, how(chain))
            return

        def make() -> None:
            layout = how(chain)
            if not get_current_worker().is_cancelled:
                self.app.call_from_thread(self._folded, chain, layout)

        self.run_worker(make, thread=True, exclusive=True, exit_on_error=False, group="fold")

    def _folded(self, chain: Chain, layout: Layout) -> None:
        if self.view is None or self.view.chain is not chain:
            return
        row, above = self.row, self.cursor - self.scroll_offset.y
        chain.take(layout)
        y = chain.place(row)
        self.lines_moved(y)
        self.lay_ahead()
        self.scroll_to(y=max(0, y - above), animate=False, immediate=True, force=True)
        self.show_line(y)
        self.cursor_moved()

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
