"""MLflow: both versions of its traces, attributes that are JSON written as text, schemas full of nulls."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from replaydbg.core.message import Json, Message, Role, Text, ToolCall
from replaydbg.core.step import Kind, Status, Usage
from replaydbg.readers import _registry
from replaydbg.readers.mlflow import READER
from tests.support.corpora import document as file_of
from tests.support.corpora import each_of
from tests.support.readings import clear, document, lines, opened, steps, walked

TRACE_ID = "tr-" + "a" * 32
START = 1_795_295_394_000_000_000
SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}
NULLED = {
    "type": "object",
    "additionalProperties": None,
    "properties": {"q": {"type": "string", "enum": None}},
}
CALL = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"q":"x"}'}}


def identity(number: int) -> str:
    return f"{number:016x}"


def span(number: int, name: str, type_: str, *, status: str = "OK", message: str = "", **attributes: Json) -> dict[str, Json]:  # fmt: skip
    encoded = {
        "mlflow.spanType": type_,
        **{key.replace("__", "."): value for key, value in attributes.items()},
    }
    return {
        "trace_id": base64.b64encode(bytes.fromhex("a" * 32)).decode(),
        "span_id": base64.b64encode(bytes.fromhex(identity(number))).decode(),
        "parent_span_id": None if number == 1 else base64.b64encode(bytes.fromhex(identity(1))).decode(),
        "name": name,
        "start_time_unix_nano": START + number,
        "end_time_unix_nano": START + number + 1_500_000,
        "events": [],
        "status": {"code": f"STATUS_CODE_{status}", "message": message},
        "attributes": {key: json.dumps(value) for key, value in encoded.items()},
    }


def second_version(one: dict[str, Json]) -> dict[str, Json]:
    def hexadecimal(text: str | None) -> str | None:
        return text and "0x" + base64.b64decode(text).hex()

    return {
        "name": one["name"],
        "context": {"span_id": hexadecimal(one["span_id"]), "trace_id": hexadecimal(one["trace_id"])},
        "parent_id": hexadecimal(one["parent_span_id"]),
        "start_time": one["start_time_unix_nano"],
        "end_time": one["end_time_unix_nano"],
        "status_code": one["status"]["code"].removeprefix("STATUS_CODE_"),
        "status_message": one["status"]["message"],
        "attributes": one["attributes"],
        "events": [],
    }


def of_the_rest_api(one: dict[str, Json]) -> dict[str, Json]:
    """Names as in OpenTelemetry's definitions, attributes as pairs, times as text."""
    pairs = [{"key": key, "value": {"string_value": value}} for key, value in one["attributes"].items()]
    times = {key: str(one[key]) for key in ("start_time_unix_nano", "end_time_unix_nano")}
    return {**one, **times, "attributes": pairs}


def attributes(**dotted: Json) -> dict[str, Json]:
    return {f"mlflow__{key}": value for key, value in dotted.items()}


