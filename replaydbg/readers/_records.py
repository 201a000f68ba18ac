"""Observations: the records of platforms that keep a run as steps with parents, and not as spans of OpenTelemetry.

A platform's reader adds a row for each record while it opens, from the few fields that the columns want, and keeps the
record's place as the handle. `Observed` is what it makes of one record when somebody looks: input and output as the
application handed them over, in whatever shape that was. `RecordBody` tells messages, calls and tools out of it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED, Columns, Row, arrange
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json, Message, OtherPart, Role, ToolCall, ToolResponse
from replaydbg.core.step import NO_USAGE, Body, Kind, Usage
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Source, Trace
from replaydbg.readers import _dialects, _moments, _salvage, _twins
from replaydbg.readers._api import Reading
from replaydbg.readers._assembly import inherit_agents
from replaydbg.readers._lazy import lazy
from replaydbg.readers._payloads import call_of, offers_among, tools_of, unwrapped, without_offers
from replaydbg.readers._span import Span, SpanBody
from replaydbg.wire import arguments, loose, mixed_messages

_MODEL_CALL, _OPAQUE = KIND_NUMBER[Kind.MODEL_CALL], KIND_NUMBER[Kind.OPAQUE]
_ROWS_MAX = 4096
"""Rows kept as tuples before they go into the columns."""

_NO_PARAMS = frozenset(
    {"tools", "functions", "messages", "input", "contents", "model", "model_name", "prompt", "_type"}
)
"""What stands among the parameters of a model call in some exports, and is none."""


Written = Callable[[Any], Iterable[Any] | None]
"""The bytes of a handle, as `Trace.written` has them."""


def text_of_handle(handle: Any) -> Iterable[Any] | None:
    """A record that is text still."""
    return (handle,) if isinstance(handle, msgspec.Raw) else None


# ---- rows -------------------------------------------------------------------------------------------------------


class Records:
    """Collects the rows of one file; `observed` decodes a handle when somebody looks at the step."""

    def __init__(
        self,
        source: Source,
        observed: Callable[[Any], Observed],
        written: Written = text_of_handle,
    ) -> None:
        self.source = source
        self.notices: list[Notice] = []
        self._bodies = _Bodies(observed, written)
        self._columns: dict[str, Columns] = {}
        self._rows: dict[str, list[Row]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._columns.values())) + sum(map(len, self._rows.values()))

    def add(self, trace_id: str, row: Row) -> None:
        rows = self._rows.get(trace_id)
        if rows is None:
            rows = self._rows[trace_id] = []
            self._columns[trace_id] = Columns()
        elif len(rows) >= _ROWS_MAX:
            self._columns[trace_id].extend(rows)
            rows.clear()
        rows.append(row)

    def forget_rows(self) -> None:
        """All rows are going to be added again; what was odd stays told."""
        self._columns.clear()
        self._rows.clear()

    def reading(self, fraction: float = 1.0, *, complete: bool = True) -> Reading:
        """The traces so far, in the order in which they first appeared."""
        traces, notices = [], list(self.notices)
        for trace_id, columns in self._columns.items():
            columns.extend(self._rows[trace_id])
            self._rows[trace_id].clear()
            arranged = arrange(columns, trace_id=trace_id, source=self.source, decode=self._bodies)
            inherit_agents(arranged.trace)
            notices += arranged.notices
            _set_wrappers_apart(arranged.trace)
            if complete:
                notices += _twins.set_apart(arranged.trace, self._bodies)
            traces.append(arranged.trace)
        return Reading(tuple(traces), tuple(notices), fraction, complete)


class _Bodies:
    """Makes a row's handle its body."""

    def __init__(self, observed: Callable[[Any], Observed], written: Written) -> None:
        self._observed = observed
        self._written = written

    def __call__(self, handle: Any) -> Body:
        if isinstance(handle, _twins.Twin):
            return RecordBody(replace(self._observed(handle.handle), kind=Kind.OPAQUE))
        if isinstance(handle, _twins.Joint):
            return _twins.body(handle, self)
        return RecordBody(self._observed(handle))

    def written(self, handle: Any) -> Iterable[Any] | None:
        return _twins.written(handle, self._written)


