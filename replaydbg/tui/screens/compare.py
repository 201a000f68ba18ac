"""A branch beside what it came from, and one step beside the one it was."""

from __future__ import annotations

from textual.app import ComposeResult

from replaydbg.codec import step_document
from replaydbg.core.changes import changes
from replaydbg.core.step import Step
from replaydbg.core.trace import Trace
from replaydbg.diff.steps import Comparison
from replaydbg.tui.screens.acting import ActingScreen, bindings
from replaydbg.tui.screens.help import Help
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.said import Said
from replaydbg.views.blocks import Block
from replaydbg.views.compare import change_blocks, comparison_blocks


class Differences(ActingScreen[int | None]):
    """A text in which one goes from difference to difference: lines whose blocks have a place are such."""

    WHERE = "compare"
    BINDINGS = bindings("compare")

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def compose(self) -> ComposeResult:
        yield Said(f" {self._title}", id="editor-title")
        yield Document(id="form")
        yield FooterLine()

    @property
    def document(self) -> Document:
        return self.query_one(Document)

    def on_mount(self) -> None:
        self.fill()
        self.document.focus()
        self.offer()

    def fill(self) -> None:
        raise NotImplementedError

    def do_next_difference(self) -> None:
        self._to_difference(1)

    def do_previous_difference(self) -> None:
        self._to_difference(-1)

    def _to_difference(self, by: int) -> None:
        text = self.document
        lines = text.lines_of(
            lambda block: block.place.startswith(("difference:", "/")) and not block.indent % 2
        )
        there = [line for line in lines if (line - text.cursor) * by > 0]
        if there:
            text.cursor = min(there) if by > 0 else max(there)

    def do_open(self) -> None:
        self.document.action_open()

    def do_equal(self) -> None:
        """Open all equal stretches, or fold them again; the differences of steps stay as they are."""
        text = self.document
        equal = {block.fold for block in text.blocks if block.fold.startswith("equal:")}
        for fold in equal:
            text.turn(fold)
        if not equal:
            self.say("= Equal steps: there are none that are not shown")

    def do_help(self) -> None:
        self.app.push_screen(Help(self.WHERE, self.state()))

    def do_leave(self) -> None:
        self.dismiss(None)

    def on_document_led(self, event: Document.Led) -> None:
        self.dismiss(event.row)


class CompareScreen(Differences):
    """Gives the row of the branch to go to, or None."""

    def __init__(self, comparison: Comparison, before: Trace, after: Trace, titles: tuple[str, str]) -> None:
        super().__init__(f"{titles[0]}  →  {titles[1]}")
        self.comparison = comparison
        self._before, self._after, self._titles = before, after, titles

    def fill(self) -> None:
        self.document.show(
            lambda folds, width: comparison_blocks(
                (self._before, self._after), self._titles, self.comparison, folds, width
            )
        )


class StepDifference(Differences):
    """What differs in one step."""

    def __init__(self, before: Step, after: Step) -> None:
        super().__init__(f"#{before.number} {before.name}  →  #{after.number} {after.name}")
        self._before, self._after = before, after

    def fill(self) -> None:
        found = list(changes(_fields(self._before), _fields(self._after)))
        blocks = [block for change in found for block in (*change_blocks(change), Block())]
        if not blocks:
            blocks = [Block("the two steps say the same", "dim")]
        self.document.show(lambda _folds, _width: iter(blocks))


_CHANCE = ("number", "id", "parent_id", "started_at", "duration_ms", "findings", "cost_usd", "usage")
"""Fields that every run has anew."""


def _fields(step: Step) -> dict[str, object]:
    return {key: value for key, value in step_document(step).items() if key not in _CHANCE}