SPANS = [
    span(1, "helper", "AGENT", **attributes(spanInputs="find x", spanOutputs="two")),
    span(
        2, "ChatOpenAI", "CHAT_MODEL", invocation_params={"temperature": 0.5, "model": "gpt-5"}, mlflow__chat__tools=[{"type": "function", "function": {"name": "find", "parameters": NULLED}}],
        mlflow__llm__model="gpt-5", mlflow__llm__provider="openai", mlflow__llm__cost={"total_cost": 0.25},
        mlflow__chat__tokenUsage={"input_tokens": 12, "output_tokens": 3, "total_tokens": 15, "cache_read_input_tokens": 2},
        **attributes(spanInputs={"messages": [{"role": "user", "content": "find x"}]}, spanOutputs={"choices": [{"message": {"role": "assistant", "content": None, "tool_calls": [CALL]}, "finish_reason": "tool_calls"}]}),
    ),
    span(3, "find", "TOOL", tool_call_id="c1", **attributes(spanInputs={"q": "x"}, spanOutputs=None)),
    span(4, "docs", "RETRIEVER", status="ERROR", message="no index", **attributes(spanInputs="x", spanOutputs=[])),
]  # fmt: skip
INFO = {"trace_id": TRACE_ID, "request_time": "2026-01-01T00:00:00Z", "state": "OK", "trace_metadata": {}}
OLD_INFO = {"request_id": TRACE_ID, "timestamp_ms": 1, "status": "OK", "request_metadata": {}}
NEW = {"info": INFO, "data": {"spans": SPANS}}
SHAPES: dict[str, Any] = {
    "3": NEW,
    "2": {
        "info": OLD_INFO,
        "data": {"spans": list(map(second_version, SPANS)), "request": "x", "response": "y"},
    },
    "array": [NEW],
    "frame of search_traces": {"trace_id": {"0": TRACE_ID}, "state": {"0": "OK"}, "spans": {"0": SPANS}},
    "REST API": {"trace": {"trace_info": INFO, "spans": list(map(of_the_rest_api, SPANS))}},
    "several from the REST API": {
        "traces": [{"trace_info": INFO, "spans": list(map(of_the_rest_api, SPANS))}]
    },
    "page of a search": {"traces": [NEW], "next_page_token": None},
    "lines": lines(NEW),
    "row of search_traces": [{"trace_id": TRACE_ID, "state": "OK", "spans": SPANS}],
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES.keys())
def test_the_same_run_in_every_shape(content: Any) -> None:
    trace = clear(READER, content)
    assert (trace.id, trace.ids) == (TRACE_ID, [identity(number) for number in (1, 2, 3, 4)])
    assert list(trace.depths) == [0, 1, 1, 1]
    agent, call, tool, retrieval = walked(trace)
    assert (agent.kind, agent.agent, agent.body.output_value) == (Kind.AGENT_INVOCATION, "helper", "two")
    assert (call.kind, call.model, call.agent, call.duration_ms) == (Kind.MODEL_CALL, "gpt-5", "helper", 1.5)
    assert call.body.messages == (Message(Role.USER, (Text("find x"),)),)
    asked = ToolCall("c1", "find", {"q": "x"}, '{"q":"x"}')
    assert call.body.output == Message(Role.ASSISTANT, (asked,), finish_reason="tool_calls")
    assert (call.cost_usd, call.body.usage, call.body.params) == (0.25, Usage(12, 3, 2), {"temperature": 0.5})
    assert [(spec.name, spec.schema) for spec in call.body.tools or ()] == [("find", SCHEMA)]
    assert (tool.body.call, tool.body.has_result, tool.body.result) == (
        ToolCall("c1", "find", {"q": "x"}),
        True,
        None,
    )
    assert (retrieval.kind, retrieval.status, retrieval.body.error) == (
        Kind.RETRIEVAL,
        Status.ERROR,
        "no index",
    )


def test_spans_of_the_agents_sdk() -> None:
    """The runner is no agent, hand-offs name their target, and an unread response is not the reply."""
    found = steps(
        READER,
        {
            "info": INFO,
            "data": {
                "spans": [
                    span(1, "AgentRunner.run", "AGENT", mlflow__openai__agent_run_root=True),
                    span(
                        2, "Response", "CHAT_MODEL", model="gpt-5-2026", object="response", instructions="be brief", temperature=1.0, top_p="<openai.Omit object at 0x1>",
                        tools=[{"type": "function", "name": "find", "parameters": SCHEMA}], usage={"input_tokens": 7, "output_tokens": 2},
                        **attributes(spanInputs=[{"role": "user", "content": "hi"}], spanOutputs=[{"type": "reasoning", "summary": []}, {"type": "function_call", "call_id": "c1", "name": "find", "arguments": "{}"}]),
                    ),
                    {**span(3, "AsyncResponses", "CHAT_MODEL", mlflow__llm__model="gpt-5", mlflow__chat__tokenUsage={"input_tokens": 7, "output_tokens": 2}, **attributes(spanInputs={"model": "gpt-5"}, spanOutputs="<AsyncAPIResponse [200 OK]>")), "parent_span_id": base64.b64encode(bytes.fromhex(identity(2))).decode()},
                    span(4, "Handoff", "CHAIN", **attributes(spanInputs={"from_agent": "a"}, spanOutputs={"to_agent": "b"})),
                ]
            },
        },
    )  # fmt: skip
    runner, call, twin, handoff = found.values()
    assert (runner.kind, twin.kind, handoff.kind) == (Kind.OPAQUE, Kind.OPAQUE, Kind.HANDOFF)
    assert handoff.name == "handoff to b"
    assert call.body.messages is not None
    assert [message.role for message in call.body.messages] == [Role.SYSTEM, Role.USER]
    assert [asked.name for asked in call.tool_calls] == ["find"]
    assert (call.body.usage, call.body.params) == (Usage(7, 2), {"temperature": 1.0})
    assert twin.body.output_value is None


