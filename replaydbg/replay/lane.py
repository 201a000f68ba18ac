"""One thread being driven on from its first change: the loop of an agent, without the agent's code.

A lane is a generator. It yields what it needs (questions, or a condition to wait for) and is resumed when it has that;
it writes what becomes of its steps into the ledger. It follows the recorded thread as far as that goes: `node` is the
recorded call that the next reply stands for, None where the recording has none at this place.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from replaydbg.core.branch import Provenance, Stop
from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Message, ToolCall
from replaydbg.core.request import Sent
from replaydbg.core.step import Kind
from replaydbg.graph.index import CallPlace
from replaydbg.replay import propagate, requests
from replaydbg.replay.api import Answers, Need
from replaydbg.replay.ledger import Made
from replaydbg.replay.reply_turn import ReplyTurn, Said
from replaydbg.replay.text_calls import TextCalls, stale_result, text_calls
from replaydbg.replay.tool_turn import ToolTurn
from replaydbg.replay.world import World, after

if TYPE_CHECKING:  # the engine owns lanes; a lane is told what it needs through it
    from replaydbg.replay.engine import Replay


_UNSEEN = (
    "this agent takes its calls out of the model's words, and the recording does not show how: whether the reply asks "
    "for one cannot be told; edit the reply of this step, with the call that it asks for, to go on"
)

Driving: TypeAlias = Generator[Need, Answers, None]


@dataclass(eq=False, slots=True)
class Lane:
    """`prompt` is what the call at `start` is asked; `same` says that it is what the recording asked."""

    replay: Replay
    start: int
    prompt: tuple[Message, ...] | None
    same: bool
    not_before_ns: int = NOT_RECORDED
    node: int | None = field(init=False)
    last: int = field(init=False)
    """The last recorded call that was stood for: settings, parent and agent of what goes beyond it."""
    resume: int | None = None
    """Where the recorded thread goes on when `node` is None."""
    in_step: bool = True
    """Whether every reply so far asked for the tools that the recorded one asked for: then edits further on still fit."""
    pending: set[int] = field(default_factory=set)
    """Recorded calls of the thread that have not been reached."""
    overrides: list[requests.Override] = field(default_factory=list)
    clock_ns: int = NOT_RECORDED
    ordinal: int = 0
    used: set[CallPlace] = field(default_factory=set)
    """Recorded calls whose answers have been given."""
    finished: bool = False
    changed: bool = False
    region: set[int] = field(init=False)
    """The recorded calls of the thread from `start` on, as far as this lane is in charge of them."""
    told: frozenset[int] = frozenset()
    """The steps of other threads whose changed answers were carried into it."""
    last_id: str = ""
    """The step of the branch that this lane came to last."""
    steps: list[tuple[str, Kind]] = field(default_factory=list)
    """All that it came to, with those of the lane that it forked from."""
    world: World | None = field(init=False)
    """What the calls of the thread have changed so far."""
    anew: bool = False
    """Whether it begins with the recorded prompt, and with the answers that were carried into that by the time it begins."""
    doubt: str = ""
    """What is said of each step from now on: its prompt holds a result that nothing proves. "" where that is not so."""
    _sent: tuple[int, Sent | None] = (-1, None)
    text_calls: TextCalls | None = field(init=False)
    """How calls are found in words, where the agent of this thread finds them there."""

    def __post_init__(self) -> None:
        self.node = self.last = self.start
        self.region = set(self.replay.facts.flow.descendants(self.start))
        self.pending = set(self.region)
        start_ns = self.replay.facts.trace.starts_ns[self.start]
        self.clock_ns = max(start_ns, self.not_before_ns) if start_ns >= 0 else NOT_RECORDED
        self.text_calls = text_calls(self.replay.recordings, self.start)
        self.world = self.replay.worlds.before(self.start)

    def drive(self) -> Driving:
        replay = self.replay
        yield Need(ready=lambda: replay.may_begin(self))
        if replay.is_gone(self.start):
            return
        while True:
            if self.node is not None:
                node = self.node
                yield Need(ready=partial(replay.is_told, node))
                if replay.is_lost(node):
                    self.stop(
                        "source-stopped",
                        f"the prompt of #{node + 1} holds an answer that was not re-run to its end",
                    )
                    return
                self._arrive(node)
            said = yield from ReplyTurn(self).take()
            if said is None:
                return
            if said.recorded and not replay.touches_results(self.last):
                self._hand_back()
                return
            turn = ToolTurn(self, said.message, edited=said.edited, said_id=said.id)
            served = yield from turn.serve()
            if served is None:
                return
            if said.recorded and all(one.same for one in served):
                self._hand_back()
                return
            if not self._go_on(said, turn):
                return

    def _arrive(self, node: int) -> None:
        """At a recorded call: the person's edits of it take effect."""
        replay = self.replay
        if self.anew and node == self.start:
            self.prompt, self.same = replay.opening(node)
        sources = replay.sources_of(node)
        self.told |= sources
        self.doubt = self.doubt or next(
            (replay.doubtful[one] for one in sources if one in replay.doubtful), ""
        )
        if self.prompt is not None and node != self.start:
            self.prompt = requests.restated(replay.facts, self.prompt, node)
        step = replay.edited.steps.get(node)
        if step is None or self.prompt is None:
            return
        override = requests.override_of(replay.facts, node, step)
        if override is not None:
            self.overrides.append(override)
        if node != self.start and node in replay.edited.prompts:
            recorded = requests.recorded_prompt(replay.facts, node) or ()
            edited = requests.edited_prompt(replay.facts, node, step)
            prompt = requests.edits_on_top(self.prompt, recorded, recorded if edited is None else edited)
            if prompt is None:
                self.edit_unused(node, self.new_id())
            else:
                self.prompt = prompt

    def settings(self) -> requests.Settings:
        settings = requests.recorded_settings(self.replay.facts, self.last)
        for override in self.overrides:
            settings = override.applied(settings)
        return settings

    def sent(self) -> Sent | None:
        """The recorded request of the call that was stood for last."""
        if self._sent[0] != self.last:
            self._sent = self.last, requests.sent(self.replay.facts, self.last)
        return self._sent[1]

    # --- what comes after

    def _go_on(self, said: Said, turn: ToolTurn) -> bool:
        """Put the next prompt together and find the next place in the recording. False where the thread has ended."""
        replay, node = self.replay, self.node
        self.same = False
        if self.prompt is None:
            # Stops at the next question, with a sentence.
            self.node = None
            return True
        follower = replay.recordings.main(node) if node is not None else self.resume
        was_final = node is not None and not replay.facts.index.calls(node)
        self.in_step = self.in_step and turn.aligned
        way = self.text_calls
        spoken = (*self.prompt, said.message if way is None else way.spoken(said.message))
        if not said.message.tool_calls:
            if way is not None and not way.argument and follower is not None:
                self.stop("call-in-text", _UNSEEN)
                return False
            return self._next_turn(said, spoken, follower)
        if node is not None and turn.aligned and follower is not None:
            self._fork(node, follower, spoken, turn)
            self.prompt = spoken + turn.told(follower)
            self.node, self.resume = follower, None
            return True
        self.prompt = spoken + turn.told_beyond()
        if node is None or follower is None or was_final or replay.recordings.turns(follower):
            self.node, self.resume = None, follower
        else:
            self.node, self.resume = follower, None
        return True

    def _next_turn(self, said: Said, spoken: tuple[Message, ...], follower: int | None) -> bool:
        """After a final answer: the person of the recording says the next thing, or the thread has ended.

        Where the recorded reply was final, too, the program went on by itself, also where nobody said anything.
        """
        recordings = self.replay.recordings
        self.replay.publish(recordings.final(self.last), said, self.doubt)
        also_final = self.node is not None and not self.replay.facts.index.calls(self.node)
        while not also_final and follower is not None and not self._said_by_person(follower):
            follower = recordings.main(follower)
        if follower is None:
            self._end()
            return False
        if self.node is not None and follower == recordings.main(self.node):
            self._fork(self.node, follower, spoken, None)
        turns = propagate.in_messages(recordings.turns(follower), self.replay.carried_into(follower))
        stale = stale_result(recordings, self.last, follower, said.message.text, turns)
        if stale is not None and stale not in self.replay.results:
            self.stop(
                "result-of-words",
                f"#{stale + 1} ran what the recorded reply said; this reply says something else, so what came back then "
                f"is not its result: edit the result of #{stale + 1}, too, to go on",
            )
            return False
        self.prompt = spoken + turns
        self.node, self.resume = follower, None
        return True

    def _said_by_person(self, follower: int) -> bool:
        """Whether somebody said something before the recorded call; a result that was told in words is not that."""
        facts = self.replay.facts
        previous = facts.threads.links[follower].previous
        if self.text_calls is not None and previous is not None and facts.index.calls(previous):
            return False
        return bool(self.replay.recordings.turns(follower))

    def _fork(self, node: int, main: int, spoken: tuple[Message, ...], turn: ToolTurn | None) -> None:
        """Other calls that went on from here: driven too, unless they only tried the same request again."""
        replay = self.replay
        between = replay.facts.threads.between
        for other in replay.facts.threads.followers.get(node, ()):
            if other == main or between(other) == between(main):
                continue
            below = set(replay.facts.flow.descendants(other))
            turns = propagate.in_messages(replay.recordings.turns(other), replay.carried_into(other))
            prompt = spoken + (turn.told(other) if turn is not None else turns)
            self.pending -= below
            self.region -= below
            lane = Lane(replay, other, prompt, same=False, not_before_ns=self.clock_ns, in_step=self.in_step)
            lane.world, lane.doubt, lane.steps = self.world, self.doubt, [*self.steps]
            replay.begin(lane)

    def _hand_back(self) -> None:
        """The next request is the recorded one: the recording takes over, up to the next edited call."""
        self.finished = True
        self.replay.take_over(self)

    def _end(self) -> None:
        self.finished = True
        self.replay.worlds.ended(self.start, self.pending)
        for row in sorted(self.pending):
            if row in self.replay.edited.begins:
                self.edit_unused(row, self.last_id)
            self._forget(row)
        self.replay.ended(self)

    def _forget(self, row: int) -> None:
        ledger = self.replay.ledger
        ledger.drop(row)
        for ran in ledger.executions(row):
            ledger.drop(ran)

    def stop(self, kind: str, reason: str, at: int | None = None) -> None:
        """End here, at the recorded row `at` if that is stale. What the recording has after this is stale."""
        self.finished = True
        ledger = self.replay.ledger
        self.replay.worlds.ended(self.start, self.pending)
        for row in self.pending:
            for stale in (row, *ledger.executions(row)):
                ledger.keep(
                    stale, Provenance.STALE, "recorded after a request that is no longer made; not re-run"
                )
        for ran in ledger.executions(self.last):
            if not (ran in ledger.kept or ran in ledger.dropped):
                ledger.keep(ran, Provenance.STALE, "ran for a recorded reply that was to be asked again")
        ids = self.replay.facts.trace.ids
        if at is None and self.node in self.pending:
            at = self.node
        step_id = self.last_id if at is None else ids[at]
        self.replay.stopped_lane(self, Stop(kind, reason, step_id or ids[self.start]))

    # --- small change

    def new_id(self) -> str:
        """The id of the next step of this lane; asking again before it is taken gives the same one."""
        return self.replay.ledger.new_id(self.replay.facts.trace.ids[self.start], self.ordinal)

    def take_id(self) -> str:
        id_ = self.new_id()
        self.ordinal += 1
        return id_

    def keep(self, row: int, reason: str, provenance: Provenance = Provenance.RECORDED) -> None:
        """The recorded step stays, since what it answers is asked again as it was."""
        trace = self.replay.facts.trace
        self.replay.ledger.keep(row, provenance, reason)
        self.in_doubt(trace.ids[row])
        self.steps.append((trace.ids[row], trace.kind(row)))

    def in_doubt(self, id_: str) -> None:
        """The step is one of a thread that was told changed answers: what else its prompts hold is to be asked."""
        if self.told:
            self.replay.ledger.told[id_] = self.told | self.region
        if self.doubt:
            self.replay.ledger.doubt(id_, self.doubt)

    def add(self, made: Made) -> None:
        self.replay.ledger.add(made)
        self.in_doubt(made.id)
        self.steps.append((made.id, made.kind))
        self.last_id = made.id

    def edit_unused(self, row: int, step_id: str) -> None:
        """The person's edit of the recorded call found no place: said of the step of the branch that stands there."""
        self.replay.unused.append(row)
        self.replay.ledger.remark(
            step_id, f"the edit of #{row + 1} found no place, since the thread went another way"
        )

    def note_change(self, row: int) -> None:
        if not self.changed:
            self.changed = True
            self.replay.ledger.changed.append(row)

    def spend(self, duration_ns: int, not_before_ns: int = NOT_RECORDED) -> tuple[int, int]:
        """Start and end of a step that takes this long, after its cause; not recorded where the thread has no times."""
        if self.clock_ns < 0:
            return NOT_RECORDED, NOT_RECORDED
        start = max(self.clock_ns, not_before_ns)
        self.clock_ns = start + max(0, duration_ns)
        return start, self.clock_ns

    def change_world(self, calls: Iterable[ToolCall], since_ns: int) -> None:
        """These were made, from that time on."""
        self.world = after(self.world, calls, self.replay.worlds.changing)
        self.replay.worlds.changed(self.start, self.last, self.world, since_ns)

    def pass_time(self, end_ns: int) -> None:
        if self.clock_ns >= 0:
            self.clock_ns = max(self.clock_ns, end_ns)

    def recorded_ns(self, row: int) -> int:
        trace = self.replay.facts.trace
        start, end = trace.starts_ns[row], trace.ends_ns[row]
        return end - start if 0 <= start <= end else 0
