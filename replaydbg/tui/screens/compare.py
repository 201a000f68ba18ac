"""A branch beside what it came from, and one step beside the one it was."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult

from replaydbg.codec import step_document
from replaydbg.core.changes import changes
from replaydbg.core.step import Step
from replaydbg.core.trace import Trace
from replaydbg.diff.steps import Comparison
from replaydbg.tui.screens.acting import bindings
from replaydbg.tui.screens.jumping import JumpingScreen
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.said import Said
from replaydbg.views.blocks import Block, Folds
from replaydbg.views.compare import PARTING, change_blocks, compared_row, comparison_blocks, difference


class Differences(JumpingScreen[int | None]):
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
        self._to(self.document.line_beside(self.document.cursor, by, _is_difference))

    def _to(self, line: int) -> None:
        """With some lines before it and more after it, where one opens what differs."""
        text = self.document
        if line >= 0:
            text.cursor = line
            height, top = text.size.height, text.scroll_offset.y
            if not top <= line < top + height * 2 // 3:
                text.scroll_to(y=max(0, line - height // 3), animate=False, immediate=True)

    def do_first_difference(self) -> None:
        self._to(self.document.line_beside(-1, 1, _is_difference))

    def do_open(self) -> None:
        self.document.action_open()

    def do_step(self) -> None:
        self.say(
            f"{self.key('step')} To the step: this is a step already; {self.key('leave')} goes back to it"
        )

    def do_equal(self) -> None:
        self.say(f"{self.key('equal')} Equal steps: there are none that are not shown")

    def do_leave(self) -> None:
        self.dismiss(None)

    def on_document_led(self, event: Document.Led) -> None:
        self.dismiss(event.row)


def _is_difference(block: Block) -> bool:
    """The line of a step that differs; of a single step, that of a field."""
    return block.place.startswith(("difference:", "/")) and not block.indent % 2


class CompareScreen(Differences):
    """Gives the row of the run on the right to go to, or None."""

    def __init__(self, comparison: Comparison, before: Trace, after: Trace, titles: tuple[str, str]) -> None:
        super().__init__(f"{titles[0]}  →  {titles[1]}")
        self.comparison = comparison
        self.equal = False
        """Whether steps that are equal are shown."""
        self._before, self._after, self._titles = before, after, titles

    def fill(self) -> None:
        self.document.show(self._blocks)

    @property
    def after(self) -> Trace:
        """The run on the right."""
        return self._after

    def go_on(self, comparison: Comparison, before: Trace, after: Trace) -> None:
        """There is more to compare by now. The line of the cursor stays where it was."""
        self.comparison, self._before, self._after = comparison, before, after
        self._anew()

    def _anew(self) -> None:
        text, block = self.document, self.document.block
        above = text.cursor - text.scroll_offset.y
        text.show(self._blocks, keep_place=True)
        if block is not None and (block.place or block.fold):
            name = block.place, block.fold
            line = text.line_beside(-1, 1, lambda other: (other.place, other.fold) == name)
            if line >= 0 and line != text.cursor:
                text.cursor = line
                text.scroll_to(y=max(0, line - above), animate=False, immediate=True)

    def _blocks(self, folds: Folds, width: int) -> Iterator[Block]:
        sides = self._before, self._after
        return comparison_blocks(sides, self._titles, self.comparison, folds, width, equal=self.equal)

    def do_first_difference(self) -> None:
        """Where the two part: steps around others come to differ later, though they stand before them."""
        first = self.comparison.first_divergence
        if first is not None:
            self._to(self.document.line_beside(-1, 1, lambda block: block.place == difference(first)))

    def do_open(self) -> None:
        block = self.document.block
        if block is not None and block.place == PARTING:
            self.do_first_difference()
        else:
            self.document.action_open()

    def do_step(self) -> None:
        block = self.document.block
        row = compared_row(block, self.comparison) if block is not None else None
        if row is None:
            self.say(f"{self.key('step')} To the step: this line is not that of a step")
        elif row.row_b is None:
            self.say(
                f"{self.key('step')} To the step: it is only in {self._titles[0]}; {self.key('open')} shows what it said"
            )
        else:
            self.dismiss(row.row_b)

    def do_equal(self) -> None:
        """Show all equal steps, or hide them again. The line of the cursor stays where it was."""
        text = self.document
        self.equal = not self.equal
        text.folds = Folds(frozenset(name for name in text.folds.turned if not name.startswith("equal:")))
        self._anew()


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
