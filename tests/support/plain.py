"""OTLP files parsed whole and span by span: what the fast reader has to come to as well."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Any

import orjson

from replaydbg.core.message import Json
from replaydbg.core.trace import Source, Trace
from replaydbg.readers import _span_fields
from replaydbg.readers._assembly import Assembly


def traces(content: bytes, format_name: str = "otlp", *, as_written: bool = False) -> tuple[Trace, ...]:
    """The traces of a document, or of JSON Lines, in which nothing is damaged."""
    assembly = Assembly(Source("trace", format_name), _span_fields.span, as_written=as_written)
    try:
        requests = [orjson.loads(content)]
    except orjson.JSONDecodeError:
        requests = [orjson.loads(line) for line in content.splitlines() if line.strip()]
    for document in _spans(requests):
        assert _span_fields.add_document(assembly, document, document)
    return assembly.reading().traces


def _spans(value: Json) -> Iterator[dict[str, Json]]:
    if isinstance(value, list):
        for item in value:
            yield from _spans(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in {"spans", "data"}:
                yield from inner
            elif key in {"resourceSpans", "batches", "scopeSpans", "instrumentationLibrarySpans"}:
                yield from _spans(inner)


def rows(trace: Trace) -> list[tuple[Any, ...]]:
    """Everything that the columns say, step by step, and the step as it was written."""
    return [
        (
            trace.ids[row], trace.parents[row], trace.depths[row], trace.kind(row), trace.name(row),
            trace.agent(row), trace.model(row), trace.starts_ns[row], trace.ends_ns[row], trace.status(row),
            trace.input_tokens[row], trace.output_tokens[row],
            None if isnan(trace.costs[row]) else trace.costs[row], trace.body(row).raw,
        )
        for row in range(len(trace))
    ]  # fmt: skip


def assert_equal(found: tuple[Trace, ...], expected: tuple[Trace, ...]) -> None:
    assert [trace.id for trace in found] == [trace.id for trace in expected]
    for one, other in zip(found, expected, strict=True):
        assert rows(one) == rows(other)
