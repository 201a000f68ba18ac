"""Spans of Datadog's LLM Observability: as its SDKs send them, and as its export API and `LLMObs.get_spans` give them."""

from __future__ import annotations

from typing import TypeAlias

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Json
from replaydbg.readers._attributes import number
from replaydbg.readers._records import moment_ns
from replaydbg.readers._told import Told, first, kind_of, said_error, usage_of
from replaydbg.wire import loose

Record: TypeAlias = dict[str, Json]


def is_record(record: Record) -> bool:
    told_of = {"span_id", "trace_id", "ml_app"}
    if told_of <= loose.mapping(record.get("attributes")).keys() or {*told_of, "start_ns"} <= record.keys():
        return True
    meta = loose.mapping(record.get("meta"))
    return {"span_id", "trace_id", "start_ns"} <= record.keys() and not {
        "span.kind",
        "kind",
        "span",
    }.isdisjoint(meta)


def told(record: Record) -> Told:
    inner = loose.mapping(record.get("attributes"))
    record = {**record, **inner} if "span_id" in inner else record
    meta = {**record, **loose.mapping(record.get("meta"))}
    metrics = loose.mapping(record.get("metrics"))
    kind = first(meta, "span.kind", "kind", "span_kind") or loose.mapping(meta.get("span")).get("kind")
    asked, answered = loose.mapping(meta.get("input")), loose.mapping(meta.get("output"))
    start = moment_ns(first(record, "start_ns", "start"))
    took = number(record.get("duration"))
    failed = record.get("status") == "error"
    said = meta.get("error") if isinstance(meta.get("error"), dict) else {
        "type": meta.get("error.type"), "message": meta.get("error.message")
    }  # fmt: skip
    parent = record.get("parent_id")
    return Told(
        trace=record.get("trace_id"),
        id=record.get("span_id"),
        parent=None if parent in ("undefined", "0", 0) else parent,
        kind=kind_of(kind),
        name=record.get("name"),
        model=meta.get("model_name"),
        start=start,
        end=start + round(took) if start != NOT_RECORDED and 0 <= took < 1 << 60 else NOT_RECORDED,
        error=(said_error(said, "type", "message") or "") if failed else None,
        usage=usage_of(metrics, "input_tokens", "output_tokens"),
        cost=_dollars(metrics.get("estimated_total_cost")),
        input=_messages(asked.get("messages")) or first(asked, "value", "parameters", "documents"),
        output=_messages(answered.get("messages")) or first(answered, "value", "documents"),
        offers=([_offer(loose.mapping(tool)) for tool in loose.sequence(meta.get("tool_definitions"))],),
        params=meta.get("metadata"),
        call_id=loose.mapping(meta.get("metadata")).get("tool_id"),
        provider=meta.get("model_provider"),
    )


def _offer(tool: Record) -> Json:
    """A tool in the shape of OpenAI's: Datadog has a `schema` where others have parameters."""
    function = {"parameters" if key == "schema" else key: value for key, value in tool.items()}
    return {"type": "function", "function": function}


def _messages(value: Json) -> list[Json]:
    """Messages in the shape of OpenAI's: calls and results have fields of Datadog's own."""
    return [message for item in loose.sequence(value) for message in _message(loose.mapping(item))]


def _message(item: Record) -> list[Json]:
    calls, results = (
        [loose.mapping(each) for each in loose.sequence(item.get(key))]
        for key in ("tool_calls", "tool_results")
    )
    came: list[Json] = [
        {"role": "tool", "tool_call_id": result.get("tool_id"), "content": result.get("result")}
        for result in results
    ]
    told = [{"id": call.get("tool_id"), "function": call} for call in calls]
    if told:
        return [*came, {**item, "tool_calls": told}]
    return came or [item]


def _dollars(cost: Json) -> Json:
    """Datadog counts billionths of a dollar."""
    amount = number(cost)
    return amount / 1e9 if amount == amount else None  # noqa: PLR0124 - not so of a NaN
