"""Several agents that speak into one room: each has a conversation in which it replies and all others are users."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from replaydbg.core.message import Message, Role, Text
from replaydbg.core.step import Kind, PlainBody, Usage
from replaydbg.readers._chat_facts import Facts
from replaydbg.readers._transcript import Run, Thread
from replaydbg.readers._transcript_body import UNHEARD, UnheardBody


class GroupChat:
    """Say in order what was said. An agent that joins late has heard everything before."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._threads: dict[str, Thread] = {}
        self._heard: list[tuple[str, Message, int]] = []
        self._answered = 0
        """So many of these messages were said when an agent spoke last."""

    def told(self, source: str, message: Message, moment_ns: int = -1) -> None:
        """Words of a person, or of a program: no step."""
        self._hear(source, message, moment_ns)

    def replied(
        self,
        agent: str,
        message: Message,
        moment_ns: int = -1,
        usage: Usage | None = None,
        *,
        heard: bool = True,
        **columns: Any,
    ) -> None:
        """A reply of an agent's model; with `heard` the others hear it, too."""
        facts = Facts(agent=agent, usage=usage or Usage())
        self._thread(agent).reply(message, facts=facts, moment_ns=moment_ns, **columns)
        if heard:
            self._hear(agent, replace(message, role=Role.USER, name=agent, finish_reason=""), moment_ns)
        self._answered = len(self._heard)

    def returned(self, agent: str, message: Message, moment_ns: int = -1) -> None:
        """What the tools of an agent returned: of the one whose call waits for it. Nobody else is shown it."""
        ids = {response.id for response in message.tool_responses}
        asking = (
            thread for thread in self._threads.values() if ids & {id_ for id_, _ in thread.open_calls if id_}
        )
        (next(asking, None) or self._thread(agent)).add(message, moment_ns=moment_ns)

    def end(self) -> None:
        """A step for what a person, or a program, said last, and nobody answered."""
        if self._answered < len(self._heard):
            self._answered = len(self._heard)
            body = UnheardBody(tuple(message for _, message, _ in self._heard))
            self.run.step(Kind.OPAQUE, UNHEARD, body, start_ns=self._heard[-1][2])

    def ended(self, reason: str, **columns: Any) -> None:
        self.run.step(Kind.OPAQUE, "end", PlainBody(output_value=reason), **columns)

    def _thread(self, agent: str) -> Thread:
        if agent not in self._threads:
            thread = self._threads[agent] = self.run.thread(agent=agent, shared=True)
            for _, message, moment_ns in self._heard:
                thread.say(message, moment_ns=moment_ns)
        return self._threads[agent]

    def _hear(self, source: str, message: Message, moment_ns: int) -> None:
        said = replace(message, parts=tuple(part for part in message.parts if isinstance(part, Text)))
        self._heard.append((source, said, moment_ns))
        for agent, thread in self._threads.items():
            if agent != source:
                thread.say(said, moment_ns=moment_ns)
