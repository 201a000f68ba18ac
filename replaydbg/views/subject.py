"""The step that a detail is about, with everything that the tabs need to know of its surroundings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from replaydbg import codec, schema
from replaydbg.core.branch import BranchStep, Edit
from replaydbg.core.finding import Finding
from replaydbg.core.step import Kind, Step
from replaydbg.graph.facts import Facts
from replaydbg.graph.index import CallPlace, SpecInForce
from replaydbg.graph.threads import Link


@dataclass(frozen=True, slots=True)
class Subject:
    """`step` is the step after its pending edits. `known` says that the facts of the whole trace have been worked out.

    Until then (a large file is still being read) nothing here asks for them: that would hold up the screen.
    """

    facts: Facts
    row: int
    step: Step
    findings: tuple[Finding, ...] = ()
    edits: tuple[Edit, ...] = ()
    known: bool = True
    origin: BranchStep | None = None
    note: str = ""
    """What a person wrote down beside the step."""
    keys: Callable[[str], str] | None = field(default=None, compare=False)
    """Puts keys in the place of the actions that a text names in braces; None where there are no keys."""

    @property
    def link(self) -> Link | None:
        """How this model call goes on from another; None where that is not known."""
        return self.facts.threads.links.get(self.row) if self.known else None

    def edited_at(self, place: str) -> bool:
        """Whether a pending edit changed this place, something in it, or something around it."""
        if not place:
            return False
        return any(
            edit.pointer == place
            or edit.pointer.startswith(place + "/")
            or place.startswith(edit.pointer + "/")
            for edit in self.edits
        )

    def evidence_below(self, place: str) -> list[tuple[str, str]]:
        """What findings say about places at or below `place`: pointer and message, each once.

        They were found in the recording: of a tool call with a pending edit its schema is asked anew.
        """
        said: dict[tuple[str, str], None] = {}
        for finding in self.findings:
            for evidence in finding.evidence:
                at = self._own_place(evidence.step_id, evidence.pointer)
                if at is not None and not self.edited_at(_call_place(at)):
                    said[(at, evidence.message)] = None
        for index, call in enumerate(self.step.tool_calls):
            where = f"/tool_calls/{index}"
            spec = self.spec(call.name) if self.edited_at(where) and call.problem is None else None
            if spec is not None and spec.spec.schema is not None:
                for violation in schema.violations(spec.spec.schema, call.arguments):
                    said[(f"{where}/arguments{violation.pointer}", violation.message)] = None
        return [(at, message) for at, message in said if at == place or at.startswith(place + "/")]

    def _own_place(self, step_id: str, pointer: str) -> str | None:
        """The place in this step of evidence in it, or in the model call that asked for this execution."""
        if step_id == self.step.id:
            return pointer
        asked = self.asked_by()
        if asked is None or self.facts.trace.ids[asked.row] != step_id:
            return None
        prefix = f"/tool_calls/{asked.index}"
        if pointer == prefix or pointer.startswith(prefix + "/"):
            return "/tool_calls/0" + pointer.removeprefix(prefix)
        return None

    def asked_by(self) -> CallPlace | None:
        """Which call of which model call this tool execution ran."""
        if not self.known or self.step.kind is not Kind.TOOL_EXECUTION:
            return None
        return self.facts.index.call_of(self.row)

    def spec(self, name: str) -> SpecInForce | None:
        """The schema in force for calls to this tool here."""
        if not self.known:
            return None
        asked = self.asked_by()
        return self.facts.index.spec(asked.row if asked is not None else self.row, name)

    def call_name(self, call_id: str, before: int) -> str:
        """The name of the tool that a tool response at message `before` answers: the nearest call with its id."""
        messages = self.step.body.messages or ()
        for at in range(
            min(before, len(messages)) - 1, -1, -1
        ):  # mostly just before: a slice would be all of a history
            for call in messages[at].tool_calls:
                if call.id == call_id:
                    return call.name
        return ""

    def inside(self) -> int:
        """How many steps are inside this one."""
        return self.facts.trace.subtree_ends[self.row] - self.row - 1


def _call_place(pointer: str) -> str:
    """The place of the tool call that the pointer is in; the pointer itself where it is in none."""
    return "/".join(pointer.split("/")[:3]) if pointer.startswith("/tool_calls/") else pointer


def subject(
    facts: Facts,
    row: int,
    *,
    findings: Iterable[Finding] = (),
    edits: Iterable[Edit] = (),
    known: bool = True,
    origin: BranchStep | None = None,
    note: str = "",
    keys: Callable[[str], str] | None = None,
) -> Subject:
    """`findings` and `edits` may be those of the whole trace."""
    step = facts.trace.step(row)
    own = tuple(edit for edit in edits if edit.step_id == step.id)
    about = tuple(finding for finding in findings if step.id in finding.step_ids)
    if own:
        step = codec.edited_step(step, own)
    return Subject(facts, row, step, about, own, known, origin, note, keys)
