"""Langfuse traces: what the UI downloads, what the public API gives, and the lines of a bulk export.

Shapes: `{trace, observations}` (there `trace.observations` repeats the same without input and output, and is passed
over), the trace with its `observations` inside, with or without `{trace: ...}` around it, observations one by one
(`{data: [...]}`, JSON Lines, keys in either case), and lists of traces (`{data: [...]}`, a session's `{traces: [...]}`),
where mostly only the ids of observations are told. Input, output and metadata are JSON, JSON as text, or that once more.

Get one: open the trace in Langfuse and choose *Download JSON* (large traces come without their contents), or
`curl -u $PUBLIC_KEY:$SECRET_KEY
"https://cloud.langfuse.com/api/public/v2/observations?traceId=TRACE_ID&fields=core,basic,io,metadata,model,usage&expandMetadata=attributes&limit=1000"`;
before version 4 `/api/public/traces/TRACE_ID`
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from math import nan
from typing import Any

import msgspec

from replaydbg.core.columns import KIND_NUMBER, STATUS_NUMBER
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.step import Kind, Status
from replaydbg.readers import _containers, _exports, _langfuse_observation, _moments, _salvage
from replaydbg.readers._api import Document, NotThisFormat, Reader, Reading
from replaydbg.readers._langfuse_observation import is_observation
from replaydbg.readers._records import document_of, row_id, seen_of, text_of_key
from replaydbg.wire import loose

FORMAT = "langfuse"
_ASK = (
    "/api/public/v2/observations?traceId=TRACE_ID&fields=core,basic,io,metadata,model,usage"
    "&expandMetadata=attributes"
)
_OPENING = re.compile(rb'"(?:observations|data)"\s*:\s*\[')


# ---- which files ------------------------------------------------------------------------------------------------


def _sniff(document: Document) -> float:
    first = _containers.first_record(document.head)
    first = first[0] if isinstance(first, list) and first else first
    if not isinstance(first, dict):
        return 0.0
    if is_observation(first):
        return 0.95
    pages = [loose.sequence(first.get(key)) for key in ("data", "traces")]
    several = [item for page in pages for item in page[:1]]
    for item in (first, loose.mapping(first.get("trace")), *map(loose.mapping, several)):
        if any(map(is_observation, (*loose.sequence(item.get("observations")), *several))):
            return 0.95
    if "trace" in first and "projectId" in loose.mapping(first["trace"]):
        return 0.9  # a long input hides the observations from the head
    return 0.9 if any(map(_is_trace, (first.get("trace", first), *several))) else 0.0


def _is_trace(value: Json) -> bool:
    """A row of the table of traces, and what a list of traces says of one, has none of its observations."""
    keys = loose.mapping(value).keys()
    is_named = "timestamp" in keys and not {"sessionId", "session_id"}.isdisjoint(keys)
    return is_named and not {"projectId", "bookmarked", "htmlPath"}.isdisjoint(keys)


# ---- structure --------------------------------------------------------------------------------------------------


class _Export(msgspec.Struct, gc=False):
    """One record of the file: a trace, with or without an envelope, or a page of observations."""

    trace: msgspec.Raw = msgspec.Raw()
    observations: list[msgspec.Raw] | None = None
    data: msgspec.Raw = msgspec.Raw()
    traces: msgspec.Raw = msgspec.Raw()
    timestamp: Any = None
    """Of a trace; an observation has a start."""


_EXPORT = msgspec.json.Decoder(_Export)
_PAGE = msgspec.json.Decoder(list[msgspec.Raw])


def _read(document: Document, partial: bool) -> Iterator[Reading]:
    exports = yield from _exports.read(document, partial, _Exports)
    if not len(exports.records):
        exports.add_traces()
    if not len(exports.records) and not _OPENING.search(document.buffer):
        raise NotThisFormat("there is no observation in the document")
    reading = exports.records.reading()
    yield replace(reading, notices=(*reading.notices, *exports.hollow(reading)))


class _Exports(_exports.Export):
    def __init__(self, document: Document) -> None:
        super().__init__(document, FORMAT, _langfuse_observation.observed)
        self._shape = _langfuse_observation.shape_of(document.head)
        self._bare: list[msgspec.Raw] = []
        """Traces that came without an observation."""
        self._hollow: set[str] = set()

    def add_whole(self, text: memoryview) -> bool:
        try:
            export = _EXPORT.decode(text)
        except _salvage.UNREADABLE:
            return False
        if not export.observations:
            return False
        self._add_export(export, _containers.Record(text, ""))
        return True

    def add(self, record: _containers.Record) -> None:
        try:
            export = _EXPORT.decode(record.raw)
        except _salvage.UNREADABLE:
            self.salvage(record.raw, record.place)
        else:
            self._add_export(export, record)

    def _add_export(self, export: _Export, record: _containers.Record) -> None:
        found = export.observations
        if bytes(memoryview(export.trace)[:1]) == b"{":
            found = self._merged(export, found or [])
        elif found is None:
            pages = [raw for raw in (export.data, export.traces) if bytes(memoryview(raw)[:1]) == b"["]
            for page in pages:
                self._add_page(_PAGE.decode(page), record.place)
            if not pages:
                self._add_line(record)
            return
        if all(bytes(memoryview(raw)[:1]) == b'"' for raw in found):  # only their ids
            found = []
        for place, raw in enumerate(found):
            self._add(raw, f"{record.place}/{place}")
        if found == []:
            self._bare.append(export.trace if memoryview(export.trace) else msgspec.Raw(record.raw))

    def _add_page(self, page: list[msgspec.Raw], place: str) -> None:
        """A page of observations, or of traces."""
        for at, raw in enumerate(page):
            try:
                export = _EXPORT.decode(raw)
            except _salvage.UNREADABLE:
                export = _Export()
            if export.observations is None and export.timestamp is None:
                self._add(raw, f"{place}/{at}")
            else:
                self._add_export(export, _containers.Record(memoryview(raw), f"{place}/{at}"))

    def _merged(self, export: _Export, found: list[msgspec.Raw]) -> list[msgspec.Raw]:
        """The observations beside the trace, and those that only the trace lists."""
        try:
            inside = _EXPORT.decode(export.trace).observations or []
        except _salvage.UNREADABLE:
            return found
        if len(inside) <= len(found):
            return found
        known = {_id_of(raw) for raw in found}
        return found + [raw for raw in inside if _id_of(raw) not in known]

    def _add_line(self, record: _containers.Record) -> None:
        """A line of a bulk export: an observation, a trace, or a score."""
        raw = msgspec.Raw(record.raw)
        if is_observation(document_of(raw)):
            self._add(raw, record.place)
        else:
            self._bare.append(raw)

    def add_traces(self) -> None:
        """A step for each trace of which nothing but its own input and output was exported."""
        for raw in self._bare:
            trace = document_of(raw)
            if {"timestamp", "input", "output"} & trace.keys() and trace.get("id"):
                name, id_ = loose.text(trace.get("name")) or "trace", row_id(trace.get("id"))
                start = _moments.nanoseconds(trace.get("timestamp"))
                unset = STATUS_NUMBER[Status.UNSET]
                row = (id_, "", KIND_NUMBER[Kind.OPAQUE], name, "", "", start, -1, unset, -1, -1, nan, raw)
                self.records.add(id_, row)
        if len(self.records):
            said = "there are no observations in the export; all that is known is what went into each trace and came out"
            self.records.notices.append(Notice("/observations", f"{said}; GET {_ASK} has them"))

    def add_beginning(self, window: memoryview) -> None:
        self.salvage(window, "")

    def salvage(self, raw: memoryview, place: str) -> None:
        """The observations of a record that is cut off or corrupt. Those with content come last and count."""
        found: dict[str, tuple[int, int, bool]] = {}
        for start, end, whole in _salvage.objects_in_arrays(raw, _OPENING):
            found[_id_of(raw[start:end])] = (start, end, whole)
        for start, end, whole in found.values():
            if not whole:
                self.records.notices.append(
                    Notice(place or f"byte {start}", "damaged: only the beginning of an observation was read")
                )
            self._add(msgspec.Raw(raw[start:end]), place or f"byte {start}")

    def _add(self, raw: msgspec.Raw, place: str) -> None:
        seen = seen_of(raw, self._shape)
        if not seen.id:
            self.records.notices.append(Notice(place, "an observation without an id, left out"))
            return
        if _langfuse_observation.is_hollow(seen):
            self._hollow.add(row_id(seen.id))
        self.records.add(row_id(seen.trace_id), _langfuse_observation.row_of(seen, raw))

    def hollow(self, reading: Reading) -> Iterator[Notice]:
        """A notice where model calls were exported without what was asked and answered."""
        calls = [trace.ids[row] for trace in reading.traces for row in trace.rows(Kind.MODEL_CALL)]
        count = sum(id_ in self._hollow for id_ in calls)
        if count:
            said = f"{count} of {len(calls)} model calls {'was' if count == 1 else 'were'} exported without input and output"
            ask = f"ask the public API for them: GET {_ASK} (before version 4 /api/public/traces/TRACE_ID)"
            yield Notice("/observations", f"hollow export: {said}; {ask}")


def _id_of(raw: msgspec.Raw | memoryview) -> str:
    return text_of_key(bytes(raw), b"id")


READER = Reader(
    FORMAT,
    "Langfuse traces (download, API, bulk export)",
    _sniff,
    _read,
    marks=("observations", "traceId", "parentObservationId"),
    needs=(*_langfuse_observation.NEEDS, b'"projectId"', b'"bookmarked"', b'"htmlPath"'),
)