def test_arguments_of_the_client_that_were_left_out_are_not_said() -> None:
    asked = {
        "instructions": "be brief",
        "prompt": "<openai.Omit object at 0x1>",
        "input": [{"role": "user", "content": "hi"}],
    }
    (call,) = steps(READER, {"info": INFO, "data": {"spans": [span(1, "AsyncResponses", "CHAT_MODEL", mlflow__spanInputs=asked)]}}).values()  # fmt: skip
    assert [message.text for message in call.body.messages or ()] == ["be brief", "hi"]


@pytest.mark.parametrize("size", [1, 5000])
def test_model_and_tokens_of_the_request_and_the_reply_where_nothing_else_says_them(size: int) -> None:
    asked = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x" * size}]}
    said = {"choices": [{"message": {"role": "assistant", "content": "y" * size}}], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}  # fmt: skip
    both: dict[str, Any] = {"mlflow.spanInputs": asked, "mlflow.spanOutputs": said}
    one = span(2, "Completions", "CHAT_MODEL", **both)
    *_, reading = READER.read(document({"info": {"trace_id": "tr-1"}, "data": {"spans": [one]}}), False)
    (trace,) = reading.traces
    (step,) = trace.steps()
    assert (step.model, step.body.usage) == ("gpt-4o", Usage(7, 3))
    assert (list(trace.input_tokens), list(trace.output_tokens)) == ([7], [3])


def test_a_run_that_was_not_over_says_so() -> None:
    reading = opened(READER, {"info": INFO | {"state": "IN_PROGRESS"}, "data": {"spans": SPANS}})
    assert [notice.pointer for notice in reading.notices] == ["/info"]


def test_a_type_that_is_no_text() -> None:
    strange: Any = span(1, "x", "TOOL")
    strange["attributes"]["mlflow.spanType"] = ["TOOL"]
    (step,) = steps(READER, {**NEW, "data": {"spans": [strange]}}).values()
    assert (step.kind, step.name) == (Kind.OPAQUE, "x")


def test_an_exception_is_the_error() -> None:
    failed = span(1, "x", "CHAIN", status="ERROR")
    failed["events"] = [
        {"name": "exception", "attributes": {"exception.type": "E", "exception.message": "boom"}}
    ]
    (step,) = steps(READER, {"info": INFO, "data": {"spans": [failed]}}).values()
    assert step.body.error == "E: boom"


@pytest.mark.parametrize(
    "content",
    [
        {"info": {"request": 1}, "data": {}},
        {"data": [{"id": "x", "context": {"span_id": "1"}}]},
        {"trace_id": "x", "spans": [{"attributes": {"llm.model_name": "m"}}]},
        [{"role": "user", "content": "hi"}],
    ],
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert READER.sniff(document(content)) == 0.0


@each_of("mlflow")
def test_corpora(path: Path) -> None:
    """Every span is a step under its parent, and the tokens are those that MLflow added up itself."""
    content = json.loads(path.read_bytes())
    *_, reading = _registry.read(file_of(path))
    (trace,) = reading.traces
    spans = content["data"]["spans"]
    assert (trace.id, len(trace)) == (content["info"]["trace_id"], len(spans))
    wanted = {base64.b64decode(one["span_id"]).hex(): one for one in spans}
    for step in walked(reading):
        parent = wanted[step.id].get("parent_span_id")
        assert step.parent_id == (base64.b64decode(parent).hex() if parent else None)
    summed = json.loads(content["info"]["trace_metadata"].get("mlflow.trace.tokenUsage", "{}"))
    calls = list(trace.rows(Kind.MODEL_CALL))
    if summed:
        assert sum(trace.input_tokens[row] for row in calls) == summed["input_tokens"]
        assert sum(trace.output_tokens[row] for row in calls) == summed["output_tokens"]


SAMPLES = list(SHAPES.values())
