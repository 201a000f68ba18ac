"""The verbs about branches: the list of them, and two runs beside each other."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message

from replaydbg import limits
from replaydbg.core.branch import RECORDING
from replaydbg.tui import workers
from replaydbg.tui.desk import OTHER
from replaydbg.tui.messages import Compared, ComparisonMoved, OtherRead
from replaydbg.tui.screens.changing import Changing

if TYPE_CHECKING:  # imported when somebody asks for the list
    from replaydbg.core.trace import Trace
    from replaydbg.diff.steps import Comparison
    from replaydbg.tui.desk import Shown
    from replaydbg.tui.screens.branches import BranchesScreen
    from replaydbg.tui.screens.compare import CompareScreen

_COMPARING = "comparing"
"""What is said of one that is under way begins so."""

_GROUPS = ("compare", "other")
"""Of workers."""


class Comparing(Changing):
    def sitting_changed(self) -> None:
        super().sitting_changed()
        current = self.desk.branch_id
        before = self.desk.before(current)
        if before is not None and current != RECORDING and (before, current) not in self.desk.comparisons:
            self.compare(before, current)

    def compare(self, before: str, after: str) -> bool:
        """Work out in a thread what became of one branch in the other; False where one of them is not there."""
        job = self._comparison(before, after, self.post_message)
        if job is not None:
            self.work("compare", job)
        return job is not None

    def _comparison(self, before: str, after: str, post: workers.Post) -> partial[None] | None:
        sides = self.desk.of_branch(before), self.desk.of_branch(after)
        if sides[0] is None or sides[1] is None:
            return None
        return partial(workers.compare, (before, after), sides[0], sides[1], self.desk.same_steps, post)

    def _compare_all(self) -> bool:
        """What became of branches that nobody has looked at in this sitting; the list of them tells it as it comes.

        False where they are so long that a person has to ask for each.
        """

        def post(message: Message) -> bool:
            return isinstance(message, ComparisonMoved) or self.post_message(message)

        known, under_way = self.desk.outcomes(), self.desk.branch_id if self.comparing else None
        unknown = [each for each in self.desk.branches if each.id not in known and each.id != under_way]
        if sum(len(each.trace) for each in unknown) > limits.OUTCOMES_STEPS_MAX:
            return False
        pairs = [(each.parent, each.id) for each in unknown]
        jobs = [job for pair in pairs if (job := self._comparison(*pair, post)) is not None]
        if jobs:
            self.work("outcomes", partial(workers.compare_all, jobs))
        return True

    def on_comparison_moved(self, event: ComparisonMoved) -> None:
        """In the line on top; below, as long as nothing else is said there, for somebody who waits. What was on its way when it
        was stopped is not told.
        """
        if not any(each.group in _GROUPS and not each.is_cancelled for each in self.workers):
            return
        waits = self._to_show is not None or self.desk.other is None
        if waits and (not self.said or self.said.startswith(_COMPARING)):
            self.say(f"{_COMPARING}: {event.what} {event.done:.0%}   {self.key('back')} stops it", "dim")
        self.comparing = f"comparing {event.done:.0%}"
        self.paint_header()

    def do_back(self) -> None:
        if self.comparing and (self._to_show is not None or self.at_home()):
            self._stop_comparing()
        else:
            super().do_back()

    def position(self) -> object:
        return super().position(), bool(self.comparing)

    def _stop_comparing(self) -> None:
        self._to_show, self.comparing = None, ""
        self.other_stopped = self.desk.other is None
        for group in _GROUPS:
            self.workers.cancel_group(self, group)
        self.paint_header()
        self.say(f"comparing was stopped: {self.key('compare')} begins it anew")

    def on_compared(self, event: Compared) -> None:
        from replaydbg.views.compare import gained_and_lost

        pair = event.before, event.after
        self.comparing = ""
        if all(self.desk.of_branch(id_) is side for id_, side in zip(pair, event.sides, strict=True)):
            self.desk.comparisons[pair] = event.comparison
        self.paint_header()
        if self._listed is not None:
            self._listed.tell(self.desk.outcomes())
        if self._compared is not None and self._compared[0] == pair:
            before, after = event.sides
            self._compared[1].go_on(event.comparison, before.trace, after.trace)
            return
        if event.after == self.desk.branch_id and event.before == self.desk.before(event.after):
            text, look = gained_and_lost(event.comparison)
            self.say(f"{text}   {self.key('compare')} compares step by step", look)
        if self._to_show == pair:
            self._to_show = None
            self._show_compared(pair, event.comparison, event.sides)

    _to_show: tuple[str, str] | None = None
    """What the person waits to see compared."""
    _compared: tuple[tuple[str, str], CompareScreen] | None = None
    """What is shown beside each other, while it is."""

    def show_comparison(self, before: str, after: str) -> None:
        """Two branches beside each other, as soon as that has been worked out."""
        desk = self.desk
        comparison = desk.comparisons.get((before, after))
        if comparison is None:
            if self.compare(before, after):
                self._to_show = before, after
                self.say(f"{_COMPARING} {desk.title(before)} with {desk.title(after)} …", "dim")
            return
        sides = desk.of_branch(before), desk.of_branch(after)
        assert sides[0] is not None
        assert sides[1] is not None
        self._show_compared((before, after), comparison, (sides[0], sides[1]))

    def _show_compared(
        self, pair: tuple[str, str], comparison: Comparison, sides: tuple[Shown, Shown]
    ) -> None:
        from replaydbg.tui.screens.compare import CompareScreen

        titles = self.desk.title(pair[0]), self.desk.title(pair[1])
        screen = CompareScreen(comparison, sides[0].trace, sides[1].trace, titles)

        def left(row: int | None) -> None:
            self._compared = None
            self._left_comparison(pair[1], screen.after, row)

        self._compared = pair, screen
        self.app.push_screen(screen, left)

    def rules_have_run(self, shown: Shown) -> None:
        """A recording that is still being written is compared anew with what it is compared with on the screen."""
        super().rules_have_run(shown)
        other = self.desk.other
        if self._compared is not None and other is not None and self.desk.setup.follow:
            pair = self._compared[0]
            job = partial(workers.compare, pair, other, shown, self.desk.same_steps, self.post_message)
            self.work("compare", job)

    def do_compare(self) -> None:
        before = self.desk.before(self.desk.branch_id)
        if before is None:
            self._read_other()
            return
        self.show_comparison(before, self.desk.branch_id)

    def _left_comparison(self, after: str, trace: Trace, row: int | None) -> None:
        """To the step that was chosen there, in the branch that it is a step of."""
        from replaydbg.session.commands import SelectBranch

        if row is not None and (after == self.desk.branch_id or self.do(SelectBranch(after))):
            self.go_to_step(trace.ids[row])

    # The other trace

    def all_found(self) -> None:
        super().all_found()
        if self.desk.setup.against and self.desk.other is None:
            self._read_other()

    def _read_other(self) -> None:
        setup, self.other_stopped = self.desk.setup, False
        self.say(f"{_COMPARING}: reading {Path(setup.against).name} …", "dim")
        self.work("other", partial(workers.read_other, setup.against, setup.against_trace, self.post_message))

    def on_other_read(self, event: OtherRead) -> None:
        """It was asked for together with this one, so it is shown without a key to somebody who pressed none."""
        self.comparing = ""
        self.desk.take_other(event.trace)
        if self.desk.branch_id != RECORDING:
            self.say(
                f"the other trace has been read: {self.key('branches')} lists it, {self.key('compare')} there compares",
                "good",
            )
        elif self.touched:
            self.compare(OTHER, RECORDING)
        else:
            self.show_comparison(OTHER, RECORDING)

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

    # Branches

    _listed: BranchesScreen | None = None
    """The list of branches, while it is shown."""

    @work
    async def do_branches(self) -> None:
        from replaydbg.tui.screens.branches import BranchesScreen

        at: str | None = None
        while True:
            session = self.desk.session
            assert session is not None  # `why_not` of the action
            desk = self.desk
            other = (desk.title(OTHER), desk.other.trace) if desk.other is not None else None
            told = self._compare_all()
            self._listed = BranchesScreen(session, self.desk.outcomes(), at, other, told=told)
            try:
                wish = await self.app.push_screen_wait(self._listed)
            finally:
                self._listed = None
                self.workers.cancel_group(self, "outcomes")
            if wish is None:
                return
            at = wish.branch_id
            if wish.what == "compare":
                before = wish.before if wish.before is not None else self.desk.before(at)
                if before is not None:
                    self.show_comparison(before, at)
                return
            if not await self._done_with_branch(wish.what, at):
                return

    async def _done_with_tally(self, what: str, number: int) -> bool:
        from replaydbg.session.commands import DropTally
        from replaydbg.tui.screens.page import PageScreen
        from replaydbg.views.trial import tally_blocks

        session = self.desk.session
        assert session is not None
        if what == "drop":
            if self.do(DropTally(number)):
                self.say(f"the table is dropped: {self.key('undo')} brings it back", "good")
            return True
        tally = session.tallies[number]
        await self.app.push_screen_wait(
            PageScreen("With the edit, and as it was", lambda _folds, width: tally_blocks(tally, width))
        )
        return True

    async def _done_with_branch(self, what: str, branch_id: str) -> bool:
        """Do it; True where the list of branches is to be shown again."""
        from replaydbg.session.commands import DropBranch, SelectBranch, SetLabel, SetMark, SetNote
        from replaydbg.tui.screens.dialogs import Line
        from replaydbg.views.branches import TALLY, note_id

        session = self.desk.session
        assert session is not None
        if branch_id.startswith(TALLY):
            return await self._done_with_tally(what, int(branch_id.removeprefix(TALLY)))
        branch, note = session.branch(branch_id), note_id(branch_id)
        match what:
            case "drop":
                if self.do(DropBranch(branch_id)):
                    self.say(f"branch {branch_id} is dropped: {self.key('undo')} brings it back", "good")
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
        if branch_id != session.current:
            self.do(SelectBranch(branch_id))
        return False
