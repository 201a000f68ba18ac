"""The list of branches: look at another one, or drop one."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult

from replaydbg.core.branch import RECORDING
from replaydbg.session.state import Sitting
from replaydbg.tui.screens.acting import ActingScreen, bindings
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.said import Said
from replaydbg.views.branches import branch_blocks


class BranchesScreen(ActingScreen[tuple[str, str] | None]):
    """Gives what to do (`select`, `drop`, `label`, `note`, `pin`, `compare`) and the id of the branch; or None."""

    WHERE = "branches"
    BINDINGS = bindings("branches")

    def __init__(
        self, sitting: Sitting, headlines: Mapping[str, tuple[str, str]], at: str | None = None
    ) -> None:
        """`at` is the branch to begin on; the one that is looked at, for None."""
        super().__init__()
        self._at = at
        self._sitting = sitting
        self._headlines = headlines

    def compose(self) -> ComposeResult:
        yield Said(" Branches", id="editor-title")
        yield Document(id="form")
        yield FooterLine()

    def on_mount(self) -> None:
        text = self.query_one(Document)
        text.show(lambda _folds, _width: branch_blocks(self._sitting, self._headlines))
        text.focus()
        self.call_after_refresh(self._to_current)
        self.offer()

    def _to_current(self) -> None:
        text = self.query_one(Document)
        at = self._sitting.current if self._at is None else self._at
        lines = text.lines_of(lambda block: block.place == f"branch:{at}")
        text.cursor = lines[0] if lines else 0

    @property
    def branch_id(self) -> str:
        block = self.query_one(Document).block
        return block.place.removeprefix("branch:") if block is not None else RECORDING

    def do_choose(self) -> None:
        self.dismiss(("select", self.branch_id))

    def do_drop(self) -> None:
        if self.branch_id == RECORDING:
            self.say("X Drop: the recording stays; only branches can be dropped")
            return
        self.dismiss(("drop", self.branch_id))

    def do_label(self) -> None:
        self._of_branch("label", "l Name")

    def do_note(self) -> None:
        self._of_branch("note", "; Note")

    def do_pin(self) -> None:
        self._of_branch("pin", "p Pin")

    def do_compare(self) -> None:
        self._of_branch("compare", "D Compare")

    def _of_branch(self, what: str, key: str) -> None:
        if self.branch_id == RECORDING:
            self.say(f"{key}: this is the recording: only branches have that")
        else:
            self.dismiss((what, self.branch_id))

    def do_help(self) -> None:
        from replaydbg.tui.screens.help import Help

        self.app.push_screen(Help(self.WHERE, self.state()))

    def do_leave(self) -> None:
        self.dismiss(None)
