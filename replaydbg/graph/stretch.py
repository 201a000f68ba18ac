"""A stretch of turns of one thread, with no word from a person between them, and what the agent was told in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from replaydbg.core.message import Message, Role
from replaydbg.core.trace import Trace
from replaydbg.graph.threads import Link
from replaydbg.graph.wording import as_text, made_up_ids

if TYPE_CHECKING:
    from replaydbg.graph.deeds import Turn


@dataclass(slots=True, eq=False)
class Stretch:
    trace: Trace
    turns: list[Turn] = field(default_factory=list)
    heard: list[Turn | Link] = field(default_factory=list)
    """What may have told the agent an id, in order: results, and prompts from one message on. Looked at when somebody asks,
    since all that was ever said is large."""
    told: dict[str, int] = field(default_factory=dict)
    """Ids that a person, a prompt or a result gave to the agent, with the place in `heard`; of what was looked at."""
    looked: int = 0
    prompts_known: bool = True

    def knew(self, id_: str, at: int) -> bool:
        """Whether the id was told before the place `at` of what was heard."""
        for place in range(self.looked, at):
            for text in self.texts(self.heard[place]):
                for one in made_up_ids(text):
                    self.told.setdefault(one, place)
        self.looked = max(self.looked, at)
        return self.told.get(id_, at) < at

    def texts(self, heard: Turn | Link) -> Iterator[str]:
        """What a prompt or a result says to the agent."""
        if not isinstance(heard, Link):
            return _result_texts(heard)
        return _prompt_texts((self.trace.body(heard.row).messages or ())[heard.new_from :])


def _prompt_texts(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        if message.role is not Role.ASSISTANT:
            yield message.text
            for response in message.tool_responses:
                yield as_text(response.result)


def _result_texts(turn: Turn) -> Iterator[str]:
    return (as_text(result.value) for result in turn.results() if result.known)
