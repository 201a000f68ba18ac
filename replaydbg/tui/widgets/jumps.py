"""Going through the list of steps: to a step, from finding to finding, from loop to loop, up, down and sideways."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from replaydbg.graph.folds import FoldKind
from replaydbg.tui.widgets.line_list import LineList
from replaydbg.views.chain import ChainView


class ChainJumps(LineList):
    """What the list of steps gives: its view, the row of the cursor, and being told of lines that have moved."""

    view: ChainView | None = None
    """What is shown; None until the first trace was loaded."""

    @property
    def row(self) -> int:
        """The row of the trace under the cursor; -1 while there is none."""
        raise NotImplementedError

    def lines_moved(self, cursor: int) -> None:
        """The lines are others, and the cursor is to stand on this one."""
        raise NotImplementedError

    def go_to(self, row: int) -> None:
        """Put the cursor on a step, unfolding whatever hides it."""
        if self.view is None or not 0 <= row < len(self.view.trace):
            return
        chain = self.view.chain
        if not chain.shows(row):
            y = chain.reveal(row)
            self.lines_moved(y)
        self.jump_to(row)

    def jump_to(self, row: int) -> None:
        """Put the cursor on the line that shows the step, or stands for it."""
        assert self.view is not None
        self._jump(self.view.chain.place(row))

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
        view = self.view
        assert view is not None
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
        order = self._loops(view)
        at = bisect_right(order, self.row) if direction > 0 else bisect_left(order, self.row) - 1
        if 0 <= at < len(order):
            y = view.chain.place(order[at])
            header = next((up for up in range(y, max(-1, y - 8), -1) if self._begins(up, order[at])), -1)
            if header >= 0:
                self._jump(header)
            else:
                self.jump_to(order[at])

    def _begins(self, y: int, row: int) -> bool:
        assert self.view is not None
        entry = self.view.chain.entry(y)
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
        parent, entry = trace.parents[row], self.view.chain.entry(self.cursor)
        if direction > 0:
            at = entry.end if entry.fold is not None else trace.subtree_ends[row]
            last = trace.subtree_ends[parent] if parent >= 0 else len(trace)
            if at < last:
                self.jump_to(at)
            return
        # The step before ends where this one begins; up from there to the one at this depth.
        at = row - 1
        while at > parent and trace.parents[at] != parent:
            at = trace.parents[at]
        if at > parent:
            self.jump_to(at)

    _known_loops: tuple[ChainView, list[int]] | None = None

    def _loops(self, view: ChainView) -> list[int]:
        """Where loops begin, in order."""
        if self._known_loops is None or self._known_loops[0] is not view:
            starts = {fold.start for fold in view.chain.whole.folds if fold.kind is not FoldKind.FAN_OUT}
            starts.update(row for row in view.stops if view.looping[row])
            self._known_loops = (view, sorted(starts))
        return self._known_loops[1]
