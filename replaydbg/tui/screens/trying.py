"""The verb that tells an effect from chance: the edits, or those of the branch, re-run many times and judged."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work

from replaydbg.core.branch import Branch
from replaydbg.core.finding import Severity
from replaydbg.errors import ReplaydbgError
from replaydbg.tui.actions import keyed
from replaydbg.tui.screens.exporting import Exporting
from replaydbg.tui.screens.running import recorded_provider
from replaydbg.views.text import plural

if TYPE_CHECKING:
    from replaydbg.actions.rerun import RerunOptions
    from replaydbg.actions.sample import Trial
    from replaydbg.drivers.running import RunJournal
    from replaydbg.replay.plan import Plan
    from replaydbg.replay.sampling import Tally
    from replaydbg.tui.desk import Shown
    from replaydbg.tui.screens.trial import Keep, Wanted
    from replaydbg.views.trial import TrialTerms


class Trying(Exporting):
    @work
    async def do_sample(self) -> None:
        """Pending edits of what is looked at; without any, those of the branch, on what it is a branch of."""
        await self.sample()

    async def sample(self, branch: Branch | None = None) -> None:
        from replaydbg.actions.plan import plan_edits
        from replaydbg.tui.screens.rerun import RerunScreen

        desk = self.desk
        if desk.read_only:
            self.say(desk.read_only)
            return
        shown, edits, choices = desk.shown, desk.edits, desk.choices
        branch = branch or (shown.branch if shown is not None and not edits else None)
        if branch is not None:
            shown, edits, choices = desk.of_branch(branch.parent), branch.edits, branch.choices
        assert shown is not None
        plan = await asyncio.to_thread(plan_edits, shown.facts, edits, choices)
        who = RerunScreen(desk.setup, shown.trace, plan, edits, recorded_provider(shown), always=desk.always)
        options = await self.app.push_screen_wait(who)
        if options is None:
            self.say("nothing was sent", "dim")
            return
        if plan.calls_by_model and not options.live and not options.provider:
            self.say(
                keyed("rerun", "many runs need somebody who answers them: choose who, then {go}"), "error"
            )
            return
        parent = branch.parent if branch is not None else desk.branch_id
        options = replace(options, choices=choices, parent=parent)
        terms = await self._terms(shown, plan, options)
        if terms is None:
            self.say("nothing was sent", "dim")
            return
        from replaydbg.tui.screens.trial import Wanted

        journal = desk.sitting.run_journal() if desk.sitting is not None else None
        await self._try(Wanted(shown.facts, edits, options, terms, journal), branch)

    async def _done_with_branch(self, what: str, branch_id: str) -> bool:
        branch = self.desk.session.branch(branch_id) if self.desk.session is not None else None
        if what != "sample" or branch is None:
            return await super()._done_with_branch(what, branch_id)
        await self.sample(branch)
        return False

    async def _terms(self, shown: Shown, plan: Plan, options: RerunOptions) -> TrialTerms | None:
        from replaydbg.actions.plan import estimate
        from replaydbg.tui.screens.sampling import Recorded, SamplingScreen
        from replaydbg.views.trial import TrialTerms

        found = tuple(dict.fromkeys(finding.name for finding in shown.findings))
        errors = sorted({finding.name for finding in shown.told if finding.severity is Severity.ERROR})
        first = TrialTerms(
            oracles=tuple(f"gone:{name}" for name in errors) if shown.checked else (),
            calls_max_usual=options.calls_max,
            calls=sum(plan.calls_by_model.values()),
            tokens=plan.tokens_estimate,
            cost_usd=estimate(plan, shown.trace, options.model) if options.live else None,
            not_allowed=tuple(
                need.name
                for need in plan.tools
                if need.name not in options.allow
                and (need.name not in options.tools or options.tools[need.name].policy != "allow")
            ),
        )
        of = Recorded(shown.facts, found, in_browser=self.desk.setup.in_browser)
        return await self.app.push_screen_wait(SamplingScreen(of, first))

    async def _try(self, wanted: Wanted, branch: Branch | None) -> None:
        from replaydbg.session.commands import SelectBranch
        from replaydbg.tui.screens.trial import TrialScreen

        result = await self.app.push_screen_wait(TrialScreen(wanted, self._keeper(wanted.journal)))
        if isinstance(result, ReplaydbgError):
            self.tell("The runs did not begin", result.message, result.hint)
            return
        if branch is not None:
            self.do(SelectBranch(branch.id))
        else:
            self.sitting_changed()
        if result is not None:
            self._say_what_came_of(result)

    def _keeper(self, journal: RunJournal | None) -> Keep:
        """Keeps in the thread of the runs: the screen over this one lets nobody else change the sitting meanwhile."""
        from replaydbg.core.branch import Branch
        from replaydbg.session.commands import AddBranch, AddTally

        sitting = self.desk.sitting
        assert sitting is not None  # `why_not` of the action

        def keep(what: Branch | Tally) -> None:
            if not isinstance(what, Branch):
                sitting.do(AddTally(what))
                return
            try:
                sitting.do(AddBranch(what))
            finally:
                if journal is not None:
                    journal.end() if sitting.saved else journal.close()

        return keep

    def _say_what_came_of(self, trial: Trial) -> None:
        rows = trial.judged()
        if rows and trial.edited:
            arm = rows[-1].edited
            self.say(
                f"{arm.held} of {plural(arm.judged, 'run')} as wanted: {rows[-1].verdict}   {self.key('branches')} lists the branches",
                "info",
            )
