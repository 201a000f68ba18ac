"""Facts of a trace that many rooms share: which execution ran which call, which tools were in force where.

Built once after opening, in a worker; decodes replies and tool offers, never whole histories.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import orjson

from replaydbg.core.columns import rises
from replaydbg.core.message import Json, ToolCall
from replaydbg.core.request import call_digest
from replaydbg.core.step import KINDS, Body, Kind
from replaydbg.core.tool import SchemaSource, ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.graph.replies import Reply, reply_of
from replaydbg.graph.walk import Walk
from replaydbg.wire.conversation import first_of_turn
from replaydbg.wire.tool_specs import read_tools

WAITING_CALLS_MAX = 256
"""Calls kept waiting for their execution: one that 256 later calls overtook is not going to be answered."""

_OFFERS_KNOWN_MAX = 64

_LISTS_TOOLS = re.compile(r"tools?[/_. ]list|list[/_. ]?tools", re.IGNORECASE)
"""How instrumentations of MCP name the step that asked a server for its tools."""

_MODEL_CALL = KINDS.index(Kind.MODEL_CALL)
_TOOL_EXECUTION = KINDS.index(Kind.TOOL_EXECUTION)


class CallPlace(NamedTuple):
    """The `index`-th tool call in the reply of the model call at `row`."""

    row: int
    index: int  # type: ignore[assignment]  # nobody looks for a value in a place


@dataclass(frozen=True, slots=True)
class SpecInForce:
    spec: ToolSpec
    source: SchemaSource
    step_id: str | None = None
    """The other step that the schema was taken from, for `OTHER_STEP` and `SERVER_LIST`."""


class Asked:
    """What each model call asked and was offered, by row; what each execution ran; and the replies by time.

    Executions and calls are paired by position: the nearest preceding unanswered call with the same id. Ids repeat within
    a run, and are empty in some formats, so there is no global map of ids: of 1164 calls of a public benchmark 73 use the
    id of an earlier, different call. Several threads count their calls alike (`call_1`), so among equal ids name, agent
    and arguments decide first.
    """

    def __init__(self, trace: Trace) -> None:
        self._kinds = trace.kinds
        self._agents = trace.agents
        self._offers = _Offers()
        self.calls: dict[int, tuple[ToolCall, ...]] = {}
        self.executed: dict[int, ToolCall] = {}
        """Who runs a call mostly recorded the same again, which is kept once."""
        self.call_of: dict[int, CallPlace] = {}
        """By execution; and by call its execution:"""
        self.execution_of: dict[tuple[int, int], int] = {}
        self._waiting: list[tuple[CallPlace, ToolCall]] = []
        self._overtaken: list[CallPlace] = []
        self.has_result = bytearray(len(trace))
        """By row whether an execution recorded what came back."""
        self.offers: dict[int, tuple[ToolSpec, ...]] = {}
        self.replies: list[Reply] = []

    def hear(self, row: int, body: Body) -> None:
        if self._kinds[row] == _MODEL_CALL:
            output = body.output
            calls = self.calls[row] = output.tool_calls if output is not None else ()
            if calls:
                self._wait(row, calls)
            tools = body.tools
            if tools is not None:
                self.offers[row] = self._offers.of(tools)
            self.replies.append(reply_of(row, body, self.replies[-1] if self.replies else None))
        else:
            call = body.call
            if call is not None:
                self.executed[row] = self._paired(row, call)
                self.has_result[row] = body.has_result

    @property
    def never_run(self) -> list[CallPlace]:
        """Calls whose execution was not recorded, by time."""
        return [*self._overtaken, *(place for place, _ in self._waiting)]

    def _wait(self, row: int, calls: Sequence[ToolCall]) -> None:
        waiting, new = self._waiting, tuple.__new__
        # Made in a third of the time that a call of the class takes.
        waiting += [(new(CallPlace, (row, index)), one) for index, one in enumerate(calls)]
        if len(waiting) > WAITING_CALLS_MAX:
            self._overtaken += [place for place, _ in waiting[:-WAITING_CALLS_MAX]]
            del waiting[:-WAITING_CALLS_MAX]

    def _paired(self, row: int, call: ToolCall) -> ToolCall:
        """The call that was run: the asked one, where the execution recorded the same."""
        waiting = self._waiting
        is_it = len(waiting) == 1 and call.id and waiting[0][1].id == call.id  # nearly always
        at = 0 if is_it else self._match(row, call)
        if at is None:
            return call
        place, asked = waiting.pop(at)
        self.call_of[row] = place
        self.execution_of[place] = row
        return call if asked is not call and _differ(asked, call) else asked

    def _match(self, row: int, call: ToolCall) -> int | None:
        """Which waiting call the execution at `row` answers. The newest turn first by id; without ids the oldest of its name."""
        waiting = self._waiting
        same_id = [at for at, (_, asked) in enumerate(waiting) if call.id and asked.id == call.id]
        by_id = bool(same_id)
        if not by_id:
            same_id = [
                at
                for at, (_, asked) in enumerate(waiting)
                if asked.name == call.name and not (asked.id and call.id)
            ]
        if len(same_id) < 2:
            return same_id[0] if same_id else None
        agents, digest = self._agents, call_digest(call)

        def likeness(at: int) -> tuple[bool, bool, bool, bool]:
            place, asked = waiting[at]
            return (
                asked.name == call.name,
                agents[place.row] == agents[row],
                call_digest(asked) == digest,
                asked.id == call.id,
            )

        alike = {at: likeness(at) for at in same_id}
        best = [at for at in same_id if alike[at] == max(alike.values())]
        return first_of_turn(best[-1], lambda at: waiting[at][0].row, best.__contains__) if by_id else best[0]


def _differ(asked: ToolCall, ran: ToolCall) -> bool:
    return asked.name != ran.name or asked.arguments != ran.arguments or asked.problem != ran.problem


class _Offers:
    """Makes equal offers one value, so that identity tells them."""

    def __init__(self) -> None:
        self._seen: dict[bytes, tuple[ToolSpec, ...]] = {}
        self._known: dict[int, tuple[tuple[ToolSpec, ...], tuple[ToolSpec, ...]]] = {}
        """The latest few by their identity, each with the one that stands for it: most readers share them."""

    def of(self, tools: tuple[ToolSpec, ...]) -> tuple[ToolSpec, ...]:
        if id(tools) not in self._known:
            if len(self._known) >= _OFFERS_KNOWN_MAX:
                self._known.clear()
            self._known[id(tools)] = tools, self._seen.setdefault(_offer_key(tools), tools)
        return self._known[id(tools)][1]


class TraceIndex:
    def __init__(self, trace: Trace, side_tools: tuple[ToolSpec, ...] = ()) -> None:
        self.trace = trace
        self.side_tools = side_tools
        self.walk = Walk(trace, lambda: self._calls_and_executions)
        """Over model calls and tool executions, by time."""
        self.asked = self.walk.add(lambda _: Asked(trace))

    @cached_property
    def in_time(self) -> list[int]:
        """Rows by start; a row without one stands where pre-order puts it."""
        starts = self.trace.starts_ns
        if starts and starts[0] >= 0 and rises(starts):
            return list(range(len(starts)))
        keys, last = [], -1
        for start in starts:
            last = start if start >= 0 else last
            keys.append(last)
        return sorted(range(len(keys)), key=keys.__getitem__)

    @property
    def _calls_and_executions(self) -> list[int]:
        kinds = self.trace.kinds
        return [row for row in self.in_time if kinds[row] in {_MODEL_CALL, _TOOL_EXECUTION}]

    @cached_property
    def model_calls(self) -> list[int]:
        """Rows of the model calls by start."""
        kinds = self.trace.kinds
        return [row for row in self.in_time if kinds[row] == _MODEL_CALL]

    @cached_property
    def executions(self) -> list[int]:
        """Rows of the tool executions by start."""
        kinds = self.trace.kinds
        return [row for row in self.in_time if kinds[row] == _TOOL_EXECUTION]

    @cached_property
    def _walked(self) -> Asked:
        return self.walk.heard(self.asked)

    @property
    def replies(self) -> Sequence[Reply]:
        """Every model call's reply, by time."""
        return self._walked.replies

    def calls(self, row: int) -> tuple[ToolCall, ...]:
        """The tool calls in the reply of the model call at `row`."""
        return self._walked.calls.get(row, ())

    def executed_call(self, row: int) -> ToolCall | None:
        """The call that the tool execution at `row` ran, as the execution recorded it."""
        return self._walked.executed.get(row)

    def call_of(self, row: int) -> CallPlace | None:
        """Which call of which model call the tool execution at `row` ran; None if the trace does not show it."""
        return self._walked.call_of.get(row)

    def execution_of(self, row: int, index: int) -> int | None:
        """The row of the tool execution that ran the `index`-th call of the model call at `row`."""
        return self._walked.execution_of.get((row, index))

    @property
    def executions_of_calls(self) -> Mapping[tuple[int, int], int]:
        """All of `execution_of`, by row and index."""
        return self._walked.execution_of

    @property
    def calls_never_run(self) -> Sequence[CallPlace]:
        """Calls whose execution was not recorded, by time."""
        return self._walked.never_run

    @property
    def calls_of_executions(self) -> Mapping[int, CallPlace]:
        """All of `call_of`, by row."""
        return self._walked.call_of

    @property
    def executed_by_row(self) -> Mapping[int, ToolCall]:
        """All of `executed_call`."""
        return self._walked.executed

    @property
    def offers_by_row(self) -> Mapping[int, tuple[ToolSpec, ...]]:
        """All of `tools`, of the model calls that recorded what they were offered."""
        return self._walked.offers

    @property
    def calls_by_row(self) -> Mapping[int, tuple[ToolCall, ...]]:
        """All of `calls`."""
        return self._walked.calls

    @cached_property
    def _elsewhere(self) -> Mapping[str, SpecInForce]:
        """For each tool the first schema that any step recorded."""
        found: dict[str, SpecInForce] = {}
        looked: set[int] = set()
        for row, tools in self.offers_by_row.items():
            if id(tools) in looked:  # equal offers are one value
                continue
            looked.add(id(tools))
            for tool in tools:
                if tool.schema is not None and tool.name not in found:
                    found[tool.name] = SpecInForce(tool, SchemaSource.OTHER_STEP, self.trace.ids[row])
        return found

    @cached_property
    def _of_others(self) -> Mapping[str, SpecInForce]:
        """For each tool the schema that its own first execution recorded, or an agent that had it."""
        trace = self.trace
        first = {call.name: row for row, call in reversed(self._walked.executed.items())}
        agents = {trace.agents[row]: row for row in reversed([*trace.rows(Kind.AGENT_INVOCATION)])}
        found: dict[str, SpecInForce] = {}
        for row in (*first.values(), *agents.values()):
            for tool in trace.body(row).tools or ():
                if tool.schema is not None and (
                    trace.kinds[row] != _TOOL_EXECUTION or first.get(tool.name) == row
                ):
                    found.setdefault(tool.name, SpecInForce(tool, SchemaSource.OTHER_STEP, trace.ids[row]))
        return found

    @cached_property
    def _on_the_side(self) -> Mapping[str, SpecInForce]:
        return {tool.name: SpecInForce(tool, SchemaSource.SIDE_FILE) for tool in self.side_tools}

    @cached_property
    def _of_servers(self) -> Mapping[str, SpecInForce]:
        """For each tool the first schema in an answer to `tools/list` that the run recorded as a step."""
        trace = self.trace
        listing = {number for number, name in enumerate(trace.strings) if _LISTS_TOOLS.search(name)}
        found: dict[str, SpecInForce] = {}
        for row, name in enumerate(trace.names) if listing else ():
            if name not in listing or trace.kinds[row] == _MODEL_CALL:
                continue
            body = trace.body(row)
            answer = body.result if body.has_result else body.output_value
            for tool in read_tools(answer) if _lists_tools(answer) else ():
                if tool.schema is not None:
                    found.setdefault(tool.name, SpecInForce(tool, SchemaSource.SERVER_LIST, trace.ids[row]))
        return found

    def tools(self, row: int) -> tuple[ToolSpec, ...] | None:
        """The tools offered with the model call at `row`; None where that was not recorded."""
        return self._walked.offers.get(row)

    def spec(self, row: int, name: str) -> SpecInForce | None:
        """The schema in force for calls to `name` at the model call at `row`, from the best source that has one.

        The request itself, then another request of the run, then the side file that the person gave, then what an MCP
        server listed, then what the tool's own execution or an agent says. None when no source knows the tool; a spec whose `schema` is None when only its name is known.
        """
        own = next((tool for tool in self.tools(row) or () if tool.name == name), None)
        if own is not None and own.schema is not None:
            return SpecInForce(own, SchemaSource.REQUEST)
        sources = (self._elsewhere, self._on_the_side, self._of_servers)
        other = next((source[name] for source in sources if name in source), self._of_others.get(name))
        if other is not None:
            return other
        return SpecInForce(own, SchemaSource.NOT_RECORDED) if own is not None else None


def _lists_tools(answer: Json) -> bool:
    """Whether it has the shape of an answer to `tools/list`: a plain mapping may be anything."""
    if isinstance(answer, str):
        return '"tools"' in answer
    return isinstance(answer, list) or (
        isinstance(answer, dict) and ("tools" in answer or "result" in answer)
    )


def _offer_key(tools: tuple[ToolSpec, ...]) -> bytes:
    offer = [(tool.name, tool.description, tool.schema) for tool in tools]
    try:
        return orjson.dumps(offer)
    except TypeError:  # lone surrogates, integers beyond 64 bits
        return repr(offer).encode("utf-8", "surrogatepass")
