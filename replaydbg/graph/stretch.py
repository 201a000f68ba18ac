"""A stretch of turns of one thread, with no word from a person between them, and what the agent was told in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from replaydbg.core.message import Message, Role
from replaydbg.core.trace import Trace
from replaydbg.graph.wording import as_text, made_up_ids

if TYPE_CHECKING:
    from replaydbg.graph.deeds import Turn


@dataclass(slots=True, eq=False)
class Prompt:
    """Messages of a model call from one on: looked at when somebody asks, since all that was ever said is large."""

    trace: Trace
    row: int
    start: int

    def __iter__(self) -> Iterator[Message]:
        return iter((self.trace.body(self.row).messages or ())[self.start :])


@dataclass(slots=True, eq=False)
class Stretch:
    turns: list[Turn] = field(default_factory=list)
    heard: list[Turn | Prompt] = field(default_factory=list)
    """What may have told the agent an id: prompts and results, in order."""
    told: dict[str, int] = field(default_factory=dict)
    """Ids that a person, a prompt or a result gave to the agent, with the place in `heard`; of what was looked at."""
    looked: int = 0
    prompts_known: bool = True

    def knew(self, id_: str, at: int) -> bool:
        """Whether the id was told before the place `at` of what was heard."""
        for place in range(self.looked, at):
            for text in heard_texts(self.heard[place]):
                for one in made_up_ids(text):
                    self.told.setdefault(one, place)
        self.looked = max(self.looked, at)
        return self.told.get(id_, at) < at


def heard_texts(heard: Turn | Prompt) -> Iterator[str]:
    """What a prompt or a result says to the agent."""
    return _prompt_texts(heard) if isinstance(heard, Prompt) else _result_texts(heard)


def _prompt_texts(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        if message.role is not Role.ASSISTANT:
            yield message.text
            for response in message.tool_responses:
                yield as_text(response.result)


def _result_texts(turn: Turn) -> Iterator[str]:
    return (as_text(result.value) for result in turn.results() if result.known)
