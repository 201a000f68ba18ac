"""OTLP JSON in all its envelopes: object, array of requests, JSON Lines, either case of keys, damaged or whole.

Structure first: of each span the ids, the times and a dozen attributes are decoded, some hundred spans at a time. A
row's handle says where its span stands in the buffer; bodies are decoded from there.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from itertools import repeat
from typing import Any

from replaydbg.core.finding import Notice
from replaydbg.core.trace import Source
from replaydbg.readers import _containers, _salvage, _span_fields
from replaydbg.readers._api import Document, NotThisFormat, Reading, on_the_way
from replaydbg.readers._assembly import Assembly
from replaydbg.readers._log_events import LogEvents
from replaydbg.readers._otlp_rows import Rows
from replaydbg.readers._otlp_shapes import CAMEL, SNAKE, Chunk, Spans, as_array, spans_of
from replaydbg.readers._prompts import Prompts
from replaydbg.readers._salvage import UNREADABLE

_FIRST_ROWS_BYTES = 128 << 10
"""After so much the first rows are handed out, and again whenever four times as much has been read, up to half of the file:

what comes soon after is laid out on the screen in vain, and takes its time from the reading.
"""

_WINDOW_BYTES = 64 << 10
"""Spans are decoded so many at a time: what stays in the processor's cache is decoded twice as fast."""

_CUTS_MAX = 4
"""Places tried to cut a window at: links between spans may begin as spans do."""

_REQUEST_BYTES_MAX = 128 << 10
"""Larger requests are cut into windows."""

_FIRST_LINE_BYTES_MAX = 1 << 20
_SAMPLE_BYTES = 64 << 10
_BOM = b"\xef\xbb\xbf"
_SPANS = re.compile(rb'"(?:spans|data)"\s*:\s*\[')
_FIRST_SPAN = re.compile(rb'\s*\{\s*"\w+"\s*:')
_ENDING = re.compile(rb"\}\s*(?=(?:\]\s*\}\s*){3}\]?\s*\Z)")
_ENDING_BYTES = 256
_AFTER_ARRAY = re.compile(r"trailing characters \(byte (\d+)\)")
_TRUNCATED = "Input data was truncated"
"""How msgspec says where an array ended, and that it did not. If it said it otherwise, large documents would open more slowly."""

_SNAKE_KEY = re.compile(rb'"(?:span_id|resource_spans|resource_logs)"\s*:')


def read(
    document: Document, format_name: str, *, partial: bool, as_written: bool = False
) -> Iterator[Reading]:
    """Readings of an OTLP document; for `as_written` see `Assembly`. Raises NotThisFormat where it has no spans."""
    reader = _Reader(document, format_name, as_written=as_written)
    yield from reader.readings(partial=partial)


class Lines:
    """OTLP JSON Lines that are still being written: the lines so far are not read again."""

    def __init__(self, document: Document, format_name: str) -> None:
        self._reader = _Reader(document, format_name, as_written=False)
        self._lines = 0

    def add(self, lines: memoryview) -> None:
        self._reader.add(lines, self._lines + 1)
        self._lines += bytes(lines).count(b"\n")

    def reading(self) -> Reading:
        return self._reader.so_far()


