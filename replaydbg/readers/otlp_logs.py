"""OTLP JSON with log records only: GenAI content events, joined by the span they belong to.

The spans themselves are in another file, so that a run is known by its model calls alone: no tree, no durations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from replaydbg.core.columns import NOT_RECORDED, STATUS_NUMBER
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.step import Status
from replaydbg.core.trace import Source
from replaydbg.readers import _containers, _dialects, _genai_events
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._assembly import Assembly, known
from replaydbg.readers._attributes import Attributes, any_value, keyed
from replaydbg.readers._genai_events import CHOICE
from replaydbg.readers._span import Event, Span
from replaydbg.readers._span_fields import nanoseconds, span_id, trace_id

_MARKS = (b'"resourceLogs"', b'"resource_logs"')


@dataclass(slots=True)
class _Call:
    """What the records of one span say together."""

    trace_id: str
    span_id: str
    attributes: dict[str, Json] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    records: list[Json] = field(default_factory=list)


def _sniff(document: Document) -> float:
    head = document.head
    if b'"resourceSpans"' in head or not any(mark in head for mark in _MARKS):
        return 0.0
    return 0.9


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    del partial  # the records of a span may be anywhere: no row is known before the end
    assembly = Assembly(Source(document.name, READER.name), _as_it_is)
    calls: dict[tuple[str, str], _Call] = {}
    for request, place in _containers.values(document.buffer, assembly.notices):
        for record in _records(request):
            _collect(record, calls, assembly.notices, place)
    if not calls:
        raise NotThisFormat("no GenAI event in the log records")
    for call in calls.values():
        _add(call, assembly)
    assembly.notices.append(
        Notice(
            "",
            f"log records only: {len(calls)} model calls were joined from their events; the tree is not here",
        )
    )
    yield assembly.reading()


def _as_it_is(handle: Any) -> Span:
    return handle if isinstance(handle, Span) else Span("", _dialects.NO_ATTRIBUTES)


def _records(request: Json) -> Iterator[dict[str, Json]]:
    """Every log record, whatever requests, resources and scopes are around it."""
    if isinstance(request, list):
        for item in request:
            yield from _records(item)
    elif isinstance(request, dict):
        for key in ("resourceLogs", "resource_logs", "scopeLogs", "scope_logs"):
            yield from _records(request.get(key))
        records = request.get("logRecords", request.get("log_records"))
        yield from (record for record in records or () if isinstance(record, dict))


def _collect(
    record: Mapping[str, Json], calls: dict[tuple[str, str], _Call], notices: list[Notice], place: str
) -> None:
    attributes = keyed(record.get("attributes"))
    name = record.get("eventName") or record.get("event_name") or attributes.get("event.name")
    if not isinstance(name, str) or not name.startswith("gen_ai."):
        return
    own = span_id(record.get("spanId", record.get("span_id")))
    if own:
        trace = trace_id(record.get("traceId", record.get("trace_id")))
        call = calls.setdefault((trace, own), _Call(trace, own))
    else:
        # A reply that was streamed comes after its span has ended, and names none.
        waiting = [each for each in calls.values() if not any(event.name == CHOICE for event in each.events)]
        if not waiting:
            notices.append(Notice(place, f"an event {name} that names no span, left out"))
            return
        call = waiting[-1]
        notices.append(
            Notice(call.span_id, f"an event {name} names no span; it was joined to the call before it")
        )
    for key, value in attributes.items():
        call.attributes.setdefault(key, value)
    body = any_value(record.get("body"))
    if name != _genai_events.OPERATION_DETAILS:
        call.events.append(Event(name, body if isinstance(body, dict) else {"content": body}))
    time = nanoseconds(record.get("timeUnixNano") or record.get("observedTimeUnixNano"))
    if time != NOT_RECORDED:
        call.times.append(time)
    call.records.append(record)


def _add(call: _Call, assembly: Assembly) -> None:
    call.attributes.setdefault("gen_ai.operation.name", "chat")
    model = call.attributes.get("gen_ai.request.model")
    name = f"chat {model}" if isinstance(model, str) else "chat"
    span = Span(name, Attributes(call.attributes), "", call.events, call.records)
    wanted = {key: call.attributes[key] for key in _dialects.WANTED if key in call.attributes}
    assembly.add(
        call.trace_id,
        call.span_id,
        "",
        known(wanted, name),
        min(call.times, default=NOT_RECORDED),
        max(call.times, default=NOT_RECORDED),
        STATUS_NUMBER[Status.UNSET],
        call.attributes,
        span,
    )


READER = Reader("otlp-logs", "OpenTelemetry log records with GenAI events (OTLP JSON)", _sniff, _read)
