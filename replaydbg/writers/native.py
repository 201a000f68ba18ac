"""The native format: OTLP JSON that any OpenTelemetry tool opens, and that reads back as equal steps.

GenAI attributes say what they can. `replaydbg.*` says the rest: the kind, ids that are no span ids, parameters,
exact tool calls, inputs and outputs of other steps, and for branches where each step came from. What was not
recorded is left out; what was recorded and empty is written empty.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from replaydbg import __version__
from replaydbg.core.branch import BranchStep
from replaydbg.core.message import Json
from replaydbg.core.step import Kind, Status, Step
from replaydbg.core.trace import Trace
from replaydbg.wire import arguments, genai
from replaydbg.writers._api import Losses, Writer, Written

_SPAN_ID, _TRACE_ID = re.compile(r"(?!0{16})[0-9a-f]{16}"), re.compile(r"(?!0{32})[0-9a-f]{32}")
_OPERATIONS = {
    Kind.MODEL_CALL: "chat",
    Kind.TOOL_EXECUTION: "execute_tool",
    Kind.AGENT_INVOCATION: "invoke_agent",
    Kind.RETRIEVAL: "retrieval",
    Kind.HANDOFF: "handoff",
}
_SPAN_KIND_INTERNAL, _SPAN_KIND_CLIENT = 1, 3
_STATUS_CODES = {Status.UNSET: 0, Status.OK: 1, Status.ERROR: 2}
_PARAMS_OF_GENAI = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "max_tokens": "max_tokens",
    "seed": "seed",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "n": "choice.count",
}


def write(trace: Trace, *, provenance: Sequence[BranchStep] = ()) -> Iterator[bytes]:
    """The file, piece by piece. `provenance` is that of a branch: one entry for each row."""
    yield b'{"resourceSpans":['
    yield from _resource(trace, provenance)
    yield b"]}\n"


def _write_all(runs: Iterable[Written], losses: Losses) -> Iterator[bytes]:
    del losses  # there are none
    yield b'{"resourceSpans":['
    for number, run in enumerate(runs):
        yield b",\n" if number else b""
        yield from _resource(run.trace, ())
    yield b"]}\n"


def _resource(trace: Trace, provenance: Sequence[BranchStep]) -> Iterator[bytes]:
    resource = [
        _attribute("service.name", "replaydbg"),
        _attribute("telemetry.sdk.name", "replaydbg"),
        _attribute("telemetry.sdk.version", __version__),
        _attribute("replaydbg.source.name", trace.source.name),
        _attribute("replaydbg.source.format", trace.source.format),
    ]
    yield b'{"resource":{"attributes":' + _dumps(resource)
    yield b'},"scopeSpans":[{"scope":{"name":"replaydbg","version":' + _dumps(__version__) + b'},"spans":['
    for row in range(len(trace)):
        origin = provenance[row] if row < len(provenance) else None
        yield (b",\n" if row else b"\n") + _dumps(_span(trace.step(row), trace.id, origin))
    yield b"\n]}]}"


def _span(step: Step, trace_id: str, origin: BranchStep | None) -> dict[str, Json]:
    span: dict[str, Json] = {
        "traceId": _hex(trace_id, _TRACE_ID, 16),
        "spanId": _hex(step.id, _SPAN_ID, 8, trace_id),
        "name": step.name,
        "kind": _SPAN_KIND_CLIENT if step.kind is Kind.MODEL_CALL else _SPAN_KIND_INTERNAL,
        "startTimeUnixNano": str(step.started_ns or 0),
        "endTimeUnixNano": str(step.ended_ns or 0),
        "attributes": [
            _attribute(key, value)
            for key, value in _attributes(step, trace_id, origin).items()
            if value is not None
        ],
        "status": {"code": _STATUS_CODES[step.status]},
    }
    if step.parent_id is not None:
        span["parentSpanId"] = _hex(step.parent_id, _SPAN_ID, 8, trace_id)
    if step.body.error and step.status is Status.ERROR:
        span["status"]["message"] = step.body.error
    return span


def _attributes(step: Step, trace_id: str, origin: BranchStep | None) -> dict[str, Json]:
    """Attributes by name; None means that there is none."""
    body, usage = step.body, step.body.usage
    attributes: dict[str, Json] = {
        "gen_ai.operation.name": _OPERATIONS.get(step.kind),
        "gen_ai.provider.name": body.provider or None,
        "gen_ai.agent.name": step.agent or None,
        "gen_ai.request.model": step.model or None,
        "gen_ai.response.model": body.response_model or None,
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
        "replaydbg.kind": str(step.kind),
        "replaydbg.step.id": None if _SPAN_ID.fullmatch(step.id) else step.id,
        "replaydbg.trace.id": None if _TRACE_ID.fullmatch(trace_id) else trace_id,
        "replaydbg.cost_usd": step.cost_usd,
        "replaydbg.error": body.error or None,
        "replaydbg.input": _json(body.input),
        "replaydbg.output": _json(body.output_value),
        "replaydbg.params": _json(dict(body.params) or None),
    }
    if step.parent_id is not None and not _SPAN_ID.fullmatch(step.parent_id):
        attributes["replaydbg.parent.id"] = step.parent_id
    for name, theirs in _PARAMS_OF_GENAI.items():
        value = body.params.get(name)
        if isinstance(value, (int, float)):
            attributes[f"gen_ai.request.{theirs}"] = value
    _add_messages(attributes, step)
    _add_tool(attributes, step)
    if origin is not None:
        attributes["replaydbg.provenance"] = str(origin.provenance)
        attributes["replaydbg.provenance.of"] = origin.of
        attributes["replaydbg.provenance.reason"] = origin.reason or None
        attributes["replaydbg.provenance.notes"] = [*origin.notes] or None
    return attributes


def _add_messages(attributes: dict[str, Json], step: Step) -> None:
    body = step.body
    if body.messages is not None:
        attributes["gen_ai.input.messages"] = _json(genai.write_messages(body.messages))
    if body.output is not None:
        attributes["gen_ai.output.messages"] = _json([genai.write_message(body.output)])
        if body.output.finish_reason:
            attributes["gen_ai.response.finish_reasons"] = [body.output.finish_reason]
    if body.tools is not None:
        attributes["gen_ai.tool.definitions"] = _json(genai.write_tools(body.tools))


def _add_tool(attributes: dict[str, Json], step: Step) -> None:
    call = step.body.call
    if call is not None:
        attributes["gen_ai.tool.name"] = call.name or None
        attributes["gen_ai.tool.call.id"] = call.id or None
        if call.raw is not None or call.arguments is not None:
            attributes["gen_ai.tool.call.arguments"] = (
                _json(call.arguments) if call.raw is None else arguments.raw_text(call)
            )
        attributes["replaydbg.call"] = _json(genai.write_part(call))
    if step.body.has_result:
        attributes["gen_ai.tool.call.result"] = _dumps(step.body.result).decode()


def _hex(id_: str, pattern: re.Pattern[str], size_bytes: int, trace_id: str = "") -> str:
    """The id itself where OTLP allows it, else one made from it; the same id of the same trace gives the same.

    Of the trace, too: step ids of some formats are 1, 2, 3 in every trace, and servers take span ids for unique.
    """
    if pattern.fullmatch(id_):
        return id_
    named = f"{trace_id}\0{id_}" if trace_id else id_
    return hashlib.blake2b(named.encode("utf-8", "surrogatepass"), digest_size=size_bytes).hexdigest()


def _attribute(key: str, value: Json) -> dict[str, Json]:
    return {"key": key, "value": _any_value(value)}


def _any_value(value: Any) -> dict[str, Json]:
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case float():
            return {"doubleValue": value}
        case list():
            return {"arrayValue": {"values": [_any_value(item) for item in value]}}
    return {"stringValue": str(value)}


def _json(value: Json) -> str | None:
    return None if value is None else _dumps(value).decode()


def _dumps(value: Json) -> bytes:
    """Compact JSON. Whole numbers beyond 64 bits and lone surrogates are written as Python writes them."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":"), default=repr).encode()


WRITER = Writer(
    "native",
    "OTLP JSON with GenAI attributes: replaydbg's own format, and any OpenTelemetry tool's",
    _write_all,
)
