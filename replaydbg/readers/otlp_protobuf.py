"""OTLP protobuf: one request, or many with their length before each (a varint, or four bytes as the collector writes).

Traces and logs, mixed as they come. The spans go through the same assembly and the same dialects as those of OTLP
JSON; a row keeps the place of its span in the file. Needs the package `opentelemetry-proto` (`replaydbg[otlp]`).

Get one: the collector's file exporter with `format: proto`, or the body of a request to `/v1/traces`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.finding import Notice
from replaydbg.core.trace import Source
from replaydbg.readers import _dialects, _span_fields
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._assembly import Assembly, known
from replaydbg.readers._dialect_native import PARENT_ID, STEP_ID, TRACE_ID
from replaydbg.readers._log_events import LogEvents
from replaydbg.readers._span import Span
from replaydbg.readers._span_fields import LAST_NS
from replaydbg.wire import otlp

_PARTIAL_BYTES = 256 << 10
_RESOURCE_OF_REQUEST, _SCOPES, _RECORDS = 1, frozenset({2, 1000}), 2
_NEEDS = (b"\x12",)
"""Field 2, some bytes: each record begins so, and no text has it."""
_SPAN_BEGINS = b"\x0a\x10"
"""Field 1, sixteen bytes: a trace id. Log records and metrics begin otherwise."""

_LOG_BEGINS = (b"\x09", b"\x10", b"\x1a", b"\x2a", b"\x59")


def _sniff(document: Document) -> float:
    head = memoryview(document.head)
    if len(head) < len(document.buffer):
        head = document.buffer[: len(head)]
    for start, end in _framings(head, len(document.buffer)):
        first = next(_records(head, start, min(end, len(head)), []), None)
        if first is not None:
            begins = bytes(head[first[0] : first[0] + 2])
            if begins == _SPAN_BEGINS:
                return 0.95
            if begins[:1] in _LOG_BEGINS:
                return 0.7
    return 0.0


def _framings(raw: memoryview, size: int) -> Iterator[tuple[int, int]]:
    """Where the first request may stand: the whole file, or what the length before it says."""
    if len(raw) < 8:
        return
    yield 0, size
    try:
        length, start = otlp.varint(raw, 0, len(raw))
    except otlp.Damaged:
        length = start = 0
    if length and start + length <= size:
        yield start, start + length
    length = int.from_bytes(raw[:4], "big")
    if length and 4 + length <= size:
        yield 4, 4 + length


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    buffer = document.buffer
    assembly = Assembly(Source(document.name, READER.name), _Spans(buffer).span)
    logs, due = LogEvents(), _PARTIAL_BYTES
    for start, end in _requests(buffer, assembly.notices):
        for first, last in _records(buffer, start, end, assembly.notices):
            _add(assembly, logs, buffer, first, last)
            if partial and due <= last < len(buffer):
                yield assembly.reading(last / len(buffer), complete=False)
                due = 2 * last
    logs.join(assembly)
    if not len(assembly):
        raise NotThisFormat("neither a span nor a GenAI event in the document")
    yield assembly.reading()


def _requests(buffer: memoryview, notices: list[Notice]) -> Iterator[tuple[int, int]]:
    """Start and end of each request. The framing of the first is that of all."""
    for start, end in _framings(buffer, len(buffer)):
        if next(_records(buffer, start, end, []), None) is None:
            continue
        if start == 0:
            yield start, end
            return
        four_bytes = start == 4 and int.from_bytes(buffer[:4], "big") == end - start
        yield from _framed(buffer, four_bytes=four_bytes, notices=notices)
        return


def _framed(buffer: memoryview, *, four_bytes: bool, notices: list[Notice]) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(buffer):
        try:
            if four_bytes:
                length, start = int.from_bytes(buffer[at : at + 4], "big"), at + 4
            else:
                length, start = otlp.varint(buffer, at, len(buffer))
        except otlp.Damaged:
            notices.append(
                Notice(f"byte {at}", "the length of a request is damaged; what follows was not read")
            )
            return
        yield start, min(start + length, len(buffer))
        at = start + length
    if at > len(buffer):
        notices.append(
            Notice(f"byte {len(buffer)}", "the last request is cut off; what is whole of it was read")
        )


def _records(buffer: memoryview, start: int, end: int, notices: list[Notice]) -> Iterator[tuple[int, int]]:
    """Start and end of each span or log record of a request; of a damaged one as far as it is whole."""
    try:
        for number, first, last in otlp.parts(buffer, start, end):
            if number != _RESOURCE_OF_REQUEST:
                raise otlp.Damaged(first)
            for scope, begins, ends in otlp.parts(buffer, first, last):
                if scope in _SCOPES:
                    for record, from_, to in otlp.parts(buffer, begins, ends):
                        if record == _RECORDS:
                            yield from_, to
    except otlp.Damaged as damage:
        notices.append(
            Notice(f"byte {damage.offset}", "cut off or damaged; the rest of this request was not read")
        )


def _add(assembly: Assembly, logs: LogEvents, buffer: memoryview, start: int, end: int) -> None:
    raw, place = buffer[start:end], f"byte {start}"
    is_span = bytes(raw[:2]) == _SPAN_BEGINS
    try:
        if is_span:
            _add_span(assembly, otlp.decoded("Span", raw), (start, end))
        elif bytes(raw[:1]) in _LOG_BEGINS:
            logs.add(otlp.document(otlp.decoded("LogRecord", raw)), place)
    except ValueError as problem:
        if is_span:
            assembly.add_damaged(place, f"a damaged span: {problem}")
        else:
            assembly.notices.append(Notice(place, f"a damaged log record, left out: {problem}"))


def _add_span(assembly: Assembly, span: Any, handle: tuple[int, int]) -> None:
    wanted, counts, ids = {}, {}, {}
    for pair in span.attributes:
        if pair.key in _dialects.WANTED:
            wanted[pair.key] = otlp.any_value(pair.value)
        elif pair.key in _dialects.COUNTED:
            counts[pair.key] = otlp.any_value(pair.value)
        elif pair.key in {STEP_ID, PARENT_ID, TRACE_ID}:
            ids[pair.key] = pair.value.string_value
    start, end = span.start_time_unix_nano, span.end_time_unix_nano
    assembly.add(
        ids.get(TRACE_ID) or _span_fields.trace_id(span.trace_id.hex()),
        ids.get(STEP_ID) or _span_fields.span_id(span.span_id.hex()),
        ids.get(PARENT_ID) or _span_fields.span_id(span.parent_span_id.hex()),
        known(wanted, span.name),
        start if 0 < start <= LAST_NS else NOT_RECORDED,
        end if 0 < end <= LAST_NS else NOT_RECORDED,
        _span_fields.status(span.status.code),
        counts,
        handle,
    )


class _Spans:
    """Spans of a file by their places in it, decoded when somebody looks."""

    def __init__(self, buffer: memoryview) -> None:
        self._buffer = buffer

    def span(self, handle: tuple[int, int]) -> Span:
        start, end = handle
        try:
            return _span_fields.span(otlp.document(otlp.decoded("Span", self._buffer[start:end])))
        except ValueError:
            return Span("", _dialects.NO_ATTRIBUTES)


READER = Reader(
    "otlp-protobuf", "OpenTelemetry traces (OTLP protobuf)", _sniff, _read, takes_binary=True, needs=_NEEDS
)
