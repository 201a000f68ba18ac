"""What lies around the rows of a store: pages of an API, results of a query, lines of a log that are JSON themselves.

Rows stay text where they are text in the file; those that must be put together of columns are documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, TypeAlias

import msgspec

from replaydbg.core.message import Json
from replaydbg.readers import _cloud_spans, _containers, _salvage, _sentry_spans
from replaydbg.readers._records import document_of
from replaydbg.wire import loose

Piece: TypeAlias = "msgspec.Raw | dict[str, Json]"
"""A row: as it stands in the file, or put together."""

_LOOKED_AT_MAX = 8
"""So many rows of the head are looked at: the first may be of something else."""
_LEVELS_MAX = 8
"""Levels of pages; as many again in a value that had to be written anew."""
_INNER = (
    "data",
    "hits",
    "_source",
    "spans",
    "rows",
    "results",
    "result",
    "trace",
    "traces",
    "events",
    "items",
    "logs",
    "content",
    "calls",
    "Traces",
    "Segments",
    "actor",
    "account",
    "nrql",
)
"""Where pages keep what they are of."""
_COMPOSED = (
    "columns",
    "tables",
    "contexts",
    "@message",
    "message",
    "Document",
    "testCases",
    "baseSpans",
    "subsegments",
    "spanCount",
)
"""What rows must be put together of, or read out of text."""
_IDS = (
    "traceID", "traceId", "trace_id", "TraceId", "trace.trace_id", "trace.id", "operation_Id", "OperationId", "@timestamp",
)  # fmt: skip
"""What says that an object is a row, and no page; but Jaeger's traces and those of others have their id beside their spans."""

_NAMES_TRACE = re.compile(rb'"trace_?[iI][dD]"\s*:')
_FIELD_OF_QUERY = re.compile(rb'\[\s*\{\s*"field"\s*:')
"""How a row begins in what CloudWatch's queries give."""

_Page: Any = msgspec.defstruct(
    "Page",
    [
        (f"f{number}", msgspec.Raw, msgspec.field(default=msgspec.Raw(), name=key))
        for number, key in enumerate((*_INNER, *_COMPOSED, *_IDS))
    ],
    gc=False,
)
_PAGE = msgspec.json.Decoder(_Page)
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_FIELD = {key: f"f{number}" for number, key in enumerate((*_INNER, *_COMPOSED, *_IDS))}


@lru_cache(maxsize=2)
def first_rows(head: bytes) -> tuple[dict[str, Json], ...]:
    """The first rows of a file as far as its head shows them, as documents. Cached: two formats ask for them."""
    first = _containers.first_record(head)
    if not isinstance(first, (dict, list)):
        return ()
    pieces = rows(memoryview(msgspec.json.encode(first)), "")
    return tuple(document(piece) for piece, _ in islice(pieces, _LOOKED_AT_MAX))


def document(piece: Piece) -> dict[str, Json]:
    return piece if isinstance(piece, dict) else document_of(piece)


def rows(text: memoryview, place: str, level: int = 0) -> Iterator[tuple[Piece, str]]:
    """Every row in a value, with its place. A value that is damaged, or holds none, is handed out as it is."""
    opening = bytes(text[:1])
    try:
        if opening == b"[" and _FIELD_OF_QUERY.match(text):
            yield from _of_fields(text, place, level)
            return
        if opening == b"[":
            for number, item in enumerate(_ITEMS.decode(text)):
                yield from _inside(item, f"{place}/{number}", level)
            return
        page = _PAGE.decode(text)
    except _salvage.UNREADABLE:
        anew = _anew(text) if level <= _LEVELS_MAX else None
        if anew is None:
            yield msgspec.Raw(text), place
        else:
            yield from rows(anew, place, _LEVELS_MAX + 1)
        return
    is_row = any(_is_told(page, key) for key in _IDS) and not _is_told(page, "subsegments")
    if is_row and not _opens(page, "spans", b"["):
        yield msgspec.Raw(text), place
        return
    for key in _COMPOSED:
        if _is_told(page, key):
            found = list(_composed(key, document_of(text), place, level))
            if found:
                yield from found
                return
    inner = [key for key in _INNER if _opens(page, key, b"[{")]
    if not inner:
        yield msgspec.Raw(text), place
    for key in inner:
        below = _inside(getattr(page, _FIELD[key]), f"{place}/{key}", level)
        yield from _named(below, page) if key == "spans" else below


def _anew(text: memoryview) -> memoryview | None:
    """What is JSON only nearly (NaN, halves of characters) as JSON; None where nothing helps."""
    try:
        return memoryview(msgspec.json.encode(_salvage.loads(text)))
    except (ValueError, OverflowError, TypeError, RecursionError):
        return None


