"""One small run as spans, and the same as rows of each store of traces: what they say must be equal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

TRACE = "5b8efff798038103d269b633813fc60c"
START_NS = 1_760_000_000_000_000_000
_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
_ASKED = {"role": "user", "parts": [{"type": "text", "content": "Rain in Oslo?"}]}
_CALL = {"type": "tool_call", "id": "c1", "name": "look_up", "arguments": {"city": "Oslo"}}
_CALLED = {"role": "assistant", "parts": [_CALL]}
_CAME = {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "no answer"}]}
_SAID = {"role": "assistant", "parts": [{"type": "text", "content": "I could not find out."}]}


class Told(NamedTuple):
    """A span as all of them tell it. Times are milliseconds from the start."""

    id: str
    parent: str
    name: str
    start: int
    end: int
    attributes: dict[str, Any]
    error: str = ""

    @property
    def start_ns(self) -> int:
        return START_NS + self.start * 1_000_000

    @property
    def took_ns(self) -> int:
        return (self.end - self.start) * 1_000_000

    @property
    def iso(self) -> str:
        return _iso(self.start_ns)

    @property
    def end_iso(self) -> str:
        return _iso(self.start_ns + self.took_ns)

    @property
    def texts(self) -> dict[str, str]:
        return {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in self.attributes.items()
        }


def _iso(moment_ns: int) -> str:
    return datetime.fromtimestamp(moment_ns / 1e9, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _chat(number: int, start: int, asked: list[Any], said: Any, tokens: tuple[int, int]) -> Told:
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.usage.input_tokens": tokens[0],
        "gen_ai.usage.output_tokens": tokens[1],
        "gen_ai.input.messages": json.dumps(asked),
        "gen_ai.output.messages": json.dumps([said]),
        "gen_ai.tool.definitions": json.dumps(
            [{"type": "function", "name": "look_up", "parameters": _SCHEMA}]
        ),
        "gen_ai.response.finish_reasons": ["stop"],
    }
    return Told(f"a00000000000000{number}", "a000000000000001", "chat gpt-5", start, start + 500, attributes)


_AGENT = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "forecaster"}
_TOOL = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "look_up",
    "gen_ai.tool.call.id": "c1",
    "gen_ai.tool.call.arguments": '{"city": "Oslo"}',
    "gen_ai.tool.call.result": "no answer",
}
SPANS = (
    Told("a000000000000001", "", "invoke_agent forecaster", 0, 2000, _AGENT),
    _chat(2, 10, [_ASKED], _CALLED, (20, 8)),
    Told("a000000000000003", "a000000000000001", "execute_tool look_up", 600, 700, _TOOL, "refused"),
    _chat(4, 800, [_ASKED, _CALLED, _CAME], _SAID, (40, 5)),
)


def _jaeger(span: Told) -> dict[str, Any]:
    error = (
        {"otel.status_code": "ERROR", "otel.status_description": span.error, "error": True}
        if span.error
        else {}
    )
    tags = [
        {"key": key, "type": "string", "value": json.dumps(value) if isinstance(value, list) else value}
        for key, value in {**span.attributes, **error}.items()
    ]
    above = [{"refType": "CHILD_OF", "traceID": TRACE, "spanID": span.parent}] if span.parent else []
    return {
        "traceID": TRACE, "spanID": span.id, "operationName": span.name, "references": above,
        "startTime": span.start_ns // 1000, "duration": span.took_ns // 1000, "tags": tags, "logs": [], "processID": "p1",
    }  # fmt: skip


def _zipkin(span: Told) -> dict[str, Any]:
    error = {"otel.status_code": "ERROR", "error": span.error} if span.error else {}
    return {
        "traceId": TRACE, "id": span.id, "name": span.name, "timestamp": span.start_ns // 1000,
        "duration": span.took_ns // 1000, "localEndpoint": {"serviceName": "x"}, "tags": {**span.texts, **error},
        **({"parentId": span.parent} if span.parent else {}),
    }  # fmt: skip


def _honeycomb(span: Told) -> dict[str, Any]:
    return {
        "Timestamp": span.iso, "name": span.name, "trace.trace_id": TRACE, "trace.span_id": span.id,
        "trace.parent_id": span.parent or None, "duration_ms": span.took_ns / 1e6, "error": bool(span.error) or None,
        "status_message": span.error or None, **span.attributes,
    }  # fmt: skip


def _logfire(span: Told) -> dict[str, Any]:
    return {
        "start_timestamp": span.iso, "end_timestamp": span.end_iso, "trace_id": TRACE, "span_id": span.id,
        "parent_span_id": span.parent or None, "span_name": span.name, "attributes": span.attributes,
        "otel_status_code": "ERROR" if span.error else None, "otel_status_message": span.error or None, "otel_events": [],
    }  # fmt: skip


def _clickhouse(span: Told) -> dict[str, Any]:
    return {
        "Timestamp": span.iso.replace("T", " ").replace("Z", "000"), "TraceId": TRACE, "SpanId": span.id,
        "ParentSpanId": span.parent, "SpanName": span.name, "SpanAttributes": span.texts, "Duration": str(span.took_ns),
        "StatusCode": "STATUS_CODE_ERROR" if span.error else "STATUS_CODE_UNSET", "StatusMessage": span.error,
        "Events.Name": [], "Events.Attributes": [],
    }  # fmt: skip


def cloudwatch(span: Told) -> dict[str, Any]:
    return {
        "resource": {"attributes": {"service.name": "x"}}, "scope": {"name": "strands.telemetry.tracer"}, "traceId": TRACE,
        "spanId": span.id, "parentSpanId": span.parent, "name": span.name, "startTimeUnixNano": span.start_ns,
        "endTimeUnixNano": span.start_ns + span.took_ns, "attributes": span.attributes,
        "status": {"code": "ERROR" if span.error else "UNSET", "message": span.error},
    }  # fmt: skip


def _elastic(span: Told) -> dict[str, Any]:
    return {
        "@timestamp": span.iso, "trace_id": TRACE, "span_id": span.id, "parent_span_id": span.parent, "name": span.name,
        "duration": span.took_ns, "attributes": span.attributes,
        "status": {"code": "Error" if span.error else "Unset", "message": span.error},
    }  # fmt: skip


def _signoz(span: Told) -> dict[str, Any]:
    numbers = {key: value for key, value in span.attributes.items() if isinstance(value, int)}
    return {
        "timestamp": span.iso, "trace_id": TRACE, "span_id": span.id, "parent_span_id": span.parent, "name": span.name,
        "duration_nano": span.took_ns, "has_error": bool(span.error), "status_message": span.error,
        "attributes_number": numbers, "attributes_string": {key: span.texts[key] for key in span.texts.keys() - numbers},
    }  # fmt: skip


def _newrelic(span: Told) -> dict[str, Any]:
    error = {"otel.status_code": "ERROR", "otel.status_description": span.error} if span.error else {}
    return {
        "timestamp": span.start_ns // 10**6, "trace.id": TRACE, "guid": span.id, "parent.id": span.parent or None,
        "name": span.name, "duration.ms": span.took_ns / 1e6, **error, **span.attributes,
    }  # fmt: skip


def sentry(span: Told, **data: Any) -> dict[str, Any]:
    return {
        "trace_id": TRACE, "span_id": span.id, "parent_span_id": span.parent or None, "op": "gen_ai.chat",
        "description": span.name, "start_timestamp": span.start_ns / 1e9, "timestamp": (span.start_ns + span.took_ns) / 1e9,
        "status": span.error or "ok", "data": {**span.attributes, **data},
    }  # fmt: skip


def sentry_event(root: dict[str, Any], *below: dict[str, Any]) -> dict[str, Any]:
    times = {key: root[key] for key in ("start_timestamp", "timestamp")}
    trace = {key: value for key, value in root.items() if key not in times}
    return {
        "event_id": "9" * 32,
        "transaction": root["description"],
        **times,
        "contexts": {"trace": trace},
        "spans": [*below],
    }


def sentry_trace(spans: list[dict[str, Any]]) -> dict[str, Any]:
    """What `sentry trace view --json` says: spans with their children, and the trace's id beside them."""
    nodes = {}
    for span in spans:
        data = {**span["data"], "span.status": span["status"]}
        nodes[span["span_id"]] = {
            "event_id": span["span_id"], "parent_span_id": span["parent_span_id"], "op": span["op"], "data": data, "errors": [],
            "description": span["description"], "start_timestamp": span["start_timestamp"], "end_timestamp": span["timestamp"],
            "children": [],
        }  # fmt: skip
    for node in nodes.values():
        if node["parent_span_id"] in nodes:
            nodes[node["parent_span_id"]]["children"].append(node)
    roots = [node for node in nodes.values() if node["parent_span_id"] not in nodes]
    return {"traceId": TRACE, "duration": 1, "spanCount": len(nodes), "projects": ["p"], "spans": roots}


