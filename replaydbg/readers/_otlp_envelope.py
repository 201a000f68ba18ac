"""OTLP JSON in all its envelopes: object, array of requests, JSON Lines, either case of keys, damaged or whole.

Structure first: of each span the ids, the times and a dozen attributes are decoded; the row's handle is its text in
the buffer, and bodies are decoded from there. A document of few large spans (whole histories in each) is walked
once and keeps its attributes as views; one of many small spans is walked twice, and keeps one view for each span.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

import msgspec

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json
from replaydbg.core.trace import Source
from replaydbg.readers import _containers, _dialects, _salvage, _span_fields
from replaydbg.readers._api import Document, NotThisFormat, Reading
from replaydbg.readers._assembly import Assembly, Known, known
from replaydbg.readers._attributes import raw_any_value
from replaydbg.readers._dialect_native import PARENT_ID, STEP_ID, TRACE_ID
from replaydbg.readers._log_events import LogEvents
from replaydbg.readers._otlp_shapes import CAMEL, SNAKE, Chunk, span_of, spans_of
from replaydbg.readers._salvage import UNREADABLE
from replaydbg.readers._span_fields import LAST_NS, span_id, status, trace_id

FIRST_WINDOW_BYTES = 256 << 10
"""Of a large document so much is read for the first rows, before the whole is walked."""

_LARGE_SPAN_BYTES = 8 << 10
"""Spans larger than this on average are walked once; see the module."""

_CHUNK_BYTES = 64 << 10
"""Small spans are decoded so many at a time; to find one of them again takes a tenth of a millisecond."""

_REQUEST_BYTES_MAX = 1 << 20
"""Larger requests are cut into chunks."""

_SAMPLE_BYTES = 64 << 10
_BOM = b"\xef\xbb\xbf"
_SPANS = re.compile(rb'"(?:spans|data)"\s*:\s*\[')
_AFTER_ARRAY = re.compile(r"trailing characters \(byte (\d+)\)")
"""How msgspec says where an array ended. If it said it otherwise, large documents would open more slowly."""

_TIGHT_OBJECT = re.compile(rb'\{"\w+":')
_SNAKE_KEY = re.compile(rb'"(?:span_id|resource_spans|resource_logs)"\s*:')
_INTEGER = b'{"intValue":"'
_ROLES = {
    **dict.fromkeys(_dialects.WANTED, "wanted"),
    **dict.fromkeys(_dialects.COUNTED, "counted"),
    STEP_ID: "span",
    PARENT_ID: "parent",
    TRACE_ID: "trace",
}
"""What the columns want an attribute for. Most attributes are not here: one look-up passes over them."""


def read(
    document: Document, format_name: str, *, partial: bool, as_written: bool = False
) -> Iterator[Reading]:
    """Readings of an OTLP document; for `as_written` see `Assembly`. Raises NotThisFormat where it has no spans."""
    reader = _Reader(document, format_name, as_written=as_written)
    if _containers.has_lines(document.buffer, _REQUEST_BYTES_MAX):
        yield from reader.lines(partial=partial)
    else:
        yield from reader.document(partial=partial)


class _Reader:
    def __init__(self, document: Document, format_name: str, *, as_written: bool) -> None:
        self.source = Source(document.name, format_name)
        self.as_written = as_written
        self.buffer = document.buffer
        self.shape = SNAKE if _SNAKE_KEY.search(document.head) else CAMEL
        self.assembly = self._assembly()
        self.logs = LogEvents()

    def _assembly(self) -> Assembly:
        return Assembly(self.source, span_of, as_written=self.as_written)

    def lines(self, *, partial: bool) -> Iterator[Reading]:
        read, due = 0, FIRST_WINDOW_BYTES
        for record in _containers.records(self.buffer, self.assembly.notices):
            self._request(record.raw, record.place)
            read += len(record.raw) + 1
            if partial and due <= read < len(self.buffer):
                yield self.assembly.reading(read / len(self.buffer), complete=False)
                due = 2 * read
        yield self._complete()

    def _complete(self) -> Reading:
        self.logs.join(self.assembly)
        if not len(self.assembly) and not _SPANS.search(self.buffer):
            raise NotThisFormat("there is neither an array of spans nor a GenAI event in the document")
        return self.assembly.reading()

    def document(self, *, partial: bool) -> Iterator[Reading]:
        size = len(self.buffer)
        if partial and size > 2 * FIRST_WINDOW_BYTES:
            self._salvage(self.buffer[:FIRST_WINDOW_BYTES], "")
            self.assembly.notices.clear()  # the window ends in the middle of something
            if len(self.assembly):
                yield self.assembly.reading(FIRST_WINDOW_BYTES / size, complete=False)
            self.assembly, self.logs = self._assembly(), LogEvents()
        if not self._whole(self.buffer, ""):
            if _containers.has_lines(self.buffer):
                yield from self.lines(partial=partial)
                return
            self._salvage(self.buffer, "")
        yield self._complete()

    def _request(self, raw: memoryview, place: str) -> None:
        if not self._whole(raw, place):
            self._salvage(raw, place)

    def _whole(self, raw: memoryview, place: str) -> bool:
        """The spans of one request, or of an array of them. False, and none is added, where that is damaged."""
        body = raw[len(_BOM) :] if bytes(raw[: len(_BOM)]) == _BOM else raw
        if self._has_large_spans:
            try:
                envelope = self.shape.whole.decode(body)
            except UNREADABLE:
                pass
            else:
                for _, span in spans_of(envelope):
                    self._add(span, span)
                self._add_logs(envelope, place)
                return True
        elif len(body) > _REQUEST_BYTES_MAX:
            if self._in_chunks(body, place):
                return True
        elif self._at_once(body, place):
            return True
        try:
            envelope = self.shape.views.decode(body)
        except UNREADABLE:
            return False
        for pointer, text in spans_of(envelope):
            self._add_text(text, pointer, place)
        self._add_logs(envelope, place)
        return True

    def _add_logs(self, envelope: Any, place: str) -> None:
        for request in envelope if isinstance(envelope, list) else (envelope,):
            if memoryview(request.resourceLogs):
                self.logs.add_text(memoryview(request.resourceLogs), place)

    def _at_once(self, body: memoryview, where: str) -> bool:
        try:
            envelope = self.shape.seen.decode(body)
        except UNREADABLE:
            return False
        chunk = Chunk(self.shape, body, bare=False)
        for place, (_, span) in enumerate(spans_of(envelope)):
            self._add(span, (chunk, place))
        self._add_logs(envelope, where)
        return True

    def _in_chunks(self, body: memoryview, where: str) -> bool:
        """The spans of a large request, some hundred at a time. False, and none is added, if it is not written tightly.

        A chunk that does not decode is damaged, or one span is larger: then spans are looked for one by one.
        """
        opening = _SPANS.search(body, 0, _SAMPLE_BYTES)
        first = _TIGHT_OBJECT.match(body, opening.end()) if opening else None
        if opening is None or first is None:
            return False
        self.logs.add_text(body[: opening.start()], where)
        boundary = b"," + bytes(first[0])
        at = opening.end()
        while at < len(body):
            text = bytes(body[at : at + _CHUNK_BYTES])
            cut = text.rfind(boundary) if at + len(text) < len(body) else len(text)
            spans, used = self._decoded(text[: max(cut, 0)])
            if spans is None:
                at = self._one_by_one(body, at, at + (cut + 1 if cut > 0 else _CHUNK_BYTES), where)
                continue
            chunk = Chunk(self.shape, body[at : at + used], bare=True)
            for place, span in enumerate(spans):
                self._add(span, (chunk, place))
            if used == cut < len(text):
                at += cut + 1
            else:  # the array ended within the chunk
                following = _SPANS.search(body, at + used)
                self.logs.add_text(body[at + used : following.start() if following else len(body)], where)
                at = following.end() if following else len(body)
        return True

    def _decoded(self, text: bytes) -> tuple[list[Any] | None, int]:
        """Spans with commas between them, and how much text they take: less than all where their array ends before."""
        try:
            return (self.shape.spans.decode(b"[%b]" % text), len(text)) if text else (None, 0)
        except UNREADABLE as error:
            ended = _AFTER_ARRAY.search(str(error))
        if ended is None:
            return None, 0
        used = text.rfind(b"]", 0, int(ended[1]) - 2)  # counted from 1, and from our bracket
        try:
            return self.shape.spans.decode(b"[%b]" % text[:used]), used
        except UNREADABLE:
            return None, 0

    def _one_by_one(self, body: memoryview, at: int, until: int, where: str) -> int:
        """The spans from the one at `at` on. Returns where the first begins that lies at `until` or behind it."""
        for start, end, whole in _salvage.objects_in_arrays(body, _SPANS, at):
            if start >= until:
                return start
            self._add_found(body[start:end], where or f"byte {start}", whole=whole)
        return len(body)

    @cached_property
    def _has_large_spans(self) -> bool:
        """Judged by samples from the beginning, the middle and the end: histories grow."""
        step = max(_SAMPLE_BYTES, len(self.buffer) // 3)
        samples = [bytes(self.buffer[at : at + _SAMPLE_BYTES]) for at in range(0, len(self.buffer), step)]
        mark = b'"span_id"' if self.shape is SNAKE else b'"spanId"'
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
            role = _ROLES.get(pair.key)
            if role is None:
                continue
            if role == "wanted":
                wanted += pair.key, bytes(pair.value)
            elif role == "counted":
                if counts is None:
                    counts = {}
                counts[pair.key] = _small_value(pair.value)
            else:
                ids = ids or {}
                ids[role] = raw_any_value(pair.value)
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
            self._add_found(body[start:end], place or f"byte {start}", whole=whole)
        self.logs.add_text(body, place)

    def _add_found(self, text: memoryview, place: str, *, whole: bool) -> None:
        if whole:
            self._add_text(text, [], place)
        else:
            self._add_odd(text, place)


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


def _pointer(path: list[Any]) -> str:
    return "".join(f"/{token}" for token in path)
