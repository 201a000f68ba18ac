"""The verbs that change the sitting: editing, undo, and what the edits would touch."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual import work

from replaydbg import limits
from replaydbg.core.branch import Edit
from replaydbg.errors import NotSaved, ReplaydbgError
from replaydbg.tui import actions, workers
from replaydbg.tui.messages import Planned
from replaydbg.tui.screens.moving import Moving
from replaydbg.tui.screens.workplace import origins
from replaydbg.tui.widgets.panes import FindingsPane, PlanPane
from replaydbg.views.blocks import size_words
from replaydbg.views.text import plural

if TYPE_CHECKING:  # what only an edit needs is imported by the edit: most people open a trace to look
    from replaydbg.session.commands import Command
    from replaydbg.views.editing import Part

_LONG_CHARS_MIN = 500_000
"""From here on it takes a tenth of a second and more until the editor is there: somebody who waits is told."""
_PAINT_SECONDS = 0.05


class Changing(Moving):
    def do(self, command: Command) -> bool:
        """Change the sitting; says why where that cannot be done or kept."""
        from replaydbg.session.commands import SelectBranch

        sitting, look_only = self.desk.sitting, self.desk.read_only
        if sitting is None or (look_only and not isinstance(command, SelectBranch)):
            self.say(look_only or "the session is still being opened")
            return False
        unkept = ""
        try:
            sitting.do(command)
        except NotSaved as problem:
            unkept = problem.message
        except ReplaydbgError as problem:
            self.say(problem.message, "error")
            return False
        self.sitting_changed()
        if unkept:
            self.say(f"done, but not kept: {unkept}", "error")
        return True

    def sitting_changed(self) -> None:
        """Show what is looked at now, and what its pending edits touch."""
        shown = self.desk.shown
        if shown is None:
            return
        if self.chain.trace is not shown.trace:
            self.searched, self.hits, self.picked_on_map = "", (), ""
            self.chain.forget()
            self._sought.clear()
            self.show(shown)
            if self.chain.stretch is not None:
                self.chain.show_timeline(on=True)
            if self.filtered:
                self.look_for(self.filtered, self.row, filtering=True)
        if self.desk.hush():
            self.load_chain(shown)
            self.paint_findings(shown)
        self.remark()
        self.also = ""
        self.desk.plan = None
        self.desk.planning = bool(self.desk.edits)
        self.chain.mark(origins(shown))
        if self.desk.edits:
            self.work(
                "plan",
                partial(
                    workers.make_plan,
                    shown,
                    self.desk.edits,
                    self.desk.choices,
                    self.desk.setup.instead,
                    self.post_message,
                ),
            )
        else:
            self.show_plan(on=False)
        self.paint_header()
        self.settle()

    # Editing

    @work
    async def do_edit(self) -> None:
        part = await self._which_part()
        if part is not None:
            await self.write(part)

    async def write(self, part: Part, hint: str = "") -> Edit | None:
        """Have the person edit a part of the step; `hint` stands under the text. Gives the edit, if there is one now."""
        text = part.text
        if _is_large(text) and self.desk.setup.in_browser:
            self.say(f"{part.label} is too large to be edited here, and a browser has no $EDITOR")
            return None
        if _is_large(text):
            return self._edit_outside(part)
        from replaydbg.tui.screens.draft import Draft
        from replaydbg.tui.screens.editor import EditorScreen

        shown, session, draft = self.desk.shown, self.desk.session, None
        if shown is not None and session is not None and shown.known:
            draft = Draft(
                shown,
                session,
                self.row,
                part,
                self.desk.setup.may_run(self.desk.always),
                self.desk.setup.instead,
            )
        if len(text) > _LONG_CHARS_MIN:
            self.say(f"opening {part.label}, {size_words(len(text))} …", "dim")
            await asyncio.sleep(_PAINT_SECONDS)
        screen = EditorScreen(part, f"#{self.row + 1}  {part.label}", hint, draft=draft)
        saved = await self.app.push_screen_wait(screen)
        self.say("")
        return self._save(part, saved) if saved is not None else None

    @work
    async def do_edit_outside(self) -> None:
        part = await self._which_part()
        if part is not None:
            self._edit_outside(part)

    def _edit_outside(self, part: Part) -> Edit | None:
        from replaydbg.tui import outside
        from replaydbg.views import editing
        from replaydbg.views.editing import Form

        text, problem = outside.edit(self.app, part.text, ".txt" if part.form is Form.TEXT else ".json")
        self.refresh(layout=True)
        if text is None:
            self.say(problem, "error")
        elif text == part.text:
            self.say("nothing was changed", "dim")
        elif fatal := next((found for found in editing.problems(part, text) if found.fatal), None):
            self.say(f"not saved: {fatal.message} (line {fatal.line}, column {fatal.column})", "error")
        else:
            return self._save(part, text)
        return None

    async def _which_part(self) -> Part | None:
        """The part under the cursor of the detail; else the person chooses, where there are several."""
        from replaydbg.tui.screens.dialogs import Choose
        from replaydbg.views import editing

        about = self.desk.subject(self.row)
        if about is None:
            return None
        block = self.detail.document.block if self.pane_name() == actions.DETAIL else None
        under = editing.part_at(about, block.place) if block is not None and self.tells_places() else None
        if under is not None:
            return under
        parts = editing.parts(about)
        if len(parts) == 1:
            return parts[0]
        options = [(part.label, part.preview) for part in parts]
        number = await self.app.push_screen_wait(Choose(f"Edit which part of #{about.step.number}?", options))
        return parts[number] if number is not None else None

    def _save(self, part: Part, text: str) -> Edit | None:
        from replaydbg import codec
        from replaydbg.session.commands import AddEdit
        from replaydbg.views import editing

        shown = self.desk.shown
        assert shown is not None
        step = shown.trace.step(self.row)
        try:
            edit = codec.make_edit(step, part.place, editing.read(part, text))
        except (codec.EditRefusedError, ValueError) as problem:
            self.say(f"not saved: {problem}", "error")
            return None
        if not self.do(AddEdit(edit)):
            return None
        self.show_plan(on=True)
        self._look_elsewhere(edit)
        return edit

    # The same message in other prompts

    also = ""
    """Where else the message stands that was edited last, in words; "" for nowhere."""

    @work(group="elsewhere", exclusive=True)
    async def _look_elsewhere(self, edit: Edit) -> None:
        """Say so where the message that was edited stands in other prompts as well."""
        from replaydbg.tui.screens.elsewhere import edits_elsewhere, in_words

        shown = self.desk.shown
        assert shown is not None  # something of it was edited
        others = await edits_elsewhere(shown, edit, self.desk.edits)
        if others and shown is self.desk.shown and edit in self.desk.edits:
            self.also = in_words(shown.trace, others)
            self._paint_plan()

    @work(group="elsewhere", exclusive=True)
    async def do_everywhere(self) -> None:
        from replaydbg.session.commands import AddEdits
        from replaydbg.tui.screens.elsewhere import edits_elsewhere, of_message

        shown = self.desk.shown
        assert shown is not None  # `why_not` of the action
        step_id = shown.trace.ids[self.row]
        own = [edit for edit in self.desk.edits if edit.step_id == step_id and of_message(edit) is not None]
        others = await edits_elsewhere(shown, own[-1], self.desk.edits)
        if not others:
            self.say("the same message stands in no other prompt, or was edited there by itself")
        elif shown is self.desk.shown and self.do(AddEdits(others)):
            places = plural(len(others), "more place")
            self.say(f"edited in {places} as one change: {self.key('undo')} takes them back together", "good")

    def do_revert(self) -> None:
        from replaydbg.session.commands import RemoveEdit

        shown = self.desk.shown
        assert shown is not None  # `why_not` of the action
        step_id = shown.trace.ids[self.row]
        own = [edit for edit in self.desk.edits if edit.step_id == step_id]
        for edit in own:
            self.do(RemoveEdit(edit.step_id, edit.pointer))
        self.say(f"#{self.row + 1} is as it was: {self.key('undo')} brings the edit back", "good")

    def do_undo(self) -> None:
        self._travel(back=True)

    def do_redo(self) -> None:
        self._travel(back=False)

    def _travel(self, *, back: bool) -> None:
        sitting = self.desk.sitting
        assert sitting is not None  # `why_not` of the actions
        moments = sitting.history.past if back else sitting.history.future
        what = described(moments[-1].command)
        said, look = f"{'undone' if back else 'done again'}: {what}", "good"
        try:
            if back:
                sitting.undo()
            else:
                sitting.redo()
        except NotSaved as problem:
            said, look = f"{said}, but not kept: {problem.message}", "error"
        self.sitting_changed()
        self.say(said, look)

    # What the edits touch

    def do_plan(self) -> None:
        pane = self.query_one(PlanPane)
        if pane.display and self.focused is pane:
            self.show_plan(on=False)
            self.set_focus(self.chain)
            return
        self.show_plan(on=True)
        self.uncover()
        self.set_focus(pane)

    def do_choose(self) -> None:
        """From undecided to keep, to re-run, and back."""
        from replaydbg.core.branch import Choice
        from replaydbg.session.commands import SetChoice

        shown = self.desk.shown
        assert shown is not None  # `why_not` of the action
        step_id = shown.trace.ids[self.row]
        turns = [None, Choice.KEEP, Choice.RERUN]
        before = self.desk.choices.get(step_id)
        choice = turns[(turns.index(before) + 1) % len(turns)]
        if self.do(SetChoice(step_id, choice or "")):
            words = {
                Choice.KEEP: "is kept as recorded",
                Choice.RERUN: "is re-run",
                None: "is as the plan says",
            }
            self.say(
                f"#{self.row + 1} {words[choice]} by your choice: {self.key('choose')} changes it", "good"
            )

    def show_plan(self, *, on: bool) -> None:
        self.query_one(PlanPane).display = on
        if on:
            self.query_one(FindingsPane).display = False

    def on_planned(self, event: Planned) -> None:
        from replaydbg.views.plan import headline, touch_marks

        desk, shown = self.desk, self.desk.shown
        if event.shown is not shown or (event.edits, event.choices) != (desk.edits, desk.choices):
            return  # edited or decided again meanwhile
        desk.planning = False
        desk.plan = event.plan
        pane = self.query_one(PlanPane)
        if event.plan is None:
            pane.show_problem(event.problem)
            self.say(event.problem, "error")
        else:
            self.chain.mark(touch_marks(event.plan))
            self._paint_plan()
            if not self.said:
                self.say(headline(event.plan), "info")
        self.offer()
        self.planned()

    def planned(self) -> None:
        """What the edits touch is known."""

    def _paint_plan(self) -> None:
        shown, plan = self.desk.shown, self.desk.plan
        if shown is not None and plan is not None:
            may_run = self.desk.setup.may_run(self.desk.always)
            self.query_one(PlanPane).show_plan(shown.trace, plan, self.desk.edits, may_run, self.also)


def described(command: Command) -> str:
    """A command in a few words."""
    name = type(command).__name__
    words = "".join(f" {char.lower()}" if char.isupper() else char for char in name).strip()
    edit = getattr(command, "edit", None)
    edits = getattr(command, "edits", ())
    if edits:
        return f"{plural(len(edits), 'edit')} of one message"
    if isinstance(edit, Edit):
        return f"{words} at {edit.pointer}"
    branch_id = getattr(command, "branch_id", None)
    return f"{words} {branch_id or 'recording'}" if branch_id is not None else words


def _is_large(text: str) -> bool:
    """Whether the editor of the screen would be slow with it."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return size > limits.EDIT_IN_PLACE_BYTES_MAX or any(
        len(line) > limits.EDIT_LINE_CHARS_MAX for line in text.split("\n")
    )
