"""The engine of a re-run, sans-IO: it says which requests the branch needs; the world answers; a branch comes of it.

    r = Replay(facts, edits)
    while not r.finished:
        for asked in r.requests():
            r.receive(asked.id, answer(asked.request))
    branch = r.branch("b1")

Answers may come in any order; the branch is the same. Equal requests are answered by the recording and never asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from replaydbg.core.branch import Branch, Edit, Provenance, Stop
from replaydbg.core.digest import digest
from replaydbg.core.message import Message
from replaydbg.core.outcome import Outcome, Reply, Skipped, ToolResult
from replaydbg.core.request import ModelRequest
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.graph.facts import Facts
from replaydbg.replay import propagate, requests
from replaydbg.replay.api import Asked, Given, Need, Policy, Progress
from replaydbg.replay.assemble import assemble
from replaydbg.replay.budget import Budget
from replaydbg.replay.carrying import NewResult, State, Waiting
from replaydbg.replay.edits import apply_edits
from replaydbg.replay.lane import Driving, Lane
from replaydbg.replay.ledger import Ledger, Made
from replaydbg.replay.propagate import Carried
from replaydbg.replay.reply_turn import Said
from replaydbg.replay.resting import leave_unproven
from replaydbg.replay.sources import Recordings
from replaydbg.replay.world import Worlds


@dataclass(eq=False, slots=True)
class _Running:
    lane: Lane
    driving: Driving
    need: Need
    answers: dict[str, Given] = field(default_factory=dict)

    def waiting(self) -> list[Asked]:
        return [asked for asked in self.need.asked if asked.id not in self.answers]


class Replay:
    """One re-run. Raises EditRefusedError and StepNotFound for edits that do not fit; afterwards nothing."""

    def __init__(
        self, facts: Facts, edits: Sequence[Edit], policy: Policy | None = None, parent: str = ""
    ) -> None:
        self.facts = facts
        self.edits = tuple(edits)
        self.policy = policy or Policy()
        self.parent = parent
        self.edited = apply_edits(facts, edits)
        self.recordings = Recordings(facts)
        self.worlds = Worlds(facts)
        self.waiting = Waiting(facts, self.recordings)
        self.ledger = Ledger(facts, _seed(facts, parent, self.edits), self.policy.kept)
        self.has_executions = bool(facts.index.executions)
        self.results: dict[int, NewResult] = {}
        """Tool executions that return something else in the branch."""
        self.carried: dict[int, tuple[Carried, ...]] = {}
        """Model calls into whose new messages changed answers go."""
        self.confirmed: set[int] = set()
        """Tool executions that happen in the branch as they did in the recording, their inner steps with them."""
        self.doubtful: dict[int, str] = {}
        """Final answers of threads that were told a result that nothing proves, and what is to be said of who is told them."""
        self.published: dict[int, str] = {}
        """For each recorded answer that ended a turn the step of the branch that ends it now."""
        self.unused: list[int] = []
        """Recorded model calls whose edits found no place, since the thread went another way."""
        self.stopped: Stop | None = None
        self.lanes: list[Lane] = []
        self._running: list[_Running] = []
        self._handled: set[int] = set()
        self.halted: tuple[str, str] | None = None
        """Why nobody is asked any more, if somebody stopped it."""
        self.budget = Budget(self.policy)
        self._begin_edited()
        self._pump()

    # --- to the driver

    def requests(self) -> tuple[Asked, ...]:
        """All that is asked and not answered yet. Answer them in any order, at the same time if you like."""
        return tuple(asked for running in self._running for asked in running.waiting())

    def receive(
        self, id_: str, outcome: Outcome, provenance: Provenance = Provenance.LIVE, *, paid: bool = False
    ) -> None:
        """`paid` answers count against no bound. Raises ValueError for an answer that nobody waits for, or that is none to this question."""
        for running in self._running:
            for asked in running.waiting():
                if asked.id == id_:
                    wrong = ToolResult if isinstance(asked.request, ModelRequest) else Reply
                    if isinstance(outcome, wrong):
                        raise ValueError(f"{type(outcome).__name__} is no answer to {asked.request!r:.80}")
                    running.answers[id_] = Given(outcome, provenance, paid)
                    self._pump()
                    return
        raise ValueError(f"nothing is asked under the id {id_!r}")

    def stop(self, kind: str, reason: str) -> None:
        """Ask nothing more; what has been answered stays. `kind` is one word for programs, `reason` a sentence."""
        self.halted = (kind, reason)
        if self.stopped is not None and self.stopped.kind == "interrupted":
            # A reply is cut off because somebody stops: that is the reason to tell.
            self.stopped = Stop(kind, reason, self.stopped.step_id)
        self._pump()

    @property
    def finished(self) -> bool:
        return not self._running

    def progress(self) -> Progress:
        spent, steps = self.budget, len(self.ledger.made)
        return Progress(spent.live_calls, spent.tokens, spent.cost_usd, len(self.requests()), steps)

    def branch(self, branch_id: str, label: str = "") -> Branch:
        """The branch so far; a re-run that has not finished is stopped first."""
        if not self.finished:
            self.stop("stopped", "the re-run was stopped before its end")
        leave_unproven(self)
        trace, steps = assemble(self.ledger, branch_id)
        made = Branch(branch_id, self.parent, self.edits, trace, steps, self.stopped, label)
        return replace(made, model=self.budget.model, asked=self.policy.model, models=self.budget.models)

    # --- beginning

    def _begin_edited(self) -> None:
        for row, value in self.edited.results.items():
            self.results[row] = NewResult(Provenance.EDITED, "the result was edited", value)
        for row in self.edited.alone:
            self._stand_alone(row)
        for row in self._topmost(set(self.edited.begins) | self.policy.again):
            self.begin(self._lane(row))

    def _topmost(self, rows: set[int]) -> list[int]:
        """Those that no other one comes before in its thread."""
        links = self.facts.threads.links
        top = []
        for row in sorted(rows):
            at: int | None = row
            while at is not None and at in links:
                at = links[at].previous
                if at in rows:
                    break
            else:
                top.append(row)
        return top

    def _lane(self, row: int, not_before_ns: int = -1) -> Lane:
        """A lane that begins at the recorded call."""
        return Lane(self, row, *self.opening(row), not_before_ns, anew=True)

    def opening(self, row: int) -> tuple[tuple[Message, ...] | None, bool]:
        """The prompt of the recorded call with the person's edits and the answers that are carried into it by now; and whether it is the recorded one."""
        recorded = prompt = requests.recorded_prompt(self.facts, row)
        if recorded is not None and row in self.carried:
            between = self.facts.threads.between(row)
            kept = recorded[: len(recorded) - len(between)]
            prompt = kept + propagate.in_messages(between, self.carried[row])
        if row in self.edited.prompts:
            edited = requests.edited_prompt(self.facts, row, self.edited.steps[row])
            prompt = requests.told_beside(edited, recorded, prompt)
        return prompt, row not in self.edited.prompts and row not in self.carried

    def _stand_alone(self, row: int) -> None:
        """An edited tool execution that no recorded call asked for: its result is looked for in the prompts after it."""
        trace, body = self.facts.trace, self.facts.trace.body(row)
        step = self.edited.steps[row]
        self.ledger.add(
            Made(
                id=self.ledger.new_id(trace.ids[row], "alone"),
                anchor=row,
                kind=Kind.TOOL_EXECUTION,
                name=trace.name(row),
                body=PlainBody(call=step.body.call, has_result=step.body.has_result, result=step.body.result),
                provenance=Provenance.EDITED,
                reason="edited; the recording does not show which model call asked for it",
                of=row,
                takes=row,
                status=Status.OK,
                start_ns=trace.starts_ns[row],
                end_ns=trace.ends_ns[row],
            )
        )
        self.ledger.changed.append(row)
        old, new = (requests.as_told(value, as_text=True) for value in (body.result, step.body.result))
        if row not in self.edited.results or not isinstance(old, str) or not isinstance(new, str):
            return
        self._spread(Carried(row, old, new), self.facts.flow.elsewhere(row))

    def _spread(self, carried: Carried, elsewhere: list[int]) -> None:
        for use in self.facts.flow.uses(carried.source, carried.old, elsewhere).found:
            if use.verbatim and not self.recordings.returned_again(carried.old, carried.source, use.row):
                self.carried[use.row] = (*self.carried.get(use.row, ()), carried)
                self.waiting.starts[use.row] = None
                self.waiting.expect(use.row)

    def begin(self, lane: Lane) -> None:
        self.lanes.append(lane)
        self.waiting.expect(lane.start)
        driving = lane.drive()
        self._running.append(_Running(lane, driving, next(driving)))

    # --- the pump

    def _pump(self) -> None:
        """Let every lane go on that can, until all wait for the world or have finished."""
        while True:
            if self.halted is not None:
                self._refuse_all()
            ready = next((one for one in self._running if self._is_ready(one)), None)
            if ready is not None:
                self._resume(ready)
            elif not self._settle():
                held = next((one for one in self._running if one.need.ready is not None), None)
                if held is None or self.requests():
                    return
                # Two threads that wait for each other: what one said went into the other and back. Go on in order.
                self._resume(held)

    def _refuse_all(self) -> None:
        assert self.halted is not None
        for running in self._running:
            for asked in running.waiting():
                running.answers[asked.id] = Given(Skipped(self.halted[1]), Provenance.LIVE)

    @staticmethod
    def _is_ready(running: _Running) -> bool:
        return not running.waiting() and (running.need.ready is None or running.need.ready())

    def _resume(self, running: _Running) -> None:
        try:
            running.need = running.driving.send(running.answers)
            running.answers = {}
        except StopIteration:
            running.lane.finished = True
            self._running.remove(running)

    def _settle(self) -> bool:
        """Decide what can be decided about answers that others wait for. True if anything was."""
        waiting = self.waiting
        for start in sorted(set(waiting.starts) - self._handled):
            sources = waiting.sources(start)
            if waiting.any(sources, State.OPEN):
                continue
            self._handled.add(start)
            if any(start in lane.region for lane in self.lanes):
                continue  # its lane comes by
            if waiting.any(sources, State.LOST):
                self._lose(start)
            elif start in self.carried or any(ran in self.results for ran in self.ledger.executions(start)):
                clock = max((lane.clock_ns for lane in self.lanes), default=-1)
                self.begin(self._lane(start, clock))
            return True
        for source, state in waiting.states.items():
            if state is State.OPEN and not self._is_undecided(source):
                waiting.states[source] = State.SAME
                return True
        return False

    def _is_undecided(self, source: int) -> bool:
        if any(source in lane.region for lane in self.lanes if not lane.finished):
            return True
        undecided = set(self.waiting.starts) - self._handled
        return any(source in self.facts.flow.descendants(start) for start in undecided)

    def _lose(self, start: int) -> None:
        """A source of its prompt stopped: the recorded steps from here on answer what nobody will ask."""
        for row in self.facts.flow.descendants(start):
            for stale in (row, *self.ledger.executions(row)):
                self.ledger.keep(
                    stale, Provenance.STALE, "its prompt holds an answer that was not re-run to its end"
                )
            if self.waiting.states.get(row) is State.OPEN:
                self.waiting.states[row] = State.LOST

    # --- to the lanes

    def may_begin(self, lane: Lane) -> bool:
        """Not while another lane may yet decide whether the tool execution happens in which this thread runs."""
        for ran in self.facts.flow.enclosing_executions(lane.start):
            place = self.facts.index.call_of(ran)
            if ran in self.confirmed or place is None:
                continue
            if any(place.row in one.region for one in self.lanes if one is not lane and not one.finished):
                return False
        return True

    def is_gone(self, row: int) -> bool:
        return any(
            ran in self.ledger.dropped for ran in self.facts.flow.enclosing_executions(row)
        ) and not any(
            made.takes in set(self.facts.flow.enclosing_executions(row))
            for made in self.ledger.made
            if made.takes
        )

    def is_told(self, row: int) -> bool:
        """Whether every answer that the call at `row` was told is settled."""
        return not self.waiting.any(self.waiting.told_to.get(row, set()), State.OPEN)

    def is_lost(self, row: int) -> bool:
        return self.waiting.any(self.waiting.told_to.get(row, set()), State.LOST)

    def is_settled(self, ran: int) -> bool:
        """Whether the threads inside of the tool execution have come to their answer."""
        return not self.waiting.any(self.waiting.returned_by.get(ran, set()), State.OPEN)

    def touches_results(self, row: int) -> bool:
        """Whether a result of the calls of `row` is, or may become, another."""
        return any(
            ran in self.results or self.waiting.any(self.waiting.returned_by.get(ran, set()), State.OPEN)
            for ran in self.ledger.executions(row)
        )

    def sources_of(self, row: int) -> frozenset[int]:
        """Whose changed answers the call at `row` is told, in its prompt or as results of its tools."""
        results = (self.results[ran].carried for ran in self.ledger.executions(row) if ran in self.results)
        return frozenset(one.source for told in (self.carried_into(row), *results) for one in told)

    def carried_into(self, row: int) -> tuple[Carried, ...]:
        return self.carried.get(row, ())

    def publish(self, source: int, said: Said, doubt: str) -> None:
        """The turn that ended with the recorded answer at `source` has ended with this one. `doubt` is what is not proven about it."""
        waiting = self.waiting
        self.published[source] = said.id
        if doubt:
            self.doubtful[source] = doubt
        output = self.facts.trace.body(source).output
        if output is None or waiting.states.get(source) is not State.OPEN:
            return
        carried = Carried(source, output.text, said.message.text)
        if carried.old.strip() == carried.new.strip():
            waiting.states[source] = State.SAME
            if doubt:
                self.doubt_users(source)
            return
        waiting.states[source] = State.CHANGED
        self.ledger.answers.append(carried)
        for ran, sources in waiting.returned_by.items():
            if source in sources:
                before = self.results.get(ran)
                answers = before.carried if before else ()
                reason = f"the new answer of {carried.where}, carried into the recorded result"
                if before is None or answers:
                    self.results[ran] = NewResult(said.provenance, reason, carried=(*answers, carried))
        for row, sources in waiting.told_to.items():
            if source in sources:
                self.carried[row] = (*self.carried_into(row), carried)
        for row, reason in waiting.partly.get(source, ()):
            for later in self.facts.flow.descendants(row):
                self.ledger.doubts.setdefault(later, reason)

    def doubt_users(self, source: int) -> None:
        """Who was told an answer that stays as it was, if a result that nothing proves is right."""
        reason = f"no proof: the answer of #{source + 1} rests on a result that nothing proves"
        for row in self.waiting.users(source):
            for later in self.facts.flow.descendants(row):
                for one in (later, *self.ledger.executions(later)):
                    self.ledger.doubts.setdefault(one, reason)

    def take_over(self, lane: Lane) -> None:
        """The recording goes on where the lane left it, up to the next edited calls."""
        begins = self._topmost(set(self.edited.begins) & lane.pending)
        for row in lane.pending:
            self.ledger.resumed[row] = "request equal to the recorded one: the recording goes on here"
            for later in (row, *self.ledger.executions(row)):
                lane.in_doubt(self.facts.trace.ids[later])
        lane.region -= lane.pending
        for row in begins:
            self.begin(self._lane(row, lane.clock_ns))

    def stopped_lane(self, lane: Lane, stop: Stop) -> None:
        if self.halted is not None:
            stop = Stop(*self.halted, stop.step_id)
        self.stopped = self.stopped or stop
        self.ended(lane)

    def ended(self, lane: Lane) -> None:
        for row in lane.region:
            if self.waiting.states.get(row) is State.OPEN:
                self.waiting.states[row] = State.LOST

    def bound(self) -> tuple[str, str] | None:
        """Why nothing more may be asked of a model, or None."""
        return self.halted or self.budget.bound()


def _seed(facts: Facts, parent: str, edits: Sequence[Edit]) -> str:
    return digest([facts.trace.id, parent, [[e.step_id, e.pointer, e.before, e.after] for e in edits]])
