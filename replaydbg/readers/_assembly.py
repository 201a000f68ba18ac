"""From spans, in whatever order they come, to traces: one for each trace id."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED, Columns, arrange
from replaydbg.core.finding import Notice
from replaydbg.core.step import Body, Kind, Status
from replaydbg.core.trace import Source, Trace
from replaydbg.readers import _dialects
from replaydbg.readers._api import Reading
from replaydbg.readers._span import Facts, Span, SpanBody

_MODEL_CALL = KIND_NUMBER[Kind.MODEL_CALL]
_AGENT_INVOCATION = KIND_NUMBER[Kind.AGENT_INVOCATION]
_OPAQUE = KIND_NUMBER[Kind.OPAQUE]


@dataclass(frozen=True, slots=True)
class _Twin:
    """Handle of a model call that another instrumentation recorded better."""

    handle: Any


class Assembly:
    """Collects rows; `span_of` turns a row's handle into its span when somebody looks at the step."""

    def __init__(self, source: Source, span_of: Callable[[Any], Span]) -> None:
        self.source = source
        self.notices: list[Notice] = []
        self._span_of = span_of
        self._columns: dict[str, Columns] = {}

    def __len__(self) -> int:
        return sum(map(len, self._columns.values()))

    def add(
        self,
        trace_id: str,
        span_id: str,
        parent_id: str,
        facts: Facts,
        start_ns: int,
        end_ns: int,
        status: Status,
        handle: Any,
    ) -> None:
        columns = self._columns.get(trace_id)
        if columns is None:
            columns = self._columns[trace_id] = Columns()
        columns.add(
            id=span_id,
            kind=facts.kind,
            name=facts.name,
            handle=handle,
            parent_id=parent_id,
            agent=facts.agent,
            model=facts.model,
            start_ns=start_ns,
            end_ns=end_ns,
            status=status,
            input_tokens=facts.input_tokens,
            output_tokens=facts.output_tokens,
            cost_usd=facts.cost_usd,
        )

    def add_damaged(self, place: str, why: str) -> None:
        """A span of which nothing but its place is known: a step all the same, so that nothing is lost silently."""
        trace_id = next(iter(self._columns), "")
        number = len(self) + 1
        self.notices.append(Notice(place, why))
        span = Span("damaged span", _dialects.NO_ATTRIBUTES, status_message=f"{place}: {why}")
        self.add(
            trace_id, f"damaged-{number}", "", Facts(name=span.name), -1, -1, Status.UNSET, span
        )

    def reading(self, fraction: float = 1.0, *, complete: bool = True) -> Reading:
        """The traces so far, in the order in which they first appeared."""
        traces, notices = [], list(self.notices)
        for trace_id, columns in self._columns.items():
            arranged = arrange(columns, trace_id=trace_id, source=self.source, decode=self._decode)
            notices += arranged.notices
            notices += _set_twins_apart(arranged.trace)
            _inherit_agents(arranged.trace)
            traces.append(arranged.trace)
        return Reading(tuple(traces), tuple(notices), fraction, complete)

    def _decode(self, handle: Any) -> Body:
        if isinstance(handle, _Twin):
            return SpanBody(self._span(handle.handle))
        return _dialects.body(self._span(handle))

    def _span(self, handle: Any) -> Span:
        return handle if isinstance(handle, Span) else self._span_of(handle)


def _inherit_agents(trace: Trace) -> None:
    """A step that names no agent belongs to the nearest agent invocation above it."""
    around = array("i", bytes(4 * len(trace)))
    agents, kinds = trace.agents, trace.kinds
    for row, parent in enumerate(trace.parents):
        agent = around[parent] if parent >= 0 else 0
        own = agents[row]
        if not own:
            agents[row] = agent
        around[row] = own if own and kinds[row] == _AGENT_INVOCATION else agent


def _set_twins_apart(trace: Trace) -> list[Notice]:
    """A model call directly below a model call is the same call, seen by two instrumentations.

    The inner one is nearer to the wire and stays, unless only the outer one knows the tokens.
    """
    kinds, parents, counts = trace.kinds, trace.parents, trace.input_tokens
    twins = []
    for row, parent in enumerate(parents):
        if kinds[row] != _MODEL_CALL or parent < 0 or kinds[parent] != _MODEL_CALL:
            continue
        twin = row if counts[row] == NOT_RECORDED and counts[parent] != NOT_RECORDED else parent
        kinds[twin] = _OPAQUE
        trace.input_tokens[twin] = trace.output_tokens[twin] = NOT_RECORDED
        trace.costs[twin] = float("nan")
        trace.handles[twin] = _Twin(trace.handles[twin])
        twins.append(twin)
    if not twins:
        return []
    calls = "1 model call was" if len(twins) == 1 else f"{len(twins)} model calls were"
    return [
        Notice(
            trace.ids[twins[0]],
            f"{calls} recorded twice, by nested instrumentations; one of each two is shown as opaque, "
            "and its tokens are not counted",
        )
    ]
