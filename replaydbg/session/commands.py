"""Everything that changes a sitting: small values, applied in one place, written to the journal, undone and redone.

A command that does not fit the sitting raises `CommandRefused` with a sentence and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from replaydbg import codec
from replaydbg.core.branch import RECORDING, Branch, Choice, Edit
from replaydbg.core.pointer import PointerError
from replaydbg.core.trace import StepNotFound
from replaydbg.errors import UsageProblem
from replaydbg.replay.sampling import Tally
from replaydbg.session.state import Sitting, found_at, with_edit


class CommandRefused(UsageProblem):
    """The sitting is not one that this command can be applied to."""


class Command(Protocol):
    """`apply` is pure: the same sitting gives the same next sitting, today and when the journal is read again."""

    def apply(self, sitting: Sitting) -> Sitting: ...


@dataclass(frozen=True, slots=True)
class AddEdit:
    """Change one place of a step of what is looked at. A second edit of the same place takes the first one's place.

    `before` is what was recorded there, or what a pending edit has put there; an edit made for anything else is refused.
    """

    edit: Edit

    def apply(self, sitting: Sitting) -> Sitting:
        try:
            step = sitting.trace.step(sitting.trace.row(self.edit.step_id))
        except StepNotFound as error:
            raise CommandRefused(str(error)) from error
        recorded = codec.step_document(step)
        shown = codec.step_document(sitting.step(step.number - 1))
        if self.edit.before not in (
            found_at(recorded, self.edit.pointer),
            found_at(shown, self.edit.pointer),
        ):
            raise CommandRefused(
                f"{self.edit.pointer} of step #{step.number} is not what the edit was made for"
            )
        try:
            edits = with_edit(sitting.edits, self.edit, recorded)
            codec.edited_step(step, [edit for edit in edits if edit.step_id == step.id])
        except (PointerError, codec.EditRefusedError) as error:
            raise CommandRefused(str(error)) from error
        return _with_pending(sitting, sitting.current, edits)


@dataclass(frozen=True, slots=True)
class AddEdits:
    """Several edits that a person made as one: the same message wherever it stands. All of them, or none."""

    edits: tuple[Edit, ...]

    def apply(self, sitting: Sitting) -> Sitting:
        for edit in self.edits:
            sitting = AddEdit(edit).apply(sitting)
        return sitting


@dataclass(frozen=True, slots=True)
class RemoveEdit:
    """Take back the pending edit of one place."""

    step_id: str
    pointer: str

    def apply(self, sitting: Sitting) -> Sitting:
        place = (self.step_id, self.pointer)
        edits = tuple(edit for edit in sitting.edits if (edit.step_id, edit.pointer) != place)
        if len(edits) == len(sitting.edits):
            raise CommandRefused(f"there is no pending edit of {self.pointer} of step {self.step_id}")
        return _with_pending(sitting, sitting.current, edits)


@dataclass(frozen=True, slots=True)
class ClearEdits:
    """Take back all pending edits of what is looked at."""

    def apply(self, sitting: Sitting) -> Sitting:
        return _with_pending(sitting, sitting.current, ())


@dataclass(frozen=True, slots=True)
class SetChoice:
    """Keep a step, or re-run it, that nothing proves independent of the pending edits; `""` decides nothing.

    It holds as long as anything of what is looked at is edited.
    """

    step_id: str
    choice: str

    def apply(self, sitting: Sitting) -> Sitting:
        try:
            sitting.trace.row(self.step_id)
            wanted = Choice(self.choice) if self.choice else None
        except (StepNotFound, ValueError) as error:
            raise CommandRefused(str(error)) from error
        if not sitting.edits:
            raise CommandRefused("nothing is edited, so there is nothing to decide about a re-run")
        chosen = {id_: choice for id_, choice in sitting.chosen.items() if id_ != self.step_id}
        if wanted is not None:
            chosen[self.step_id] = wanted
        return _with_choices(sitting, sitting.current, chosen)


@dataclass(frozen=True, slots=True)
class AddBranch:
    """Keep a branch and look at it; the edits that it was made of are pending no more.

    A taken id gives way to a free one: two people may have made their branch from the same sitting.
    """

    branch: Branch

    def apply(self, sitting: Sitting) -> Sitting:
        branch = self.branch
        if not branch.id or sitting.branch(branch.id):
            branch = replace(branch, id=sitting.free_branch_id())
        if branch.parent and not sitting.branch(branch.parent):
            raise CommandRefused(
                f"branch {branch.id} belongs to {branch.parent}, which is not in this sitting"
            )
        left = tuple(edit for edit in sitting.pending.get(branch.parent, ()) if edit not in branch.edits)
        sitting = _with_pending(sitting, branch.parent, left)
        return replace(sitting, branches=(*sitting.branches, branch), current=branch.id)


@dataclass(frozen=True, slots=True)
class ContinueBranch:
    """A branch that was stopped has gone on: it takes the place of what it was, with its name, and is looked at.

    One that others were made of stays as it was, since their steps stand for its steps; then this one is beside it.
    """

    branch: Branch

    def apply(self, sitting: Sitting) -> Sitting:
        before = sitting.goes_on_as(self.branch)
        if before is None:
            return AddBranch(self.branch).apply(sitting)
        after = replace(self.branch, label=before.label or self.branch.label)
        branches = tuple(after if other.id == after.id else other for other in sitting.branches)
        return replace(sitting, branches=branches, current=after.id)


@dataclass(frozen=True, slots=True)
class AddTally:
    """Keep what came of many runs of some edits."""

    tally: Tally

    def apply(self, sitting: Sitting) -> Sitting:
        if self.tally.parent != RECORDING:
            _branch(sitting, self.tally.parent)
        return replace(sitting, tallies=(*sitting.tallies, self.tally))


@dataclass(frozen=True, slots=True)
class DropTally:
    """Forget what came of them; `number` counts from 0, in the order in which they were kept."""

    number: int

    def apply(self, sitting: Sitting) -> Sitting:
        if not 0 <= self.number < len(sitting.tallies):
            raise CommandRefused(f"nothing was tried as number {self.number + 1}")
        left = tuple(tally for number, tally in enumerate(sitting.tallies) if number != self.number)
        return replace(sitting, tallies=left)


@dataclass(frozen=True, slots=True)
class DropBranch:
    """Forget a branch and the branches made of it."""

    branch_id: str

    def apply(self, sitting: Sitting) -> Sitting:
        branch = _branch(sitting, self.branch_id)
        gone = {branch.id}
        for other in sitting.branches:  # a branch stands after its parent
            if other.parent in gone:
                gone.add(other.id)
        return replace(
            sitting,
            branches=tuple(other for other in sitting.branches if other.id not in gone),
            current=branch.parent if sitting.current in gone else sitting.current,
            pending={id_: edits for id_, edits in sitting.pending.items() if id_ not in gone},
            choices={id_: chosen for id_, chosen in sitting.choices.items() if id_ not in gone},
            tallies=tuple(tally for tally in sitting.tallies if tally.parent not in gone),
        )


@dataclass(frozen=True, slots=True)
class SelectBranch:
    """Look at a branch, or at the recording (`""`)."""

    branch_id: str

    def apply(self, sitting: Sitting) -> Sitting:
        if self.branch_id != RECORDING:
            _branch(sitting, self.branch_id)
        return replace(sitting, current=self.branch_id)


@dataclass(frozen=True, slots=True)
class SetLabel:
    """Name a branch in a person's words; `""` takes the name away."""

    branch_id: str
    label: str

    def apply(self, sitting: Sitting) -> Sitting:
        branch = _branch(sitting, self.branch_id)
        named = replace(branch, label=self.label)
        branches = tuple(named if other.id == branch.id else other for other in sitting.branches)
        return replace(sitting, branches=branches)


