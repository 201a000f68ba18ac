"""MLflow traces: what `Trace.to_json()` writes, of MLflow 3 (`info.trace_id`) and of MLflow 2 (`info.request_id`).

One trace, an array of traces, one for each line, the data frame of `search_traces`, by rows or columns, or what the REST
API answers (`{trace: {trace_info, spans}}`, attributes as OTLP has them). Every attribute of a span is JSON written as text. Tool schemas went through a model that wrote the keywords nobody had set as null; those are taken out again.

Get one: `mlflow traces get --trace-id TRACE_ID > run.json`, or in Python `mlflow.get_trace(trace_id).to_json()`, or
`mlflow.search_traces(return_type="list")` and `to_json()` of each
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import nan
from typing import Any

import msgspec

from replaydbg.core.columns import KIND_NUMBER, Row
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.step import NO_USAGE, Kind, Usage
from replaydbg.readers import _containers, _exports, _frames, _salvage, _span_fields
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._attributes import Attributes, number
from replaydbg.readers._payloads import without_nulls
from replaydbg.readers._records import Observed, column, document_of, row_id, seen_of
from replaydbg.readers._span import Span, SpanBody, is_glue
from replaydbg.wire import loose, openai_chat, openai_responses

FORMAT = "mlflow"
_OPENING = re.compile(rb'"spans"\s*:\s*(?:\{\s*"\w+"\s*:\s*)?\[')
"""Of spans; in a data frame they are below the label of their row."""


# ---- which files ------------------------------------------------------------------------------------------------


def _sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    first = _frames.rows(first, "spans") or first
    if isinstance(first, dict) and isinstance(first.get("traces"), list):
        first = first["traces"]
    first = first[0] if isinstance(first, list) and first else first
    if not isinstance(first, dict):
        return 0.0
    first = loose.mapping(first.get("trace")) or first
    info = loose.mapping(first.get("info"))
    if "trace_info" in first and "spans" in first:
        return 0.9
    if "data" in first and (loose.text(info.get("trace_id")).startswith("tr-") or "request_id" in info):
        return 0.95
    spans = loose.sequence(loose.mapping(first.get("data", first)).get("spans"))
    attributes = loose.mapping(loose.mapping(spans[0] if spans else None).get("attributes"))
    return 0.9 if any(key.startswith("mlflow.") for key in attributes) else 0.0


# ---- structure --------------------------------------------------------------------------------------------------

_FIELDS = (
    "trace_id", "span_id", "parent_span_id", "name", "start_time_unix_nano", "end_time_unix_nano", "status",
    "context", "parent_id", "start_time", "end_time", "status_code", "status_message",
)  # fmt: skip
_SPAN = msgspec.json.Decoder(
    msgspec.defstruct(
        "Span",
        [*((name, Any, None) for name in _FIELDS), ("attributes", msgspec.Raw, msgspec.Raw(b"{}"))],
        gc=False,
    )
)


class _Data(msgspec.Struct, gc=False):
    spans: list[msgspec.Raw] | None = None


class _Trace(msgspec.Struct, gc=False):
    info: dict[str, Any] | None = None
    trace_info: dict[str, Any] | None = None
    """As the REST API calls it."""
    data: _Data | None = None
    spans: list[msgspec.Raw] | None = None
    traces: list[msgspec.Raw] | None = None
    """Of what `mlflow traces search` gives, and of many from the REST API."""
    trace: msgspec.Raw = msgspec.Raw()
    """Of one from the REST API; a column of text in a data frame."""
    trace_id: Any = None
    request_id: Any = None


_TRACE = msgspec.json.Decoder(_Trace)


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    traces = yield from _exports.read(document, partial, _Traces)
    if not len(traces.records) and not _OPENING.search(document.buffer):
        raise NotThisFormat("there is no span in the document")
    yield traces.reading()


class _Traces(_exports.Export):
    def __init__(self, document: Document) -> None:
        super().__init__(document, FORMAT, _observed)

    def add_whole(self, text: memoryview) -> bool:
        try:
            trace = _TRACE.decode(text)
        except _salvage.UNREADABLE:
            return False
        if trace.data is None or not trace.data.spans:
            return False
        self._add_trace(trace, "")
        return True

    def add(self, record: _containers.Record) -> None:
        try:
            trace = _TRACE.decode(record.raw)
        except _salvage.UNREADABLE:
            framed = _frames.rows(document_of(record.raw), "spans")
            if framed is None:
                self.salvage(record.raw, record.place)
            for at, row in enumerate(framed or ()):
                self.add(_containers.Record(memoryview(msgspec.json.encode(row)), f"{record.place}/{at}"))
            return
        self._add_trace(trace, record.place)
        for at, raw in enumerate(trace.traces or ()):
            self.add(_containers.Record(memoryview(raw), f"{record.place}/traces/{at}"))
        if bytes(memoryview(trace.trace)[:1]) == b"{":
            self.add(_containers.Record(memoryview(trace.trace), f"{record.place}/trace"))

    def _add_trace(self, trace: _Trace, place: str) -> None:
        info = trace.info or trace.trace_info or {}
        named = (info.get("trace_id"), info.get("request_id"), trace.trace_id, trace.request_id)
        trace_id = next(filter(None, map(row_id, named)), "")
        if info.get("state", info.get("status")) == "IN_PROGRESS":
            said = "the run was still in progress when it was exported"
            self.records.notices.append(Notice(f"{place}/info", said))
        spans = trace.data.spans if trace.data else trace.spans
        where = f"{place}/data/spans" if trace.data else f"{place}/spans"
        for at, raw in enumerate(spans or ()):
            self._add(raw, trace_id, f"{where}/{at}")

    def add_beginning(self, window: memoryview) -> None:
        self.salvage(window, "")

    def salvage(self, raw: memoryview, place: str) -> None:
        """The spans of a trace that is cut off or corrupt."""
        for start, end, whole in _salvage.objects_in_arrays(raw, _OPENING):
            if not whole:
                said = "damaged: only the beginning of a span was read"
                self.records.notices.append(Notice(place or f"byte {start}", said))
            self._add(msgspec.Raw(raw[start:end]), "", place or f"byte {start}")

    def _add(self, raw: msgspec.Raw, trace_id: str, place: str) -> None:
        seen = seen_of(raw, _SPAN)
        if bytes(memoryview(seen.attributes)[:1]) == b"[":  # pairs, as OTLP has them
            document = document_of(raw)
            flat = dict(_span_fields.attributes(document.get("attributes")))
            raw = msgspec.Raw(msgspec.json.encode({**document, "attributes": flat}))
            seen = seen_of(raw, _SPAN)
        context = loose.mapping(seen.context)
        id_ = _span_fields.span_id(seen.span_id or context.get("span_id"))
        if not id_:
            self.records.notices.append(Notice(place, "a span without an id, left out"))
            return
        trace_id = trace_id or _trace_id(seen.trace_id or context.get("trace_id"))
        self.records.add(trace_id, _row(seen, id_, raw))


def _trace_id(value: Json) -> str:
    """As MLflow calls the trace of a span that came without its trace."""
    hexadecimal = _span_fields.trace_id(value)
    return f"tr-{hexadecimal}" if hexadecimal and not hexadecimal.startswith("tr-") else hexadecimal


def _row(seen: Any, id_: str, raw: msgspec.Raw) -> Row:
    attributes = _few_attributes(seen.attributes)
    kind, name, agent = _kind(seen, attributes)
    is_call = kind is Kind.MODEL_CALL
    tokens = _tokens(attributes) if is_call and not _is_unread(attributes.get(_OUTPUT)) else (None, None)
    return (
        id_,
        _span_fields.span_id(seen.parent_span_id or seen.parent_id),
        KIND_NUMBER[kind],
        name,
        agent,
        _model(attributes) if is_call else "",
        _span_fields.nanoseconds(seen.start_time_unix_nano or seen.start_time),
        _span_fields.nanoseconds(seen.end_time_unix_nano or seen.end_time),
        _span_fields.status(seen.status or seen.status_code),
        column(tokens[0]),
        column(tokens[1]),
        number(loose.mapping(attributes.get("mlflow.llm.cost")).get("total_cost")) if is_call else nan,
        raw,
    )


# ---- facts ------------------------------------------------------------------------------------------------------

_INPUT, _OUTPUT = "mlflow.spanInputs", "mlflow.spanOutputs"
_NOTHING = msgspec.Raw()
_SMALL = (
    "mlflow.spanType", "mlflow.llm.model", "model", "mlflow.chat.tokenUsage", "usage", "mlflow.llm.cost",
    "mlflow.openai.agent_run_root",
)  # fmt: skip
"""The attributes that the columns want; the others are passed over."""
_SMALL_ATTRIBUTES = msgspec.json.Decoder(
    msgspec.defstruct(
        "Attributes",
        [
            *((f"_{at}", Any, msgspec.field(default=None, name=key)) for at, key in enumerate(_SMALL)),
            ("input", msgspec.Raw, msgspec.field(default=_NOTHING, name=_INPUT)),
            ("output", msgspec.Raw, msgspec.field(default=_NOTHING, name=_OUTPUT)),
        ],
        gc=False,
    )
)
_KINDS = {
    "CHAT_MODEL": Kind.MODEL_CALL,
    "LLM": Kind.MODEL_CALL,
    "TOOL": Kind.TOOL_EXECUTION,
    "AGENT": Kind.AGENT_INVOCATION,
    "RETRIEVER": Kind.RETRIEVAL,
}
_TEXT_BYTES_MAX = 1 << 10
"""A hand-off's agents, and what stands where a reply was not read, are shorter."""


