"""The verbs that change nothing: moving, looking, searching, copying, leaving."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from textual import work

from replaydbg.core.trace import StepNotFound, Trace
from replaydbg.errors import ReplaydbgError
from replaydbg.graph.zoom import Level
from replaydbg.tui import actions
from replaydbg.tui.messages import BackToTraces
from replaydbg.tui.screens.reading import ReadingStep
from replaydbg.tui.widgets.panes import Chain, FindingsPane, FlowPane, PlanPane
from replaydbg.tui.widgets.timeline import TimelineHead
from replaydbg.views.text import plural


class Moving(ReadingStep):
    _map_is_new = False
    """Whether the flow map was opened, and nobody has said how much room it gets."""
    _zoomed_for_map = False
    _left_unsaved = -1
    """How far the history was when somebody was told that the disk has not taken all of it."""

    def do_next_finding(self) -> None:
        self.chain.action_next_finding(1)

    def do_previous_finding(self) -> None:
        self.chain.action_next_finding(-1)

    def do_next_loop(self) -> None:
        self.chain.action_next_loop(1)

    def do_previous_loop(self) -> None:
        self.chain.action_next_loop(-1)

    def do_parent(self) -> None:
        self.chain.action_parent()

    def do_first_child(self) -> None:
        self.chain.action_first_child()

    def do_next_sibling(self) -> None:
        self._sibling(1)

    def do_previous_sibling(self) -> None:
        self._sibling(-1)

    def _sibling(self, direction: int) -> None:
        flow = self.query_one(FlowPane)
        if flow.display:
            flow.action_card(direction)
        else:
            self.chain.action_sibling(direction)

    @work
    async def do_go_to(self) -> None:
        from replaydbg.tui.screens.dialogs import Line

        said = await self.app.push_screen_wait(
            Line(": step", "", "a number, +20, -20, 50%, or an id or its beginning")
        )
        shown = self.desk.shown
        if not said or shown is None:
            return
        try:
            self.chain.go_to(place_of(said.strip(), self.row, shown.trace, self.chain.picked))
        except StepNotFound as problem:
            self.say(str(problem))
        except IndexError:
            self.say(f"the filter leaves no step to go to: {self.key('back')} clears it")

    # Panes

    def do_open(self) -> None:
        """What the line of the pane leads to; from the list of steps, its detail."""
        pane = self.pane_name()
        if pane == actions.CHAIN and self.chain.on_stretch:
            self.chain.action_level(1)
        elif pane == actions.CHAIN:
            self._to_detail()
        elif pane == actions.DETAIL:
            self.detail.document.action_open()
        elif pane == actions.FINDINGS:
            self.query_one(FindingsPane).action_open()
        elif pane == actions.MAP:
            self.query_one(FlowPane).action_open()
        else:
            self.query_one(PlanPane).action_open()

    def do_back(self) -> None:
        if self.pane_name() == actions.DETAIL and self.detail.document.sought:
            self.detail.document.forget()
            return
        at_home = self.at_home()
        if at_home and self.stop_search():
            return
        self.remove_class("-zoomed")
        if self.pane_name() == actions.MAP or self.query_one(FlowPane).display:
            self._show_map(on=False)
        elif self.pane_name() in (actions.FINDINGS, actions.PLAN):
            self.focused_pane_off()
        elif self.chain.stretch is not None and not self.has_class("-detail"):
            self._show_timeline(on=False)
        elif self.pane_name() == actions.CHAIN and self.chain.level is not Level.STEP:
            self.chain.show_level(Level.STEP)
        self.remove_class("-detail")
        self.set_focus(self.chain)
        if at_home:
            self.clear_filter()

    def focused_pane_off(self) -> None:
        if self.focused is not None:
            self.focused.display = False

    def do_next_pane(self) -> None:
        self._to_pane(1)

    def do_previous_pane(self) -> None:
        self._to_pane(-1)

    def _to_pane(self, by: int) -> None:
        first = self.query_one(FlowPane) if self.query_one(FlowPane).display else self.chain
        panes = [first, self.query_one(FindingsPane), self.query_one(PlanPane), self.detail.document]
        there = [pane for pane in panes if pane.display]
        at = there.index(self.focused) if self.focused in there else 0
        pane = there[(at + by) % len(there)]
        self.set_class(pane is self.detail.document, "-detail")
        if self.has_class("-zoomed"):
            self.set_class(pane is self.detail.document, "-zoomed-detail")
        self.set_focus(pane)
        if pane is self.detail.document:
            self.read_on_inside()

    def do_zoom(self) -> None:
        below = (self.query_one(FindingsPane), self.query_one(PlanPane))
        if self.has_class("-narrow") and not any(pane.display for pane in below):
            self.say(f"{self.key('zoom')} Zoom: this pane has all the room")
            return
        self._map_is_new = self._zoomed_for_map = False
        self.toggle_class("-zoomed")

    def do_zoom_in(self) -> None:
        self._zoom(1)

    def do_zoom_out(self) -> None:
        self._zoom(-1)

    def _zoom(self, direction: int) -> None:
        if self.uncover():
            self.set_focus(self.chain)
        flow = self.query_one(FlowPane)
        if flow.display:
            self.say(flow.action_zoom(direction), "dim")
            return
        self.chain.action_zoom(direction)

    def on_zoomed_chain_leveled(self, _event: Chain.Leveled) -> None:
        chain, level = self.chain, self.chain.level
        lines = plural(chain.count, "line")
        farther = {Level.STEP: "", Level.RUN: "   {zoom_in} from nearer by"}.get(
            level, "   {zoom_in} nearer, {zoom_out} farther"
        )
        self.say(f"{LEVELS[level]}: {lines}{actions.keyed(self.WHERE, farther)}", "dim")
        self.paint_header()
        self.offer()

    def do_waterfall(self) -> None:
        if self.chain.size.width < 84:
            self.say(
                f"{self.key('waterfall')} Waterfall: the list is too narrow for bars of time; {self.key('zoom')} gives it all the room"
            )
            return
        self.chain.action_waterfall()

    def do_timeline(self) -> None:
        covered = self.uncover()
        self._show_timeline(on=covered or self.chain.stretch is None)

    def _show_timeline(self, *, on: bool) -> None:
        """It takes all the width: z brings the detail back."""
        if not self.chain.show_timeline(on=on):
            self.say(f"{self.key('timeline')} Timeline: no times were recorded")
            return
        self.query_one(TimelineHead).display = on
        self.set_class(on, "-zoomed")
        self.remove_class("-zoomed-detail")
        if on:
            self._show_map(on=False)
            self.say(
                f"{self.key('zoom_in')} and {self.key('zoom_out')} zoom, {self.key('earlier')} and {self.key('later')} pan, {self.key('timeline')} closes",
                "dim",
            )

    def do_map(self) -> None:
        on = self.uncover() or not self.query_one(FlowPane).display
        if on and self.query_one(TimelineHead).display:
            self._show_timeline(on=False)
        self._show_map(on=on)

    def uncover(self) -> bool:
        """Take the detail away where it hides all else, so that what a key opens is seen. Gives whether it did."""
        covered = self.has_class("-detail") and self.has_class("-narrow")
        covered = covered or (self.has_class("-zoomed-detail") and self.has_class("-zoomed"))
        self.remove_class("-detail", "-zoomed-detail")
        return covered

    def _show_map(self, *, on: bool) -> None:
        flow = self.query_one(FlowPane)
        if on and self.chain.view is not None:
            flow.load(self.chain.view)
            flow.show_rows(self.row)
        flow.display = on
        self.query_one("#steps").display = not on
        if self._zoomed_for_map and not on:
            self.remove_class("-zoomed", "-zoomed-detail")
        self._map_is_new, self._zoomed_for_map = on, False
        self.set_focus(flow if on else self.chain)

    def all_found(self) -> None:
        """The map of a run that goes on goes on with it."""
        super().all_found()
        self.chain.once_shown(self._redraw_map)

    def _redraw_map(self) -> None:
        flow = self.query_one(FlowPane)
        if flow.display and self.chain.view is not None:
            flow.load(self.chain.view)

    def on_chain_list_highlighted(self, event: Chain.Highlighted) -> None:
        """Who jumps to a step (the next finding, a hit, a number) with the map open sees on it where that is."""
        flow = self.query_one(FlowPane)
        if flow.display and event.row != self.row:
            flow.show_rows(event.row)

    def on_flow_map_view_drawn(self, event: FlowPane.Drawn) -> None:
        """A map that has no room beside the detail gets all there is, as the timeline does: z brings the detail back."""
        if not (self._map_is_new and event.crowded):
            return
        self._map_is_new, self._zoomed_for_map = False, not self.has_class("-zoomed")
        self.add_class("-zoomed")
        self.say(
            f"{self.key('open')} shows only the steps of what is selected, {self.key('fold')} all rows of a card, "
            f"{self.key('zoom_in')} and {self.key('zoom_out')} more lines and fewer",
            "dim",
        )
        self.offer()

    def do_findings(self) -> None:
        pane = self.query_one(FindingsPane)
        if pane.display and self.focused is pane:
            pane.display = False
            self.set_focus(self.chain)
            return
        pane.display = True
        pane.choose_step(self.row)
        self.query_one(PlanPane).display = False
        self.uncover()
        self.set_focus(pane)

    def do_severity(self) -> None:
        pane = self.query_one(FindingsPane)
        pane.display = True
        self.query_one(PlanPane).display = False
        self.uncover()
        pane.action_severity()
        self.say("findings of every severity" if pane.least is None else str(pane.border_title), "dim")

    def _tab(self, tab: int) -> None:
        self.settle()
        self.detail.choose(tab)
        self.add_class("-detail")

    def do_tab_1(self) -> None:
        self._tab(0)

    def do_tab_2(self) -> None:
        self._tab(1)

    def do_tab_3(self) -> None:
        self._tab(2)

    def do_tab_4(self) -> None:
        self._tab(3)

    def do_tab_5(self) -> None:
        self._tab(4)

    def do_tab_6(self) -> None:
        self._tab(5)

    # The program

    def do_traces(self) -> None:
        """The app takes this screen away."""
        if self._may_leave():
            self.post_message(BackToTraces())

    def do_quit_or_back(self) -> None:
        if self.at_home() and self.desk.one_of_many:
            self.do_traces()
        elif self.at_home():
            self.do_quit()
        else:
            self.detail.document.forget()
            self.do_back()

    def do_quit(self) -> None:
        if not self._may_leave():
            return
        self.app.exit(0)
        self.let_go()

    def _may_leave(self) -> bool:
        """What no disk has taken is tried once more, and said; who asks again goes without it."""
        sitting = self.desk.sitting
        if sitting is None or sitting.saved or self._left_unsaved == sitting.history.sequence:
            return True
        try:
            sitting.keep()
        except ReplaydbgError as problem:
            self._left_unsaved = sitting.history.sequence
            self.say(
                f"what you have made is not on disk: {problem.message}. Make room for it; or quit once more, without it",
                "error",
            )
            return False
        return True

    def do_suspend(self) -> None:
        self.app.action_suspend_process()

    def on_unmount(self) -> None:
        self.let_go()  # however the program ends

    def let_go(self) -> None:
        """Nothing of this trace will be shown any more."""
        if self.desk.sitting is not None:
            self.desk.sitting.close()

    def on_findings_list_chosen(self, event: FindingsPane.Chosen) -> None:
        self.chain.go_to(event.row)
        from replaydbg.views.detail import FINDINGS

        self.detail.choose(FINDINGS)

    def on_flow_map_view_chosen(self, event: FlowPane.Chosen) -> None:
        """The list shows only the steps that the place, or the passage, on the map stands for."""
        if not event.rows:
            return
        rows = sorted(event.rows)
        self.filtered, self.picked_on_map = "", event.label
        self.searched, self.hits = event.label, rows
        self.chain.find(rows)
        self._show_map(on=False)
        self.chain.pick(rows)
        self.chain.go_to(rows[0])
        self.paint_header()
        self.say(
            f"{event.label}: {plural(len(rows), 'step')}; {self.key('back')} shows all again, {self.key('next_hit')} and {self.key('previous_hit')} go through them",
            "good",
        )

    def on_chain_list_opened(self, _event: Chain.Opened) -> None:
        self.do_open()


def place_of(said: str, row: int, trace: Trace, picked: Sequence[int] | None = None) -> int:
    """The row for `12` or `#12`, `+20` and `-20` from `row`, `50%` of the run, an id or its beginning. Raises StepNotFound.

    Of the rows that a filter has `picked`, distances and shares are of what is shown; IndexError where that is nothing.
    """
    rows = range(len(trace)) if picked is None else picked
    if said[:1] in ("+", "-") and said[1:].isdecimal():
        return rows[max(0, min(bisect_left(rows, row) + int(said), len(rows) - 1))]
    if said.endswith("%") and said[:-1].isdecimal():
        return rows[min(len(rows) * int(said[:-1]) // 100, len(rows) - 1)]
    return trace.find(f"#{said}" if said.isdecimal() else said)


LEVELS = {
    Level.STEP: "every step",
    Level.ROUND: "a line for each model call and what it led to",
    Level.AGENT: "a line for each turn of an agent",
    Level.RUN: "the whole run on one screen",
}