@dataclass(frozen=True, slots=True)
class SetNote:
    """Write something down beside a step; `""` takes the note away."""

    step_id: str
    text: str

    def apply(self, sitting: Sitting) -> Sitting:
        notes = {id_: text for id_, text in sitting.notes.items() if id_ != self.step_id}
        if self.text:
            notes[self.step_id] = self.text
        return replace(sitting, notes=notes)


@dataclass(frozen=True, slots=True)
class SetMark:
    """Mark a step to come back to, or pin a branch; or take the mark away."""

    id: str
    on: bool

    def apply(self, sitting: Sitting) -> Sitting:
        marks = sitting.marks | {self.id} if self.on else sitting.marks - {self.id}
        return replace(sitting, marks=marks)


@dataclass(frozen=True, slots=True)
class Suppress:
    """Do not hear of a finding any more, for a reason; `""` hears of it again. The finding is named by fingerprint."""

    fingerprint: str
    reason: str

    def apply(self, sitting: Sitting) -> Sitting:
        suppressed = {one: why for one, why in sitting.suppressed.items() if one != self.fingerprint}
        if self.reason.strip():
            suppressed[self.fingerprint] = self.reason.strip()
        elif len(suppressed) == len(sitting.suppressed):
            raise CommandRefused("a finding is suppressed for a reason: say which")
        return replace(sitting, suppressed=suppressed)


def _branch(sitting: Sitting, branch_id: str) -> Branch:
    branch = sitting.branch(branch_id)
    if branch is None:
        there = ", ".join(branch.id for branch in sitting.branches) or "none yet"
        raise CommandRefused(f"there is no branch {branch_id!r}", f"branches here: {there}")
    return branch


def _with_pending(sitting: Sitting, branch_id: str, edits: tuple[Edit, ...]) -> Sitting:
    pending = {id_: others for id_, others in sitting.pending.items() if id_ != branch_id}
    if edits:
        pending[branch_id] = edits
    else:
        sitting = _with_choices(sitting, branch_id, {})
    return replace(sitting, pending=pending)


def _with_choices(sitting: Sitting, branch_id: str, chosen: Mapping[str, Choice]) -> Sitting:
    choices = {id_: others for id_, others in sitting.choices.items() if id_ != branch_id}
    if chosen:
        choices[branch_id] = chosen
    return replace(sitting, choices=choices)
