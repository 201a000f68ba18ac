"""The list of branches: look at another one, or drop one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.app import ComposeResult

from replaydbg.core.branch import RECORDING
from replaydbg.core.trace import Trace
from replaydbg.diff.steps import Comparison
from replaydbg.session.state import Sitting
from replaydbg.tui.actions import by_id, keyed, sign
from replaydbg.tui.desk import OTHER
from replaydbg.tui.screens.acting import bindings
from replaydbg.tui.screens.jumping import JumpingScreen
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.said import Said
from replaydbg.views.branches import TALLY, branch_blocks


@dataclass(frozen=True, slots=True)
class Wish:
    """`what` to do (`choose`, `drop`, `label`, `note`, `pin`, `compare`, `rerun`, `sample`) with which branch, or with a table (`tally:N`)."""

    what: str
    branch_id: str
    before: str | None = None
    """What to compare it with; what it came from, for None."""


class BranchesScreen(JumpingScreen[Wish | None]):
    """Gives what to do, or None."""

    WHERE = "branches"
    BINDINGS = bindings("branches")

    def __init__(
        self,
        sitting: Sitting,
        outcomes: Mapping[str, Comparison],
        at: str | None = None,
        other: tuple[str, Trace] | None = None,
        *,
        told: bool = True,
    ) -> None:
        """`at` is the branch to begin on; the one that is looked at, for None. `other`, a name and a trace, may be compared with, too.

        `told` says that what became of the other branches is on its way.
        """
        super().__init__()
        unknown = (
            "looking at what became of the findings …"
            if told
            else "{compare} looks at what became of the findings"
        )
        self._unknown = keyed(self.WHERE, unknown)
        self._at = at
        self._sitting = sitting
        self._outcomes = outcomes
        self._other = None if other is None else (OTHER, *other)
        self.marked: str | None = None
        """The branch that the next one is to be compared with."""

    def compose(self) -> ComposeResult:
        yield Said(" Branches", id="editor-title")
        yield Document(id="form")
        yield FooterLine()

    def on_mount(self) -> None:
        text = self.query_one(Document)
        self._fill()
        text.focus()
        self.call_after_refresh(self._to_current)
        self.offer()

    def _fill(self) -> None:
        self.query_one(Document).show(
            lambda _folds, _width: branch_blocks(
                self._sitting, self._outcomes, self.marked, self._other, self._unknown
            ),
            keep_place=True,
        )

    def tell(self, outcomes: Mapping[str, Comparison]) -> None:
        """More is known of what became of branches."""
        self._outcomes = outcomes
        if self.is_mounted:
            self._fill()

    def _to_current(self) -> None:
        text = self.query_one(Document)
        at = self._sitting.current if self._at is None else self._at
        place = at if at.startswith(TALLY) else f"branch:{at}"
        lines = text.lines_of(lambda block: block.place == place)
        text.cursor = lines[0] if lines else 0

    @property
    def branch_id(self) -> str:
        block = self.query_one(Document).block
        return block.place.removeprefix("branch:") if block is not None else RECORDING

    def do_choose(self) -> None:
        self._of_branch("choose", RECORDING)

    def do_drop(self) -> None:
        if self.branch_id == RECORDING:
            self.say(f"{self.key('drop')} Drop: the recording stays; only branches can be dropped")
        else:
            self._of_branch("drop")

    def do_label(self) -> None:
        self._of_branch("label")

    def do_note(self) -> None:
        self._of_branch("note")

    def do_pin(self) -> None:
        self._of_branch("pin")

    def do_rerun(self) -> None:
        self._of_branch("rerun")

    def do_sample(self) -> None:
        self._of_branch("sample")

    def _of_branch(self, what: str, *also: str) -> None:
        id_, action = self.branch_id, by_id(self.WHERE, what)
        key = f"{sign(action.keys[0])} {action.label}"
        if id_.startswith(TALLY) and what not in ("choose", "drop"):
            more = "{choose} opens the table, {drop} drops it"
            self.say(keyed(self.WHERE, f"{key}: this is what many runs came to: {more}"))
        elif id_ == OTHER:
            more = "only {mark} and {compare} do something with it"
            self.say(keyed(self.WHERE, f"{key}: this is another recording: {more}"))
        elif id_ == RECORDING and id_ not in also:
            self.say(f"{key}: this is the recording: only branches have that")
        else:
            self.dismiss(Wish(what, id_))

    def do_mark(self) -> None:
        """The next D compares with this one."""
        if self.branch_id.startswith(TALLY):
            self.say(
                f"{self.key('mark')} Mark: this is what many runs came to: the branches below are the runs"
            )
            return
        self.marked = None if self.marked == self.branch_id else self.branch_id
        self._fill()
        self.say(
            f"marked: {self.key('compare')} on another line compares the two"
            if self.marked is not None
            else "no mark",
            "good",
        )

    def do_compare(self) -> None:
        here, marked = self.branch_id, self.marked
        key = f"{self.key('compare')} Compare"
        if here.startswith(TALLY):
            self.say(f"{key}: this is what many runs came to: the branches below are the runs")
        elif marked == here:
            self.say(
                f"{key}: it is marked itself: go to another line, {self.key('compare')} there compares the two"
            )
        elif marked is not None:
            # What was recorded is what was before, in whichever order the two were chosen.
            before, after = sorted((marked, here), key=_age)
            self.dismiss(Wish("compare", after, before))
        elif here in (RECORDING, OTHER):
            self.say(
                f"{self.key('compare')} Compare: with what? {self.key('mark')} marks this one, {self.key('compare')} on another line compares the two"
            )
        else:
            self.dismiss(Wish("compare", here))

    def do_leave(self) -> None:
        self.dismiss(None)


def _age(branch_id: str) -> int:
    """Smaller for what stands on the left side of a comparison."""
    return {OTHER: 0, RECORDING: 1}.get(branch_id, 2)
