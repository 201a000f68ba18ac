"""Spans of Mastra as its server answers (`/api/observability/traces/ID`), and as its exporters are handed them.

A generation encloses a step for each request that it made, and says the model and the sum of all again. What only streams
(chunks) is no call.
"""

from __future__ import annotations

from typing import TypeAlias

from replaydbg.core.message import Json
from replaydbg.core.step import NO_USAGE, Kind
from replaydbg.readers._dialect_mastra import kind_of
from replaydbg.readers._records import moment_ns
from replaydbg.readers._told import Told, first, said_error, usage_of
from replaydbg.wire import loose

Record: TypeAlias = dict[str, Json]
_TYPES = (
    "agent_run", "model_generation", "llm_generation", "model_step", "model_inference", "model_chunk", "llm_chunk", "tool_call",
    "mcp_tool_call", "client_tool_call", "provider_tool_call", "processor_run", "generic",
)  # fmt: skip


def is_record(record: Record) -> bool:
    type_ = loose.text(_type(record))
    is_known = type_ in _TYPES or type_.startswith("workflow_")
    return is_known and "traceId" in record and ("spanId" in record or "isEvent" in record)


def _type(record: Record) -> Json:
    return first(record, "spanType", "type")


def told(record: Record) -> Told:
    said = loose.mapping(loose.parsed(record.get("attributes")))
    metadata = loose.mapping(loose.parsed(record.get("metadata")))
    type_, kind = loose.text(_type(record)), kind_of(_type(record))
    is_sum = type_ == "model_generation"
    name = loose.text(record.get("name"))
    entity = first(record, "entityName", "entityId")
    if kind in {Kind.TOOL_EXECUTION, Kind.AGENT_INVOCATION}:
        name = (
            loose.text(first(said, "toolName", "toolId") if kind is Kind.TOOL_EXECUTION else None)
            or loose.text(entity)
            or name
        )
    usage = loose.mapping(said.get("usage"))
    model = first(said, "responseModel", "model") or loose.mapping(metadata.get("modelMetadata")).get(
        "modelId"
    )
    return Told(
        trace=record.get("traceId"),
        id=first(record, "spanId", "id"),
        parent=first(record, "parentSpanId", "parentId"),
        kind=kind,
        name=name,
        model="" if is_sum else model,
        start=moment_ns(first(record, "startedAt", "startTime")),
        end=moment_ns(first(record, "endedAt", "endTime")),
        error=said_error(loose.parsed(first(record, "error", "errorInfo")), "name", "message"),
        usage=NO_USAGE if is_sum else usage_of(usage, "inputTokens", "outputTokens", "cachedInputTokens"),
        input=loose.parsed(record.get("input")) or None,  # a step may leave it to its generation
        output=loose.parsed(record.get("output")),
        offers=(said.get("tools"),),
        params=said.get("parameters"),
        call_id=first(metadata, "toolCallId"),
        provider=said.get("provider"),
    )
