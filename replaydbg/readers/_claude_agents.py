"""Which tool call of a session started which sub-agent: said by the session, or told from what the agent was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from replaydbg.core.message import Json, ToolCall
from replaydbg.core.step import Kind, PlainBody
from replaydbg.readers._claude_bodies import Bodies
from replaydbg.readers._talks import Asked, Talks
from replaydbg.wire import loose

STARTERS = frozenset({"Task", "Agent", "Skill"})
"""Tools that start agents."""
_NAMELESS = "sub-agent"


@dataclass(slots=True, eq=False)
class _Start:
    """A call that may start an agent: where it was asked, and where answered (-1: not yet)."""

    call_id: str
    tool: str
    talk: int
    asked: int
    asked_ns: int
    answered: int = -1
    is_taken: bool = False


@dataclass(slots=True)
class _Beginning:
    """How a sub-agent's talk begins."""

    after: int
    """The talk that its first line goes on from; -1 if that line does not say."""
    starts: int
    """So many calls that may start an agent stood before it."""
    entry: int = -1
    """What it was asked."""


class Agents:
    """Collects what the lines tell; nothing is decoded unless there are agents."""

    def __init__(self, talks: Talks, bodies: Bodies) -> None:
        self._talks = talks
        self._bodies = bodies
        self._starts: list[_Start] = []
        self._by_call: dict[str, _Start] = {}
        self._beginnings: dict[str, _Beginning] = {}
        self._calls: dict[str, str] = {}
        """The call that started each agent, where the session says so."""

    def begin(self, key: str, after: int) -> None:
        """A talk of an agent begins; `key` names the agent, or the call that started it."""
        self._beginnings[key] = _Beginning(after, len(self._starts))

    def said(self, key: str, entry: int) -> None:
        """A turn of whoever speaks to the agent; its first is what it was asked."""
        beginning = self._beginnings.get(key)
        if beginning is not None and beginning.entry < 0:
            beginning.entry = entry

    def asked(self, calls: Sequence[Asked], talk: int, entry: int, moment_ns: int) -> None:
        for call_id, name in calls:
            if name in STARTERS and call_id not in self._by_call:
                start = self._by_call[call_id] = _Start(call_id, name, talk, entry, moment_ns)
                self._starts.append(start)

    def answered(self, call_id: str, entry: int) -> None:
        start = self._by_call.get(call_id)
        if start is not None:
            start.answered = entry

    def started(self, key: str, call_id: str) -> None:
        """The session says that the call started this agent."""
        self._calls.setdefault(key, call_id)

    # ---- at the end ----------------------------------------------------------------------------------------------

    def settle(self, *, own: str = "") -> None:
        """Put the steps of each agent below the step that started it, under the agent's name.

        The threads gave the agent's key for both. `own` is the agent whose file this is: its steps are the roots.
        """
        if not self._beginnings:
            return
        for start in self._starts:
            if start.answered >= 0:
                self.started(_agent_id(self._bodies.raw(start.answered)), start.call_id)
        said = {key: self._by_call.get(self._calls.get(key, key)) for key in self._beginnings}
        for start in filter(None, said.values()):
            start.is_taken = True
        parents, names = {}, {}
        for key, told in said.items():
            found = told or (self._likely(key) if key != own else None)
            call = self._call(found) if found is not None else None
            names[key] = _name(call, key)
            parents[key] = "" if key == own else self._step(key, found, call, names[key])
        columns = self._talks.flush()
        number = columns.strings.number
        agents = {number(key): number(name) for key, name in names.items()}
        for row, parent in enumerate(columns.parent_ids):
            if parent in parents:
                columns.parent_ids[row] = parents[parent]
                columns.agents[row] = agents.get(columns.agents[row], columns.agents[row])

    def _likely(self, key: str) -> _Start | None:
        """The call with the prompt that the agent was asked; else the nearest before, in the talk it goes on from."""
        beginning = self._beginnings[key]
        prompt = self._bodies.message(beginning.entry).text if beginning.entry >= 0 else ""
        free = [start for start in self._starts if not start.is_taken]
        found = next(
            (start for start in free if prompt and prompt == _argument(self._call(start), "prompt")), None
        )
        if found is None:
            before = [start for start in self._starts[: beginning.starts] if not start.is_taken]
            near = [start for start in before if beginning.after in {-1, start.talk}]
            found = near[-1] if near else None
        if found is not None:
            found.is_taken = True
        return found

    def _call(self, start: _Start) -> ToolCall:
        calls = self._bodies.message(start.asked).tool_calls
        return next((call for call in calls if call.id == start.call_id), ToolCall(start.call_id, start.tool))

    def _step(self, key: str, start: _Start | None, call: ToolCall | None, name: str) -> str:
        """The step that the agent's steps stand below; of a tool that is still running there is none so far."""
        if start is None:
            return self._talks.step(Kind.AGENT_INVOCATION, name, id_=f"agent {key}", agent=name)
        if start.answered < 0:
            start.answered = start.asked
            body, began = PlainBody(call=call), start.asked_ns
            self._talks.step(Kind.TOOL_EXECUTION, start.tool, body, id_=start.call_id, start_ns=began)
        return start.call_id


def _agent_id(line: Json) -> str:
    outcome = loose.mapping(loose.mapping(line).get("toolUseResult"))
    return loose.text(outcome.get("agentId"))


def _argument(call: ToolCall, name: str) -> str:
    return loose.text(loose.mapping(call.arguments).get(name))


def _name(call: ToolCall | None, key: str) -> str:
    """What kind of agent was asked for; else its id, if that is a name."""
    asked = _argument(call, "subagent_type") if call is not None else ""
    return asked or (_NAMELESS if " " in key or key.startswith("toolu_") else key)
