"""What a person has made of a recording so far: branches, pending edits, notes. A value; commands give the next one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from replaydbg import codec
from replaydbg.core import pointer
from replaydbg.core.branch import RECORDING, Branch, Choice, Edit
from replaydbg.core.message import Json
from replaydbg.core.step import Step
from replaydbg.core.trace import Trace
from replaydbg.replay.sampling import Tally


@dataclass(frozen=True, slots=True)
class Sitting:
    """`pending` holds the edits not yet run, by branch id; `notes` what a person wrote down, by step id.

    The mappings are never written to. Edits of one step never overlap (`with_edit`), so their order does not matter
    and each one's `before` is what stands in the trace.
    """

    recording: Trace
    branches: tuple[Branch, ...] = ()
    current: str = RECORDING
    pending: Mapping[str, tuple[Edit, ...]] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    """Ids of steps to come back to, and of branches that are pinned."""
    suppressed: Mapping[str, str] = field(default_factory=dict)
    """Why a finding is not to be heard of, by its fingerprint (`graph.fingerprints`): so it holds in branches too."""

    choices: Mapping[str, Mapping[str, Choice]] = field(default_factory=dict)
    """What was decided of steps that nothing proves independent of the pending edits, by branch id and step id."""
    tallies: tuple[Tally, ...] = ()
    """What came of edits that were tried many times, the oldest first."""

    def branch(self, branch_id: str) -> Branch | None:
        """The branch with this id; None for the recording and for ids that are not there."""
        return next((branch for branch in self.branches if branch.id == branch_id), None)

    @property
    def trace(self) -> Trace:
        """The trace that is looked at: the current branch's, or the recording."""
        branch = self.branch(self.current)
        return branch.trace if branch else self.recording

    @property
    def edits(self) -> tuple[Edit, ...]:
        """Pending edits of what is looked at."""
        return self.pending.get(self.current, ())

    @property
    def chosen(self) -> Mapping[str, Choice]:
        """Decisions about steps of what is looked at."""
        return self.choices.get(self.current, {})

    def step(self, row: int) -> Step:
        """The step at `row` of what is looked at, with its pending edits."""
        step = self.trace.step(row)
        edits = [edit for edit in self.edits if edit.step_id == step.id]
        return codec.edited_step(step, edits) if edits else step

    def goes_on_as(self, branch: Branch) -> Branch | None:
        """The branch that `branch` takes the place of: of the same id and edits, and nothing was made of it yet."""
        before = self.branch(branch.id)
        if before is None or (before.parent, before.edits) != (branch.parent, branch.edits):
            return None
        made_of_it = any(other.parent == branch.id for other in self.branches) or branch.id in self.pending
        return None if made_of_it else before

    def same_steps(self, before_id: str, after_id: str) -> dict[str, str]:
        """For ids of steps of one branch the id in the other of the step that is, or comes from, the same one."""
        there: dict[tuple[str, str], str] = {}
        for id_, names in self._ancestry(before_id):
            for name in names:
                there.setdefault(name, id_)
        same = {}
        for id_, names in self._ancestry(after_id):
            met = next((there[name] for name in names if name in there), None)
            if met is not None:
                same[id_] = met
        return same

    def _ancestry(self, branch_id: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """For each step its id and, nearest first, what it is known as in the branch and in all that it came from."""
        line = []
        at: Branch | None = self.branch(branch_id)
        while at is not None:
            line.append(at)
            at = self.branch(at.parent)
        of = [{step.id: step.of for step in branch.steps} for branch in line]
        ids = line[0].trace.ids if line else self.recording.ids
        for id_ in ids:
            names, here = [(branch_id, id_)], id_
            for branch, parents in zip(line, of, strict=True):
                above = parents.get(here)
                if above is None:
                    break
                here = above
                names.append((branch.parent, here))
            yield id_, names

    def free_branch_id(self) -> str:
        """`b1`, `b2`, ...: short, since people type them."""
        taken = {branch.id for branch in self.branches}
        number = len(taken) + 1
        while f"b{number}" in taken:
            number += 1
        return f"b{number}"


def with_edit(edits: tuple[Edit, ...], edit: Edit, document: Json) -> tuple[Edit, ...]:
    """`edits` and `edit` as edits that do not overlap; what ends as it began is no edit.

    `document` is the recorded step. An edit inside an earlier one is folded into it, one around earlier ones replaces
    them, and one that sets a place back removes it. Appending (`-`) is never the same place twice. Raises PointerError
    where an earlier edit left nothing to edit there.
    """
    place = pointer.tokens(edit.pointer)
    kept: list[Edit] = []
    for other in edits:
        there = pointer.tokens(other.pointer)
        if other.step_id != edit.step_id or "-" in (*there[-1:], *place[-1:]):
            kept.append(other)
        elif len(there) < len(place) and place[: len(there)] == there:
            inner = pointer.join(place[len(there) :])
            edit = Edit(
                edit.step_id, other.pointer, other.before, pointer.replace(other.after, inner, edit.after)
            )
            place = there
        elif there[: len(place)] != place:
            kept.append(other)
    edit = Edit(edit.step_id, edit.pointer, found_at(document, edit.pointer), edit.after)
    return tuple(kept) if _is_no_change(document, edit) else (*kept, edit)


def found_at(document: Json, place: str) -> Json:
    """What stands there; None where an edit adds a key or an item (`codec.make_edit` says the same)."""
    try:
        return pointer.get(document, place)
    except pointer.PointerError:
        return None


def _is_no_change(document: Json, edit: Edit) -> bool:
    try:
        return bool(pointer.replace(document, edit.pointer, edit.after) == document)
    except pointer.PointerError:
        return False
