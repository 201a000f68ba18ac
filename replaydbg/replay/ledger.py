"""What becomes of each recorded step in a branch, and the steps that are new in it. `assemble` makes the trace of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from math import nan

from replaydbg.core.branch import Provenance, Question
from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.digest import digest
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.core.trace import StepNotFound
from replaydbg.graph.facts import Facts
from replaydbg.replay.propagate import Carried


@dataclass(frozen=True, slots=True)
class Made:
    """A step that is new in the branch. It takes the place of the recorded row `anchor`: same parent, same agent.

    `of` is the recorded row it stands for; `inside` a new step that it runs inside of, instead of the anchor's parent;
    `takes` a tool execution whose inner steps are now its own.
    """

    id: str
    anchor: int
    kind: Kind
    name: str
    body: PlainBody
    provenance: Provenance
    reason: str
    of: int | None = None
    inside: str = ""
    takes: int | None = None
    model: str = ""
    status: Status = Status.UNSET
    start_ns: int = NOT_RECORDED
    end_ns: int = NOT_RECORDED
    cost_usd: float = nan
    question: Question = Question.NONE
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Ledger:
    facts: Facts
    seed: str
    kept_by_choice: frozenset[int] = frozenset()
    made: list[Made] = field(default_factory=list)
    kept: dict[int, tuple[Provenance, str]] = field(default_factory=dict)
    """Recorded rows that stay, with what is said of them. Rows inside of a kept tool execution share its lot."""
    dropped: set[int] = field(default_factory=set)
    """Recorded rows that are gone, with everything inside of them that has no lot of its own."""
    replaced: dict[int, str] = field(default_factory=dict)
    """Recorded rows that a new step stands for, by its id."""
    resumed: dict[int, str] = field(default_factory=dict)
    """Recorded model calls at which the recording took over again, with the reason; what comes later may still undo it."""
    changed: list[int] = field(default_factory=list)
    """Recorded rows whose output came out otherwise, the first of each thread: what dependence is judged by."""
    answers: list[Carried] = field(default_factory=list)
    """Final answers that came out otherwise."""
    remarks: dict[str, str] = field(default_factory=dict)
    """What else has to be said of a step of the branch, by its id: that an edit further on found no place."""
    in_doubt: set[str] = field(default_factory=set)
    """Steps whose prompt may hold other things than it does: a remark says so."""
    told: dict[str, frozenset[int]] = field(default_factory=dict)
    """Steps of threads into whose prompts changed answers were carried, by id: whose answers, and those of the thread."""
    doubts: dict[int, str] = field(default_factory=dict)
    """Recorded rows that may depend on a change in a way that can not be carried on, with the reason."""

    def new_id(self, *parts: object) -> str:
        """Sixteen hex digits, as OpenTelemetry's span ids: the same for the same edits, unlike every recorded id."""
        for salt in count():
            id_ = digest([self.seed, *map(str, parts), salt])[:16]
            try:
                self.facts.trace.row(id_)
            except StepNotFound:
                return id_
        raise AssertionError("count() does not end")

    def add(self, made: Made) -> None:
        self.made.append(made)
        if made.of is not None:
            self.kept.pop(made.of, None)
            self.dropped.add(made.of)
            self.replaced[made.of] = made.id

    def remark(self, id_: str, text: str) -> None:
        before = self.remarks.get(id_, "")
        if text not in before:
            self.remarks[id_] = f"{before}; {text}"

    def doubt(self, id_: str, text: str) -> None:
        self.remark(id_, text)
        self.in_doubt.add(id_)

    def keep(self, row: int, provenance: Provenance, reason: str) -> None:
        self.dropped.discard(row)
        self.kept[row] = (provenance, reason)

    def drop(self, row: int) -> None:
        if row not in self.kept:
            self.dropped.add(row)

    def executions(self, row: int) -> Iterator[int]:
        """The tool executions of the calls that the model call at `row` asked for."""
        for index in range(len(self.facts.index.calls(row))):
            ran = self.facts.index.execution_of(row, index)
            if ran is not None:
                yield ran

    def leave_unproven(self, why: Callable[[int, int], str]) -> dict[str, str]:
        """Recorded results that the branch took over are unproven where there is a reason, given the model call that asked
        (its row) and when the tool began. Of those: their ids, with the names of the tools.
        """
        trace, index = self.facts.trace, self.facts.index
        left: dict[str, str] = {}

        def doubt(ran: int, begun_ns: int) -> str:
            place = index.call_of(ran)
            return "" if ran in self.kept_by_choice else why(ran if place is None else place.row, begun_ns)

        for ran, (provenance, reason) in self.kept.items():
            if provenance is Provenance.RECORDED and trace.kind(ran) is Kind.TOOL_EXECUTION:
                doubted = doubt(ran, trace.starts_ns[ran])
                if doubted:
                    self.kept[ran] = Provenance.UNPROVEN, f"{reason}; {doubted}"
                    left[trace.ids[ran]] = trace.name(ran)
        for at, made in enumerate(self.made):
            if made.provenance is Provenance.RECORDED and made.kind is Kind.TOOL_EXECUTION:
                doubted = doubt(made.anchor, made.start_ns)
                if doubted:
                    reason = f"{made.reason}; {doubted}"
                    self.made[at] = replace(made, provenance=Provenance.UNPROVEN, reason=reason)
                    left[made.id] = made.name
        for row in self.resumed:
            for ran in self.executions(row):
                doubted = doubt(ran, trace.starts_ns[ran])
                if doubted:
                    self.doubts.setdefault(ran, doubted)
        return left