def _few_attributes(raw: msgspec.Raw) -> dict[str, Json]:
    """Those attributes decoded that the columns want; of the output only what is short."""
    try:
        values = _SMALL_ATTRIBUTES.decode(raw)
    except _salvage.UNREADABLE:
        return {}
    *small, asked, said = msgspec.structs.astuple(values)
    few = {
        key: _remembered(value) if type(value) is str else value
        for key, value in zip(_SMALL, small, strict=True)
        if value is not None
    }
    if loose.text(few.get("mlflow.spanType")) in {"CHAIN", "CHAT_MODEL"}:
        for key, text in ((_INPUT, asked), (_OUTPUT, said)):
            if 0 < len(memoryview(text)) < _TEXT_BYTES_MAX:
                few[key] = _decoded(_json(text))
    if (
        _KINDS.get(loose.text(few.get("mlflow.spanType"))) is Kind.MODEL_CALL
    ):  # what the client was given and gave
        if not _model(few):
            few["model"] = loose.mapping(_decoded(_json(asked))).get("model")
        if few.keys().isdisjoint({"mlflow.chat.tokenUsage", "usage"}):
            few["usage"] = loose.mapping(_decoded(_json(said))).get("usage")
    return few


def _json(raw: msgspec.Raw) -> Json:
    try:
        return _salvage.loads(memoryview(raw))
    except ValueError:
        return None