def azure(span: Told) -> dict[str, Any]:
    return {
        "timestamp": span.iso, "id": span.id, "operation_ParentId": span.parent or TRACE, "operation_Id": TRACE,
        "name": span.name, "duration": span.took_ns / 1e6, "success": "False" if span.error else "True",
        "itemType": "dependency", "customDimensions": json.dumps({**span.texts, "error.message": span.error}),
    }  # fmt: skip


def _log_analytics(span: Told) -> dict[str, Any]:
    return {
        "TimeGenerated": span.iso, "Id": span.id, "ParentId": span.parent or TRACE, "OperationId": TRACE, "Name": span.name,
        "DurationMs": span.took_ns / 1e6, "Success": not span.error,
        "Properties": {**span.attributes, "error.message": span.error},
    }  # fmt: skip


def xray(span: Told) -> dict[str, Any]:
    error = {"fault": True, "cause": {"exceptions": [{"message": span.error}]}} if span.error else {}
    return {
        "id": span.id, "name": span.name, "trace_id": f"1-{TRACE[:8]}-{TRACE[8:]}", **error,
        "start_time": span.start_ns / 1e9, "end_time": (span.start_ns + span.took_ns) / 1e9,
        "metadata": {"default": span.attributes},
        **({"parent_id": span.parent} if span.parent else {}),
    }  # fmt: skip


