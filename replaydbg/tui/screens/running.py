"""The verbs about futures: re-running what follows the edits, and going on with a branch that was stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work

from replaydbg.core.branch import Branch, Edit, Provenance
from replaydbg.core.step import Kind
from replaydbg.errors import ReplaydbgError
from replaydbg.tui.desk import Shown
from replaydbg.tui.screens.comparing import Comparing

if TYPE_CHECKING:
    from replaydbg.actions.rerun import RerunOptions

_AS_RECORDED = {Provenance.RECORDED, Provenance.UNPROVEN, Provenance.STALE}
"""Of steps that read as they did, whatever is known of them."""


class Running(Comparing):
    _wanted: Sequence[Edit] | None = None
    """The edits that are to be re-run when it is known what they touch."""

    @work
    async def do_rerun(self) -> None:
        from replaydbg.tui.screens.rerun import RerunScreen
        from replaydbg.views.plan import headline

        desk, shown, session = self.desk, self.desk.shown, self.desk.session
        assert shown is not None  # `why_not` of the action
        assert session is not None
        if desk.plan is None:
            self.say("working out what the edits touch…")
            self._wanted = desk.edits
            return
        terms = RerunScreen(
            desk.setup, shown.trace, desk.plan, desk.edits, recorded_provider(shown), always=desk.always
        )
        options = await self.app.push_screen_wait(terms)
        if options is None:
            self.say(f"nothing was sent. {headline(desk.plan)}", "dim")
            return
        options = replace(
            options, branch_id=session.free_branch_id(), parent=session.current, choices=desk.choices
        )
        await self._run(shown, desk.edits, options)

    def planned(self) -> None:
        """R was pressed in one go with saving: it is done now, unless something else was done meanwhile."""
        wanted, self._wanted = self._wanted, None
        if wanted == self.desk.edits and self.desk.plan is not None and self.app.screen is self:
            self.do_rerun()

    @work
    async def do_resume(self) -> None:
        """Go on with the stopped branch that is looked at: its edits on its parent, its answers first."""
        from replaydbg.actions.rerun import going_on

        branch = self.desk.shown.branch if self.desk.shown is not None else None
        assert branch is not None  # `why_not` of the action
        parent, options = await self._terms_of(branch)
        if options is not None:
            await self._run(parent, branch.edits, going_on(options, branch))

    async def _done_with_branch(self, what: str, branch_id: str) -> bool:
        session = self.desk.session
        branch = session.branch(branch_id) if session is not None else None
        if what != "rerun" or session is None or branch is None:
            return await super()._done_with_branch(what, branch_id)
        if self.desk.read_only:
            self.say(self.desk.read_only)
            return False
        parent, options = await self._terms_of(branch)
        if options is None:
            return True
        options = replace(
            options, branch_id=session.free_branch_id(), parent=branch.parent, choices=branch.choices
        )
        await self._run(parent, branch.edits, options)
        return False

    async def _terms_of(self, branch: Branch) -> tuple[Shown, RerunOptions | None]:
        """What the branch is of, and on which terms its edits are to be re-run there; None for not at all."""
        from replaydbg.actions.plan import plan_edits
        from replaydbg.tui.screens.rerun import RerunScreen

        desk = self.desk
        parent = desk.of_branch(branch.parent)
        assert parent is not None  # a branch goes with what came of it
        plan = await asyncio.to_thread(plan_edits, parent.facts, branch.edits, branch.choices)
        terms = RerunScreen(
            desk.setup,
            parent.trace,
            plan,
            branch.edits,
            recorded_provider(parent),
            always=desk.always,
            asked=branch.asked,
        )
        options = await self.app.push_screen_wait(terms)
        if options is None:
            self.say("nothing was sent", "dim")
        return parent, options

    async def _run(self, shown: Shown, edits: tuple[Edit, ...], options: RerunOptions) -> None:
        from replaydbg.session.commands import AddBranch, ContinueBranch
        from replaydbg.tui.screens.progress import ProgressScreen

        desk, sitting = self.desk, self.desk.sitting
        assert sitting is not None  # `why_not` of the action
        journal = sitting.run_journal()
        added = ContinueBranch if options.resume is not None else AddBranch
        places = dict.fromkeys((edit.step_id, edit.pointer) for edit in edits)
        tries = "; ".join(desk.tries[place] for place in places if place in desk.tries)

        def keep(branch: Branch) -> None:
            """In a thread, under the progress screen: a branch of a long run is megabytes."""
            try:
                sitting.do(added(branch if branch.label or not tries else replace(branch, label=tries)))
            finally:
                journal.end() if sitting.saved else journal.close()

        progress = ProgressScreen(shown.facts, edits, options, desk.always, journal, keep=keep)
        result = await self.app.push_screen_wait(progress)
        if isinstance(result, ReplaydbgError):
            self.tell("The re-run did not begin", result.message, result.hint)
            return
        if progress.unkept and sitting.saved:  # it found no place: somebody else has dropped its parent
            self.say(progress.unkept, "error")
            return
        self.sitting_changed()
        self._opened(result)
        if progress.unkept:
            self.say(f"done, but not kept: {progress.unkept}", "error")

    def _to_first_change(self, branch: Branch) -> None:
        """Put the cursor where the branch leaves its parent."""
        changed = (row for row, step in enumerate(branch.steps) if step.provenance not in _AS_RECORDED)
        row = next(changed, None)
        if row is not None:
            self.chain.go_to(row)

    def _opened(self, branch: Branch) -> None:
        """A branch was made: what became of the findings is the headline, once the rules have been over it."""
        self.show_plan(on=False)
        self._to_first_change(branch)
        if branch.stopped is not None:
            self.tell(
                f"Stopped: {branch.stopped.kind.replace('-', ' ')}",
                without_options(branch.stopped.reason),
                f"everything before it is in the branch: {self.key('resume')} goes on there, and asks who answers",
            )


def without_options(reason: str) -> str:
    """The sentence without what would help on the command line: here there are keys for it."""
    option = reason.find(" --")
    return reason if option < 0 else reason[: max(reason.rfind(": ", 0, option), 0)] or reason


def recorded_provider(shown: Shown) -> str:
    """The provider that the first model call names, "" where none does."""
    from replaydbg.actions.addressees import provider_of

    row = next(iter(shown.trace.rows(Kind.MODEL_CALL)), None)
    return provider_of(shown.trace, row) if row is not None else ""
