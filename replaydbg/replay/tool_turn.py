"""The tool calls of one reply: each answered by the recording, or by the world; all told to the model in their order."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from replaydbg.core.branch import Provenance, Question
from replaydbg.core.message import Json, Message, Part, Role, ToolCall, ToolResponse
from replaydbg.core.outcome import UNFIT, Failed, Outcome, Skipped, ToolResult
from replaydbg.core.request import ToolRequest
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.core.tool import ToolSpec
from replaydbg.replay import propagate, requests
from replaydbg.replay.api import Answers, Asked, Given, Need
from replaydbg.replay.assemble import IN_DOUBT
from replaydbg.replay.fitting import Fit, fits
from replaydbg.replay.ledger import Made
from replaydbg.replay.propagate import Carried
from replaydbg.replay.text_calls import recorded_result

if TYPE_CHECKING:  # a turn is a part of its lane
    from replaydbg.replay.lane import Lane


@dataclass(frozen=True, slots=True)
class Served:
    """The answer to one tool call. `same` says that the recording has the same answer to the same call at this place."""

    response: ToolResponse
    same: bool = False
    unproven: bool = False


@dataclass(eq=False, slots=True)
class ToolTurn:
    lane: Lane
    message: Message
    edited: bool
    """Whether a person wrote the reply: then an edited result at this place is meant for it."""
    said_id: str
    calls: tuple[ToolCall, ...] = field(init=False)
    recorded: tuple[ToolCall, ...] = field(init=False)
    """The calls of the recorded reply at this place."""
    aligned: bool = field(init=False)
    responses: tuple[ToolResponse, ...] = ()

    def __post_init__(self) -> None:
        node = self.lane.node
        self.calls = self.message.tool_calls
        self.recorded = self.lane.replay.facts.index.calls(node) if node is not None else ()
        self.aligned = node is not None and [call.name for call in self.calls] == [
            call.name for call in self.recorded
        ]

    def serve(self) -> Generator[Need, Answers, list[Served] | None]:
        """Answers in the order of the calls. None where one is missing: the lane has stopped."""
        replay = self.lane.replay
        choices = fits(self)
        inner = [choice.answer.row for choice in choices if choice and choice.answer.row is not None]
        replay.confirmed.update(inner)
        if inner:
            yield Need(ready=lambda: all(map(replay.is_settled, inner)))
        asked = {
            at: Asked(
                self.lane.take_id(),
                ToolRequest(call),
                self.ran(at),
                self._why(call) if choice is None else choice.doubt,
                self._spec(call),
                unproven=choice is not None,
            )
            for at, (call, choice) in enumerate(zip(self.calls, choices, strict=True))
            if choice is None or choice.doubt
        }
        answers: dict[str, Given] = {}
        for stage in self._stages(asked):
            answers |= yield Need(asked=stage)
        served: list[Served | None] = []
        start_ns = end_ns = self.lane.clock_ns
        stop: tuple[str, str, int | None] | None = None
        for at, choice in enumerate(choices):
            self.lane.clock_ns = start_ns  # the calls of one turn run side by side
            if choice is not None and (at not in asked or self._is_left_to_recording(answers[asked[at].id])):
                served.append(self._recorded(at, choice))
            else:
                outcome, provenance, _ = answers[asked[at].id]
                answered, problem = self._answered(at, asked[at].id, outcome, provenance)
                served.append(answered)
                stop = stop or (problem and (*problem, self.ran(at)))
            end_ns = max(end_ns, self.lane.clock_ns)
        self.lane.clock_ns = end_ns
        self.lane.change_world(self.calls, start_ns)
        for one, call in zip(served, self.calls, strict=True):
            if one is not None and one.unproven:
                self.lane.doubt = f"{IN_DOUBT} holds a result of {call.name} that nothing proves"
        self._forget_others(stale=stop is not None)
        if stop is not None:
            kind, reason, ran = stop
            gone = ran is None or ran in replay.ledger.replaced
            self.lane.stop(kind, reason, None if gone else ran)
            return None
        complete = [one for one in served if one is not None]
        self.responses = tuple(one.response for one in complete)
        return complete

    def _stages(self, asked: Mapping[int, Asked]) -> Iterator[tuple[Asked, ...]]:
        """At the same time, but what is asked only since an earlier call changes something is asked after that."""
        changing = [at for at in asked if self.lane.replay.worlds.changing(self.calls[at])]
        late = {at for at, one in asked.items() if one.unproven and any(before < at for before in changing)}
        stages = ([at for at in asked if at not in late], *([at] for at in sorted(late)))
        return (tuple(asked[at] for at in stage) for stage in stages if stage)

    def _is_left_to_recording(self, given: Given) -> bool:
        """Whether nobody answered: not where the re-run is stopped, which may go on and ask then."""
        return isinstance(given.outcome, Skipped) and self.lane.replay.halted is None

    # --- the recording

    def ran(self, at: int) -> int | None:
        """The recorded execution at the same place, of a call to the same tool."""
        node = self.lane.node
        if node is None or at >= len(self.recorded) or self.recorded[at].name != self.calls[at].name:
            return None
        return self.lane.replay.facts.index.execution_of(node, at)

    def _recorded(self, at: int, choice: Fit) -> Served:
        replay, call, answer = self.lane.replay, self.calls[at], choice.answer
        new = replay.results.get(answer.row) if answer.row is not None else None
        if new is not None:
            result, told = new.of(answer, as_text=replay.recordings.tells_text)
            made = self._make(
                at, self.lane.take_id(), result, new.provenance, new.reason, is_error=False, takes=answer.row
            )
            self.lane.add(made)
            self.lane.note_change(answer.row if answer.row is not None else self.lane.last)
            return Served(self._response(call, told, is_error=False))
        provenance = Provenance.UNPROVEN if choice.doubt else Provenance.RECORDED
        reason = f"{choice.reason}; {choice.doubt}" if choice.doubt else choice.reason
        old = self.recorded[at] if choice.here else None
        same = old is not None and old.id == call.id
        response = self._response(call, answer.told, is_error=answer.is_error)
        if same and answer.row is not None:
            self.lane.keep(answer.row, reason, provenance)
            end_ns = replay.facts.trace.ends_ns[answer.row]
            self.lane.clock_ns = max(self.lane.clock_ns, end_ns) if self.lane.clock_ns >= 0 else -1
        elif answer.row is not None or replay.has_executions:
            made = self._make(
                at,
                self.lane.take_id(),
                answer.result,
                provenance,
                reason,
                is_error=answer.is_error,
                takes=answer.row,
            )
            self.lane.add(made)
        return Served(response, same=same, unproven=bool(choice.doubt))

    # --- the world

    def _spec(self, call: ToolCall) -> ToolSpec | None:
        """The offer that the call answers to: this request's, else the best that the trace or the person has."""
        lane = self.lane
        own = next((one for one in lane.settings().tools if one.name == call.name), None)
        if own is not None and own.schema is not None:
            return own
        found = lane.replay.facts.index.spec(lane.last, call.name)
        return found.spec if found is not None else own

    def _why(self, call: ToolCall) -> str:
        recordings = self.lane.replay.recordings
        places = recordings.equal_calls(call)
        if not places:
            return f"no call to {call.name} with these arguments was recorded"
        results = sum(recordings.answer(place) is not None for place in places)
        if not results:
            return f"the call to {call.name} was recorded without its result"
        return f"the {results} recorded results of equal calls to {call.name} are used up, and differ"

    def _answered(
        self, at: int, id_: str, outcome: Outcome, provenance: Provenance
    ) -> tuple[Served | None, tuple[str, str] | None]:
        """The answer, or why the lane has to stop. Whatever came back is kept as a step."""
        call, replay = self.calls[at], self.lane.replay
        if isinstance(outcome, Skipped):
            return None, ("tool-not-run", outcome.reason)
        if isinstance(outcome, Failed):
            unfit = outcome.kind == UNFIT
            ran = f"{call.name} was not run" if unfit else f"{call.name} failed ({outcome.kind})"
            reason = f"{ran}: {outcome.message}"
            made = self._make(
                at,
                id_,
                None,
                provenance,
                reason,
                is_error=True,
                error=outcome.message,
                has_result=False,
                question=Question.UNFIT if unfit else Question.ANSWERED,
            )
            self.lane.add(made)
            if not unfit and not replay.policy.tell_failures:
                return None, ("tool-failed", reason)
            return Served(self._response(call, outcome.message, is_error=True)), None
        assert isinstance(outcome, ToolResult)
        reason = "written by a person" if provenance is Provenance.HUMAN else f"{call.name} was run"
        made = self._make(
            at,
            id_,
            outcome.result,
            provenance,
            reason,
            is_error=outcome.is_error,
            duration_ns=int(outcome.duration_ms * 1e6),
            question=Question.ANSWERED,
        )
        self.lane.add(made)
        told = requests.as_told(outcome.result, as_text=replay.recordings.tells_text)
        return Served(self._response(call, told, is_error=outcome.is_error)), None

    def _response(self, call: ToolCall, told: Json, *, is_error: bool) -> ToolResponse:
        return ToolResponse(call.id, told, "" if call.id else call.name, is_error)

    def _make(
        self,
        at: int,
        id_: str,
        result: Json,
        provenance: Provenance,
        reason: str,
        *,
        is_error: bool,
        takes: int | None = None,
        error: str = "",
        has_result: bool = True,
        duration_ns: int | None = None,
        question: Question = Question.NONE,
    ) -> Made:
        call, ran = self.calls[at], self.ran(at)
        trace = self.lane.replay.facts.trace
        if duration_ns is None:
            duration_ns = self.lane.recorded_ns(takes) if takes is not None else 0
        start_ns, end_ns = self.lane.spend(duration_ns, trace.starts_ns[takes] if takes is not None else -1)
        return Made(
            id=id_,
            anchor=self.lane.last if ran is None else ran,
            kind=Kind.TOOL_EXECUTION,
            name=call.name if ran is None else trace.name(ran),
            body=PlainBody(call=call, has_result=has_result, result=result, error=error),
            provenance=provenance,
            reason=reason,
            of=ran,
            inside=self.said_id if self._runs_inside() else "",
            takes=takes,
            status=Status.ERROR if is_error else Status.OK,
            start_ns=start_ns,
            end_ns=end_ns,
            question=question,
        )

    def _runs_inside(self) -> bool:
        """Whether the recording puts executions inside of the model call that asked for them."""
        facts = self.lane.replay.facts
        for row in (self.lane.last, self.lane.start):
            for ran in self.lane.replay.ledger.executions(row):
                return facts.trace.parents[ran] == row
        return False

    def _forget_others(self, *, stale: bool) -> None:
        """Recorded executions of this place that nothing above has spoken for."""
        ledger = self.lane.replay.ledger
        for ran in ledger.executions(self.lane.node) if self.lane.node is not None else ():
            if ran in ledger.kept or ran in ledger.replaced:
                continue
            if stale:
                ledger.keep(ran, Provenance.STALE, "ran for a call that is no longer made; not re-run")
            else:
                ledger.drop(ran)

    # --- what the model is told

    def told(self, follower: int) -> tuple[Message, ...]:
        """The messages before the recorded next call, with the answers of this branch in their places.

        Every call gets its response, also where the recording has none: a dangling call is refused by providers.
        """
        facts, way = self.lane.replay.facts, self.lane.text_calls
        between = facts.threads.between(follower)
        carried = self.lane.replay.carried_into(follower)
        if way is not None and self.lane.node is not None:
            recorded = recorded_result(self.lane.replay.recordings, self.lane.node)
            return propagate.in_messages(way.told(between, recorded, self.responses), carried)
        found = paired_places(self.recorded, between)
        placed: set[int] = set()
        messages: list[Message] = []
        for message in between:
            if message.role is Role.ASSISTANT:
                break  # a reply whose call was not recorded: the model is asked for it anew
            parts: list[Part] = []
            for part in message.parts:
                at = found.get(id(part))
                if at is None:
                    parts.extend(propagate.in_messages((Message(message.role, (part,)),), carried)[0].parts)
                elif at < len(self.responses):
                    placed.add(at)
                    parts.append(_as_recorded(self.responses[at], part, carried))
            messages.append(replace(message, parts=tuple(parts)))
        missing = [one for at, one in enumerate(self.responses) if at not in placed]
        return (*(Message(Role.TOOL, (one,)) for one in missing), *messages)

    def told_beyond(self) -> tuple[Message, ...]:
        """The same where the recording has no next call."""
        way = self.lane.text_calls
        if way is not None:
            return tuple(way.result(one.result) for one in self.responses)
        return tuple(Message(Role.TOOL, (one,)) for one in self.responses)


def _as_recorded(response: ToolResponse, recorded: Part, carried: tuple[Carried, ...]) -> ToolResponse:
    """The response in the place of the recorded one. A carried answer goes into it only where it is still the recorded
    one: where the format has no tool executions, nothing else could have put it there.
    """
    assert isinstance(recorded, ToolResponse)
    result = response.result
    if result == recorded.result:
        for answer in carried:
            result = propagate.in_value(result, answer)
    return replace(response, result=result, name=recorded.name)


def paired_places(calls: Iterable[ToolCall], messages: Iterable[Message]) -> dict[int, int]:
    """For the identity of each tool response object in the messages the index of the call that it answers."""
    responses = [part for message in messages for part in message.tool_responses]
    pairs = requests.paired((call.id for call in calls), responses)
    return {id(response): at for at, response in enumerate(pairs) if response is not None}
