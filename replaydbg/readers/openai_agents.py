"""Traces of OpenAI's Agents SDK in its own words: what its exporter sends, and what a trace processor writes down.

`{data: [...]}`, an array, or one record a line; records are `{object: "trace"}` and `{object: "trace.span"}`. The SDK
exports `response` spans without what was asked and answered: both stay on OpenAI's servers, and the notice says so.

Get one: `add_trace_processor` of the SDK with a processor that appends `json.dumps(span.export())` to a file in
`on_span_end`; with OpenInference's or OpenLLMetry's instrumentation there is more in it
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import nan
from typing import Any

import msgspec

from replaydbg.core.columns import KIND_NUMBER, STATUS_NUMBER, Row
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.step import NO_USAGE, Kind, Status, Usage
from replaydbg.readers import _containers, _exports, _moments, _salvage
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._records import Observed, column, document_of, row_id, seen_of
from replaydbg.wire import loose, openai_chat, openai_responses

FORMAT = "openai-agents"
_OPENING = re.compile(rb'"data"\s*:\s*\[')
_OBJECTS = frozenset({"trace", "trace.span"})


# ---- which files ------------------------------------------------------------------------------------------------


def _sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    if isinstance(first, dict) and isinstance(first.get("data"), list):
        first = first["data"]
    if isinstance(first, list):
        first = first[0] if first else None
    if not isinstance(first, dict) or loose.text(first.get("object")) not in _OBJECTS:
        return 0.0
    return 0.95 if {"workflow_name", "span_data"} & first.keys() else 0.7


# ---- structure --------------------------------------------------------------------------------------------------


class _Data(msgspec.Struct, gc=False):
    """Of `span_data` what the columns want. Input and output stay in the text."""

    type: Any = None
    name: Any = None
    model: Any = None
    usage: Any = None
    to_agent: Any = None
    input: msgspec.Raw = msgspec.Raw()
    output: msgspec.Raw = msgspec.Raw()
    response: msgspec.Raw = msgspec.Raw()


class _Span(msgspec.Struct, gc=False):
    object: Any = None
    id: Any = None
    trace_id: Any = None
    parent_id: Any = None
    started_at: Any = None
    ended_at: Any = None
    span_data: _Data | None = None
    error: msgspec.Raw = msgspec.Raw(b"null")


class _Page(msgspec.Struct, gc=False):
    data: list[msgspec.Raw]


_SPAN = msgspec.json.Decoder(_Span)
_PAGE = msgspec.json.Decoder(_Page)


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    spans = yield from _exports.read(document, partial, _Spans)
    if not spans.is_trace:
        raise NotThisFormat("there is no record of the Agents SDK in the document")
    spans.tell_hollow()
    yield spans.reading()


class _Spans(_exports.Export):
    def __init__(self, document: Document) -> None:
        super().__init__(document, FORMAT, _observed)
        self.is_trace = False
        self._calls = self._hollow = 0

    def add_beginning(self, window: memoryview) -> None:
        self.add(_containers.Record(window, ""))

    def add(self, record: _containers.Record) -> None:
        try:
            page = _PAGE.decode(record.raw).data
        except _salvage.UNREADABLE:
            page = None
        if page is not None:
            for place, raw in enumerate(page):
                self._add(raw, f"{record.place}/data/{place}")
            return
        inside = list(_salvage.objects_in_arrays(record.raw, _OPENING)) if _OPENING.search(record.raw) else []
        for start, end, whole in inside:
            self._add(msgspec.Raw(record.raw[start:end]), f"byte {start}", whole=whole)
        if not inside and bytes(record.raw[:1]) == b"[":
            for item in _containers.records(record.raw, [], items=True):
                self._add(msgspec.Raw(item.raw), record.place + item.place)
        elif not inside:
            self._add(msgspec.Raw(record.raw), record.place)

    def _add(self, raw: msgspec.Raw, place: str, *, whole: bool = True) -> None:
        try:
            seen = seen_of(raw, _SPAN)
        except _salvage.UNREADABLE:
            seen = _Span()  # its data is no object
        is_ours = loose.text(seen.object) in _OBJECTS
        self.is_trace |= is_ours
        if not is_ours or (seen.object == "trace.span" and not seen.id):
            self.records.notices.append(Notice(place, "a record that is no span of the Agents SDK, left out"))
        elif seen.object == "trace.span":
            if not whole:
                self.records.notices.append(Notice(place, "damaged: only the beginning of a span was read"))
            data = seen.span_data or _Data()
            row = _row(seen, data, raw)
            if row[2] == KIND_NUMBER[Kind.MODEL_CALL]:
                self._calls += 1
                self._hollow += not any(map(_is_recorded, (data.input, data.output, data.response)))
            self.records.add(row_id(seen.trace_id), row)

    def tell_hollow(self) -> None:
        if self._hollow:
            said = (
                f"{self._hollow} of {self._calls} model calls {'is' if self._hollow == 1 else 'are'} hollow: the Agents SDK exports `response` spans without "
                "what was asked and answered; OpenInference's or OpenLLMetry's instrumentation of it records both"
            )
            self.records.notices.append(Notice("/data", said))


def _is_recorded(raw: msgspec.Raw) -> bool:
    return bytes(memoryview(raw)[:5]) not in {b"", b"null", b"[]"}


def _row(seen: _Span, data: _Data, raw: msgspec.Raw) -> Row:
    kind, name = _kind(data)
    is_call = kind is Kind.MODEL_CALL
    usage = _usage(data.usage) if is_call else NO_USAGE
    return (
        row_id(seen.id),
        row_id(seen.parent_id),
        KIND_NUMBER[kind],
        name,
        name if kind is Kind.AGENT_INVOCATION else "",
        loose.text(data.model) if is_call else "",
        _moments.nanoseconds(seen.started_at),
        _moments.nanoseconds(seen.ended_at),
        STATUS_NUMBER[Status.ERROR if _is_recorded(seen.error) else Status.UNSET],
        column(usage.input_tokens),
        column(usage.output_tokens),
        nan,
        raw,
    )


_KINDS = {
    "agent": Kind.AGENT_INVOCATION,
    "generation": Kind.MODEL_CALL,
    "response": Kind.MODEL_CALL,
    "function": Kind.TOOL_EXECUTION,
    "handoff": Kind.HANDOFF,
}


def _kind(data: _Data) -> tuple[Kind, str]:
    """Kind and name. Turns and tasks are custom spans, and the tokens in them those of what is below them."""
    type_ = loose.text(data.type)
    kind, name = _KINDS.get(type_, Kind.OPAQUE), loose.text(data.name)
    if kind is Kind.HANDOFF:
        return kind, f"handoff to {loose.text(data.to_agent)}".removesuffix(" to ")
    return kind, name or type_ or "span"


def _usage(value: Json) -> Usage:
    usage = openai_responses.read_usage(value)
    return openai_chat.read_usage(value) if usage == NO_USAGE else usage


# ---- bodies -----------------------------------------------------------------------------------------------------


_NO_PARAMS = frozenset({"base_url", "include_usage"})
"""What the SDK keeps among the settings of a model, and no model is asked for."""


def _observed(raw: msgspec.Raw) -> Observed:
    document = document_of(raw)
    data = loose.mapping(document.get("span_data"))
    kind, name = _kind(_Data(data.get("type"), data.get("name"), to_agent=data.get("to_agent")))
    response = loose.mapping(data.get("response"))
    output = data.get("output", response or None)
    config = loose.mapping(data.get("model_config"))
    is_call = kind is Kind.MODEL_CALL
    return Observed(
        kind=kind,
        name=name,
        input=data.get("input") if is_call or kind is Kind.TOOL_EXECUTION else _told(data),
        output=output,
        has_output="output" in data,
        is_exact=True,
        offers=(response.get("tools"),),
        params={key: value for key, value in config.items() if key not in _NO_PARAMS},
        error=_error(document.get("error")),
        usage=_usage(data.get("usage")) if is_call else NO_USAGE,
        response_model=loose.text(response.get("model")),
        provider="openai" if data.get("type") == "response" else "",
        raw=document,
    )


def _told(data: dict[str, Json]) -> Json:
    """What the SDK says of an agent, a hand-off, a guardrail: all but the names that stand elsewhere."""
    return {key: value for key, value in data.items() if key not in {"type", "name", "output"}} or None


def _error(value: Json) -> str:
    """The message, and what the SDK says more precisely beside it."""
    error = loose.mapping(value)
    detail = loose.text(loose.mapping(error.get("data")).get("error"))
    return ": ".join(part for part in (loose.text(error.get("message")), detail) if part)


READER = Reader(
    FORMAT,
    "OpenAI Agents SDK traces",
    _sniff,
    _read,
    marks=("object", "span_data", "trace_id"),
    of_lines=True,
    needs=(b'"trace"', b'"trace.span"'),
)