def _set_wrappers_apart(trace: Trace) -> None:
    """A step that is called a model call, names no model and no tokens, and encloses one that does, only wraps it.

    It may be the one that says which tools were offered (Mastra's generation).
    """
    kinds, parents = trace.kinds, trace.parents
    enclosing = array("i", bytes(4 * len(trace)))
    wrappers: dict[int, Any] = {}
    for row, parent in enumerate(parents):
        around = -1 if parent < 0 else parent if kinds[parent] == _MODEL_CALL else enclosing[parent]
        enclosing[row] = around
        if around < 0 or kinds[row] != _MODEL_CALL or not trace.models[row]:
            continue
        while around >= 0 and kinds[around] == _MODEL_CALL and not trace.models[around]:
            if trace.input_tokens[around] != NOT_RECORDED:
                break
            kinds[around] = _OPAQUE
            wrappers[around] = trace.handles[around]
            trace.handles[around] = _twins.Twin(trace.handles[around])
            around = enclosing[around]
    if not wrappers:
        return
    for row, parent in enumerate(parents):
        around = -1 if parent < 0 else parent if parent in wrappers else enclosing[parent]
        enclosing[row] = around
        if around >= 0 and kinds[row] == _MODEL_CALL:
            trace.handles[row] = _twins.Joint(trace.handles[row], wrappers[around], is_part=True)


def moment_ns(value: Json) -> int:
    """Unix nanoseconds; the ISO text that nearly all platforms write is known by its first hyphen."""
    if type(value) is str and value[4:5] == "-":
        return _moments.from_iso(value)
    return _moments.nanoseconds(value)


def row_id(value: Json) -> str:
    """An id as text; platforms write text, some exports numbers."""
    return value if isinstance(value, str) else "" if value is None else str(value)[:64]


def column(count: int | None) -> int:
    return NOT_RECORDED if count is None else count


def document_of(raw: Any) -> dict[str, Json]:
    """The record behind a handle: an undecoded JSON object, or what can be read of a damaged one."""
    try:
        value = _salvage.loads(memoryview(raw))
    except ValueError:
        value = _salvage.repaired(memoryview(raw))
    return loose.mapping(value)


def seen_of(raw: msgspec.Raw, shape: msgspec.json.Decoder[Any]) -> Any:
    """The fields that the columns want of a record, also of one that is damaged or not quite JSON."""
    try:
        return shape.decode(raw)
    except _salvage.UNREADABLE:
        return shape.decode(msgspec.json.encode(document_of(raw)))


_TEXT_VALUE = re.compile(rb'\\*"\s*:\s*\\*"([^"\\]*)')
_LOOKS_MAX = 8
"""A key may stand so often in other texts, before it is given up."""


def text_of_key(text: bytes, key: bytes) -> str:
    """The text that a key has somewhere inside undecoded JSON, or inside JSON written as text in it; "" where none.

    For the few facts that the columns want out of large records: finding is many times as fast as decoding.
    """
    found = _behind_key(text, key, _TEXT_VALUE)
    return found[1].decode("utf-8", "replace") if found else ""


_OBJECT_VALUE = re.compile(rb'"\s*:\s*(?=\{)')


def object_of_key(text: bytes, key: bytes) -> dict[str, Json]:
    """The first object that a key has somewhere inside undecoded JSON; an empty one where it has none."""
    found = _behind_key(text, key, _OBJECT_VALUE)
    if found is None:
        return {}
    end = _salvage.value_end(text, found.end())
    return document_of(memoryview(text)[found.end() : end if end > 0 else len(text)])


def _behind_key(text: bytes, key: bytes, value: re.Pattern[bytes]) -> re.Match[bytes] | None:
    at = -1
    for _ in range(_LOOKS_MAX):
        at = text.find(key, at + 1)
        if at < 0:
            break
        found = value.match(text, at + len(key))
        if found and text[at - 1 : at] == b'"':
            return found
    return None