def _decoded(value: Json) -> Json:
    """The value of an attribute: JSON written as text, also a number, true or null."""
    if not isinstance(value, str):
        return value
    try:
        return _salvage.loads(value)
    except ValueError:
        return value


@lru_cache(maxsize=4096)
def _remembered(text: str) -> Json:
    """Types, models and counts are few and stand on every span."""
    return _decoded(text)


def _kind(seen: Any, attributes: Mapping[str, Json]) -> tuple[Kind, str, str]:
    """Kind, name and agent."""
    name = loose.text(seen.name)
    type_ = attributes.get("mlflow.spanType")
    kind = _KINDS.get(type_.upper(), Kind.OPAQUE) if isinstance(type_, str) else Kind.OPAQUE
    if kind is Kind.AGENT_INVOCATION:
        # The runner of OpenAI's Agents SDK says that it is an agent; the agents are below it.
        is_runner = attributes.get("mlflow.openai.agent_run_root") or is_glue(name)
        return (Kind.OPAQUE, name, "") if is_runner else (kind, name, name)
    if kind is Kind.OPAQUE and name == "Handoff":
        target = loose.text(loose.mapping(attributes.get(_OUTPUT)).get("to_agent"))
        if target:
            return Kind.HANDOFF, f"handoff to {target}", ""
    return kind, name or loose.text(type_) or "span", ""


def _model(attributes: Mapping[str, Json]) -> str:
    return loose.text(attributes.get("mlflow.llm.model")) or loose.text(attributes.get("model"))


