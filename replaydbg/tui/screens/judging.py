"""What a person makes of a finding: mend it, or say why it is none."""

from __future__ import annotations

from textual import work

from replaydbg.core.finding import Finding
from replaydbg.graph.fingerprints import fingerprint
from replaydbg.tui import actions
from replaydbg.tui.screens.running import Running
from replaydbg.tui.widgets.panes import FindingsPane


class Judging(Running):
    def finding(self) -> Finding | None:
        """The one under the cursor in the list of findings; else the worst of the step that is looked at."""
        if self.pane_name() == actions.FINDINGS:
            pane = self.query_one(FindingsPane)
            return pane.rows[pane.cursor].finding if pane.cursor < len(pane.rows) else None
        shown = self.desk.shown
        if shown is None or not 0 <= self.row < len(shown.trace):
            return None
        own = shown.by_step.get(shown.trace.ids[self.row], ())
        return max(own, key=lambda one: one.severity, default=None)

    def do_mend(self) -> None:
        """Start the edit, as if the person had typed it: u takes it back, r re-runs."""
        from replaydbg.rules import _repairs
        from replaydbg.session.commands import AddEdit

        shown, finding = self.desk.shown, self.finding()
        if shown is None or finding is None:
            self.say("no finding stands here: ] goes to the next one")
            return
        repair = _repairs.repair(shown.facts, finding)
        if repair is None:
            self.say(f"{finding.name}: what would mend it is not known; e edits the step")
            return
        if self.do(AddEdit(repair.edit)):
            self.chain.go_to(shown.trace.row(repair.edit.step_id))
            self.show_plan(on=True)
            self.say(f"edited: {repair.words}; r re-runs, u takes it back", "good")

    @work
    async def do_suppress(self) -> None:
        from replaydbg.session.commands import Suppress
        from replaydbg.tui.screens.dialogs import Line

        shown, finding = self.desk.shown, self.finding()
        if shown is None or finding is None:
            self.say("no finding stands here: ] goes to the next one")
            return
        reason = await self.app.push_screen_wait(
            Line(f"why is {finding.name} no problem?", "", "a reason; it is kept and told by check")
        )
        if reason is None or not reason.strip():
            self.say("nothing was suppressed: that needs a reason", "dim")
            return
        if self.do(Suppress(fingerprint(shown.trace, finding), reason)):
            self.say(f"{finding.name} is not told any more: u takes it back", "good")
