"""From spans, in whatever order they come, to traces: one for each trace id."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import nan
from operator import itemgetter
from typing import Any, NamedTuple

from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED, STATUS_NUMBER, Columns, Row, arrange
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.step import Body, Kind, Status
from replaydbg.core.trace import Source, Trace
from replaydbg.readers import _dialects, _twins
from replaydbg.readers._api import Reading
from replaydbg.readers._attributes import number, whole
from replaydbg.readers._histories import Histories
from replaydbg.readers._span import Counts, Facts, Repeats, Span, SpanBody

_MODEL_CALL = KIND_NUMBER[Kind.MODEL_CALL]
_AGENT_INVOCATION = KIND_NUMBER[Kind.AGENT_INVOCATION]
_OPAQUE = KIND_NUMBER[Kind.OPAQUE]
_ERROR = STATUS_NUMBER[Status.ERROR]
NO_COUNTS = (NOT_RECORDED, NOT_RECORDED, nan)
_ROWS_MAX = 4096
"""Rows kept as tuples before they go into the columns."""


class Known(NamedTuple):
    """What is known of a span from its name and a few attributes: equal for many spans, and so remembered."""

    kind: int
    facts: Facts
    counts: Counts | None = None


def known(wanted: Mapping[str, Json], name: str) -> Known:
    dialect = _dialects.dialect(wanted)
    facts = dialect.facts(wanted, name)
    counted = facts.kind is Kind.MODEL_CALL or dialect.counts_all
    return Known(KIND_NUMBER[facts.kind], facts, dialect.counts if counted else None)


class Joined(NamedTuple):
    """Handle of a span with what log records say of it."""

    handle: Any
    call: Any


def counted(where: Counts, counts: Mapping[str, Json]) -> tuple[int, int, float]:
    """Tokens in, tokens out and cost, out of the attributes that hold them, decoded."""
    if where.unfold is not None:
        counts = where.unfold(counts)
    cost = number(counts[where.cost_usd]) if where.cost_usd in counts else nan
    return _first_count(counts, where.input_tokens), _first_count(counts, where.output_tokens), cost


class Assembly:
    """Collects rows; `span_of` turns a row's handle into its span when somebody looks at the step.

    `as_written` takes agents and kinds as they stand: our own files have been through all of this before.
    """

    def __init__(self, source: Source, span_of: Callable[[Any], Span], *, as_written: bool = False) -> None:
        self.source = source
        self.notices: list[Notice] = []
        self._bodies = _Bodies(span_of)
        self._as_written = as_written
        self._columns: dict[str, Columns] = {}
        """Of traces that have more rows than a few: a file may hold a hundred thousand of one step each."""
        self._rows: dict[str, list[Row]] = {}
        """Of each trace those that are in no columns yet."""

    def __len__(self) -> int:
        return sum(map(len, self._columns.values())) + sum(map(len, self._rows.values()))

    def add(  # noqa: PLR0917 - called for every span; keywords would cost a tenth of the time
        self,
        trace_id: str,
        span_id: str,
        parent_id: str,
        known: Known,
        start_ns: int,
        end_ns: int,
        status: int,
        counts: Mapping[str, Json] | None,
        handle: Any,
    ) -> None:
        """One row. `counts` has the attributes that hold tokens and costs, decoded; `status` is the column's number."""
        kind, (_, name, agent, model, failed), counting = known
        status = _ERROR if failed else status
        numbers = NO_COUNTS if counting is None or not counts else counted(counting, counts)
        row = span_id, parent_id, kind, name, agent, model, start_ns, end_ns, status, *numbers, handle
        self.add_row(trace_id, row)

    def add_row(self, trace_id: str, row: Row) -> None:
        rows = self._rows.get(trace_id)
        if rows is None:
            rows = self._rows[trace_id] = []
        elif len(rows) >= _ROWS_MAX:
            self._flush(trace_id)
        rows.append(row)

    def extend(self, trace_id: str, columns: Sequence[Sequence[Any]]) -> None:
        """Many rows of one trace, already as columns, in the order of `Row`."""
        self._rows.setdefault(trace_id, [])
        self._flush(trace_id).extend_columns(*columns)

    def _flush(self, trace_id: str) -> Columns:
        if trace_id not in self._columns:
            self._columns[trace_id] = Columns()
        columns = self._columns[trace_id]
        columns.extend(self._rows[trace_id])
        self._rows[trace_id].clear()
        return columns

    def _gathered(self, trace_id: str) -> Columns:
        """The rows of a trace as columns; those of a short one for now only."""
        if trace_id in self._columns:
            return self._flush(trace_id)
        columns = Columns()
        columns.extend(self._rows[trace_id])
        return columns

    def add_damaged(self, place: str, why: str) -> None:
        """A span of which nothing but its place is known: a step all the same, so that nothing is lost silently."""
        trace_id = next(iter(self._rows), "")
        ordinal = len(self) + 1
        self.notices.append(Notice(place, why))
        span = Span("damaged span", _dialects.NO_ATTRIBUTES, status_message=f"{place}: {why}")
        known = Known(_OPAQUE, Facts(name=span.name))
        unset = STATUS_NUMBER[Status.UNSET]
        self.add(trace_id, f"damaged-{ordinal}", "", known, NOT_RECORDED, NOT_RECORDED, unset, None, span)

    def join(self, calls: Mapping[tuple[str, str], Any]) -> list[Any]:
        """Give what log records say to the spans (trace id, span id) they name. Returns what names no span of ours.

        OpenLLMetry's LangChain instrumentation names the span around the model call: then it is the one call below.
        """
        waiting = dict(calls)
        for trace_id in {trace for trace, _ in calls}:
            if trace_id not in self._rows:
                continue
            columns = self._flush(trace_id)
            below: dict[str, list[int]] = {}
            for row, parent in enumerate(columns.parent_ids):
                if columns.kinds[row] == _MODEL_CALL and (trace_id, parent) in waiting:
                    below.setdefault(parent, []).append(row)
            for row, span_id in enumerate(columns.ids):
                call = waiting.pop((trace_id, span_id), None)
                if call is not None:
                    inner = below.get(span_id, ()) if columns.kinds[row] != _MODEL_CALL else ()
                    at = inner[0] if len(inner) == 1 else row
                    if not isinstance(columns.handles[at], Joined):
                        columns.handles[at] = Joined(columns.handles[at], call)
        return list(waiting.values())

    def reading(self, fraction: float = 1.0, *, complete: bool = True) -> Reading:
        """The traces so far, in the order in which they first appeared."""
        traces, notices = [], list(self.notices)
        for trace_id in self._rows:
            arranged = arrange(
                self._gathered(trace_id), trace_id=trace_id, source=self.source, decode=self._bodies
            )
            if complete:  # a parent may be in what is still to be read
                notices += arranged.notices
            if not self._as_written:
                inherit_agents(arranged.trace)
                notices += _twins.set_apart(arranged.trace, self._bodies)
            traces.append(arranged.trace)
        return Reading(tuple(traces), tuple(notices), fraction, complete)


