"""Sentry's spans: of the JSON of an event (a transaction), and one by one; what they say of models, old and new.

A transaction is a span itself, told by its `contexts.trace`; the spans below it lie in `spans`, or among the `entries`
that its web pages get. `sentry trace view --json` gives a trace as spans with their `children`. Older SDKs had attributes of their own for messages, tools and replies; newer ones use those of
OpenTelemetry.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json
from replaydbg.readers import _moments
from replaydbg.readers._attributes import parsed
from replaydbg.wire import loose

_OLD = (
    ("gen_ai.request.messages", "gen_ai.input.messages"),
    ("gen_ai.request.available_tools", "gen_ai.tool.definitions"),
    ("gen_ai.tool.input", "gen_ai.tool.call.arguments"),
    ("gen_ai.tool.output", "gen_ai.tool.call.result"),
    ("gen_ai.usage.input_tokens.cached", "gen_ai.usage.cache_read.input_tokens"),
    ("gen_ai.usage.output_tokens.reasoning", "gen_ai.usage.reasoning.output_tokens"),
    ("gen_ai.usage.total_cost", "operation.cost"),
)
_FINE = ("", "ok", "unset", "success")


def is_event(value: dict[str, Json]) -> bool:
    trace = loose.mapping(loose.mapping(value.get("contexts")).get("trace"))
    return "span_id" in trace and ("spans" in value or "entries" in value or "start_timestamp" in value)


def spans_of(event: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """The transaction as a span, and those below it."""
    trace = loose.mapping(loose.mapping(event.get("contexts")).get("trace"))
    start, end = event.get("start_timestamp"), event.get("timestamp")
    yield {
        "description": event.get("transaction", event.get("title")),
        **trace,
        "start_timestamp": event.get("startTimestamp") if start is None else start,
        "timestamp": event.get("endTimestamp", end),
    }
    entries = [loose.mapping(entry) for entry in loose.sequence(event.get("entries"))]
    lists = [event.get("spans"), *(entry.get("data") for entry in entries if entry.get("type") == "spans")]
    for spans in lists:
        for span in loose.sequence(spans):
            if isinstance(span, dict):
                yield {"trace_id": trace.get("trace_id"), **span}


def is_tree(value: dict[str, Json]) -> bool:
    spans = loose.sequence(value.get("spans"))
    return bool(spans) and {"event_id", "children", "start_timestamp"} <= loose.mapping(spans[0]).keys()


def spans_of_tree(trace: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Every span of a tree, a parent before its children. Iterative: a hostile file may nest deeply."""
    waiting = [loose.mapping(span) for span in reversed(loose.sequence(trace.get("spans")))]
    while waiting:
        span = waiting.pop()
        waiting += [loose.mapping(child) for child in reversed(loose.sequence(span.get("children")))]
        yield {
            "trace_id": trace.get("traceId"),
            "span_id": span.get("event_id"),
            **{key: value for key, value in span.items() if key != "children"},
        }


def told(row: dict[str, Json]) -> dict[str, Any]:
    """A span under the names that spans have elsewhere."""
    attributes = {
        key: value.get("value") if isinstance(value, dict) and "value" in value else value
        for key, value in {**loose.mapping(row.get("data")), **loose.mapping(row.get("attributes"))}.items()
        if value is not None
    }
    _tell_anew(attributes, loose.text(row.get("op")))
    status = loose.text(row.get("status", attributes.get("span.status")))
    start, end = row.get("start_timestamp"), row.get("end_timestamp", row.get("timestamp"))
    return {
        "traceId": row.get("trace_id"),
        "spanId": row.get("span_id"),
        "parentSpanId": row.get("parent_span_id"),
        "name": row.get("description") or row.get("name") or row.get("op"),
        "startTimeUnixNano": _time(start),
        "endTimeUnixNano": _time(end),
        "attributes": attributes,
        "status": {
            "code": "UNSET" if status in _FINE else "ERROR",
            "message": loose.text(attributes.get("error.message")) or ("" if status in _FINE else status),
        },
    }


def _time(value: Json) -> int:
    """Seconds as a float hold microseconds, and noise behind them."""
    moment = _moments.nanoseconds(value)
    return round(moment, -3) if moment != NOT_RECORDED else 0


def _tell_anew(attributes: dict[str, Json], op: str) -> None:
    """Attributes of older SDKs under the names of OpenTelemetry; those that are there stay."""
    for old, new in _OLD:
        if old in attributes:
            attributes.setdefault(new, attributes.pop(old))
    if op.startswith("gen_ai."):
        attributes.setdefault("gen_ai.operation.name", op.removeprefix("gen_ai."))
    parts = [
        *_texts(attributes.get("gen_ai.response.text")),
        *_calls(attributes.get("gen_ai.response.tool_calls")),
    ]
    if parts and "gen_ai.output.messages" not in attributes:
        attributes["gen_ai.output.messages"] = [{"role": "assistant", "parts": parts}]


def _texts(value: Json) -> list[Json]:
    """A text, or the text of a list of them."""
    found = parsed(value)
    said = found if isinstance(found, list) and all(isinstance(item, str) for item in found) else [value]
    return [{"type": "text", "content": item} for item in said if isinstance(item, str) and item]


def _calls(value: Json) -> list[Json]:
    calls: list[Json] = []
    for item in loose.sequence(parsed(value)):
        call = loose.mapping(item)
        function = {**call, **loose.mapping(call.get("function"))}
        given = next((function[key] for key in ("arguments", "args", "input") if key in function), None)
        id_ = call.get("id", call.get("tool_call_id", call.get("toolCallId", call.get("call_id"))))
        name = function.get("name", function.get("tool_name", function.get("toolName")))
        calls.append({"type": "tool_call", "id": id_, "name": name, "arguments": given})
    return calls
