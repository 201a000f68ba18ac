"""One small run as records of each platform: what they say must be equal, as far as each of them says it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.support.stores import SPANS, TRACE, Told

KINDS = ("agent", "llm", "tool", "llm")
NAMES = ("forecaster", "openai.chat", "look_up", "openai.chat")
ASKED = {"role": "user", "content": "Rain in Oslo?"}
CALL = {"id": "c1", "type": "function", "function": {"name": "look_up", "arguments": '{"city": "Oslo"}'}}
CALLED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
CAME = {"role": "tool", "tool_call_id": "c1", "content": "no answer"}
SAID = {"role": "assistant", "content": "I could not find out."}
TOOLS = [{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}]
INPUTS: tuple[Any, ...] = ({"q": "Oslo"}, [ASKED], {"city": "Oslo"}, [ASKED, CALLED, CAME])
OUTPUTS: tuple[Any, ...] = ({"a": "unknown"}, CALLED, "no answer", SAID)
TOKENS = (None, (20, 8), None, (40, 5))


def _choices(number: int) -> Any:
    return (
        {"choices": [{"message": OUTPUTS[number], "finish_reason": "stop"}]}
        if TOKENS[number]
        else OUTPUTS[number]
    )


def _each(record: Callable[[int, Told], dict[str, Any]]) -> list[dict[str, Any]]:
    return [record(number, span) for number, span in enumerate(SPANS)]


def _counts(number: int, input_: str, output: str) -> dict[str, int]:
    tokens = TOKENS[number]
    return {input_: tokens[0], output: tokens[1]} if tokens else {}


def _opik(number: int, span: Told) -> dict[str, Any]:
    asked = {"messages": INPUTS[number]} if TOKENS[number] else INPUTS[number]
    return {
        "id": span.id, "trace_id": TRACE, "parent_span_id": span.parent or None, "name": NAMES[number],
        "type": KINDS[number].replace("agent", "general"), "start_time": span.iso, "end_time": span.end_iso, "input": asked,
        "output": {"output": OUTPUTS[number]} if KINDS[number] == "tool" else _choices(number),
        "metadata": {"tools": TOOLS, "temperature": 0.5}, "model": "gpt-5" if TOKENS[number] else None,
        "usage": _counts(number, "prompt_tokens", "completion_tokens"),
        "error_info": {"exception_type": "", "message": span.error} if span.error else None,
    }  # fmt: skip


OPIK_TRACE = {
    "id": TRACE, "name": "run", "start_time": SPANS[0].iso, "end_time": SPANS[0].end_iso, "input": INPUTS[0],
    "output": OUTPUTS[0], "thread_id": None,
}  # fmt: skip


def _in_datadog(message: dict[str, Any]) -> dict[str, Any]:
    calls = [
        {
            "name": call["function"]["name"],
            "arguments": json.loads(call["function"]["arguments"]),
            "tool_id": call["id"],
        }
        for call in message.get("tool_calls", ())
    ]
    if message["role"] == "tool":
        result = {"name": "look_up", "result": message["content"], "tool_id": message["tool_call_id"]}
        return {"role": "tool", "content": "", "tool_results": [result]}
    return {
        "role": message["role"],
        "content": message["content"] or "",
        **({"tool_calls": calls} if calls else {}),
    }


def _datadog(number: int, span: Told) -> dict[str, Any]:
    meta: dict[str, Any] = {"span": {"kind": KINDS[number]}, "model_name": "gpt-5", "tool_definitions": []}
    if TOKENS[number]:
        meta["input"] = {"messages": [_in_datadog(message) for message in INPUTS[number]]}
        meta["output"] = {"messages": [_in_datadog(OUTPUTS[number])]}
        meta["tool_definitions"] = [{"name": "look_up", "schema": {"type": "object"}}]
        meta["metadata"] = {"temperature": 0.5}
    else:
        given, gave = (
            value if isinstance(value, str) else json.dumps(value)
            for value in (INPUTS[number], OUTPUTS[number])
        )
        meta |= {"input": {"value": given}, "output": {"value": gave}}
    if span.error:
        meta["error"] = {"message": span.error}
    return {
        "trace_id": TRACE, "span_id": span.id, "parent_id": span.parent or "undefined", "name": NAMES[number],
        "start_ns": span.start_ns, "duration": span.took_ns, "status": "error" if span.error else "ok", "meta": meta,
        "metrics": _counts(number, "input_tokens", "output_tokens"),
    }  # fmt: skip


def _datadog_export(number: int, span: Told) -> dict[str, Any]:
    sent = _datadog(number, span)
    meta = sent.pop("meta")
    kind = meta.pop("span")["kind"]
    return {"id": span.id, "type": "spans", "attributes": {**sent, **meta, "span_kind": kind, "ml_app": "x"}}


def _langwatch(number: int, span: Told) -> dict[str, Any]:
    is_call = TOKENS[number] is not None
    typed = "chat_messages" if is_call else "json"
    return {
        "trace_id": TRACE, "span_id": span.id, "parent_id": span.parent or None, "type": KINDS[number], "name": NAMES[number],
        "input": {"type": typed, "value": INPUTS[number]},
        "output": {"type": typed, "value": [OUTPUTS[number]] if is_call else OUTPUTS[number]},
        "timestamps": {"started_at": span.start_ns // 10**6, "finished_at": (span.start_ns + span.took_ns) // 10**6},
        "error": {"message": span.error} if span.error else None, "model": "gpt-5" if is_call else None,
        "params": {"tools": TOOLS, "temperature": 0.5} if is_call else {},
        "metrics": _counts(number, "prompt_tokens", "completion_tokens"),
    }  # fmt: skip


def _braintrust(number: int, span: Told) -> dict[str, Any]:
    return {
        "id": f"row {number}", "span_id": span.id, "root_span_id": TRACE, "span_parents": [span.parent] if span.parent else [],
        "span_attributes": {"name": NAMES[number], "type": KINDS[number].replace("agent", "task")}, "input": INPUTS[number],
        "output": _choices(number)["choices"] if TOKENS[number] else OUTPUTS[number], "error": span.error or None,
        "metadata": {"model": "gpt-5", "tools": TOOLS, "temperature": 0.5} if TOKENS[number] else {}, "created": span.iso,
        "metrics": {
            "start": span.start_ns / 1e9, "end": (span.start_ns + span.took_ns) / 1e9,
            **_counts(number, "prompt_tokens", "completion_tokens"),
        },
    }  # fmt: skip


def _weave(number: int, span: Told) -> dict[str, Any]:
    asked = {
        "self": "client",
        "model": "gpt-5",
        "messages": INPUTS[number],
        "tools": TOOLS,
        "temperature": 0.5,
    }
    usage = _counts(number, "prompt_tokens", "completion_tokens") or {
        "prompt_tokens": 60,
        "completion_tokens": 13,
    }
    return {
        "id": span.id, "trace_id": TRACE, "parent_id": span.parent or None, "op_name": f"weave:///e/p/op/{NAMES[number]}:abc",
        "started_at": span.iso, "ended_at": span.end_iso, "inputs": asked if TOKENS[number] else INPUTS[number],
        "output": _choices(number), "exception": span.error or None, "summary": {"usage": {"gpt-5-mini": usage}},
        "attributes": {"kind": "tool"} if KINDS[number] == "tool" else {},
    }  # fmt: skip


def _deepeval(number: int, span: Told) -> dict[str, Any]:
    return {
        "uuid": span.id, "parentUuid": span.parent or None, "name": NAMES[number], "type": KINDS[number],
        "status": "ERRORED" if span.error else "SUCCESS", "startTime": span.iso, "endTime": span.end_iso,
        "input": INPUTS[number], "output": OUTPUTS[number], **({"error": span.error} if span.error else {}),
        **({"model": "gpt-5"} if TOKENS[number] else {}), **_counts(number, "inputTokenCount", "outputTokenCount"),
    }  # fmt: skip


def _deepeval_trace() -> dict[str, Any]:
    agent, first, tool, second = _each(_deepeval)
    return {
        "uuid": TRACE,
        "baseSpans": [],
        "agentSpans": [agent],
        "llmSpans": [first, second],
        "toolSpans": [tool],
    }


def _in_posthog(message: dict[str, Any]) -> dict[str, Any]:
    """As its SDKs write a reply: calls are parts of the content."""
    texts = [{"type": "text", "text": message["content"]}] if message["content"] else []
    return {"role": message["role"], "content": [*texts, *message.get("tool_calls", [])]}


def _posthog(number: int, span: Told) -> dict[str, Any]:
    said: dict[str, Any] = {
        "$ai_trace_id": TRACE, "$ai_span_id": span.id, "$ai_parent_id": span.parent or None, "$ai_span_name": NAMES[number],
        "$ai_latency": span.took_ns / 1e9, "$ai_is_error": bool(span.error), "$ai_error": span.error or None,
    }  # fmt: skip
    if TOKENS[number]:
        said |= {
            "$ai_model": "gpt-5", "$ai_input": INPUTS[number], "$ai_output_choices": [_in_posthog(OUTPUTS[number])], "$ai_tools": TOOLS,
            "$ai_model_parameters": {"temperature": 0.5}, **_counts(number, "$ai_input_tokens", "$ai_output_tokens"),
        }  # fmt: skip
    else:
        said |= {"$ai_input_state": INPUTS[number], "$ai_output_state": OUTPUTS[number]}
    event = "$ai_generation" if TOKENS[number] else "$ai_span"
    return {"uuid": f"u{number}", "event": event, "timestamp": span.end_iso, "properties": said}


PLATFORMS: dict[str, Any] = {
    "Opik": {"trace": OPIK_TRACE, "spans": _each(_opik), "downloaded_at": "2026"},
    "Opik, page": {"page": 1, "total": 4, "content": _each(_opik)},
    "Datadog": [{"_dd.stage": "raw", "event_type": "span", "spans": [record]} for record in _each(_datadog)],
    "Datadog, export": {"data": _each(_datadog_export)},
    "Datadog, get_spans": [record["attributes"] for record in _each(_datadog_export)],
    "LangWatch": {"trace_id": TRACE, "metadata": {}, "spans": _each(_langwatch)},
    "Braintrust": {"events": _each(_braintrust), "cursor": "x"},
    "Braintrust, lines": "\n".join(map(json.dumps, _each(_braintrust))).encode(),
    "Weave": _each(_weave),
    "DeepEval": {"testCases": [{"name": "a", "trace": _deepeval_trace()}]},
    "DeepEval, trace": _deepeval_trace(),
    "PostHog": {"results": _each(_posthog)},
}
