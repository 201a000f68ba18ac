"""What a set of edits touches and what re-running would cost, known at once: nothing is asked, few bodies are decoded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias, overload

from replaydbg.core.branch import Edit
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import KINDS, Kind, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.graph.dependence import Dependence, Verdict, Verdicts
from replaydbg.graph.facts import Facts
from replaydbg.graph.index import CallPlace
from replaydbg.replay import offers, requests, spending
from replaydbg.replay.carrying import Waiting
from replaydbg.replay.choices import AGAIN, KEPT, NOTHING_CHOSEN, Chosen
from replaydbg.replay.edits import Edited, apply_edits
from replaydbg.replay.sources import Recordings
from replaydbg.replay.spending import ToolNeed
from replaydbg.replay.text_calls import text_calls

UNNAMED = "a model that was not recorded"
"""Of calls that the recording names no model for, among the models of a plan."""

_LEAVES = {KINDS.index(Kind.MODEL_CALL), KINDS.index(Kind.TOOL_EXECUTION)}


class Touch(StrEnum):
    EDITED = "edited"
    RERUN = "rerun"
    REUSED = "reused"
    UNPROVEN = "unproven"
    INDEPENDENT = "independent"


class PlanStep(NamedTuple):
    row: int
    touch: Touch
    reason: str


Lot: TypeAlias = tuple[Touch, str]
"""What becomes of a step, and why."""


class PlanSteps(Sequence[PlanStep]):
    """One for each row, made when somebody looks: most share their lot, and a plan is made while a person waits."""

    def __init__(self, lots: list[Lot]) -> None:
        self._lots = lots

    @overload
    def __getitem__(self, row: int) -> PlanStep: ...
    @overload
    def __getitem__(self, row: slice) -> tuple[PlanStep, ...]: ...
    def __getitem__(self, row: int | slice) -> PlanStep | tuple[PlanStep, ...]:
        if isinstance(row, slice):
            return tuple(self[at] for at in range(len(self))[row])
        return PlanStep(range(len(self))[row], *self._lots[row])

    def __len__(self) -> int:
        return len(self._lots)

    def __iter__(self) -> Iterator[PlanStep]:
        for row, lot in enumerate(self._lots):
            yield PlanStep(row, *lot)

    def counts(self) -> dict[Touch, int]:
        tally = dict.fromkeys(Touch, 0)
        lots = self._distinct()
        for key, count in Counter(map(id, self._lots)).items():
            tally[lots[key][0]] += count
        return tally

    def words(self) -> list[str]:
        """The touch of each row as a word."""
        word = {key: str(touch) for key, (touch, _) in self._distinct().items()}
        return list(map(word.__getitem__, map(id, self._lots)))

    def _distinct(self) -> dict[int, Lot]:
        return dict(zip(map(id, self._lots), self._lots, strict=True))

    def rows(self, touch: Touch) -> list[int]:
        return [row for row, lot in enumerate(self._lots) if lot[0] is touch]


@dataclass(frozen=True, slots=True)
class Plan:
    """Costs are those of the recording: a re-run may well take fewer calls, or more."""

    steps: PlanSteps
    calls_by_model: Mapping[str, int] = field(default_factory=dict)
    usage_by_model: Mapping[str, Usage] = field(default_factory=dict)
    """Tokens of those calls together, as recorded where recorded, else one for four characters."""
    cost_usd: float | None = None
    """What those tokens would cost; None where a price is not known."""
    tools: tuple[ToolNeed, ...] = ()
    unasked: tuple[str, ...] = ()
    """Sentences: what of the threads the recording lacks, so that calls can not be asked again, and what would help."""
    remarks: tuple[str, ...] = ()
    """Sentences: what else should be known before anybody is asked, and what would help."""
    instead: str = ""
    """Who is asked instead of the models in `calls_by_model`, as the person said; "" for those themselves."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Sentences: all that the recording lacks for this re-run, and what would help."""
        return (*self.unasked, *(need.missing for need in self.tools if need.missing))

    @property
    def tokens_estimate(self) -> int:
        """Input and output of all models."""
        return sum((one.input_tokens or 0) + (one.output_tokens or 0) for one in self.usage_by_model.values())

    def counts(self) -> dict[Touch, int]:
        return self.steps.counts()