class _Bodies:
    """Makes a row's handle its body. Apart from the assembly, so that a trace does not hold what it was made of."""

    def __init__(self, span_of: Callable[[Any], Span]) -> None:
        self._span_of = span_of
        self._histories = Histories()
        self._repeats = Repeats()

    def __call__(self, handle: Any) -> Body:
        if isinstance(handle, _twins.Twin):
            return SpanBody(self._span(handle.handle))
        if isinstance(handle, _twins.Joint):
            return _twins.body(handle, self)
        body = _dialects.body(self._span(handle))
        body.histories = self._histories
        body.repeats = self._repeats
        return body

    def written(self, handle: Any) -> Iterable[memoryview] | None:
        return _twins.written(handle, _text_around)

    def all_written(self, handles: list[Any]) -> tuple[list[memoryview], Sequence[int]]:
        """See `Trace.all_written`."""
        others = [at for at, handle in enumerate(handles) if type(handle) is not tuple]
        plain = [handle for handle in handles if type(handle) is tuple] if others else handles
        texts = [getattr(chunk, "text", None) for chunk in dict.fromkeys(map(itemgetter(0), plain))]
        known = [text for text in texts if isinstance(text, memoryview)]
        return (known, others) if len(known) == len(texts) else ([], range(len(handles)))

    def _span(self, handle: Any) -> Span:
        if isinstance(handle, Joined):
            call = handle.call
            return self._span(handle.handle).joined(call.attributes, call.events, call.records)
        return handle if isinstance(handle, Span) else self._span_of(handle)


def _text_around(handle: Any) -> tuple[memoryview] | None:
    """Of a span; what log records add to one stands elsewhere."""
    piece = handle[0] if type(handle) is tuple else None
    text = getattr(piece, "text", None)
    return (text,) if isinstance(text, memoryview) else None


def _first_count(counts: Mapping[str, Json], keys: tuple[str, ...]) -> int:
    return next((whole_count(counts[key]) for key in keys if key in counts), NOT_RECORDED)


def whole_count(value: Json) -> int:
    count = value if type(value) is int else whole(value)
    return NOT_RECORDED if count is None or not 0 <= count < 1 << 63 else count


def inherit_agents(trace: Trace) -> None:
    """A step that names no agent belongs to the nearest agent invocation above it."""
    around = array("i", bytes(4 * len(trace)))
    agents, kinds = trace.agents, trace.kinds
    for row, parent in enumerate(trace.parents):
        agent = around[parent] if parent >= 0 else 0
        own = agents[row]
        if not own:
            agents[row] = agent
        around[row] = own if own and kinds[row] == _AGENT_INVOCATION else agent
