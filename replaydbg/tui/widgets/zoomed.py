"""The list of steps from farther away: by round, by agent, or the whole run on one screen; the selected step stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.message import Message
from textual.worker import get_current_worker

from replaydbg.graph.lanes import Chain
from replaydbg.graph.zoom import Level, Stretches, Zoomed
from replaydbg.tui.background import give_way
from replaydbg.tui.widgets.filtered import FilteredChain
from replaydbg.tui.widgets.line_list import AT_ONCE_STEPS
from replaydbg.views.chain import ChainView


class ZoomedChain(FilteredChain):
    class Leveled(Message):
        """The list is shown at another level."""

    level = Level.STEP
    _stretches: Stretches | None = None
    _made: Stretches | None = None
    """Those of a long run that goes on while it is looked at from farther away, before it is shown."""
    _anchor = -1
    """The step that one is at, on a row that stands for many."""

    @property
    def row(self) -> int:
        """On a row that stands for a stretch, the step that one came from, or went to."""
        view = self.view
        if view is not None and self.level is not Level.STEP and self.count:
            entry = view.chain.entry(min(self.cursor, self.count - 1))
            if entry.row <= self._anchor < entry.end:
                return self._anchor
        return super().row

    def _lay(self, number: int, laid: Callable[[], ChainView]) -> ChainView:
        """Once all of a long run is known, also what the first look from farther away would have to wait for."""
        level, lines = self.level, max(self.size.height, 1)

        def from_afar() -> ChainView:
            view = laid()
            if self.goes_on and level is not Level.STEP:
                made = Stretches(view.trace, give_way)
                made.of(level, lines)
                view.totals.prepare()
                self._made = made
            return view

        view = super()._lay(number, from_afar)
        if view.facts is None:
            return view
        view.totals.prepare()
        known = self._stretches
        if known is not None and known.trace is view.trace:
            return view
        stretches = Stretches(view.trace, give_way)
        _ = stretches.rounds
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._prepared, stretches)
        return view

    def _prepared(self, stretches: Stretches) -> None:
        if self.view is not None and self.view.trace is stretches.trace and self._stretches is None:
            self._stretches = stretches

    def show_level(self, level: Level) -> None:
        """Show the steps from nearer or from farther away, made in a thread where there are many."""
        view = self.view
        if view is None:
            return
        if self._stretches is None or self._stretches.trace is not view.trace:
            self._stretches = Stretches(view.trace)
        stretches, lines = self._stretches, max(self.size.height, 1)
        if level is Level.STEP or len(view.trace) <= AT_ONCE_STEPS:
            self._leveled(view, level, stretches)
        else:

            def make() -> None:
                stretches.of(level, lines)
                view.totals.prepare()
                if not get_current_worker().is_cancelled:
                    self.app.call_from_thread(self._leveled, view, level, stretches)

            self.run_worker(make, thread=True, exclusive=True, exit_on_error=False, group="zoom")

    def _leveled(self, view: ChainView, level: Level, stretches: Stretches) -> None:
        now = self.view
        if now is None or now.trace is not view.trace:
            return
        row, above = self.row, self.cursor - self.scroll_offset.y
        self.level, self._anchor = level, row
        now.chain = self._zoomed(now.chain.whole, stretches)
        self._bright = None
        y = now.chain.reveal(row) if row >= 0 and self.count else 0
        self.lines_moved(y)
        self.scroll_to(y=max(0, y - above), animate=False, immediate=True, force=True)
        self.show_line(y)
        self.post_message(self.Leveled())

    def _zoomed(self, whole: Chain, stretches: Stretches) -> Chain:
        if self.level is Level.STEP:
            return whole
        return Zoomed(whole, stretches.of(self.level, max(self.size.height, 1)), self.level)

    def dress(self, view: ChainView, before: ChainView | None) -> None:
        if before is not None and before.trace is not view.trace:
            self._go_on(view, before)
        super().dress(view, before)
        if (
            self.level is not Level.STEP
            and self._stretches is not None
            and not isinstance(view.chain, Zoomed)
        ):
            view.chain = self._zoomed(view.chain, self._stretches)

    def _go_on(self, view: ChainView, before: ChainView) -> None:
        """Another trace is about to be shown: by its steps, or, where a run goes on that is still written, from as far as before."""
        if self.level is Level.STEP or not self.goes_on or before.trace.id != view.trace.id:
            self.level, self._stretches = Level.STEP, None
            return
        made, row = self._made, self.row
        self._stretches = made if made is not None and made.trace is view.trace else Stretches(view.trace)
        to_end = self.at_end and self.stays_at_end
        self._anchor = len(view.trace) - 1 if to_end else -1
        if not to_end and row >= 0:
            self._anchor = view.row_of(before.trace.ids[row])

    def action_level(self, nearer: int) -> None:
        level = self.level + nearer
        if self.picked is None and Level.RUN <= level <= Level.STEP:
            self.show_level(Level(level))

    @property
    def on_stretch(self) -> bool:
        """Whether the cursor is on a row that can be looked into from nearer by."""
        return self.view is not None and self.count > 0 and self.view.chain.entry(self.cursor).stretch

    def action_open(self) -> None:
        """Look into a stretch from nearer by."""
        if self.on_stretch:
            self.action_level(1)
        else:
            super().action_open()

    def jump_to(self, row: int) -> None:
        """From farther away, to the stretch that the step is in: what is around the list shows the step itself."""
        self._anchor = row
        super().jump_to(row)

    def go_to(self, row: int) -> None:
        if self.level is not Level.STEP:
            self._anchor = row
        super().go_to(row)

    def pick(self, rows: Sequence[int] | None) -> None:
        """A filter shows single steps."""
        if rows is not None:
            self.level = Level.STEP
        super().pick(rows)
