"""How stores of traces spell the fields of a span: each in its own way, one function here.

A row becomes what `_span_fields.add_document` knows: ids, Unix nanoseconds, a status, attributes by their dotted names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json
from replaydbg.readers import _cloud_spans, _dialects, _sentry_spans, _span_fields
from replaydbg.readers._attributes import number, parsed, whole
from replaydbg.wire import loose

Row: TypeAlias = dict[str, Json]


class Store(NamedTuple):
    """`is_row` tells its rows by their keys; `told` says a row in the words of spans."""

    name: str
    is_row: Callable[[Row], bool]
    told: Callable[[Row], dict[str, Any]]


def of(row: Row) -> Store | None:
    """The store that a row is of; None where it is no span that is known."""
    return next((store for store in STORES if store.is_row(row)), None)


def _span(  # noqa: PLR0917 - what a span has
    ids: tuple[Json, Json, Json],
    name: Json,
    time: tuple[int, int],
    attributes: Mapping[str, Json],
    status: Json = None,
    events: Iterable[Json] = (),
) -> dict[str, Any]:
    """Ids of the trace, the span and its parent; when it began and how long it took, in nanoseconds."""
    start, took = time
    end = start + max(took, 0) if start != NOT_RECORDED else NOT_RECORDED
    return {
        "traceId": ids[0],
        "spanId": ids[1],
        "parentSpanId": ids[2],
        "name": name if isinstance(name, str) else "",
        "startTimeUnixNano": max(start, 0),
        "endTimeUnixNano": max(end, 0),
        "attributes": {key: value for key, value in attributes.items() if value is not None},
        "status": status,
        "events": list(events),
    }


def _times(value: Json, unit: int) -> int:
    """A count of units as nanoseconds, to the nanosecond; `NOT_RECORDED` for what is no number."""
    exact = whole(value) if not isinstance(value, float) else None
    if exact is not None:
        return exact * unit
    amount = number(value)
    fits = abs(amount) <= _span_fields.LAST_NS / unit  # not so of a NaN
    return round(amount * unit) if fits else NOT_RECORDED


_NS, _US, _MS, _S = 1, 1_000, 1_000_000, 1_000_000_000


def _failed(failed: bool, message: Json = None) -> dict[str, Json]:
    return {"code": "ERROR" if failed else "UNSET", "message": message if isinstance(message, str) else ""}


def _otel_status(attributes: Mapping[str, Json]) -> dict[str, Json]:
    """What exporters to stores that know no status make of it: attributes."""
    error = attributes.get("error")
    failed = attributes.get("otel.status_code") == "ERROR" or (bool(error) and error not in ("false", "0"))
    said = attributes.get("otel.status_description") or attributes.get("error.message")
    if not said and isinstance(error, str) and error not in ("true", "1"):
        said = error
    return _failed(failed, said if failed else None)


# ---- each store -------------------------------------------------------------------------------------------------


def _jaeger(row: Row) -> dict[str, Any]:
    tags = _tags(row.get("tags"))
    for key, value in loose.mapping(row.get("tag")).items():  # in Elasticsearch, where dots would nest
        tags.setdefault(key.replace("@", "."), value)
    return _span(
        (row.get("traceID", row.get("traceId")), row.get("spanID", row.get("spanId")), _jaeger_parent(row)),
        row.get("operationName"),
        (_times(row.get("startTime"), _US), _times(row.get("duration"), _US)),
        tags,
        _otel_status(tags),
        [_jaeger_event(loose.mapping(log)) for log in loose.sequence(row.get("logs"))],
    )


def _jaeger_parent(row: Row) -> Json:
    above = [loose.mapping(each) for each in loose.sequence(row.get("references"))]
    above.sort(key=lambda each: each.get("refType") != "CHILD_OF")
    parents = [each.get("spanID", each.get("spanId")) for each in above]
    return parents[0] if parents else row.get("parentSpanID")


def _jaeger_event(log: Row) -> dict[str, Json]:
    fields = _tags(log.get("fields"))
    name = fields.pop("event", fields.get("message"))
    return {"name": name if isinstance(name, str) else "event", "attributes": fields}


def _tags(value: Json) -> dict[str, Json]:
    """Jaeger's list of `{key, type, value}`."""
    tags = [loose.mapping(tag) for tag in loose.sequence(value)]
    return {tag["key"]: tag.get("value") for tag in tags if isinstance(tag.get("key"), str)}