def _xray_nested() -> dict[str, Any]:
    root, *below = map(xray, SPANS)
    for row in below:
        del row["trace_id"], row["parent_id"]
    below[0]["annotations"] = {
        key.replace(".", "_"): value for key, value in below[0].pop("metadata")["default"].items()
    }
    return {**root, "subsegments": below}


def _xray_answer(*rows: dict[str, Any]) -> dict[str, Any]:
    segments = [{"Id": row["id"], "Document": json.dumps(row)} for row in rows]
    return {
        "Traces": [{"Id": rows[0]["trace_id"], "Duration": 2.0, "Segments": segments}],
        "UnprocessedTraceIds": [],
    }


def _cloud_trace(span: Told) -> dict[str, Any]:
    error = {"otel.status_code": "ERROR", "otel.status_description": span.error} if span.error else {}
    return {
        "spanId": str(int(span.id, 16)), "kind": "RPC_CLIENT", "name": span.name, "startTime": span.iso,
        "endTime": span.end_iso, "labels": {**span.texts, **error},
        **({"parentSpanId": str(int(span.parent, 16))} if span.parent else {}),
    }  # fmt: skip


def _columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"columns": [{"name": name} for name in rows[0]], "rows": [list(row.values()) for row in rows]}


def _across(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"columns": [{"name": name, "values": [row[name] for row in rows]} for name in rows[0]]}


def _fields(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"field": "@timestamp", "value": "2026"}, {"field": "@message", "value": json.dumps(record)}]


def _all(row: Callable[[Told], dict[str, Any]]) -> list[dict[str, Any]]:
    return [row(span) for span in SPANS]


STORES: dict[str, Any] = {
    "Jaeger": {"data": [{"traceID": TRACE, "spans": _all(_jaeger), "processes": {}}], "total": 0},
    "Zipkin": _all(_zipkin),
    "Zipkin, traces": [_all(_zipkin)],
    "Honeycomb": _all(_honeycomb),
    "Honeycomb, results": [{"time": row["Timestamp"], "data": row} for row in _all(_honeycomb)],
    "Logfire": _all(_logfire),
    "Logfire, query": {"columns": [{"name": "trace_id"}], "rows": _all(_logfire)},
    "Logfire, columns": _across(_all(_logfire)),
    "ClickHouse": {"meta": [], "data": _all(_clickhouse), "rows": 4},
    "CloudWatch": {"events": [{"timestamp": 1, "message": json.dumps(row)} for row in _all(cloudwatch)]},
    "CloudWatch, query": {"results": [_fields(row) for row in _all(cloudwatch)], "status": "Complete"},
    "CloudWatch, lines": "\n".join(map(json.dumps, _all(cloudwatch))).encode(),
    "Elasticsearch": {
        "took": 1,
        "hits": {"total": {"value": 4}, "hits": [{"_source": row} for row in _all(_elastic)]},
    },
    "SigNoz": {"data": {"result": _all(_signoz)}},
    "New Relic": {"results": [{"events": _all(_newrelic)}]},
    "New Relic, NerdGraph": {"data": {"actor": {"account": {"nrql": {"results": _all(_newrelic)}}}}},
    "Sentry": sentry_event(*map(sentry, SPANS)),
    "Sentry, trace": sentry_trace(_all(sentry)),
    "Azure": _all(azure),
    "Azure, tables": {"tables": [{"name": "PrimaryResult", **_columns(_all(azure))}]},
    "Log Analytics": _all(_log_analytics),
    "X-Ray": _xray_answer(*_all(xray)),
    "X-Ray, nested": _xray_answer(_xray_nested()),
    "X-Ray, its page": {"Segments": [{"Id": "1", "Document": _xray_nested()}]},
    "X-Ray, segments": _all(xray),
    "X-Ray, a segment": _xray_nested(),
    "Cloud Trace": {"projectId": "p", "traceId": TRACE, "spans": _all(_cloud_trace)},
    "Cloud Trace, list": {"traces": [{"projectId": "p", "traceId": TRACE, "spans": _all(_cloud_trace)}]},
}
