"""The list of steps with what a person has laid over it: a filter, hits of a search, notes and marks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from textual.message import Message

from replaydbg.core.trace import Trace
from replaydbg.graph.picked import Picked
from replaydbg.tui.widgets.chain import ChainList
from replaydbg.tui.widgets.line_list import AT_ONCE_STEPS
from replaydbg.views.chain import ChainView
from replaydbg.views.signs import Signs


class FilteredChain(ChainList):
    class Lifted(Message):
        """The filter was taken away: a step was asked for that it hides."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, *, signs: Signs | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(signs=signs, id=id)
        self.hits: Sequence[int] = ()
        """Rows that a search found, in order; shown in the list and on the map beside it."""
        self.noted: Mapping[int, str] = {}
        self.marked: Collection[int] = ()
        """What a person keeps track of, by row."""
        self.picked: Sequence[int] | None = None
        """Rows that a filter leaves, in order; None while all are shown."""

    def find(self, hits: Sequence[int]) -> None:
        """Mark what a search found."""
        same, self.hits = not hits and not self.hits, hits
        if self.view is not None and not same:  # a search that has found nothing yet tells so several times
            self.view.hits = hits
            self.refresh()
            self.moved += 1

    def forget(self) -> None:
        """What is shown next is another run: what was found in this one, and left by a filter, is not carried on."""
        self.hits, self.picked = (), None

    def remark(self, noted: Mapping[int, str], marked: Collection[int]) -> None:
        """Show what a person wrote down and marked."""
        self.noted, self.marked = noted, marked
        if self.view is not None:
            self.view.noted, self.view.marked = noted, marked
            self.refresh()

    def pick(self, rows: Sequence[int] | None) -> None:
        """Show these steps only; None shows all again. The cursor stays on its step, or goes to the one before it."""
        self.picked = rows
        view = self.view
        if view is None:
            return
        row, above = self.row, self.cursor - self.scroll_offset.y
        whole = view.chain.whole
        view.chain = whole if rows is None else Picked(whole, rows)
        self._bright = None
        y = view.chain.place(row) if row >= 0 and self.count else 0
        self.lines_moved(y)
        self.scroll_to(y=max(0, y - above), animate=False, immediate=True, force=True)
        self.show_line(y)
        if self.row != row:
            self.cursor_moved()

    def carried(
        self, rows: Sequence[int] | None, trace: Trace, view: ChainView | None = None
    ) -> Sequence[int] | None:
        """Where rows of another reading of the run are in the list. None of none, and of so many that it would take long."""
        view = view or self.view
        if rows is None or view is None or view.trace is trace:
            return rows
        if view.trace.id != trace.id or len(rows) > AT_ONCE_STEPS:
            return None
        return sorted(row for each in rows if (row := view.row_of(trace.ids[each])) >= 0)

    def dress(self, view: ChainView, before: ChainView | None) -> None:
        """Of a run that goes on, what was found and left stays until it is known anew: nothing goes and comes again."""
        super().dress(view, before)
        if before is not None and before.trace is not view.trace:
            self.hits = self.carried(self.hits, before.trace, view) or ()
            self.picked = self.carried(self.picked, before.trace, view)
        if self.picked is not None and type(view.chain) is not Picked:
            view.chain = Picked(view.chain, self.picked)
        view.hits, view.noted, view.marked = self.hits, self.noted, self.marked

    def go_to(self, row: int) -> None:
        """A step that the filter hides takes the filter away."""
        hidden = self.view is not None and self.picked is not None and not self.view.chain.shows(row)
        if hidden:
            self.pick(None)
            self.post_message(self.Lifted(row))
        super().go_to(row)

    def stops(self, view: ChainView) -> Sequence[int]:
        return view.stops if self.picked is None else [row for row in view.stops if view.chain.shows(row)]
