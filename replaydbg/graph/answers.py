"""Which tool response of a later prompt answers which tool call, by position; what stays unanswered, what answers nothing.

Ids repeat within a run and are empty in some formats, so each response answers the nearest call before it that waits
under its id; without an id the oldest waiting call of its name, or simply the oldest.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

from replaydbg.core.message import Json, Message, Role, ToolCall, ToolResponse
from replaydbg.core.step import Body, Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.index import WAITING_CALLS_MAX, Asked, CallPlace, TraceIndex
from replaydbg.graph.threads import Linking, Threads
from replaydbg.wire.conversation import first_of_turn, is_instruction, is_user_turn

_USER = Role.USER
_FEW = 8
_CHARS_KEPT_MAX = 32_000
_PARTS_KEPT_MAX = 1_000
"""Of responses that are kept as they are."""


class PromptPlace(NamedTuple):
    """A part of a message in the recorded prompt of the model call at `row`."""

    row: int
    message: int
    part: int


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A call that nothing answered. `ended` says that its thread did not go on: nobody may have had the chance to."""

    place: CallPlace | PromptPlace
    call: ToolCall
    ended: bool


new_tuple = tuple.__new__
"""Of a named one, in a third of the time that calling it takes: there are some for every call of a run."""

_Waiting: TypeAlias = tuple[CallPlace | PromptPlace, ToolCall]


class Answering:
    """Pairs responses with calls in a walk: see the module. Of each model call only the new messages are looked at."""

    def __init__(self, trace: Trace, asked: Asked, linking: Linking) -> None:
        self._trace = trace
        self._calls, self._execution_of, self._has_result = asked.calls, asked.execution_of, asked.has_result
        self._links = linking.links
        self.found: dict[CallPlace, ToolResponse | PromptPlace] = {}
        """A response is found again in its prompt when somebody asks, where it is large (one may be an image, and there may be
        many) and where nobody will, since the execution of the call tells the same."""
        self.orphans: list[tuple[PromptPlace, ToolResponse]] = []
        self.left_in_prompts: dict[PromptPlace, ToolCall] = {}
        self._ids: set[str] = set()
        self.answered_in = array("i", (-1,)) * len(trace)
        """By row of a model call another one, in whose prompt nothing else is new than a response for each of its calls, in their
        order; of these only what no execution tells is among `found`."""
        self.as_text: dict[int, str] = {}
        self.spoken_to: set[int] = set()
        self._left: dict[int, list[_Waiting]] = {}
        """Beside the calls of a model call those of others that wait after it."""

    def hear(self, row: int, body: Body) -> None:
        link = self._links.get(row)
        if link is None:
            return
        _, previous, new_from, delta = link
        messages = body.messages
        told = () if messages is None else messages[new_from - 1 if new_from else 0 :]
        if previous is not None and new_from and self._are_the_answers(row, previous, new_from, told):
            return
        before, new = (told[0], told[1:]) if new_from else (None, told)
        waiting = [] if previous is None else self._waiting_after(previous)
        if previous is not None and before is not None and not self._calls[previous]:
            waiting += _retold(row, before, new_from - 1)
        unasked: list[tuple[PromptPlace, ToolResponse]] = []
        cut = previous is None  # the first responses of a cut prompt answer what was cut
        spoken_to = False
        for number, message in enumerate(new, new_from):
            if cut and not is_instruction(message) and not message.tool_responses:
                cut = False
            if message.role is _USER:  # most messages answer calls
                spoken_to = spoken_to or is_user_turn(message)
            for index, part in enumerate(message.parts):
                if isinstance(part, ToolResponse) and not cut:
                    place = new_tuple(PromptPlace, (row, number, index))
                    self._ids.add(part.id)
                    is_it = len(waiting) == 1 and part.id and waiting[0][1].id == part.id  # nearly always
                    at = 0 if is_it else _answered(waiting, part)
                    if at is None:
                        unasked.append((place, part))
                    else:
                        self._settle(waiting.pop(at)[0], place, part)
                elif isinstance(part, ToolCall):
                    place = new_tuple(PromptPlace, (row, number, index))
                    waiting.append((place, part))
                    self.left_in_prompts[place] = part
        if unasked:
            # The provider took the prompt: the ids differ because the recorder kept another one for the calls.
            while unasked and waiting and body.output is not None:
                self._settle(waiting.pop(0)[0], *unasked.pop(0))
            self.orphans += unasked
        if previous is not None:
            if spoken_to:
                self.spoken_to.add(row)
            if before is not None and new and self._calls[previous] and not delta:
                self._note_text(previous, before, new[0])
        if waiting:
            self._left[row] = waiting

    def _are_the_answers(self, row: int, previous: int, new_from: int, told: Sequence[Message]) -> bool:
        """Whether what is new is one response for each call of the reply, in their order, and no other call waits: as nearly
        always, and settled here, quickly.
        """
        calls, new = self._calls[previous], told[1:]
        asked = told[0].parts if calls and new and previous not in self._left else ()
        if not asked or not isinstance(asked[-1], ToolCall):
            return False
        answered: list[tuple[int, int, ToolResponse]] = []
        for number, message in enumerate(new, new_from):
            for at, part in enumerate(message.parts):
                if not isinstance(part, ToolResponse) or not part.id or len(answered) == len(calls):
                    return False
                if part.id != calls[len(answered)].id:
                    return False
                answered.append((number, at, part))
        if len(answered) < len(calls):
            return False
        self.answered_in[previous] = row
        for index, (number, at, response) in enumerate(answered):
            if not self._is_told(previous, index):
                place = new_tuple(PromptPlace, (row, number, at))
                asked_at = new_tuple(CallPlace, (previous, index))
                self.found[asked_at] = place if _is_large(response.result) else response
        return True

    def _waiting_after(self, row: int) -> list[_Waiting]:
        """The calls that wait after the model call at `row`, its own included."""
        waiting = list(self._left.get(row, ()))
        waiting += [(new_tuple(CallPlace, (row, n)), call) for n, call in enumerate(self._calls[row])]
        return waiting[-WAITING_CALLS_MAX:] if len(waiting) > WAITING_CALLS_MAX else waiting

    def _note_text(self, row: int, reply: Message, after: Message) -> None:
        """Note what came back for the calls of a reply that the next prompt does not tell as calls."""
        for part in reply.parts:
            if isinstance(part, ToolCall):
                return
        self.as_text[row] = after.text

    def _settle(self, asked: CallPlace | PromptPlace, place: PromptPlace, response: ToolResponse) -> None:
        if isinstance(asked, CallPlace):
            is_left = self._is_told(*asked) or _is_large(response.result)
            self.found[asked] = place if is_left else response
        else:
            self.left_in_prompts.pop(asked, None)

    def _is_told(self, row: int, index: int) -> bool:
        """Whether the execution of the call recorded what came back."""
        ran = self._execution_of.get((row, index))
        return ran is not None and bool(self._has_result[ran])

    @cached_property
    def ids(self) -> set[str]:
        """Of every response in any prompt: hand-offs are answered in the next agent's thread."""
        answered = (calls for row, calls in self._calls.items() if self.answered_in[row] >= 0)
        return self._ids.union(call.id for calls in answered for call in calls)


