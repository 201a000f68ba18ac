"""OTLP JSON in all its envelopes: object, array of requests, JSON Lines, either case of keys, damaged or whole.

Structure first: of each span the ids, the times and a dozen attributes are decoded; the row's handle is its text in
the buffer, and bodies are decoded from there. A document of few large spans (whole histories in each) is walked
once and keeps its attributes as views; one of many small spans is walked twice, and keeps one view for each span.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json
from replaydbg.core.trace import Source
from replaydbg.readers import _containers, _dialects, _salvage, _span_fields
from replaydbg.readers._api import Document, NotThisFormat, Reading
from replaydbg.readers._assembly import Assembly, Known, known
from replaydbg.readers._attributes import raw_any_value
from replaydbg.readers._dialect_native import PARENT_ID, STEP_ID, TRACE_ID
from replaydbg.readers._salvage import UNREADABLE
from replaydbg.readers._span import Span
from replaydbg.readers._span_fields import LAST_NS, span_id, status, trace_id

FIRST_WINDOW_BYTES = 256 << 10
"""Of a large document so much is read for the first rows, before the whole is walked."""

_LARGE_SPAN_BYTES = 8 << 10
"""Spans larger than this on average are walked once; see the module."""

_SAMPLE_BYTES = 64 << 10
_BOM = b"\xef\xbb\xbf"
_SPANS = re.compile(rb'"(?:spans|data)"\s*:\s*\[')
_SNAKE_KEY = re.compile(rb'"(?:span_id|resource_spans)"\s*:')
_INTEGER = b'{"intValue":"'
_WANTED, _COUNTED = _dialects.WANTED, _dialects.COUNTED
_IDS = {STEP_ID: "span", PARENT_ID: "parent", TRACE_ID: "trace"}

_FIELDS = (
    ("traceId", str | None), ("spanId", str | None), ("parentSpanId", str | None), ("name", str | None),
    ("startTimeUnixNano", int | None), ("endTimeUnixNano", int | None),
)  # fmt: skip
_OTHER_FIELDS = (
    "traceState", "flags", "kind", "events", "links",
    "droppedAttributesCount", "droppedEventsCount", "droppedLinksCount",
)  # fmt: skip


_DEFAULTS = {msgspec.Raw: msgspec.Raw()}


class _Pair(msgspec.Struct, gc=False):
    key: str = ""
    value: msgspec.Raw = msgspec.Raw(b"{}")


class _Status(msgspec.Struct, gc=False):
    code: int | str | None = None
    message: str | None = None


class _Shape(NamedTuple):
    """Decoders for one spelling of the keys. In the envelopes of `views` spans are text, in those of `whole` decoded."""

    span: Any
    whole: Any
    views: Any


def _snake(key: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", key).lower()


def _shape(*, snake: bool) -> _Shape:
    def struct(name: str, *fields: tuple[str, Any]) -> Any:
        spelled = [
            (key, kind, msgspec.field(default=_DEFAULTS.get(kind), name=_snake(key) if snake else key))
            for key, kind in fields
        ]
        return msgspec.defstruct(name, spelled, gc=False)

    def envelope(span: Any) -> Any:
        spans = list[span] | None
        scope = struct("Scope", ("spans", spans))
        scopes = list[scope] | None  # type: ignore[valid-type]
        resource = struct("Resource", ("scopeSpans", scopes), ("instrumentationLibrarySpans", scopes))
        resources = list[resource] | None  # type: ignore[valid-type]
        return struct("Request", ("resourceSpans", resources), ("batches", resources), ("data", spans))

    def decoder(request: Any) -> Any:
        return msgspec.json.Decoder(list[request] | request, strict=False)

    seen = (*_FIELDS, ("status", _Status | None), ("attributes", list[_Pair] | None))
    span = struct("Span", *seen)
    whole = struct("WholeSpan", *seen, *((key, msgspec.Raw) for key in _OTHER_FIELDS))
    return _Shape(
        msgspec.json.Decoder(span, strict=False), decoder(envelope(whole)), decoder(envelope(msgspec.Raw))
    )


_CAMEL, _SNAKE = _shape(snake=False), _shape(snake=True)


def read(
    document: Document, format_name: str, *, partial: bool, as_written: bool = False
) -> Iterator[Reading]:
    """Readings of an OTLP document; for `as_written` see `Assembly`. Raises NotThisFormat where it has no spans."""
    reader = _Reader(document, format_name, as_written=as_written)
    # A document on one line is recognised by its long first line; JSON Lines with such lines are found out below.
    if b"\n" in document.head and _containers.has_lines(document.buffer):
        yield from reader.lines(partial=partial)
    else:
        yield from reader.document(partial=partial)


class _Reader:
    def __init__(self, document: Document, format_name: str, *, as_written: bool) -> None:
        self.source = Source(document.name, format_name)
        self.as_written = as_written
        self.buffer = document.buffer
        self.shape = _SNAKE if _SNAKE_KEY.search(document.head) else _CAMEL
        self.assembly = self._assembly()

    def _assembly(self) -> Assembly:
        return Assembly(self.source, _span_of, as_written=self.as_written)

    def lines(self, *, partial: bool) -> Iterator[Reading]:
        read, due = 0, FIRST_WINDOW_BYTES
        for record in _containers.records(self.buffer, self.assembly.notices):
            self._request(record.raw, record.place)
            read += len(record.raw) + 1
            if partial and due <= read < len(self.buffer):
                yield self.assembly.reading(read / len(self.buffer), complete=False)
                due = 2 * read
        yield self.assembly.reading()

    def document(self, *, partial: bool) -> Iterator[Reading]:
        size = len(self.buffer)
        if partial and size > 2 * FIRST_WINDOW_BYTES:
            self._salvage(self.buffer[:FIRST_WINDOW_BYTES], "")
            self.assembly.notices.clear()  # the window ends in the middle of something
            if len(self.assembly):
                yield self.assembly.reading(FIRST_WINDOW_BYTES / size, complete=False)
            self.assembly = self._assembly()
        if not self._whole(self.buffer, ""):
            if _containers.has_lines(self.buffer):
                yield from self.lines(partial=partial)
                return
            self._salvage(self.buffer, "")
        if not len(self.assembly) and not _SPANS.search(self.buffer):
            raise NotThisFormat("there is no array of spans in the document")
        yield self.assembly.reading()

    def _request(self, raw: memoryview, place: str) -> None:
        if not self._whole(raw, place):
            self._salvage(raw, place)

    def _whole(self, raw: memoryview, place: str) -> bool:
        """The spans of one request, or of an array of them. False, and none is added, where that is damaged."""
        body = raw[len(_BOM) :] if bytes(raw[: len(_BOM)]) == _BOM else raw
        if self._has_large_spans(body):
            try:
                envelope = self.shape.whole.decode(body)
            except UNREADABLE:
                pass
            else:
                for _, span in _spans_of(envelope):
                    self._add(span, span)
                return True
        try:
            envelope = self.shape.views.decode(body)
        except UNREADABLE:
            return False
        for pointer, text in _spans_of(envelope):
            self._add_text(text, pointer, place)
        return True

    def _has_large_spans(self, body: memoryview) -> bool:
        step = max(_SAMPLE_BYTES, len(body) // 3)
        samples = [bytes(body[at : at + _SAMPLE_BYTES]) for at in range(0, len(body), step)]
        mark = b'"span_id"' if self.shape is _SNAKE else b'"spanId"'
        spans = sum(sample.count(mark) for sample in samples)
        return spans * _LARGE_SPAN_BYTES < sum(map(len, samples))

    def _add_text(self, text: Any, pointer: list[Any], place: str) -> None:
        try:
            span = self.shape.span.decode(text)
        except UNREADABLE:
            self._add_odd(memoryview(text), place or _pointer(pointer))
        else:
            self._add(span, text)

    def _add_odd(self, text: memoryview, place: str) -> None:
        """A span that is no JSON as msgspec knows it (NaN), or whose fields are not of their kind."""
        try:
            document, whole = _salvage.loads(text), True
        except ValueError:
            document, whole = _salvage.repaired(text), False
        if not isinstance(document, dict) or not _span_fields.add_document(
            self.assembly, document, document, damaged=None if whole else place
        ):
            self.assembly.add_damaged(place, "a span that could not be read")

    def _add(self, span: Any, handle: Any) -> None:
        """The hot path: the row of a span whose fields are decoded."""
        wanted: list[str | bytes] = [span.name]
        counts: dict[str, Json] | None = None
        ids = None
        for pair in span.attributes or ():
            key = pair.key
            if key in _WANTED:
                wanted += key, bytes(pair.value)
            elif key in _COUNTED:
                if counts is None:
                    counts = {}
                counts[key] = _small_value(pair.value)
            elif key in _IDS:
                ids = ids or {}
                ids[_IDS[key]] = raw_any_value(pair.value)
        start, end, state = span.startTimeUnixNano, span.endTimeUnixNano, span.status
        trace, own, parent = trace_id(span.traceId), span_id(span.spanId), span_id(span.parentSpanId)
        if ids:
            trace, own, parent = (
                ids.get("trace") or trace,
                ids.get("span") or own,
                ids.get("parent") or parent,
            )
        self.assembly.add(
            trace,
            own,
            parent,
            _known(tuple(wanted)),
            start if start is not None and 0 < start <= LAST_NS else NOT_RECORDED,
            end if end is not None and 0 < end <= LAST_NS else NOT_RECORDED,
            0 if state is None else status(state.code),
            counts,
            handle,
        )

    def _salvage(self, body: memoryview, place: str) -> None:
        """Every span that can still be found in a request that is cut off or corrupt."""
        for start, end, whole in _salvage.objects_in_arrays(body, _SPANS):
            where = place or f"byte {start}"
            text = body[start:end]
            if whole:
                self._add_text(text, [], where)
            else:
                self._add_odd(text, where)


@lru_cache(maxsize=4096)
def _known(wanted: tuple[Any, ...]) -> Known:
    """Of the name and then keys and values. Remembered: many spans have the same names, models and agents."""
    pairs = zip(wanted[1::2], wanted[2::2], strict=True)
    return known({key: raw_any_value(msgspec.Raw(raw)) for key, raw in pairs}, wanted[0] or "")


def _small_value(raw: msgspec.Raw) -> Json:
    """A number, mostly: the digits inside `{"intValue":"17"}` are found faster than the text is parsed."""
    text = bytes(raw)
    if text.startswith(_INTEGER):
        digits = text[len(_INTEGER) : -2]
        if digits.isdigit() and len(digits) < 19:
            return int(digits)
    return raw_any_value(raw)


def _spans_of(envelope: Any) -> Iterator[tuple[list[Any], Any]]:
    """Each span with the path that leads to it. The path is one list that changes as the walk goes on."""
    path: list[Any] = []
    for number, request in enumerate(envelope if isinstance(envelope, list) else [envelope]):
        prefix = [number] if isinstance(envelope, list) else []
        for at, span in enumerate(request.data or ()):
            path[:] = [*prefix, "data", at]
            yield path, span
        for key in ("resourceSpans", "batches"):
            for at, resource in enumerate(getattr(request, key) or ()):
                yield from _spans_of_resource(resource, path, [*prefix, key, at])


def _spans_of_resource(resource: Any, path: list[Any], prefix: list[Any]) -> Iterator[tuple[list[Any], Any]]:
    for key in ("scopeSpans", "instrumentationLibrarySpans"):
        for at, scope in enumerate(getattr(resource, key) or ()):
            path[:] = [*prefix, key, at, "spans", 0]
            for number, span in enumerate(scope.spans or ()):
                path[-1] = number
                yield path, span


def _pointer(path: list[Any]) -> str:
    return "".join(f"/{token}" for token in path)


def _span_of(handle: Any) -> Span:
    """The span behind a row's handle: its text, its decoded fields, or its document."""
    if isinstance(handle, dict):
        return _span_fields.span(handle)
    if isinstance(handle, msgspec.Struct):
        return _span_fields.span(_document(handle))
    try:
        document = _salvage.loads(memoryview(handle))
    except ValueError:
        document = _salvage.repaired(memoryview(handle))
    return _span_fields.span(document if isinstance(document, dict) else {})


def _document(span: Any) -> dict[str, Json]:
    """A span as its format wrote it, out of decoded fields."""
    document: dict[str, Json] = {}
    for field in msgspec.structs.fields(span):
        value = getattr(span, field.name)
        if isinstance(value, msgspec.Raw):
            value = _salvage.loads(memoryview(value)) if memoryview(value) else None
        elif field.name == "attributes":
            pairs = value or ()
            value = [{"key": pair.key, "value": _salvage.loads(memoryview(pair.value))} for pair in pairs]
        elif isinstance(value, int):  # times, which OTLP writes as text
            value = str(value)
        elif isinstance(value, _Status):
            value = {key: item for key, item in msgspec.structs.asdict(value).items() if item is not None}
        if value is not None:
            document[field.encode_name] = value
    return document