def plan(facts: Facts, edits: Iterable[Edit], chosen: Chosen = NOTHING_CHOSEN) -> Plan:
    """Raises EditRefusedError and StepNotFound for edits that do not fit."""
    edited = apply_edits(facts, edits)
    if not edited.steps:
        return Plan(PlanSteps([(Touch.REUSED, "nothing is edited")] * len(facts.trace)))
    return _Planning(facts, edited, chosen).plan()


_GONE = "gone: the edited reply does not come to it"
_GROUPS = (Touch.REUSED, "groups the steps inside of it")


def _judged(verdict: Verdict) -> Lot:
    if verdict.dependence is not Dependence.INDEPENDENT:
        return Touch.UNPROVEN, verdict.reason
    return (Touch.REUSED if verdict.precedes else Touch.INDEPENDENT), verdict.reason


class _Planning:
    def __init__(self, facts: Facts, edited: Edited, chosen: Chosen) -> None:
        self.chosen = chosen
        self.facts = facts
        self.edited = edited
        self.recordings = Recordings(facts)
        self.waiting = Waiting(facts, self.recordings)
        self.touches: dict[int, Lot] = {}
        self.models: dict[int, str] = {}
        """The model calls that would be asked, with the model."""
        self.calls: list[tuple[str, bool]] = []
        """Tool calls of the part that is re-run: the name, and whether a recording answers."""
        self.unasked: list[str] = []

    def plan(self) -> Plan:
        for row in self.edited.begins:
            self._begin(row)
        for row in self.edited.alone:
            self._touch(row, Touch.EDITED, "edited")
        for row in sorted(self.chosen.again):
            self._again(row)
        for row in self.waiting.starts:
            self._carry(row)
        for doubts in self.waiting.partly.values():
            for row, reason in doubts:
                for later in self.facts.flow.descendants(row):
                    self.touches.setdefault(later, (Touch.UNPROVEN, reason))
        counts: dict[str, int] = {}
        for model in self.models.values():
            counts[model] = counts.get(model, 0) + 1
        usage = spending.usage_by_model(self.facts.trace, self.models)
        tools, unasked = self._tools(), tuple(self.unasked)
        return Plan(self._steps(), counts, usage, tools=tools, unasked=unasked, remarks=self._remarks())

    # --- what is touched

    def _begin(self, row: int) -> None:
        edited = self.edited
        number = row + 1
        self.waiting.expect(row)
        if row in edited.prompts and row not in edited.replies:
            self._touch(row, Touch.EDITED, "its request was edited: the model is asked anew")
            self._ask(row)
        elif row in edited.prompts or row in edited.replies:
            self._touch(row, Touch.EDITED, "its reply was edited")
        else:
            self._touch(row, Touch.REUSED, "the request is the recorded one")
        if row not in self.facts.threads.links:
            self.unasked.append(
                f"the prompt of #{number} was not recorded: what comes after it in its thread can not be asked again"
            )
        elif named := requests.unexpanded(self.facts, row, self._request(row)):
            self.unasked.append(
                f"the thread of #{number} goes on from {named}, and what was said before is not in this recording. "
                f"{requests.WAYS_OUT}"
            )
        self._executions_of_begin(row)
        for gone in self._gone(row):
            self._touch(gone, Touch.RERUN, _GONE)
        self._after(row, f"comes after the edited #{number} in its thread")

    def _gone(self, row: int) -> Iterator[int]:
        """Recorded steps that an edited reply has no more: executions of calls that it does not make, and, where it makes
        none, all up to what the person says next.
        """
        reply, index, main = self.edited.replies.get(row), self.facts.index, self.recordings.main
        if reply is None:
            return
        yield from self._executions(row, len(reply.tool_calls))
        if reply.tool_calls or not index.calls(row) or text_calls(self.recordings, row) is not None:
            return
        later = main(row)
        while later is not None and not self.recordings.turns(later):
            yield later
            yield from self._executions(later)
            later = main(later)

    def _executions(self, row: int, since: int = 0) -> Iterator[int]:
        index = self.facts.index
        ran = (index.execution_of(row, at) for at in range(since, len(index.calls(row))))
        return (one for one in ran if one is not None)

    def _request(self, row: int) -> ModelRequest:
        settings, edited = requests.recorded_settings(self.facts, row), self.edited
        if row in edited.prompts:
            step = edited.steps[row]
            override = requests.override_of(self.facts, row, step)
            settings = override.after if override is not None else settings
            return settings.request(requests.edited_prompt(self.facts, row, step) or ())
        return settings.request(requests.recorded_prompt(self.facts, row) or ())

    def _executions_of_begin(self, row: int) -> None:
        edited, index = self.edited, self.facts.index
        reply = edited.replies.get(row)
        calls = index.calls(row) if reply is None else reply.tool_calls
        for at, call in enumerate(calls):
            ran = index.execution_of(row, at) if at < len(index.calls(row)) else None
            known = at < len(index.calls(row)) and index.calls(row)[at] == call
            if ran is not None and ran in edited.results:
                self._touch(ran, Touch.EDITED, "its result was edited")
            elif row in edited.prompts and reply is None:
                self._rerun_execution(row, ran, call.name)
            elif known and self.recordings.answer(CallPlace(row, at)) is not None:
                self._touch(ran, Touch.REUSED, "recorded result for the equal call")
            elif known:
                self.calls.append((call.name, False))
                self._touch(ran, Touch.RERUN, "its result was not recorded")
            else:
                recorded = self.recordings.agreed(self.recordings.equal_calls(call)) is not None
                self.calls.append((call.name, recorded))
                self._touch(ran, Touch.EDITED if ran in edited.steps else Touch.RERUN, "its call was edited")

    def _again(self, row: int) -> None:
        self.waiting.expect(row)
        self._touch(row, Touch.RERUN, AGAIN, over=(Touch.REUSED,))
        if self.touches[row][0] is Touch.RERUN:
            self._ask(row)
            self._rerun_executions(row)
        self._after(row, f"comes after #{row + 1}, which is re-run by your choice")

    def _carry(self, row: int) -> None:
        """A call that was told an answer which may come out otherwise."""
        told = self.waiting.told_to.get(row, set())
        if told:
            numbers = ", ".join(f"#{source + 1}" for source in sorted(told))
            self._touch(row, Touch.RERUN, f"its prompt holds the answer of {numbers}", over=(Touch.REUSED,))
            if self.touches[row][0] is Touch.RERUN:
                self._ask(row)
                self._rerun_executions(row)
        for at in range(len(self.facts.index.calls(row))):
            ran = self.facts.index.execution_of(row, at)
            if ran is not None and ran in self.waiting.returned_by:
                self._touch(
                    ran, Touch.RERUN, "its result holds an answer that is re-run", over=(Touch.REUSED,)
                )
        self._after(row, f"comes after #{row + 1} in a thread that is told an answer of the re-run")

    def _after(self, row: int, reason: str) -> None:
        for later in self.facts.flow.descendants(row):
            if later == row:
                continue
            if self.touches.get(later, (None, ""))[1] == _GONE:
                continue
            is_edited = later in self.edited.steps
            self._touch(later, Touch.EDITED if is_edited else Touch.RERUN, "edited" if is_edited else reason)
            if later not in self.edited.replies:
                self._ask(later)
            self._rerun_executions(later)

    def _rerun_executions(self, row: int) -> None:
        index = self.facts.index
        for at, call in enumerate(index.calls(row)):
            self._rerun_execution(row, index.execution_of(row, at), call.name)

    def _rerun_execution(self, row: int, ran: int | None, name: str) -> None:
        if ran is None:  # what the next call was told of it is its answer, where there is a next call
            self.calls.append((name, self.recordings.main(row) is not None))
        elif self.touches.get(ran, (None, ""))[0] not in {Touch.EDITED, Touch.RERUN}:
            touch = Touch.EDITED if ran in self.edited.results else Touch.RERUN
            self._touch(
                ran,
                touch,
                "runs only if its call or a change before it comes out otherwise; else as recorded",
            )
            self.calls.append((name, self.facts.trace.body(ran).has_result))

    def _touch(self, row: int | None, touch: Touch, reason: str, over: Sequence[Touch] = ()) -> None:
        if row is None:
            return
        before = self.touches.get(row)
        if before is None or before[0] in over or (before[0] is Touch.REUSED and touch is not Touch.REUSED):
            self.touches[row] = (touch, reason)

    def _ask(self, row: int) -> None:
        """Who: a model that was edited holds for the rest of its thread, for calls that had the same."""
        model, root = self.facts.trace.model(row), self.facts.threads.root
        for begin in self.edited.begins:
            step = self.edited.steps.get(begin) if begin <= row and root(begin) == root(row) else None
            if step is not None and step.kind is Kind.MODEL_CALL and model == self.facts.trace.model(begin):
                model = step.model
        self.models.setdefault(row, model or UNNAMED)

    # --- all rows

    def _steps(self) -> PlanSteps:
        trace = self.facts.trace
        verdicts = Verdicts(self.facts.flow, (*self.edited.begins, *self.edited.alone)).all()
        distinct = dict(zip(map(id, verdicts), verdicts, strict=True))
        judged = {key: _judged(verdict) for key, verdict in distinct.items()}
        lots = [judged[key] for key in map(id, verdicts)]
        for row, (kind, end) in enumerate(zip(trace.kinds, trace.subtree_ends, strict=True)):
            if end > row + 1 and kind not in _LEAVES:
                lots[row] = _GROUPS
        self._touched(lots)
        for row in self.chosen.kept:
            if lots[row][0] is Touch.UNPROVEN:
                lots[row] = (Touch.REUSED, KEPT)
        return PlanSteps(lots)

    def _touched(self, lots: list[Lot]) -> None:
        """The rows that the edits reach, and what runs inside of those that run again."""
        trace, touches = self.facts.trace, self.touches
        inside: dict[int, Lot] = {}
        done = 0
        for touched in sorted(touches):
            if touched < done:
                continue
            done = trace.subtree_ends[touched] if trace.kinds[touched] in _LEAVES else touched + 1
            for row in range(touched, done):
                parent = trace.parents[row]
                own = touches.get(row) or inside.get(parent)
                if own is None:
                    continue
                lots[row] = own
                again = own[0] is Touch.RERUN and row not in self.waiting.returned_by
                if again and (trace.kinds[row] in _LEAVES or parent in inside):
                    inside[row] = own

    # --- what else is to be known

    def _remarks(self) -> tuple[str, ...]:
        """Of each thread that would be asked without tools that it calls, a sentence."""
        threads: dict[int, list[int]] = {}
        for row in sorted(self.models):
            threads.setdefault(self.facts.threads.root(row), []).append(row)
        told = (self._lacks(rows) for rows in threads.values())
        return tuple(sentence for sentence in told if sentence)

    def _lacks(self, rows: Sequence[int]) -> str:
        without = [row for row in rows if self.facts.index.tools(row) is None]
        offered = self._offered(without[0]) if without else ()
        called = offers.lacking(self.recordings, without[0], offered) if without else ()
        return offers.remark(without, called, offered) if called else ""

    def _offered(self, row: int) -> tuple[ToolSpec, ...]:
        """Tools that a person wrote into a call hold for the rest of its thread."""
        settings, root = requests.recorded_settings(self.facts, row), self.facts.threads.root
        for begin in self.edited.begins:
            step = self.edited.steps.get(begin) if begin <= row and root(begin) == root(row) else None
            override = requests.override_of(self.facts, begin, step) if step is not None else None
            settings = override.applied(settings) if override is not None else settings
        return settings.tools

    def _tools(self) -> tuple[ToolNeed, ...]:
        needs: dict[str, list[bool]] = {}
        for name, recorded in self.calls:
            needs.setdefault(name, []).append(recorded)
        return tuple(ToolNeed(name, len(known), sum(known)) for name, known in sorted(needs.items()))
