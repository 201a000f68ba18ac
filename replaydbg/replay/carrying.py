"""Which threads wait for which answers: a changed final answer is carried to where the old one was told, in order.

Each final answer that may come out otherwise is a `source`. The model calls that were told it, word for word, wait
until it is settled: changed (they are asked anew), the same (they stay), or lost (its thread stopped: they are stale).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto

from replaydbg.core.branch import Provenance
from replaydbg.core.message import Json
from replaydbg.graph.facts import Facts
from replaydbg.replay.propagate import Carried, in_value
from replaydbg.replay.requests import as_told, retold
from replaydbg.replay.sources import Answer, Recordings

SOURCES_MAX = 200
"""Final answers of one thread that are looked for elsewhere, the first ones; where later ones went is unproven."""


class State(Enum):
    OPEN = auto()
    SAME = auto()
    CHANGED = auto()
    LOST = auto()


@dataclass(frozen=True, slots=True)
class NewResult:
    """What a recorded tool execution returns in the branch: an edited value, or the recorded one with answers carried in."""

    provenance: Provenance
    reason: str
    value: Json = None
    carried: tuple[Carried, ...] = ()

    def of(self, answer: Answer, *, as_text: bool) -> tuple[Json, Json]:
        """The result, and what the model is told of it."""
        if not self.carried:
            if answer.told is None and answer.result is None:
                return self.value, as_told(self.value, as_text=as_text)
            return self.value, retold(answer.told, answer.result, self.value)
        result, told = answer.result, answer.told
        for carried in self.carried:
            result, told = in_value(result, carried), in_value(told, carried)
        return result, told


@dataclass(slots=True)
class Waiting:
    """The web of sources and of those who wait for them. All rows are recorded ones."""

    facts: Facts
    recordings: Recordings
    states: dict[int, State] = field(default_factory=dict)
    told_to: dict[int, set[int]] = field(default_factory=dict)
    """For each model call the sources that it was told."""
    returned_by: dict[int, set[int]] = field(default_factory=dict)
    """For each tool execution the sources that its result holds: the answers of agents that run inside of it."""
    partly: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    """For each source the model calls that may have used it in ways that can not be carried on, with the reason."""
    starts: dict[int, None] = field(default_factory=dict)
    """Model calls where a thread goes on otherwise if a source has changed, in the order they were found."""
    _expected: set[int] = field(default_factory=set)

    def expect(self, start: int) -> None:
        """The thread may go on otherwise from `start`: note everything that waits for it, and for that in turn."""
        todo = [start]
        while todo:
            row = todo.pop()
            if row in self._expected:
                continue
            self._expected.add(row)
            found = self._sources(row)
            self.starts.update(dict.fromkeys(found))
            todo.extend(found)

    def _sources(self, start: int) -> list[int]:
        flow, index = self.facts.flow, self.facts.index
        if start not in self.facts.threads.links:
            return []
        elsewhere = flow.elsewhere(start)
        starts: list[int] = []
        count = 0
        for row in flow.descendants(start):
            if row in self.states or index.calls(row):
                continue
            output = self.facts.trace.body(row).output
            if output is None or not output.text.strip():
                continue
            count += 1
            if count > SOURCES_MAX:
                break
            self.states[row] = State.OPEN
            starts += self._users(row, output.text, elsewhere)
        return starts

    def _users(self, row: int, text: str, elsewhere: list[int]) -> list[int]:
        starts = []
        ran = next(self.facts.flow.enclosing_executions(row), None)
        if ran is not None:
            place = self.facts.index.call_of(ran)
            if self._returns(ran, Carried(row, text, text + "\0")):
                self.returned_by.setdefault(ran, set()).add(row)
                starts += [place.row] if place else []
            elif place and not self.facts.threads.followers.get(row):
                self._doubt_result(row, ran, place.row)
        for use in self.facts.flow.uses(row, text, elsewhere).found:
            twin = self.facts.flow.twin(row, text, use)
            if twin is not None:
                reason = (
                    f"no proof: #{row + 1} and #{twin + 1} said the same, and nothing says whose answer this is; "
                    "edit the prompt by hand if it should be another"
                )
                self.partly.setdefault(row, []).append((use.row, reason))
            elif use.ran is not None:
                caller = self.facts.index.call_of(use.ran)
                if caller is not None:
                    self.returned_by.setdefault(use.ran, set()).add(row)
                    starts.append(caller.row)
            elif use.verbatim:
                self.told_to.setdefault(use.row, set()).add(row)
                starts.append(use.row)
            else:
                reason = (
                    f"no proof: parts of the old answer of #{row + 1} stand in its prompt, in other words"
                )
                self.partly.setdefault(row, []).append((use.row, reason))
        return starts

    def _returns(self, ran: int, probe: Carried) -> bool:
        body = self.facts.trace.body(ran)
        return body.has_result and in_value(body.result, probe) != body.result

    def _doubt_result(self, row: int, ran: int, caller: int) -> None:
        reason = (
            f"no proof: #{ran + 1} holds steps that were re-run, but its result does not hold their old answer; "
            "edit the result by hand if it should be another"
        )
        follower = self.recordings.main(caller)
        if follower is not None:
            self.partly.setdefault(row, []).append((follower, reason))

    def users(self, source: int) -> list[int]:
        """The model calls that were told the answer: in their prompts, or as the result of a tool."""
        told = [row for row, sources in self.told_to.items() if source in sources]
        for ran, sources in self.returned_by.items():
            place = self.facts.index.call_of(ran)
            if source in sources and place is not None:
                told += self.facts.threads.followers.get(place.row, ())
        return told

    def sources(self, row: int) -> set[int]:
        """What the model call at `row` waits for: answers it was told, and those in the results of its tool calls."""
        waits = set(self.told_to.get(row, ()))
        for index in range(len(self.facts.index.calls(row))):
            ran = self.facts.index.execution_of(row, index)
            if ran is not None:
                waits |= self.returned_by.get(ran, set())
        return waits

    def any(self, sources: set[int], state: State) -> bool:
        return any(self.states[source] is state for source in sources)