def _zipkin(row: Row) -> dict[str, Any]:
    tags = loose.mapping(row.get("tags"))
    return _span(
        (row.get("traceId"), row.get("id"), row.get("parentId")),
        row.get("name"),
        (_times(row.get("timestamp"), _US), _times(row.get("duration"), _US)),
        tags,
        _otel_status(tags),
        [_zipkin_event(loose.mapping(note).get("value")) for note in loose.sequence(row.get("annotations"))],
    )


def _zipkin_event(value: Json) -> dict[str, Json]:
    """An annotation is text; OpenTelemetry's exporters write `"name": {attributes}`."""
    text = value if isinstance(value, str) else ""
    name, _, rest = text.partition(":")
    name = name.strip().strip('"')
    fields = parsed(rest.strip()) if name and '"' not in name else None
    if not isinstance(fields, dict):
        return {"name": text, "attributes": {}}
    return {"name": name, "attributes": fields}


def _clickhouse(row: Row) -> dict[str, Any]:
    names, fields = loose.sequence(row.get("Events.Name")), loose.sequence(row.get("Events.Attributes"))
    events = [{"name": name, "attributes": said} for name, said in zip(names, fields, strict=False)]
    events += [
        {"name": event.get("Name"), "attributes": event.get("Attributes")}
        for event in map(loose.mapping, loose.sequence(row.get("Events")))
    ]
    attributes = loose.mapping(parsed(row.get("SpanAttributes")))
    return _span(
        (row.get("TraceId"), row.get("SpanId"), row.get("ParentSpanId")),
        row.get("SpanName"),
        (_span_fields.nanoseconds(row.get("Timestamp")), _times(row.get("Duration"), _NS)),
        attributes,
        {"code": row.get("StatusCode"), "message": row.get("StatusMessage")},
        events,
    )


_HONEYCOMB = frozenset(
    {
        "name", "duration_ms", "Timestamp", "timestamp", "trace.trace_id", "trace.span_id", "trace.parent_id",
        "status_message", "error", "samplerate", "time",
    }
)  # fmt: skip


def _honeycomb(row: Row) -> dict[str, Any]:
    row = {**row, **loose.mapping(row.get("data"))}
    time = row.get("Timestamp", row.get("timestamp", row.get("time")))
    return _span(
        (row.get("trace.trace_id"), row.get("trace.span_id"), row.get("trace.parent_id")),
        row.get("name"),
        (_span_fields.nanoseconds(time), _times(row.get("duration_ms"), _MS)),
        {key: value for key, value in row.items() if key not in _HONEYCOMB},
        _failed(bool(row.get("error")), row.get("status_message")),
    )


def _azure(row: Row) -> dict[str, Any]:
    """Application Insights, and the same under the names of Log Analytics."""
    trace, above = (
        row.get("operation_Id", row.get("OperationId")),
        row.get("operation_ParentId", row.get("ParentId")),
    )
    success = row.get("success", row.get("Success"))
    attributes = loose.mapping(parsed(row.get("customDimensions", row.get("Properties"))))
    return _span(
        (trace, row.get("id", row.get("Id")), None if above == trace else above),
        row.get("name", row.get("Name")),
        (
            _span_fields.nanoseconds(row.get("timestamp", row.get("TimeGenerated"))),
            _times(row.get("duration", row.get("DurationMs")), _MS),
        ),
        attributes,
        _failed(success in (False, "False", "false"), attributes.get("error.message")),
    )


