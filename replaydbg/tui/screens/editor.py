"""Edit one part of a step: the text, and under it what is wrong with it as it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import TextArea

from replaydbg.tui.actions import State
from replaydbg.tui.background import worker
from replaydbg.tui.screens.acting import ActingScreen, bindings
from replaydbg.tui.screens.dialogs import Unsaved
from replaydbg.tui.screens.draft import Draft, Touched
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.editor import Editor
from replaydbg.tui.widgets.find_bar import FindBar
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.panes import PlanPane
from replaydbg.tui.widgets.said import Said
from replaydbg.views import editing
from replaydbg.views.blocks import Block, shown
from replaydbg.views.editing import Form, Part
from replaydbg.views.plan import touched as words_of
from replaydbg.views.text import plural

_CHECK_AFTER_SECONDS = 0.15
"""Typing goes on while the text is not checked."""


class EditorScreen(ActingScreen[str | None]):
    """Gives the new text, or None where nothing is to change."""

    WHERE = "editor"
    BINDINGS = bindings("editor")

    def __init__(self, part: Part, title: str, hint: str = "", draft: Draft | None = None) -> None:
        """`hint` is said under the text while nothing is wrong with it; `draft` knows what an edit would touch."""
        super().__init__()
        self._hint, self._draft = hint, draft
        self._touched: Touched | None = None
        self._refused = False
        """Whether the line at the bottom says that the text cannot be saved."""
        self.part = part
        self._recorded = part.text
        """What JSON is written out as takes a while, and is compared with after each pause in typing."""
        self._title = title
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Said(f" {self._title}", id="editor-title")
        editor = Editor(self._recorded, is_json=self.part.form is not Form.TEXT)
        with Horizontal(id="editor-row"):
            with Vertical(id="editor-box"):
                yield editor
            if self._draft is not None:
                yield PlanPane(id="editor-touches")
        yield FindBar(editor)
        yield Document(id="editor-problems")
        yield FooterLine()

    def on_mount(self) -> None:
        editor = self.query_one(Editor)
        editor.focus()
        if self.part.form is Form.TEXT:
            editor.move_cursor(editor.document.end)  # prompts are mostly added to
        self.query_one("#editor-problems").can_focus = False
        if self._draft is not None:
            pane = self.query_one(PlanPane)
            pane.can_focus = False
            pane.show(lambda _folds, _width: iter((Block(_NOTHING_YET, "dim"),)))
        self._check()
        self.offer()

    @property
    def text(self) -> str:
        return self.query_one(Editor).text

    @property
    def unsaved(self) -> str:
        return self.text if self.text != self._recorded else ""

    def state(self) -> State:
        return State(finding=self.query_one(FindBar).display)

    def do_find(self) -> None:
        self.query_one(FindBar).open()

    def do_replace_all(self) -> None:
        self.query_one(FindBar).replace_all()

    def on_find_bar_replaced(self, event: FindBar.Replaced) -> None:
        self.say(event.said, "info")

    def do_next_hit(self) -> None:
        self.query_one(FindBar).to_next(1)

    def do_previous_hit(self) -> None:
        self.query_one(FindBar).to_next(-1)

    def do_undo(self) -> None:
        self.query_one(Editor).undo()

    def do_redo(self) -> None:
        self.query_one(Editor).redo()

    def on_text_area_changed(self, _event: TextArea.Changed) -> None:
        self.query_one(FindBar).text_changed()
        if self._refused:
            self._refused = False
            self.say("")
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(_CHECK_AFTER_SECONDS, self._check)

    def _check(self) -> None:
        if self._draft is not None and self.text != self._recorded:
            job = partial(_work_out, self._draft, self.text, self.post_message)
            self.run_worker(worker(job), group="touched", exclusive=True)
        self._say_verdict()

    def on_touched(self, event: Touched) -> None:
        """Beside the text where there is room, else in a line under it."""
        if event.text != self.text or self._draft is None:
            return  # typed on meanwhile
        self._touched = event
        if event.plan is not None:
            self.query_one(PlanPane).show_plan(
                self._draft.shown.trace, event.plan, event.edits, self._draft.may_run
            )
        self._say_verdict()

    def _say_verdict(self) -> None:
        blocks = verdict(self.part, self.text)
        touched = self._touched
        if touched is not None and touched.plan is not None and self.has_class("-narrow"):
            calls = sum(touched.plan.calls_by_model.values())
            said = f"touches: {words_of(touched.plan)}; a re-run asks {plural(calls, 'time')}"
            blocks.append(Block(said, "info", hang=2))
        if self._hint:
            blocks.append(Block(self._hint, "dim"))
        self.query_one("#editor-problems", Document).show(lambda _folds, _width: iter(blocks))

    def do_save(self) -> None:
        fatal = next((found for found in editing.problems(self.part, self.text) if found.fatal), None)
        if fatal is not None:
            self.query_one(Editor).move_cursor((max(fatal.line - 1, 0), max(fatal.column - 1, 0)))
            self._refused = True
            self.say(
                f"it cannot be saved: {fatal.message} (line {fatal.line}, column {fatal.column})", "error"
            )
            return
        self.dismiss(None if self.text == self._recorded else self.text)

    def may_quit(self) -> bool:
        if self.text == self._recorded:
            return True
        if self.app.screen is self:
            self.action_act("cancel")
        return False

    @work
    async def do_cancel(self) -> None:
        bar = self.query_one(FindBar)
        if bar.display:
            bar.close()
            self.offer()
            return
        if self.text != self._recorded:
            lines = [Block("The text was changed and is not saved.")]
            answer = await self.app.push_screen_wait(Unsaved("Close the editor?", lines))
            if answer == "save":
                self.do_save()
            if answer != "drop":
                return
        self.dismiss(None)


_NOTHING_YET = "what an edit here would touch stands here as soon as something is changed"


def _work_out(draft: Draft, text: str, post: Callable[[Touched], object]) -> None:
    """In a thread."""
    post(draft.touched(text))


def verdict(part: Part, text: str) -> list[Block]:
    """What is said under the text as it stands."""
    found = editing.problems(part, text)
    blocks = []
    for problem in found:
        where = f"line {problem.line}, column {problem.column}: " if problem.line else ""
        blocks.append(Block(shown(f"✗ {where}{problem.message}"), "error" if problem.fatal else "warning"))
    if part.form is not Form.TEXT and not found:
        fits = (
            f"✓ JSON, and as the schema ({part.schema_source}) wants it"
            if part.schema is not None
            else "✓ JSON"
        )
        blocks.append(Block(fits, "good"))
        if part.schema is None and part.label.startswith("arguments"):
            blocks.append(Block("schema not recorded: the arguments cannot be checked further", "dim"))
    elif found and not any(problem.fatal for problem in found):
        blocks.append(Block("it can be saved all the same", "dim"))
    return blocks
