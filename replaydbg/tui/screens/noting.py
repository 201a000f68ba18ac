"""The verbs of a person who keeps track: notes and marks on steps, places visited, what readers had to bend."""

from __future__ import annotations

from textual import work

from replaydbg.tui.screens.judging import Judging
from replaydbg.tui.widgets.panes import Chain
from replaydbg.views.blocks import Block, shown
from replaydbg.views.text import plural

_PLACES_MAX = 200


class Noting(Judging):
    @work
    async def do_note(self) -> None:
        from replaydbg.session.commands import SetNote
        from replaydbg.tui.screens.dialogs import Line

        shown_now, session = self.desk.shown, self.desk.session
        assert shown_now is not None  # `why_not` of the action
        assert session is not None
        step_id, number = shown_now.trace.ids[self.row], self.row + 1
        before = session.notes.get(step_id, "")
        line = Line(f"; note on #{number}", before, "what you think; nothing takes the note away")
        said = await self.app.push_screen_wait(line)
        if said is not None and said.strip() != before and self.do(SetNote(step_id, said.strip())):
            self.say(f"noted on #{number}" if said.strip() else f"the note on #{number} is gone", "good")

    def do_mark(self) -> None:
        from replaydbg.session.commands import SetMark

        shown_now, session = self.desk.shown, self.desk.session
        assert shown_now is not None  # `why_not` of the action
        assert session is not None
        step_id = shown_now.trace.ids[self.row]
        on = step_id not in session.marks
        if self.do(SetMark(step_id, on)):
            self.say(
                f"#{self.row + 1} is marked: {self.key('next_mark')} goes to marks"
                if on
                else f"#{self.row + 1} is marked no more",
                "good",
            )

    def do_next_mark(self) -> None:
        """To the next mark or note, from the last one to the first."""
        view = self.chain.view
        rows = sorted({*view.noted, *view.marked}) if view is not None else []
        if rows:
            self.chain.go_to(next((row for row in rows if row > self.row), rows[0]))

    # Places visited

    def on_chain_list_highlighted(self, event: Chain.Highlighted) -> None:
        """A person's jump leaves a place to go back to; a step of the cursor does not."""
        shown_now = self.desk.shown
        jumped = self.touched and event.went and self.row >= 0 and abs(event.row - self.row) > 1
        if shown_now is not None and jumped and not self._travelling:
            self.places = [*self.places[-_PLACES_MAX:], shown_now.trace.ids[self.row]]
            self.ahead = []
        self._travelling = False

    _travelling = False

    def do_go_back(self) -> None:
        self._travel_to(self.places, self.ahead)

    def do_go_forward(self) -> None:
        self._travel_to(self.ahead, self.places)

    def _travel_to(self, come_from: list[str], leave_to: list[str]) -> None:
        shown_now = self.desk.shown
        assert shown_now is not None  # `why_not` of the actions
        trace = shown_now.trace
        while come_from:
            id_ = come_from.pop()
            if id_ in trace.ids and id_ != trace.ids[self.row]:
                leave_to.append(trace.ids[self.row])
                self._travelling = True
                self.chain.go_to(trace.row(id_))
                return

    # Pages

    def do_notices(self) -> None:
        from replaydbg.tui.screens.page import PageScreen

        notices = list(self.desk.notices)
        title = f"{plural(len(notices), 'notice')}: what had to be bent to show this recording"
        blocks = [Block(f"· {shown(notice)}", spans=((0, 1, "dim"),), hang=2) for notice in notices]
        self.app.push_screen(PageScreen(title, lambda _folds, _width: iter(blocks)))