class Answers:
    def __init__(self, index: TraceIndex, threads: Threads) -> None:
        self.index = index
        self.threads = threads
        self._answering = index.walk.add(
            lambda present: Answering(index.trace, present(index.asked), present(threads.linking)),
            Kind.MODEL_CALL,
        )

    def response(self, place: CallPlace) -> ToolResponse | None:
        """The response in a later prompt of the thread that answers the call."""
        found = self._walked.found.get(place)
        if found is None and (row := self._walked.answered_in[place.row]) >= 0:
            new = (self.index.trace.body(row).messages or ())[self.threads.links[row].new_from :]
            return [response for message in new for response in message.tool_responses][place.index]
        if not isinstance(found, PromptPlace):
            return found
        part = (self.index.trace.body(found.row).messages or ())[found.message].parts[found.part]
        return part if isinstance(part, ToolResponse) else None

    def as_text(self, row: int) -> str | None:
        """What came back where the framework keeps the calls of the reply at `row` as text.

        smolagents and others write "Calling tools: ..." for the reply and "Observation: ..." under the user's role.
        """
        return self._walked.as_text.get(row)

    def spoken_to(self, row: int) -> bool:
        """Whether a person speaks in the messages that are new to the call at `row`."""
        return row in self._walked.spoken_to

    @property
    def orphans(self) -> Sequence[tuple[PromptPlace, ToolResponse]]:
        """Tool responses that no call before them asked for, or that a call got twice."""
        return self._walked.orphans

    def unanswered(self) -> Iterator[Unanswered]:
        """Calls with neither an execution nor a response in any later prompt; none where prompts were not recorded."""
        links, walked, calls_of = self.threads.links, self._walked, self.index.calls_by_row
        for place in self.index.calls_never_run:
            row, number = place
            if row not in links or row in walked.as_text or place in walked.found:
                continue
            call, ended = calls_of[row][number], row not in self.threads.first_followers
            if not (ended and call.id in walked.ids):
                yield Unanswered(place, call, ended)
        for asked, call in walked.left_in_prompts.items():
            yield Unanswered(asked, call, ended=False)

    @cached_property
    def _walked(self) -> Answering:
        return self.index.walk.heard(self._answering)


def _retold(row: int, message: Message, number: int) -> Iterator[_Waiting]:
    """The calls of a reply that was not recorded where it was made: the next prompt tells it."""
    if message.role is Role.ASSISTANT:
        for at, part in enumerate(message.parts):
            if isinstance(part, ToolCall):
                yield PromptPlace(row, number, at), part


def _is_large(result: Json) -> bool:
    """Whether there is a long text in it, or a great many parts."""
    if isinstance(result, str):  # nearly all are
        return len(result) > _CHARS_KEPT_MAX
    waiting, looked = [result], 0
    while waiting:
        value = waiting.pop()
        looked += 1
        if looked > _PARTS_KEPT_MAX or (isinstance(value, str) and len(value) > _CHARS_KEPT_MAX):
            return True
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, (list, tuple)):
            waiting += value
    return False


def _answered(waiting: Sequence[_Waiting], response: ToolResponse) -> int | None:
    if response.id:
        if len(waiting) <= _FEW:
            alike = [at for at, (_, call) in enumerate(waiting) if call.id == response.id]
            if len(alike) == 1:
                return alike[0]
        same = next((at for at in range(len(waiting) - 1, -1, -1) if waiting[at][1].id == response.id), None)
        if same is not None:
            return first_of_turn(
                same, lambda at: waiting[at][0][:-1], lambda at: waiting[at][1].id == response.id
            )
    nameless = [at for at, (_, call) in enumerate(waiting) if not (call.id and response.id)]
    named = (at for at in nameless if waiting[at][1].name == response.name)
    return next(named, nameless[0] if nameless else None)