class _Reader:
    def __init__(self, document: Document, format_name: str, *, as_written: bool) -> None:
        self.buffer = document.buffer
        self.shape = SNAKE if _SNAKE_KEY.search(document.head) else CAMEL
        self.assembly = Assembly(Source(document.name, format_name), Spans(self.shape), as_written=as_written)
        self.rows = Rows(self.assembly)
        self.prompts = Prompts()
        self.logs = LogEvents()
        self.beside = document.beside

    def readings(self, *, partial: bool) -> Iterator[Reading]:
        size, due = len(self.buffer), _FIRST_ROWS_BYTES
        lines = _containers.has_lines(self.buffer, _FIRST_LINE_BYTES_MAX)
        for read in self._lines() if lines else self._document():
            if not partial or read >= size:
                continue
            if due <= read <= size // 2:
                self.rows.flush()
                if len(self.assembly):
                    yield self.assembly.reading(read / size, complete=False)
                    due = 4 * read
            yield on_the_way(read, size)
        self.rows.flush()
        for name, file in self.beside.items():
            self.logs.add_text(file.buffer, name)
        self.logs.join(self.assembly)
        if not len(self.assembly) and not _SPANS.search(self.buffer):
            raise NotThisFormat("there is neither an array of spans nor a GenAI event in the document")
        yield self.assembly.reading()

    def _lines(self) -> Iterator[int]:
        """Reads line by line, and tells how many bytes were read."""
        read = 0
        for record in _containers.records(self.buffer, self.assembly.notices):
            for more in self._request(record.raw, record.place):
                yield read + more
            read += len(record.raw) + 1
            yield read

    def _document(self) -> Iterator[int]:
        if not (yield from self._whole(self.buffer, "")):
            if _containers.has_lines(self.buffer):
                yield from self._lines()
                return
            self._salvage(self.buffer, "")

    def _request(self, raw: memoryview, place: str) -> Iterator[int]:
        if (yield from self._whole(raw, place)):
            return
        before = self._count
        self._salvage(raw, place)
        if self._count == before:
            self.assembly.notices.append(Notice(place, "damaged, and no span can be found in it"))

    @property
    def _count(self) -> int:
        self.rows.flush()
        return len(self.assembly)

    def add(self, lines: memoryview, number: int) -> None:
        """Whole lines of a file, the first of them with this number."""
        for record in _containers.lines(lines, self.assembly.notices, number):
            for _ in self._request(record.raw, record.place):
                pass

    def so_far(self) -> Reading:
        """What there is of a file that is still being written. Log records wait for their spans, which come when they end."""
        self.rows.flush()
        self.logs.join(self.assembly, final=False)
        return self.assembly.reading()

    def _whole(self, raw: memoryview, place: str) -> Generator[int, None, bool]:
        """The spans of one request, or of an array of them. False, and none is added, where that is damaged."""
        body = raw[len(_BOM) :] if bytes(raw[: len(_BOM)]) == _BOM else raw
        if len(body) > _REQUEST_BYTES_MAX:
            if (yield from self._in_windows(body, place)):
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
        spans = [span for _, span in spans_of(envelope)]
        self._add(spans, Chunk(self.shape, body, bare=False))
        self._add_logs(envelope, where)
        return True

    def _in_windows(self, body: memoryview, where: str) -> Generator[int, None, bool]:
        """The spans of a large request, window by window. False, and none is added, if they are not found so."""
        opening = _SPANS.search(body, 0, _SAMPLE_BYTES)
        first = _FIRST_SPAN.match(body, opening.end()) if opening else None
        if opening is None or first is None:
            return False
        self.logs.add_text(body[: opening.start()], where)
        boundary = _boundary(body, first)
        at = opening.end()
        while at < len(body):
            spans, end, goes_on, gaps = self._window(body, at, boundary)
            if spans is None:  # damage: the spans around it are looked for one by one
                at = self._one_by_one(body, at, end, where)
            else:
                self._add(spans, Chunk(self.shape, body[at:end], bare=True, gaps=gaps))
                at = end + 1 if goes_on else self._next_array(body, end, where)
            yield at
        return True

    def _next_array(self, body: memoryview, at: int, where: str) -> int:
        """Where the first span of the next array begins."""
        opening = _SPANS.search(body, at)
        self.logs.add_text(body[at : opening.start() if opening else len(body)], where)
        return opening.end() if opening else len(body)

    def _window(
        self, body: memoryview, at: int, boundary: bytes
    ) -> tuple[list[Any] | None, int, bool, Sequence[tuple[int, int]]]:
        """Whole spans from `at` on, where they end, whether their array goes on there, and what was left out of them.

        None for spans if damaged.
        """
        room = _WINDOW_BYTES
        while True:
            window = self.prompts.window(body, at, room)
            text, truncated = window.text, True
            is_last = window.end == len(body)
            cut = first_cut = _end_of_spans(text) if is_last else text.rfind(boundary)
            for _ in range(_CUTS_MAX):
                if cut <= 0:
                    break
                try:
                    spans, used = self._decoded(memoryview(text)[:cut])
                except UNREADABLE as error:
                    truncated = truncated and str(error) == _TRUNCATED
                    cut = text.rfind(boundary, 0, cut)
                else:
                    end = window.place(used)
                    return spans, end, text[used : used + 1] == b",", window.gaps(at, end)
            if is_last or not truncated:
                return None, window.place(max(first_cut, 0)) + 1, False, ()
            room *= 8  # not one span was whole

    def _decoded(self, text: memoryview) -> tuple[list[Any], int]:
        """Spans with commas between them, and how much text they take: less than all where their array ends before."""
        try:
            return self.shape.spans.decode(as_array(text)), len(text)
        except UNREADABLE as error:
            ended = _AFTER_ARRAY.search(str(error))
            if ended is None:
                raise
        used = bytes(text).rfind(b"]", 0, int(ended[1]) - 2)  # counted from 1, and from our bracket
        return self.shape.spans.decode(as_array(text[:used])), used

    def _add(self, spans: list[Any], chunk: Chunk) -> None:
        if len(spans) == 1 and chunk.bare and not chunk.gaps:
            self.rows.add(spans, [chunk.text])
        else:
            self.rows.add(spans, zip(repeat(chunk), range(len(spans))))

    def _one_by_one(self, body: memoryview, at: int, until: int, where: str) -> int:
        """The spans from the one at `at` on. Returns where the first begins that lies at `until` or behind it."""
        for start, end, whole in _salvage.objects_in_arrays(body, _SPANS, at):
            if start >= until:
                return start
            self._add_found(body[start:end], where or f"byte {start}", whole=whole)
        return len(body)

    def _add_text(self, text: Any, pointer: list[Any], place: str) -> None:
        try:
            span = self.shape.span.decode(text)
        except UNREADABLE:
            self._add_odd(memoryview(text), place or _pointer(pointer))
        else:
            self.rows.add([span], [text])

    def _add_odd(self, text: memoryview, place: str) -> None:
        """A span that is no JSON as msgspec knows it (NaN), or whose fields are not of their kind."""
        self.rows.flush()  # it stands behind them
        try:
            document, whole = _salvage.loads(text), True
        except ValueError:
            document, whole = _salvage.repaired(text), False
        if not isinstance(document, dict) or not _span_fields.add_document(
            self.assembly, document, document, damaged=None if whole else place
        ):
            self.assembly.add_damaged(place, "a span that could not be read")

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


def _end_of_spans(text: bytes) -> int:
    """Where the array of spans ends at the end of a request, if that ends as most do: it is decoded once then."""
    ending = _ENDING.search(text, max(0, len(text) - _ENDING_BYTES))
    return ending.end() if ending else len(text)


def _boundary(body: memoryview, first: re.Match[bytes]) -> bytes:
    """How a span begins behind another one, white space and all: some writers put only those on lines of their own."""
    begins = bytes(first[0])
    second = re.compile(rb",\s*" + re.escape(begins.lstrip()))
    found = second.search(body, first.end(), first.end() + _FIRST_LINE_BYTES_MAX)
    return bytes(found[0]) if found else b"," + begins


def _pointer(path: list[Any]) -> str:
    return "".join(f"/{token}" for token in path)