def _inside(raw: msgspec.Raw, place: str, level: int) -> Iterator[tuple[Piece, str]]:
    text = memoryview(raw)
    if bytes(text[:1]) in {b"{", b"["} and level not in (_LEVELS_MAX, 2 * _LEVELS_MAX):
        yield from rows(text, place, level + 1)
    else:
        yield raw, place


def _named(found: Iterator[tuple[Piece, str]], page: Any) -> Iterator[tuple[Piece, str]]:
    """Spans with the trace that they are listed below, where they do not name it themselves."""
    texts = [memoryview(getattr(page, _FIELD[key])) for key in ("trace_id", "traceId")]
    trace = next((_salvage.value(text) for text in texts if len(text)), None)
    for piece, place in found:
        if trace is None or isinstance(piece, dict) or _NAMES_TRACE.search(bytes(piece)):
            yield piece, place
        else:
            yield {"trace_id": trace, **document_of(piece)}, place


def _is_told(page: Any, key: str) -> bool:
    return len(memoryview(getattr(page, _FIELD[key]))) > 0


def _opens(page: Any, key: str, brackets: bytes) -> bool:
    return bytes(memoryview(getattr(page, _FIELD[key]))[:1]) in {bytes([each]) for each in brackets}


def _composed(key: str, value: dict[str, Json], place: str, level: int) -> Iterator[tuple[Piece, str]]:
    """Rows that do not stand in the file as such; none where the key means something else here."""
    if key == "contexts":
        if _sentry_spans.is_event(value):
            yield from ((span, f"{place}/spans") for span in _sentry_spans.spans_of(value))
    elif key == "subsegments":
        yield from ((row, place) for row in _cloud_spans.segments(value))
    elif key == "spanCount":
        if _sentry_spans.is_tree(value):
            yield from ((span, f"{place}/spans") for span in _sentry_spans.spans_of_tree(value))
    elif key == "columns":
        yield from _of_columns(value, place)
    elif key == "testCases":
        for number, case in enumerate(loose.sequence(value[key])):
            yield from _of_kinds(
                loose.mapping(loose.mapping(case).get("trace")), f"{place}/testCases/{number}/trace"
            )
    elif key == "baseSpans":
        yield from _of_kinds(value, place)
    elif key == "tables":
        for number, table in enumerate(loose.sequence(value["tables"])):
            yield from _of_columns(loose.mapping(table), f"{place}/tables/{number}")
    else:
        message = value[key]
        if isinstance(message, dict) and key == "Document":  # as the page of X-Ray shows it
            yield from ((row, f"{place}/{key}") for row in _cloud_spans.segments(message))
        if (
            isinstance(message, str)
            and message.lstrip()[:1] == "{"
            and level not in (_LEVELS_MAX, 2 * _LEVELS_MAX)
        ):
            yield from rows(
                memoryview(message.encode("utf-8", "replace")).toreadonly(), f"{place}/{key}", level + 1
            )


_KINDS = ("agentSpans", "baseSpans", "llmSpans", "retrieverSpans", "toolSpans")


def _of_kinds(trace: Mapping[str, Json], place: str) -> Iterator[tuple[Piece, str]]:
    """DeepEval keeps the spans of a trace by their kinds."""
    for kind in _KINDS:
        for number, span in enumerate(loose.sequence(trace.get(kind))):
            yield {**loose.mapping(span), "traceUuid": trace.get("uuid")}, f"{place}/{kind}/{number}"


def _of_fields(text: memoryview, place: str, level: int) -> Iterator[tuple[Piece, str]]:
    fields = [loose.mapping(field) for field in loose.sequence(_salvage.value(text))]
    row = {loose.text(field.get("field")): field.get("value") for field in fields}
    inner = list(_composed("@message", row, place, level)) if "@message" in row else []
    yield from inner or [(row, place)]


def _of_columns(table: Mapping[str, Json], place: str) -> Iterator[tuple[Piece, str]]:
    """Rows of a query's result: lists beside the names of their columns, or columns with all their values."""
    columns = [loose.mapping(column) for column in loose.sequence(table.get("columns"))]
    names = [loose.text(column.get("name", column.get("ColumnName"))) for column in columns]
    lines = loose.sequence(table.get("rows", table.get("values")))
    if columns and not lines and all(isinstance(column.get("values"), list) for column in columns):
        lines = [list(line) for line in zip(*(column["values"] for column in columns), strict=False)]
    for number, line in enumerate(lines):
        if isinstance(line, list):
            yield dict(zip(names, line, strict=False)), f"{place}/rows/{number}"
        elif isinstance(line, dict):
            yield line, f"{place}/rows/{number}"
