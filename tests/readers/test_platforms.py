"""How platforms spell a step: what the run that all of them tell does not show."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.step import Kind
from replaydbg.readers import _platforms
from replaydbg.readers._told import Told


def told(record: dict[str, Any]) -> Told:
    platform = _platforms.of(record)
    assert platform is not None
    return platform.told(record)


@pytest.mark.parametrize(
    "record",
    [
        {"id": "1", "trace_id": "t", "start_time": "x", "inputs": {}, "run_type": "llm"},
        {"id": "1", "traceId": "t", "type": "SPAN"},
        {"event": "pageview", "properties": {}},
        {},
    ],
    ids=["langsmith", "langfuse", "another event", "nothing"],
)
def test_records_of_others(record: dict[str, Any]) -> None:
    assert _platforms.of(record) is None


WEAVE = {"op_name": "weave:///e/p/op/f:1", "id": "1", "trace_id": "t", "started_at": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("inputs", "output", "attributes", "kind"),
    [
        ({"model": "m", "messages": []}, None, {}, Kind.MODEL_CALL),
        ({"model": "m", "contents": "hi"}, None, {}, Kind.MODEL_CALL),
        ({"messages": []}, {"choices": []}, {}, Kind.MODEL_CALL),
        ({"messages": []}, "text", {}, Kind.OPAQUE),
        ({"q": 1}, 2, {"weave": {"kind": "tool"}}, Kind.TOOL_EXECUTION),
        ({"q": 1}, 2, {"kind": "agent"}, Kind.AGENT_INVOCATION),
    ],
)
def test_weave_tells_kinds_by_what_was_asked(inputs: Any, output: Any, attributes: Any, kind: Kind) -> None:
    assert told({**WEAVE, "inputs": inputs, "output": output, "attributes": attributes}).kind is kind


def test_weave_counts_of_several_models_are_sums_and_not_counted() -> None:
    usage = {"a": {"prompt_tokens": 1}, "b": {"prompt_tokens": 2}}
    assert told({**WEAVE, "inputs": {}, "summary": {"usage": usage}}).usage.input_tokens is None


def test_posthog_has_calls_and_results_of_gemini_among_the_parts() -> None:
    call = {"type": "function", "id": "c", "function": {"name": "f", "arguments": {}}}
    came = {"type": "function", "tool_use_id": "c", "tool_name": "f", "content": {"a": 1}}
    said = [
        {"role": "model", "content": [{"type": "text", "text": "so"}, call]},
        {"role": "user", "content": [came]},
    ]
    record = {"event": "$ai_generation", "properties": {"$ai_trace_id": "t", "$ai_input": said}}
    assert told(record).input == [
        {"role": "model", "content": [{"type": "text", "text": "so"}], "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "name": "f", "content": {"a": 1}},
    ]


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("tool", Kind.TOOL_EXECUTION),
        ("agent", Kind.AGENT_INVOCATION),
        ("turn", Kind.OPAQUE),
        (None, Kind.OPAQUE),
    ],
)
def test_what_kinds_posthog_has_of_the_agents_sdk(type_: str | None, kind: Kind) -> None:
    said = {"$ai_trace_id": "t", "$ai_span_id": "s", "$ai_span_type": type_}
    assert told({"event": "$ai_span", "properties": said}).kind is kind


def test_a_posthog_trace_is_above_what_names_it() -> None:
    trace = told(
        {
            "event": "$ai_trace",
            "properties": {"$ai_trace_id": "t", "$ai_span_id": "r"},
            "timestamp": "2026-01-01T00:00:00Z",
        }
    )
    span = told(
        {"event": "$ai_span", "properties": '{"$ai_trace_id": "t", "$ai_parent_id": "t"}', "uuid": "u"}
    )
    assert (trace.id, trace.parent, span.id, span.parent) == ("t", None, "u", "t")


def test_laminar_has_rows_of_its_api_and_of_its_columns() -> None:
    api: dict[str, Any] = {
        "traceId": "t", "spanId": "s", "parentSpanId": None, "spanType": "LLM", "name": "n", "input": [], "output": "o",
        "attributes": {"gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 3},
    }  # fmt: skip
    sql: dict[str, Any] = {
        "trace_id": "t", "span_id": "s", "parent_span_id": "00000000-0000-0000-0000-000000000000", "span_type": "LLM",
        "name": "n", "input": "[]", "output": "o", "attributes": "{}", "request_model": "m", "input_tokens": 3,
    }  # fmt: skip
    for found in map(told, (api, sql)):
        assert (found.trace, found.id, found.parent, found.kind, found.model) == (
            "t",
            "s",
            None,
            Kind.MODEL_CALL,
            "m",
        )
        assert found.usage.input_tokens == 3


def test_agenta_keeps_everything_below_one_attribute() -> None:
    ag = {
        "type": {"node": "chat"}, "data": {"inputs": {"prompt": []}, "outputs": {"completion": []}},
        "metrics": {"tokens": {"incremental": {"prompt": 3}}}, "meta": {"request": {"model": "m", "temperature": 1}},
    }  # fmt: skip
    span = {
        "trace_id": "t",
        "span_id": "s",
        "parent_id": "p",
        "span_name": "n",
        "status_code": "STATUS_CODE_ERROR",
    }
    found = told({**span, "attributes": {"ag": ag}})
    assert (found.kind, found.parent, found.error, found.usage.input_tokens) == (Kind.MODEL_CALL, "p", "", 3)
    assert (found.model, found.params, found.input) == ("m", {"temperature": 1}, {"prompt": []})
