"""Recorded answers: which recorded result serves which call, and which recorded reply which request.

An answer serves an equal question only: name and canonical arguments of a call, the digest of a request. The question
of the same position comes first; after it, the k-th equal question gets the k-th answer (a loop is the same question
many times). When those are used up, an answer is given again only where every recorded one says the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from replaydbg.core.message import Json, Message, Role, ToolCall, ToolResponse
from replaydbg.core.request import call_digest
from replaydbg.core.step import Kind
from replaydbg.graph.facts import Facts
from replaydbg.graph.index import CallPlace
from replaydbg.replay.requests import as_told, paired


@dataclass(frozen=True, slots=True)
class Answer:
    """A recorded tool result. `told` is what the model was told, `result` what the execution returned."""

    place: CallPlace
    told: Json
    result: Json
    is_error: bool
    row: int | None
    """The tool execution, None where the format has none."""

    @property
    def where(self) -> str:
        return f"#{(self.place.row if self.row is None else self.row) + 1}"


class Recordings:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._told: dict[int, list[ToolResponse | None]] = {}
        self._depths: dict[int, int] = {}

    def main(self, row: int) -> int | None:
        """The call that goes on from `row`; where the run forked, the one that got furthest (a failed try got nowhere)."""
        followers = self.facts.threads.followers.get(row, ())
        if len(followers) < 2:
            return followers[0] if followers else None
        return max(followers, key=lambda one: (self._depth(one), self._has_reply(one)))

    def _has_reply(self, row: int) -> bool:
        return self.facts.trace.body(row).output is not None

    def _depth(self, row: int) -> int:
        """How many calls go on from `row`, on the longest path."""
        if row not in self._depths:
            below = list(self.facts.flow.descendants(row))
            for at in reversed(below):
                followers = self.facts.threads.followers.get(at, ())
                self._depths[at] = 1 + max((self._depths.get(one, 0) for one in followers), default=0)
        return self._depths[row]

    def tries(self, row: int) -> tuple[int, ...]:
        """Other calls that went on from where this one did: the same request may have been tried again."""
        link = self.facts.threads.links.get(row)
        if link is None or link.previous is None:
            return ()
        return tuple(one for one in self.facts.threads.followers[link.previous] if one != row)

    def turns(self, row: int) -> tuple[Message, ...]:
        """What a person (or the program) said to the model just before the call, apart from tool responses."""
        return tuple(
            message
            for message in self.facts.threads.between(row)
            if message.role is not Role.ASSISTANT and not message.tool_responses
        )

    def final(self, row: int) -> int:
        """The last call of the turn that `row` belongs to: the first from there on that asked for no tool."""
        while self.facts.index.calls(row) and (follower := self.main(row)) is not None:
            row = follower
        return row

    def told(self, row: int) -> list[ToolResponse | None]:
        """For each tool call of the reply at `row` the response that the next call was told."""
        if row not in self._told:
            follower = self.main(row)
            responses = (
                [part for message in self.facts.threads.between(follower) for part in message.tool_responses]
                if follower is not None
                else []
            )
            self._told[row] = paired((call.id for call in self.facts.index.calls(row)), responses)
        return self._told[row]

    def answer(self, place: CallPlace) -> Answer | None:
        """The recorded answer to a recorded call; None where none was recorded."""
        told = self.told(place.row)[place.index]
        ran = self.facts.index.execution_of(place.row, place.index)
        body = self.facts.trace.body(ran) if ran is not None else None
        if told is not None:
            result = body.result if body is not None and body.has_result else told.result
            return Answer(place, told.result, result, told.is_error, ran)
        if body is not None and body.has_result:
            is_error = self.facts.trace.status(ran) == "error" if ran is not None else False
            return Answer(place, as_told(body.result, as_text=self.tells_text), body.result, is_error, ran)
        return None

    def returned_again(self, result: str, ran: int, row: int) -> bool:
        """Whether an execution after `ran` returned the same, which is then what was new to the call at `row`."""
        trace = self.facts.trace
        later = (one for one in range(ran + 1, row) if trace.kind(one) is Kind.TOOL_EXECUTION)
        returned = (trace.body(one).result for one in later)
        return any(isinstance(one, str) and one.strip() == result.strip() for one in returned)

    @cached_property
    def tells_text(self) -> bool:
        """Whether the models of this trace were told tool results as text, by the first one found."""
        index = self.facts.index
        for row in index.model_calls:
            if index.calls(row):
                told = next((one for one in self.told(row) if one is not None), None)
                if told is not None:
                    return isinstance(told.result, str)
        return False

    @cached_property
    def _by_name(self) -> dict[str, list[CallPlace]]:
        index = self.facts.index
        places: dict[str, list[CallPlace]] = {}
        for row in index.model_calls:
            for at, call in enumerate(index.calls(row)):
                places.setdefault(call.name, []).append(CallPlace(row, at))
        return places

    def equal_calls(self, call: ToolCall) -> list[CallPlace]:
        """Every recorded call with the same name and arguments, in order of time."""
        digest = call_digest(call)
        calls = self.facts.index.calls
        return [
            place
            for place in self._by_name.get(call.name, ())
            # Comparing values sorts out nearly all at a hundredth of the cost of a digest.
            if calls(place.row)[place.index].arguments == call.arguments
            and call_digest(calls(place.row)[place.index]) == digest
        ]

    def first(self, places: Iterable[CallPlace]) -> Answer | None:
        """The first of the answers that were recorded at these places."""
        return next((answer for place in places if (answer := self.answer(place)) is not None), None)

    def agreed(self, places: Iterable[CallPlace]) -> tuple[Answer, int] | None:
        """The answer that all of these equal calls got, and how many they are; None where they differ, or are none."""
        answers = [answer for place in places if (answer := self.answer(place)) is not None]
        if not answers or any(answer.told != answers[0].told for answer in answers):
            return None
        return answers[-1], len(answers)
