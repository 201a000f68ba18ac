"""The reply at one place of a thread: edited, recorded for an equal request, or asked of the world."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from math import nan
from typing import TYPE_CHECKING

from replaydbg.core.branch import Provenance, Question
from replaydbg.core.message import Message, Role
from replaydbg.core.outcome import Failed, Reply, Skipped
from replaydbg.core.request import ModelRequest
from replaydbg.core.size import tokens_estimate
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.replay import offers, requests
from replaydbg.replay.api import Answers, Asked, Need
from replaydbg.replay.choices import AGAIN
from replaydbg.replay.ledger import Made
from replaydbg.wire.conversation import dangling

if TYPE_CHECKING:  # a reply is a part of its lane
    from replaydbg.replay.lane import Lane


@dataclass(frozen=True, slots=True)
class Said:
    """A reply in the branch. `recorded` says that it is the recorded reply to the recorded request, at its own place."""

    message: Message
    id: str
    recorded: bool = False
    edited: bool = False
    provenance: Provenance = Provenance.RECORDED


@dataclass(eq=False, slots=True)
class ReplyTurn:
    lane: Lane

    def take(self) -> Generator[Need, Answers, Said | None]:
        lane = self.lane
        replay, node = lane.replay, lane.node
        if node is not None:
            lane.last = node
            lane.pending.discard(node)
            edited = replay.edited.replies.get(node)
            if edited is not None and self.lane.in_step:
                also = "" if lane.same else "; its prompt has changed too"
                said = self._made(
                    edited,
                    Provenance.EDITED,
                    f"the reply was edited{also}",
                    duration_ns=lane.recorded_ns(node),
                )
                return replace(said, edited=True)
            if edited is not None:
                lane.edit_unused(node, lane.new_id())
        again = node in replay.policy.again
        if node is not None and lane.same and node not in replay.edited.prompts and not again:
            return self._kept(node)
        if lane.prompt is None:
            lane.stop(
                "not-recorded",
                f"the prompt of #{lane.last + 1} was not recorded, so nothing can be asked after it; "
                "record messages (in OpenTelemetry: gen_ai.input.messages) to re-run such a thread",
            )
            return None
        request = lane.settings().request(lane.prompt)
        recorded = None if again or replay.policy.afresh else self._from_recording(request)
        if recorded is not None:
            return recorded
        return (yield from self._ask(request))

    def _kept(self, node: int) -> Said:
        """The recorded reply to the recorded request, or to one that is equal again."""
        lane, trace = self.lane, self.lane.replay.facts.trace
        lane.keep(node, f"request equal to #{node + 1}")
        lane.same = True
        lane.last_id = trace.ids[node]
        lane.pass_time(trace.ends_ns[node])
        reply = trace.body(node).output or Message(Role.ASSISTANT)
        return Said(reply, trace.ids[node], recorded=True)

    def _from_recording(self, request: ModelRequest) -> Said | None:
        """The recorded reply to an equal request: at this place, or to another try of it."""
        lane, node = self.lane, self.lane.node
        if node is None:
            return None
        tries = (one for one in lane.replay.recordings.tries(node) if one in lane.pending)
        for row in (node, *tries):
            body = lane.replay.facts.trace.body(row)
            if body.output is None or not self._equals(row, request):
                continue
            if row == node:
                return self._kept(node)
            lane.pending.discard(row)
            return self._made(
                body.output,
                Provenance.RECORDED,
                f"request equal to #{row + 1}",
                duration_ns=lane.recorded_ns(row),
                reply=Reply(body.output, body.response_model, body.usage),
            )
        return None

    def _equals(self, row: int, request: ModelRequest) -> bool:
        facts = self.lane.replay.facts
        prompt = requests.recorded_prompt(facts, row)
        if prompt is None or len(prompt) != len(request.messages):
            return False
        return requests.recorded_settings(facts, row).request(prompt).digest() == request.digest()

    def _ask(self, request: ModelRequest) -> Generator[Need, Answers, Said | None]:
        lane = self.lane
        replay, node = lane.replay, lane.node
        unanswered = dangling(request.messages)
        if unanswered:
            lane.prompt = requests.answered(request.messages)
            request = replace(request, messages=lane.prompt)
            unanswered = dangling(request.messages)
        if unanswered:
            names = ", ".join(call.name for call in unanswered)
            self._not_asked(
                "dangling-call",
                f"the prompt asks for {names} and holds no result, which every provider refuses; "
                "add the tool's response to the prompt",
            )
            return None
        missing = requests.unexpanded(replay.facts, lane.last, request)
        if missing:
            self._not_asked(
                "history-missing",
                f"#{replay.facts.threads.root(lane.last) + 1} goes on from {missing}, and what was said before "
                f"is not in this recording: only the provider has it. {requests.WAYS_OUT}",
            )
            return None
        bound = replay.bound()
        if bound is not None:
            self._not_asked(*bound)
            return None
        if replay.policy.model:
            request = replace(request, model=replay.policy.model)
        elif request.model == replay.facts.trace.model(lane.last):
            request = replace(request, sent=lane.sent())
        prompt = tokens_estimate(request.messages)
        over = replay.budget.over(request.model, prompt)
        asked = Asked(self.lane.new_id(), request, node, self._why(), over=over)
        replay.budget.ask(prompt)
        answers = yield Need(asked=(asked,))
        outcome, provenance, paid = answers[asked.id]
        live = not (isinstance(outcome, Skipped) or provenance is Provenance.HUMAN or paid)
        replay.budget.answered(prompt, live=live)
        if isinstance(outcome, Reply):
            cost = replay.budget.count(request, outcome, paid=paid)
            if provenance is not Provenance.HUMAN:
                recorded = replay.facts.trace.model(self.lane.last if node is None else node)
                replay.budget.note_use(recorded, request.model, outcome.model)
            return self._answered(request, outcome, provenance, cost)
        if isinstance(outcome, Failed):
            reason = f"{request.model or 'the model'} did not answer ({outcome.kind}): {outcome.message}"
            edited = self._is_edited()
            self._made(
                None,
                Provenance.EDITED if edited else Provenance.LIVE,
                f"the request was edited; {reason}" if edited else reason,
                status=Status.ERROR,
                error=outcome.message,
                question=Question.ANSWERED,
                notes=self._notes(request),
            )
            self.lane.stop("model-failed", reason)
            return None
        assert isinstance(outcome, Skipped)
        self._not_asked(
            *(over if over is not None and outcome.reason == over[1] else ("not-asked", outcome.reason))
        )
        return None

    def _why(self) -> str:
        if self.lane.node in self.lane.replay.policy.again:
            sampling = "asked again as it was recorded, to see how much answers differ by themselves"
            return sampling if self.lane.replay.policy.afresh else AGAIN
        if self.lane.node is None:
            return "the thread goes on beyond the recording"
        if self.lane.node in self.lane.replay.edited.prompts:
            return f"the request of #{self.lane.node + 1} was edited"
        return f"its prompt is no longer that of #{self.lane.node + 1}"

    def _answered(
        self, request: ModelRequest, reply: Reply, provenance: Provenance, cost: float | None
    ) -> Said | None:
        who = "a person" if provenance is Provenance.HUMAN else request.model or "the model"
        reason = f"written by {who}" if provenance is Provenance.HUMAN else f"asked {who} live"
        mark = provenance
        if self._is_edited():
            mark, reason = Provenance.EDITED, f"the request was edited; {reason}"
        if reply.interrupted:
            mark, reason = Provenance.INTERRUPTED, f"{reason}; the reply was cut off"
        way = self.lane.text_calls
        said = self._made(
            reply.message if way is None else way.heard(reply.message),
            mark,
            reason,
            duration_ns=int(reply.duration_ms * 1e6),
            reply=reply,
            model=request.model,
            cost_usd=nan if cost is None or provenance is Provenance.HUMAN else cost,
            question=Question.ANSWERED,
            notes=() if provenance is Provenance.HUMAN else self._notes(request),
        )
        if reply.interrupted:
            self.lane.stop("interrupted", f"the reply of {who} was cut off; what had come is kept")
            return None
        return said

    def _is_edited(self) -> bool:
        """Whether the person's edit of this request is in it."""
        replay, node = self.lane.replay, self.lane.node
        return node in replay.edited.prompts and node not in replay.unused

    def _notes(self, request: ModelRequest) -> tuple[str, ...]:
        lacks = offers.lacking(self.lane.replay.recordings, self.lane.last, request.tools)
        return tuple(filter(None, (offers.note(lacks, request.tools),)))

    def _not_asked(self, kind: str, reason: str) -> None:
        """Stop before a question. The step whose own request was edited is shown with it, and without a reply."""
        node = self.lane.node
        if node is not None:
            if self._is_edited():
                self._made(None, Provenance.EDITED, f"the request was edited; not asked: {reason}")
            else:
                self.lane.pending.add(node)
        self.lane.stop(kind, reason)

    def _made(
        self,
        message: Message | None,
        provenance: Provenance,
        reason: str,
        *,
        duration_ns: int = 0,
        reply: Reply | None = None,
        model: str = "",
        status: Status = Status.UNSET,
        error: str = "",
        cost_usd: float = nan,
        question: Question = Question.NONE,
        notes: tuple[str, ...] = (),
    ) -> Said:
        lane = self.lane
        replay, node = lane.replay, lane.node
        settings = self.lane.settings()
        trace = replay.facts.trace
        recorded = trace.body(lane.last).tools
        body = PlainBody(
            messages=self.lane.prompt,
            output=message,
            tools=settings.tools if settings.tools or recorded is not None else None,
            params=settings.params,
            provider=settings.provider,
            error=error,
        )
        if reply is not None:
            body = replace(body, usage=reply.usage, response_model=reply.model)
        start_ns, end_ns = self.lane.spend(duration_ns)
        made = Made(
            id=self.lane.take_id(),
            anchor=self.lane.last,
            kind=Kind.MODEL_CALL,
            name=_named_for(model, trace.name(lane.last), trace.model(lane.last)),
            body=body,
            provenance=provenance,
            reason=reason,
            of=node,
            model=model or settings.model,
            status=status,
            start_ns=start_ns,
            end_ns=end_ns,
            cost_usd=cost_usd,
            question=question,
            notes=notes,
        )
        self.lane.add(made)
        self.lane.note_change(self.lane.last)
        self.lane.same = False
        return Said(message or Message(Role.ASSISTANT), made.id, provenance=provenance)


def _named_for(model: str, recorded: str, recorded_model: str) -> str:
    """The name of the step, where it ends in the model's name (as OpenTelemetry has it) in that of the one that answered."""
    named = bool(model and recorded_model) and recorded.endswith(f" {recorded_model}")
    return f"{recorded.removesuffix(recorded_model)}{model}" if named else recorded