# ---- bodies -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Observed:
    """One observation under names that no platform owns. None means *not recorded*."""

    kind: Kind
    name: str = ""
    input: Json = None
    output: Json = None
    has_output: bool = False
    """Whether `output` was recorded: a tool may well return null."""
    is_exact: bool = False
    """Whether the input of a tool is the text of the arguments as the model wrote it."""
    offers: tuple[Json, ...] = ()
    """Where the tools that were offered may stand, best first."""
    span: Span | None = None
    """The OpenTelemetry span that the platform made the observation of: it may know what the platform dropped."""
    params: Json = None
    call_id: str = ""
    finish_reason: str = ""
    error: str = ""
    usage: Usage = NO_USAGE
    response_model: str = ""
    provider: str = ""
    raw: Json = None


class RecordBody:
    """The `Body` of an observation; every part is made when it is first asked for."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    @lazy
    def _input(self) -> Json:
        return unwrapped(self._observed.input)

    @lazy
    def _output(self) -> Json:
        return unwrapped(self._observed.output)

    @lazy
    def _span_body(self) -> SpanBody:
        return _dialects.body(self._observed.span or _NO_SPAN)

    @lazy
    def messages(self) -> tuple[Message, ...] | None:
        if self._observed.kind is not Kind.MODEL_CALL:
            return None
        said = without_offers(self._input)
        if said is None:
            return self._span_body.messages
        found = mixed_messages.messages(said)
        return (Message(Role.UNKNOWN, (OtherPart(said),)),) if found is None else found

    @lazy
    def output(self) -> Message | None:
        if self._observed.kind is not Kind.MODEL_CALL:
            return None
        found = self._span_body.output if self._output is None else mixed_messages.reply(self._output)
        if found is None and self._output is not None:
            found = Message(Role.ASSISTANT, (OtherPart(self._output),))
        if found is None or found.finish_reason:
            return found
        return replace(found, finish_reason=self._observed.finish_reason)

    @lazy
    def tools(self) -> tuple[ToolSpec, ...] | None:
        asked = loose.mapping(self._input) if self._observed.kind is Kind.MODEL_CALL else {}
        places = (*self._observed.offers, asked.get("tools"), offers_among(self._input))
        return next(filter(None, map(tools_of, places)), None) or self._span_body.tools

    @lazy
    def params(self) -> Mapping[str, Json]:
        if self._observed.kind is not Kind.MODEL_CALL:
            return {}
        given = loose.mapping(unwrapped(self._observed.params))
        return {key: value for key, value in given.items() if value is not None and key not in _NO_PARAMS}

    @lazy
    def call(self) -> ToolCall | None:
        if self._observed.kind is not Kind.TOOL_EXECUTION:
            return None
        id_ = self._observed.call_id or (self._response.id if self._response else "")
        value = self._observed.input
        if self._observed.is_exact and isinstance(value, str):
            return arguments.call_from_raw(id_, self._observed.name, value)
        return call_of(id_, self._observed.name, value)

    @lazy
    def _response(self) -> ToolResponse | None:
        """LangChain hands over the tool's message where others hand over its result."""
        if not isinstance(self._output, dict) or not mixed_messages.is_message(self._output):
            return None
        said = mixed_messages.messages(self._output)
        return next(iter(said[0].tool_responses), None) if said else None

    @property
    def has_result(self) -> bool:
        return self._observed.kind is Kind.TOOL_EXECUTION and self._observed.has_output

    @lazy
    def result(self) -> Json:
        if not self.has_result:
            return None
        return unwrapped(self._response.result) if self._response else self._output

    @property
    def input(self) -> Json:
        return None if self._observed.kind in _TALKING else self._input

    @property
    def output_value(self) -> Json:
        return None if self._observed.kind in _TALKING else self._output

    @property
    def error(self) -> str:
        if not self._observed.error and self._response is not None and self._response.is_error:
            return self._response.result if isinstance(self._response.result, str) else ""
        return self._observed.error

    @property
    def usage(self) -> Usage:
        return self._observed.usage if self._observed.kind is Kind.MODEL_CALL else NO_USAGE

    @property
    def response_model(self) -> str:
        return self._observed.response_model

    @property
    def provider(self) -> str:
        return self._observed.provider

    @property
    def raw(self) -> Json:
        return self._observed.raw


_NO_SPAN = Span("", _dialects.NO_ATTRIBUTES)
_TALKING = (Kind.MODEL_CALL, Kind.TOOL_EXECUTION)
