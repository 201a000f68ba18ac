"""Spans as AWS X-Ray and Google Cloud Trace give them back.

X-Ray has segments, which hold subsegments in subsegments; what its API answers has each segment as JSON in text. Attributes are
`metadata`, or `annotations` where they are indexed, without dots.
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html

Cloud Trace has the trace's id around its spans, ids of spans as decimal numbers, and attributes as labels of text.
https://cloud.google.com/trace/docs/reference/v1/rest/v1/projects.traces
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json
from replaydbg.readers import _dialects, _moments
from replaydbg.wire import loose

Row: TypeAlias = dict[str, Json]
_TRACE_OF_AWS = re.compile(r"1-([0-9a-f]{8})-([0-9a-f]{24})")
_SUBSEGMENTS = "subsegments"


def is_of_aws(row: Row) -> bool:
    return {"id", "start_time", "trace_id"} <= row.keys() and _TRACE_OF_AWS.fullmatch(
        loose.text(row["trace_id"])
    ) is not None


def is_of_google(row: Row) -> bool:
    return {"trace_id", "spanId", "startTime", "endTime"} <= row.keys() and "attributes" not in row


def segments(document: Row) -> Iterator[Row]:
    """A segment, and each that lies in it, with the trace and the one that it lies in. Iterative: it may nest deeply."""
    trace = document.get("trace_id")
    waiting = [document]
    while waiting:
        row = waiting.pop()
        yield {key: value for key, value in row.items() if key != _SUBSEGMENTS}
        below = [loose.mapping(each) for each in loose.sequence(row.get(_SUBSEGMENTS))]
        waiting += [{**each, "trace_id": trace, "parent_id": row.get("id")} for each in reversed(below)]


def told_of_aws(row: Row) -> dict[str, Any]:
    """A segment under the names that spans have elsewhere."""
    attributes = _dialects.dotted(loose.mapping(row.get("annotations")))
    for inner in loose.mapping(row.get("metadata")).values():
        attributes |= loose.mapping(inner)
    failed = any(row.get(key) is True for key in ("fault", "error", "throttle"))
    causes = loose.sequence(loose.mapping(row.get("cause")).get("exceptions"))
    words = (loose.text(loose.mapping(cause).get("message")) for cause in causes)
    return {
        "traceId": _TRACE_OF_AWS.sub(r"\1\2", loose.text(row.get("trace_id"))),
        "spanId": row.get("id"),
        "parentSpanId": row.get("parent_id"),
        "name": row.get("name"),
        "startTimeUnixNano": _seconds(row.get("start_time")),
        "endTimeUnixNano": _seconds(row.get("end_time")),
        "attributes": attributes,
        "status": {"code": "ERROR", "message": next(words, "")} if failed else None,
    }


def _seconds(value: Json) -> int:
    """A float of them holds microseconds, and noise behind them."""
    moment = _moments.nanoseconds(value)
    return round(moment, -3) if moment != NOT_RECORDED else 0


def told_of_google(row: Row) -> dict[str, Any]:
    labels = loose.mapping(row.get("labels"))
    return {
        "traceId": row.get("trace_id"),
        "spanId": _id(row.get("spanId")),
        "parentSpanId": _id(row.get("parentSpanId")),
        "name": row.get("name"),
        "startTimeUnixNano": row.get("startTime"),
        "endTimeUnixNano": row.get("endTime"),
        "attributes": labels,
        "status": {"code": labels.get("otel.status_code"), "message": labels.get("otel.status_description")},
    }


def _id(value: Json) -> str | None:
    """A decimal number of 64 bits as 16 hexadecimal digits; any other text as it is, None for no id."""
    text = loose.text(value)
    if text.isdecimal() and text.isascii():
        number = int(text[:20])
        return f"{number:016x}" if 0 < number < 1 << 64 else None
    return text or None
