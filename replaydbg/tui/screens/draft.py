"""What an edit would touch while it is being typed: worked out in a thread, on the pending edits as they are."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from replaydbg import codec
from replaydbg.actions.plan import plan_edits
from replaydbg.core.branch import Edit
from replaydbg.errors import ReplaydbgError
from replaydbg.replay.plan import Plan
from replaydbg.session.commands import AddEdit
from replaydbg.session.state import Sitting
from replaydbg.tui.desk import Shown
from replaydbg.views import editing
from replaydbg.views.editing import Part


class Touched(Message):
    """The plan of the text as it stood; None where it is no edit that can be made."""

    def __init__(self, text: str, plan: Plan | None, edits: tuple[Edit, ...]) -> None:
        super().__init__()
        self.text, self.plan, self.edits = text, plan, edits


@dataclass(frozen=True, slots=True)
class Draft:
    """The part that is edited, in the step at `row` of what is looked at."""

    shown: Shown
    session: Sitting
    row: int
    part: Part
    may_run: frozenset[str] = frozenset()
    """Tools that are bound and allowed."""
    instead: str = ""
    """Who is asked instead of the recorded models, "" for those themselves."""

    def touched(self, text: str) -> Touched:
        try:
            step = self.shown.trace.step(self.row)
            edit = codec.make_edit(step, self.part.place, editing.read(self.part, text))
            edits = AddEdit(edit).apply(self.session).edits
            plan = plan_edits(self.shown.facts, edits, self.session.chosen, self.instead)
            return Touched(text, plan, edits)
        except (codec.EditRefusedError, ValueError, ReplaydbgError):
            return Touched(text, None, ())
