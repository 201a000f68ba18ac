"""Which tool response of a later prompt answers which tool call, by position; what stays unanswered, what answers nothing.

Ids repeat within a run and are empty in some formats, so each response answers the nearest call before it that waits
under its id; without an id the oldest waiting call of its name, or simply the oldest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from replaydbg.core.message import Message, Role, ToolCall, ToolResponse
from replaydbg.graph.index import WAITING_CALLS_MAX, CallPlace, TraceIndex
from replaydbg.graph.threads import Link, Threads


@dataclass(frozen=True, slots=True)
class PromptPlace:
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


class Answers:
    """See the module. One pass over the new messages of each model call."""

    def __init__(self, index: TraceIndex, threads: Threads) -> None:
        self.index = index
        self.threads = threads

    def response(self, place: CallPlace) -> ToolResponse | None:
        """The response in a later prompt of the thread that answers the call."""
        return self._walked[0].get(place)

    @property
    def orphans(self) -> Sequence[tuple[PromptPlace, ToolResponse]]:
        """Tool responses that no call before them asked for, or that a call got twice."""
        return self._walked[1]

    @cached_property
    def _walked(
        self,
    ) -> tuple[
        dict[CallPlace, ToolResponse],
        list[tuple[PromptPlace, ToolResponse]],
        list[tuple[PromptPlace, ToolCall]],
    ]:
        trace = self.index.trace
        found: dict[CallPlace, ToolResponse] = {}
        orphans: list[tuple[PromptPlace, ToolResponse]] = []
        left_in_prompts: dict[PromptPlace, ToolCall] = {}
        left: dict[int, list[tuple[CallPlace | PromptPlace, ToolCall]]] = {}
        for row, link in self.threads.links.items():
            waiting = list(left.get(link.previous, ())) if link.previous is not None else []
            messages = trace.decode(trace.handles[row]).messages or ()
            for place, part in _new_parts(row, link, messages):
                if isinstance(part, ToolCall):
                    waiting.append((place, part))
                    left_in_prompts[place] = part
                    continue
                at = _answered(waiting, part)
                if at is None:
                    orphans.append((place, part))
                    continue
                asked, _ = waiting.pop(at)
                if isinstance(asked, CallPlace):
                    found[asked] = part
                else:
                    left_in_prompts.pop(asked, None)
            waiting.extend((CallPlace(row, n), call) for n, call in enumerate(self.index.calls(row)))
            left[row] = waiting[-WAITING_CALLS_MAX:]
        return found, orphans, list(left_in_prompts.items())

    def unanswered(self) -> Iterator[Unanswered]:
        """Calls with neither an execution nor a response in any later prompt; none where prompts were not recorded."""
        links, followers = self.threads.links, self.threads.followers
        for row in links:
            for number, call in enumerate(self.index.calls(row)):
                place = CallPlace(row, number)
                if self.response(place) is None and self.index.execution_of(row, number) is None:
                    yield Unanswered(place, call, ended=row not in followers)
        for asked, call in self._walked[2]:
            yield Unanswered(asked, call, ended=False)


def _new_parts(
    row: int, link: Link, messages: Sequence[Message]
) -> Iterator[tuple[PromptPlace, ToolCall | ToolResponse]]:
    """Calls and responses of the messages that were new to the call. A cut prompt's first responses answer what was cut."""
    cut = link.previous is None
    for number in range(link.new_from, len(messages)):
        message = messages[number]
        if message.role not in {Role.SYSTEM, Role.DEVELOPER} and not message.tool_responses:
            cut = False
        for at, part in enumerate(message.parts):
            if isinstance(part, ToolCall) or (isinstance(part, ToolResponse) and not cut):
                yield PromptPlace(row, number, at), part


def _answered(
    waiting: Sequence[tuple[CallPlace | PromptPlace, ToolCall]], response: ToolResponse
) -> int | None:
    if response.id:
        same = next((at for at in range(len(waiting) - 1, -1, -1) if waiting[at][1].id == response.id), None)
        if same is not None:
            return same
    nameless = [at for at, (_, call) in enumerate(waiting) if not (call.id and response.id)]
    named = (at for at in nameless if waiting[at][1].name == response.name)
    return next(named, nameless[0] if nameless else None)