def _logfire(row: Row) -> dict[str, Any]:
    start, end = map(_span_fields.nanoseconds, (row.get("start_timestamp"), row.get("end_timestamp")))
    attributes = loose.mapping(parsed(row.get("attributes")))
    events = [
        {"name": event.get("event_name", event.get("name")), "attributes": event.get("attributes")}
        for event in map(loose.mapping, loose.sequence(parsed(row.get("otel_events"))))
    ]
    failed = row.get("otel_status_code") == "ERROR" or row.get("is_exception") is True
    said = row.get("otel_status_message") or row.get("exception_message")
    return _span(
        (row.get("trace_id"), row.get("span_id"), row.get("parent_span_id")),
        row.get("span_name"),
        (start, end - start),
        attributes,
        _failed(failed, said),
        events,
    )


def _signoz(row: Row) -> dict[str, Any]:
    attributes: dict[str, Json] = {}
    for kind in ("attributes_number", "attributes_bool", "attributes_string"):
        attributes |= loose.mapping(row.get(kind))
    failed = row.get("has_error", row.get("hasError")) is True
    return _span(
        (_any(row, "trace_id", "traceID"), _any(row, "span_id", "spanID"), _any(row, "parent_span_id", "parentSpanID")),
        row.get("name"),
        (_span_fields.nanoseconds(row.get("timestamp")), _times(_any(row, "duration_nano", "durationNano"), _NS)),
        attributes,
        _failed(failed, _any(row, "status_message", "statusMessage")),
    )  # fmt: skip


def _elastic(row: Row) -> dict[str, Any]:
    start = _span_fields.nanoseconds(row.get("@timestamp", row.get("startTime")))
    end = _span_fields.nanoseconds(row.get("endTime"))
    took = end - start if end != NOT_RECORDED else _times(row.get("duration"), _NS)
    return _span(
        (_any(row, "trace_id", "traceId"), _any(row, "span_id", "spanId"), _any(row, "parent_span_id", "parentSpanId")),
        row.get("name"),
        (start, took),
        _flat(loose.mapping(row.get("attributes"))),
        row.get("status"),
        loose.sequence(row.get("events")),
    )  # fmt: skip


def _elastic_labels(row: Row) -> dict[str, Any]:
    """A document of Elastic APM: attributes are labels, and ids and times stand in objects."""
    span, trace, above = (loose.mapping(row.get(key)) for key in ("span", "trace", "parent"))
    span = span or loose.mapping(row.get("transaction"))
    labels = {**loose.mapping(row.get("labels")), **loose.mapping(row.get("numeric_labels"))}
    return _span(
        (trace.get("id"), span.get("id"), above.get("id")),
        span.get("name"),
        (
            _span_fields.nanoseconds(row.get("@timestamp")),
            _times(loose.mapping(span.get("duration")).get("us"), _US),
        ),
        _dialects.dotted(labels),
        _failed(loose.mapping(row.get("event")).get("outcome") == "failure"),
    )


def _flat(attributes: Mapping[str, Json]) -> dict[str, Json]:
    """Dotted names out of objects in objects. Iterative: a hostile file may nest deeply."""
    flat: dict[str, Json] = {}
    waiting = list(attributes.items())
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(f"{key}.{inner}", item) for inner, item in value.items()]
        else:
            flat[key] = value
    return flat


def _datadog(row: Row) -> dict[str, Any]:
    attributes = {**loose.mapping(row.get("meta")), **loose.mapping(row.get("metrics"))}
    parent = row.get("parent_id")
    return _span(
        (str(row.get("trace_id")), str(row.get("span_id")), str(parent) if parent else None),
        row.get("resource") or row.get("name"),
        (_times(row.get("start"), _NS), _times(row.get("duration"), _NS)),
        attributes,
        _failed(bool(row.get("error")), attributes.get("error.message") or attributes.get("error.msg")),
    )


_NEWRELIC = frozenset(
    {"timestamp", "trace.id", "guid", "id", "parent.id", "parentId", "name", "duration.ms", "duration"}
)


def _newrelic(row: Row) -> dict[str, Any]:
    took = _times(row.get("duration.ms"), _MS) if "duration.ms" in row else _times(row.get("duration"), _S)
    attributes = {key: value for key, value in row.items() if key not in _NEWRELIC}
    return _span(
        (
            _any(row, "trace.id", "traceId"),
            _any(row, "guid", "id", "span.id"),
            _any(row, "parent.id", "parentId"),
        ),
        row.get("name"),
        (_times(row.get("timestamp"), _MS), took),
        attributes,
        _otel_status(attributes),
    )


