"""What a person makes of a finding: mend it, or say why it is none."""

from __future__ import annotations

from textual import work

from replaydbg.core.finding import Finding
from replaydbg.graph.fingerprints import fingerprint
from replaydbg.tui import actions
from replaydbg.tui.desk import Shown
from replaydbg.tui.screens.running import Running
from replaydbg.tui.screens.workplace import rule_page
from replaydbg.tui.widgets.panes import FindingsPane


class Judging(Running):
    def finding(self) -> Finding | None:
        """The one under the cursor in the list of findings; else the worst of the step that is looked at."""
        if self.pane_name() == actions.FINDINGS:
            line = self.query_one(FindingsPane).under_cursor
            return line.finding if line is not None else None
        shown = self.desk.shown
        if shown is None or not 0 <= self.row < len(shown.trace):
            return None
        own = shown.by_step.get(shown.trace.ids[self.row], ())
        return max(own, key=lambda one: one.severity, default=None)

    def _none_here(self) -> str:
        if self.pane_name() == actions.FINDINGS:
            return "this line is a rule with its findings: choose one of them"
        return f"no finding stands here: {self.key('next_finding')} goes to the next one"

    @work
    async def do_explain(self) -> None:
        """The page of the finding; what is wished for there is done here."""
        from replaydbg.tui.screens.finding import GO, MEND, FindingScreen

        shown, finding, pane = self.desk.shown, self.finding(), self.query_one(FindingsPane)
        if finding is None and self.pane_name() == actions.FINDINGS and pane.under_cursor is not None:
            finding = pane.first_of(pane.under_cursor.rule)
        if shown is None or finding is None:
            self.say(self._none_here())
            return
        listed = pane.listed
        at = next((at for at, one in enumerate(listed) if one is finding), None)
        screen = FindingScreen(
            shown,
            listed if at is not None else (finding,),
            at or 0,
            rule_page,
            self.desk.read_only,
            listed=lambda: pane.listed,
        )
        wish = await self.app.push_screen_wait(screen)
        if wish is None:
            return
        if wish.what == GO:
            self.go_to_step(screen.shown.trace.ids[wish.row])
        elif wish.what == MEND:
            await self._mend(screen.shown, wish.finding)
        else:
            await self._suppress(screen.shown, wish.finding)

    @work
    async def do_suspects(self) -> None:
        from replaydbg.tui.screens.suspects import SuspectsScreen

        shown = self.desk.shown
        assert shown is not None  # `why_not` of the action
        row = await self.app.push_screen_wait(SuspectsScreen(shown))
        if row is not None:
            self.go_to_step(shown.trace.ids[row])

    @work
    async def do_mend(self) -> None:
        shown, finding = self.desk.shown, self.finding()
        if shown is None or finding is None:
            self.say(self._none_here())
            return
        await self._mend(shown, finding)

    async def _mend(self, shown: Shown, finding: Finding) -> None:
        """Start the edit, as if the person had typed it: u takes it back, r re-runs."""
        from replaydbg.rules import _repairs
        from replaydbg.session.commands import AddEdit
        from replaydbg.tui.screens.dialogs import Choose

        repair = _repairs.repair(shown.facts, finding)
        if repair is None and (choices := _repairs.choices(shown.facts, finding)):
            options = [(choice.words, "") for choice in choices]
            chosen = await self.app.push_screen_wait(Choose(finding.message, options))
            if chosen is None:
                self.say("nothing was edited", "dim")
                return
            repair = choices[chosen]
        if repair is None:
            await self._mend_by_hand(shown, finding)
            return
        if self.do(AddEdit(repair.edit)):
            self.chain.go_to(shown.trace.row(repair.edit.step_id))
            self.show_plan(on=True)
            self.say(
                f"edited: {repair.words}; {self.key('rerun')} re-runs, {self.key('undo')} takes it back",
                "good",
            )

    async def _mend_by_hand(self, shown: Shown, finding: Finding) -> None:
        """Where it is known what to edit and not what to write: the person writes, told what for."""
        from replaydbg.rules import _beginnings
        from replaydbg.views import editing

        found = _beginnings.beginning(shown.facts, finding)
        about = self.desk.subject(found.row) if found is not None else None
        part = editing.part_at(about, found.pointer) if found is not None and about is not None else None
        if found is None or part is None:
            advice = _beginnings.advice(finding) or "what would mend it is not known"
            self.say(f"{finding.name}: {advice}; {self.key('edit')} edits the step")
            return
        self.chain.go_to(found.row)
        self.row = found.row  # the list says so a message later
        self.settle()
        again = (
            f"then {self.key('rerun')} re-runs, and the comparison says whether the {finding.name} is gone"
        )
        edit = await self.write(part, f"{found.words}; {again}")
        if edit is None:
            self.say(self.said or "nothing was edited", "dim")
            return
        self.desk.tries[edit.step_id, edit.pointer] = f"{finding.name}: {found.words}"
        self.say(f"edited: {self.key('rerun')} re-runs, {self.key('undo')} takes it back", "good")

    @work
    async def do_suppress(self) -> None:
        shown, finding = self.desk.shown, self.finding()
        if shown is None or finding is None:
            self.say(self._none_here())
            return
        await self._suppress(shown, finding)

    async def _suppress(self, shown: Shown, finding: Finding) -> None:
        """With a reason; what is suppressed already is told again."""
        from replaydbg.session.commands import Suppress
        from replaydbg.tui.screens.dialogs import Line

        if any(one is finding for one, _ in shown.suppressed):
            if self.do(Suppress(fingerprint(shown.trace, finding), "")):
                self.say(f"this {finding.name} is told again", "good")
            return
        reason = await self.app.push_screen_wait(
            Line(f"why is this {finding.name} no problem?", "", "a reason; it is kept and told by check")
        )
        if reason is None or not reason.strip():
            self.say("nothing was suppressed: that needs a reason", "dim")
            return
        if self.do(Suppress(fingerprint(shown.trace, finding), reason)):
            self.say(f"this {finding.name} is not told any more: {self.key('undo')} takes it back", "good")
