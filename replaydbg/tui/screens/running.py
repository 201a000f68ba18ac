"""The verbs about futures: re-running what follows the edits, branches, comparing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import work

from replaydbg.core.branch import Branch, Edit, Provenance
from replaydbg.core.step import Kind
from replaydbg.errors import ReplaydbgError
from replaydbg.tui import workers
from replaydbg.tui.desk import Shown
from replaydbg.tui.messages import Compared
from replaydbg.tui.screens.changing import Changing

if TYPE_CHECKING:
    from replaydbg.actions.rerun import RerunOptions


class Running(Changing):
    @work
    async def do_rerun(self) -> None:
        from replaydbg.tui.screens.rerun import RerunScreen
        from replaydbg.views.plan import headline

        desk, shown, session = self.desk, self.desk.shown, self.desk.session
        assert shown is not None  # `why_not` of the action
        assert session is not None
        if desk.plan is None:
            self.say("what the edits touch is still being worked out: press r again in a moment")
            return
        terms = RerunScreen(
            desk.setup, shown.trace, desk.plan, desk.edits, _recorded_provider(shown), always=desk.always
        )
        options = await self.app.push_screen_wait(terms)
        if options is None:
            self.say(f"nothing was sent. {headline(desk.plan)}", "dim")
            return
        options = replace(
            options, branch_id=session.free_branch_id(), parent=session.current, choices=desk.choices
        )
        await self._run(shown, desk.edits, options)

    @work
    async def do_resume(self) -> None:
        """Go on with the stopped branch that is looked at: its edits on its parent, its answers first."""
        from replaydbg.actions.plan import plan_edits
        from replaydbg.actions.rerun import going_on
        from replaydbg.tui.screens.rerun import RerunScreen

        desk, session = self.desk, self.desk.session
        branch = desk.shown.branch if desk.shown is not None else None
        assert branch is not None  # `why_not` of the action
        assert session is not None
        parent = desk.of_branch(branch.parent)
        assert parent is not None
        plan = await asyncio.to_thread(plan_edits, parent.facts, branch.edits, branch.choices)
        terms = RerunScreen(
            desk.setup, parent.trace, plan, branch.edits, _recorded_provider(parent), always=desk.always
        )
        options = await self.app.push_screen_wait(terms)
        if options is None:
            self.say("nothing was sent", "dim")
            return
        await self._run(parent, branch.edits, going_on(options, branch))

    async def _run(self, shown: Shown, edits: tuple[Edit, ...], options: RerunOptions) -> None:
        from replaydbg.session.commands import AddBranch, ContinueBranch
        from replaydbg.tui.screens.progress import ProgressScreen

        desk = self.desk
        journal = desk.sitting.run_journal() if desk.sitting is not None else None
        result = await self.app.push_screen_wait(
            ProgressScreen(shown.facts, edits, options, desk.always, journal)
        )
        if isinstance(result, ReplaydbgError):
            self.tell("The re-run did not begin", result.message, result.hint)
            return
        if self.do(ContinueBranch(result) if options.resume is not None else AddBranch(result)):
            self._opened(result)
        if journal is not None:
            journal.end() if desk.sitting is not None and desk.sitting.saved else journal.close()

    def _to_first_change(self, branch: Branch) -> None:
        """Put the cursor where the branch leaves its parent."""
        changed = (row for row, step in enumerate(branch.steps) if step.provenance is not Provenance.RECORDED)
        row = next(changed, None)
        if row is not None:
            self.chain.go_to(row)

    def _opened(self, branch: Branch) -> None:
        """A branch was made: what became of the findings is the headline, once the rules have been over it."""
        self.show_plan(on=False)
        self._to_first_change(branch)
        if branch.stopped is not None:
            self.tell(
                f"Stopped: {branch.stopped.kind}",
                branch.stopped.reason,
                "everything before it is in the branch",
            )

    def compare_with_parent(self) -> None:
        shown = self.desk.shown
        if shown is None or shown.branch is None:
            return
        parent = self.desk.of_branch(shown.branch.parent)
        if parent is not None:
            self.work("compare", partial(workers.compare, shown.branch.id, parent, shown, self.post_message))

    def sitting_changed(self) -> None:
        super().sitting_changed()
        shown = self.desk.shown
        if shown is not None and shown.branch is not None and shown.branch.id not in self.desk.comparisons:
            self.compare_with_parent()

    def on_compared(self, event: Compared) -> None:
        from replaydbg.views.compare import gained_and_lost

        shown = self.desk.shown
        self.desk.comparisons[event.branch_id] = event.comparison
        if shown is None or shown.branch is None or shown.branch.id != event.branch_id:
            return
        self.paint_header()
        text, look = gained_and_lost(event.comparison)
        self.say(f"{text}   D compares step by step", look)
        if self.waiting_to_compare:
            self.waiting_to_compare = False
            self.do_compare()

    waiting_to_compare = False

    def do_compare(self) -> None:
        from replaydbg.tui.screens.compare import CompareScreen

        desk, shown = self.desk, self.desk.shown
        assert shown is not None  # `why_not` of the action
        assert shown.branch is not None
        comparison = desk.comparisons.get(shown.branch.id)
        parent = desk.of_branch(shown.branch.parent)
        if comparison is None or parent is None:
            self.waiting_to_compare = True
            self.say("comparing …", "dim")
            self.compare_with_parent()
            return
        titles = (_title(parent), _title(shown))
        self.app.push_screen(
            CompareScreen(comparison, parent.trace, shown.trace, titles), self._left_comparison
        )

    def do_compare_step(self) -> None:
        """The step beside the one it was: for a pending edit, before and after; in a branch, the parent's step."""
        from replaydbg.tui.screens.compare import StepDifference

        shown = self.desk.shown
        assert shown is not None  # `why_not` of the action
        after = self.desk.subject(self.row)
        assert after is not None
        parent, row = shown, self.row
        if not after.edits and shown.branch is not None:
            origin = shown.branch.steps[self.row]
            above = self.desk.of_branch(shown.branch.parent)
            assert above is not None
            parent, row = above, above.trace.row(origin.of or "")
        self.app.push_screen(StepDifference(parent.trace.step(row), after.step))

    def _left_comparison(self, row: int | None) -> None:
        if row is not None:
            self.chain.go_to(row)

    @work
    async def do_branches(self) -> None:
        from replaydbg.tui.screens.branches import BranchesScreen

        at: str | None = None
        while True:
            session = self.desk.session
            assert session is not None  # `why_not` of the action
            answer = await self.app.push_screen_wait(BranchesScreen(session, self.desk.headlines(), at))
            if answer is None:
                return
            what, at = answer
            if not await self._done_with_branch(what, at):
                return

    async def _done_with_branch(self, what: str, branch_id: str) -> bool:
        """Do it; True where the list of branches is to be shown again."""
        from replaydbg.session.commands import DropBranch, SelectBranch, SetLabel, SetMark, SetNote
        from replaydbg.tui.screens.dialogs import Line
        from replaydbg.views.branches import note_id

        session = self.desk.session
        assert session is not None
        branch, note = session.branch(branch_id), note_id(branch_id)
        match what:
            case "drop":
                if self.do(DropBranch(branch_id)):
                    self.say(f"branch {branch_id} is dropped: u brings it back", "good")
                return bool(self.desk.branches)
            case "label":
                said = await self.app.push_screen_wait(
                    Line("name", branch.label if branch else "", "what it tries")
                )
                return said is None or self.do(SetLabel(branch_id, said.strip()))
            case "note":
                before = session.notes.get(note, "")
                said = await self.app.push_screen_wait(
                    Line("; note", before, "what you expected, and what came of it")
                )
                return said is None or self.do(SetNote(note, said.strip()))
            case "pin":
                return self.do(SetMark(note, note not in session.marks))
        if (branch_id == session.current or self.do(SelectBranch(branch_id))) and what == "compare":
            self.do_compare()
        return False


def _title(shown: Shown) -> str:
    return (shown.branch.label or f"branch {shown.branch.id}") if shown.branch is not None else "recording"


def _recorded_provider(shown: Shown) -> str:
    """The provider that the first model call names, "" where none does."""
    row = next(iter(shown.trace.rows(Kind.MODEL_CALL)), None)
    return shown.trace.body(row).provider if row is not None else ""