def _tokens(attributes: Mapping[str, Json]) -> tuple[int | None, int | None]:
    """Those that the columns want."""
    counted = attributes.get("mlflow.chat.tokenUsage")
    if type(counted) is dict:  # nearly all; what follows is for the others
        asked, said = counted.get("input_tokens"), counted.get("output_tokens")
        if type(asked) is int and type(said) is int and 0 <= asked < loose.COUNT_END > said >= 0:
            return asked, said
    usage = _usage(attributes)
    return usage.input_tokens, usage.output_tokens


def _usage(attributes: Mapping[str, Json]) -> Usage:
    counted = loose.mapping(attributes.get("mlflow.chat.tokenUsage"))
    if counted:
        usage = openai_responses.read_usage(counted)
        return Usage(
            usage.input_tokens, usage.output_tokens, loose.count(counted.get("cache_read_input_tokens"))
        )
    said = attributes.get("usage") or loose.mapping(attributes.get(_OUTPUT)).get("usage")
    usage = openai_responses.read_usage(said)
    return openai_chat.read_usage(said) if usage == NO_USAGE else usage


def _is_unread(output: Json) -> bool:
    """Whether MLflow recorded the response's object instead of the reply in it, which nobody had read yet."""
    return (
        isinstance(output, str) and output.startswith("<") and "Response" in output and output.endswith(">")
    )


# ---- bodies -----------------------------------------------------------------------------------------------------

_PARAMS = (
    "temperature", "top_p", "max_tokens", "max_completion_tokens", "max_output_tokens", "seed", "stop", "tool_choice",
    "parallel_tool_calls", "reasoning", "service_tier", "truncation", "text", "store",
)  # fmt: skip
_NOT_GIVEN = ("<openai.Omit", "NOT_GIVEN", "<openai.NotGiven")
"""How a parameter that was left out looks in an attribute."""


def _observed(raw: msgspec.Raw) -> Observed:
    document = document_of(raw)
    seen = seen_of(raw, _SPAN)
    attributes = Attributes(
        {key: _decoded(value) for key, value in loose.mapping(document.get("attributes")).items()}
    )
    kind, name, _ = _kind(seen, attributes)
    output = attributes.get(_OUTPUT)
    output = None if _is_unread(output) else output
    span = Span(name, attributes, events=_span_fields.span(document).events)
    asked = loose.mapping(attributes.get("invocation_params"))
    return Observed(
        kind=kind,
        name=name,
        input=_input(attributes) if kind is Kind.MODEL_CALL else attributes.get(_INPUT),
        output=output,
        has_output=output is not None or (_OUTPUT in attributes and kind is Kind.TOOL_EXECUTION),
        offers=(
            asked.get("tools"),
            attributes.get("tools") if kind is Kind.MODEL_CALL else None,
            without_nulls(attributes.get("mlflow.chat.tools")),
        ),
        params=asked or {key: attributes[key] for key in _PARAMS if _is_given(attributes.get(key))},
        call_id=loose.text(attributes.get("tool_call_id")),
        error=_status_message(seen) or SpanBody(span).error,
        usage=_usage(attributes),
        response_model=attributes.text("model") if attributes.get("object") == "response" else "",
        provider=loose.text(attributes.get("mlflow.llm.provider")),
        raw=document,
        span=span,
    )


def _input(attributes: Attributes) -> Json:
    """What a model was asked. The instructions of a response stand beside its input."""
    said, instructions = attributes.get(_INPUT), attributes.text("instructions")
    if isinstance(said, (list, str)) and instructions:
        return {"instructions": instructions, "input": said}
    if isinstance(said, dict):  # the arguments of the client, those that were left out among them
        return {key: value for key, value in said.items() if _is_given(value)}
    return said


def _is_given(value: Json) -> bool:
    return value is not None and not (isinstance(value, str) and value.startswith(_NOT_GIVEN))


def _status_message(seen: Any) -> str:
    return loose.text(loose.mapping(seen.status).get("message")) or loose.text(seen.status_message)


READER = Reader(
    FORMAT,
    "MLflow traces (2 and 3)",
    _sniff,
    _read,
    marks=("info", "data", "spans"),
    needs=(b'"info"', b'"trace_info"', b'"mlflow.'),
)