def _agentops(row: Row) -> dict[str, Any]:
    start, end = map(_span_fields.nanoseconds, (row.get("start_time"), row.get("end_time")))
    names, fields = loose.sequence(row.get("event_names")), loose.sequence(row.get("event_attributes"))
    return _span(
        (row.get("trace_id"), row.get("span_id"), row.get("parent_span_id")),
        row.get("span_name"),
        (start, end - start),
        loose.mapping(parsed(row.get("span_attributes"))),
        {"code": row.get("status_code"), "message": row.get("status_message")},
        [{"name": name, "attributes": said} for name, said in zip(names, fields, strict=False)],
    )


def _as_it_is(row: Row) -> dict[str, Any]:
    return {**row, "attributes": _flat(loose.mapping(parsed(row.get("attributes"))))}


def _any(row: Row, *keys: str) -> Json:
    return next((row[key] for key in keys if row.get(key) is not None), None)


def _has(*keys: str) -> Callable[[Row], bool]:
    needed = frozenset(keys)
    return lambda row: needed <= row.keys()


_TIMES = frozenset({"startTimeUnixNano", "start_time_unix_nano", "startTime", "start_time"})


def _is_span(row: Row) -> bool:
    """Whether it says what a span says, in words that spans have elsewhere, too."""
    is_known = ("traceId" in row and "spanId" in row) or ("trace_id" in row and "span_id" in row)
    attributes = parsed(row.get("attributes"))
    if not is_known or not isinstance(attributes, dict) or _TIMES.isdisjoint(row):
        return False
    is_of_platform = (
        "span_type" in row or "spanType" in row or "ag" in attributes
    )  # what was said is elsewhere there
    return not is_of_platform and not any(key.startswith("mlflow.") for key in attributes)


STORES = (
    Store("Jaeger", lambda row: "operationName" in row and ("spanID" in row or "spanId" in row), _jaeger),
    Store("ClickHouse", _has("SpanId", "SpanName"), _clickhouse),
    Store(
        "Honeycomb",
        lambda row: "trace.span_id" in row or "trace.span_id" in loose.mapping(row.get("data")),
        _honeycomb,
    ),
    Store(
        "Azure",
        lambda row: _has("operation_Id", "customDimensions", "id")(row) or _has("OperationId", "Properties", "Id")(row),
        _azure,
    ),
    Store("Logfire", _has("span_name", "trace_id", "span_id", "start_timestamp"), _logfire),
    Store("Sentry", _has("span_id", "trace_id", "start_timestamp"), _sentry_spans.told),
    Store("AgentOps", _has("span_id", "span_name", "span_attributes", "start_time"), _agentops),
    Store("SigNoz", lambda row: "attributes_string" in row and ("span_id" in row or "spanID" in row), _signoz),
    Store(
        "Zipkin",
        lambda row: _has("traceId", "id")(row)
        and ("localEndpoint" in row or (_has("timestamp", "duration")(row) and isinstance(row.get("tags"), dict))),
        _zipkin,
    ),
    Store("Elastic", _has("@timestamp", "trace_id", "span_id", "attributes"), _elastic),
    Store(
        "Elastic APM",
        lambda row: _has("@timestamp", "trace", "labels")(row) and ("span" in row or "transaction" in row),
        _elastic_labels,
    ),
    Store("OpenSearch", _has("traceId", "spanId", "startTime", "durationInNanos"), _elastic),
    Store("Datadog", _has("trace_id", "span_id", "resource", "start", "meta"), _datadog),
    Store("New Relic", lambda row: "trace.id" in row and ("guid" in row or "id" in row), _newrelic),
    Store("X-Ray", _cloud_spans.is_of_aws, _cloud_spans.told_of_aws),
    Store("Cloud Trace", _cloud_spans.is_of_google, _cloud_spans.told_of_google),
    Store("spans", _is_span, _as_it_is),
)  # fmt: skip
