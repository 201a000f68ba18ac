"""Langfuse: the shapes of its exports, what integrations put into them, and what is missing in some."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from replaydbg.core.message import Json, Message, Role, Text, ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.readers import _registry
from replaydbg.readers.langfuse import READER
from tests.support.corpora import corpus, each_of
from tests.support.corpora import document as file_of
from tests.support.readings import clear, document, lines, opened, steps, walked

TALK = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "weather?"}]
ANSWER = {"role": "assistant", "content": "", "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}]}  # fmt: skip
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
OFFER = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}


def observation(id_: str, type_: str, parent: str | None = "root", **fields: Json) -> dict[str, Json]:
    return {
        "id": id_,
        "traceId": "t1",
        "parentObservationId": parent,
        "type": type_,
        "name": id_,
        "startTime": "2026-01-01T00:00:01.500Z",
        "endTime": "2026-01-01T00:00:02.000Z",
        "level": "DEFAULT",
        "statusMessage": None,
        "model": None,
        "input": None,
        "output": None,
        "metadata": "{}",
        "usageDetails": {},
        **fields,
    }


OBSERVATIONS = [
    observation(
        "call", "GENERATION", model="gpt-5", input={"messages": TALK, "tools": [OFFER]}, output=ANSWER,
        usageDetails={"input": 10, "output": 4, "total": 14}, totalCost=0.5, costDetails={"total": 0.5},
        modelParameters={"temperature": 0},
    ),
    observation("tool", "TOOL", name="weather", input={"city": "Oslo"}, output="sunny"),
    observation("root", "AGENT", parent="t1", name="helper", input="weather?", output="sunny"),
]  # fmt: skip
TRACE = {"id": "t1", "projectId": "p", "name": "run", "timestamp": "2026-01-01T00:00:00Z", "sessionId": None}
HOLLOW = [{**item, "input": None, "output": None} for item in OBSERVATIONS]


def snake(item: dict[str, Json]) -> dict[str, Json]:
    """An observation as the bulk export writes it: other keys, JSON as text."""
    spelled = {
        "".join("_" + c.lower() if c.isupper() else c for c in key): value for key, value in item.items()
    }
    return {
        key: json.dumps(value) if isinstance(value, (dict, list)) else value for key, value in spelled.items()
    }


def twice(item: dict[str, Json]) -> dict[str, Json]:
    """An observation whose input and output are JSON in JSON text in JSON text."""
    return item | {key: json.dumps(json.dumps(item[key])) for key in ("input", "output") if item[key]}


SHAPES = {
    "download": {"trace": {**TRACE, "observations": HOLLOW}, "observations": OBSERVATIONS},
    "api": {**TRACE, "observations": OBSERVATIONS, "scores": []},
    "inside": {"trace": {**TRACE, "observations": OBSERVATIONS}},
    "page": {"data": OBSERVATIONS, "meta": {}},
    "page of traces": {"data": [{**TRACE, "observations": OBSERVATIONS}], "meta": {"page": 1}},
    "encoded": {"trace": TRACE, "observations": list(map(twice, OBSERVATIONS))},
    "array of traces": [{**TRACE, "observations": OBSERVATIONS}],
    "lines": lines(*OBSERVATIONS),
    "bulk": lines(*map(snake, OBSERVATIONS), {"id": "s1", "trace_id": "t1", "value": 1}),
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES.keys())
def test_the_same_run_in_every_shape(content: Any) -> None:
    trace = clear(READER, content)
    assert (trace.id, trace.ids, list(trace.depths)) == ("t1", ["root", "call", "tool"], [0, 1, 1])
    agent, call, tool = walked(trace)
    assert (agent.kind, agent.agent, agent.body.input) == (Kind.AGENT_INVOCATION, "helper", "weather?")
    assert (call.kind, call.model, call.agent, call.duration_ms) == (
        Kind.MODEL_CALL,
        "gpt-5",
        "helper",
        500.0,
    )
    assert (call.cost_usd, call.body.usage, call.body.params) == (0.5, Usage(10, 4), {"temperature": 0})
    assert call.body.messages == (
        Message(Role.SYSTEM, (Text("be brief"),)),
        Message(Role.USER, (Text("weather?"),)),
    )
    assert call.tool_calls == (ToolCall("c1", "weather", {"city": "Oslo"}, '{"city": "Oslo"}'),)
    assert [(spec.name, spec.schema) for spec in call.body.tools or ()] == [("weather", SCHEMA)]
    assert (tool.kind, tool.name, tool.body.call) == (
        Kind.TOOL_EXECUTION,
        "weather",
        ToolCall("", "weather", {"city": "Oslo"}),
    )
    assert (tool.body.has_result, tool.body.result) == (True, "sunny")


def test_a_hollow_export_says_so() -> None:
    reading = opened(READER, {"trace": TRACE, "observations": HOLLOW})
    (notice,) = reading.notices
    assert "hollow export: 1 of 1 model calls" in notice.message
    assert "GET /api/public/v2/observations?traceId=TRACE_ID" in notice.message
    assert walked(reading)[1].body.messages is None


@pytest.mark.parametrize("around", ["data", "traces"])
def test_lists_of_traces_that_name_their_observations_only(around: str) -> None:
    """`GET /api/public/traces` gives ids, a session gives not even those."""
    listed = {**TRACE, "htmlPath": "/x", "input": "hi", "output": "ho", "observations": ["call", "tool"]}
    del listed["projectId"]
    if around == "traces":
        del listed["observations"]
    content = {around: [listed, {**listed, "id": "t2"}], "meta": {}}
    assert READER.sniff(document(content)) >= 0.9
    reading = opened(READER, content)
    assert [(trace.id, len(trace)) for trace in reading.traces] == [("t1", 1), ("t2", 1)]
    (notice,) = reading.notices
    assert "GET /api/public/v2/observations" in notice.message


def test_a_trace_without_observations_is_one_step() -> None:
    reading = opened(READER, {"trace": {**TRACE, "input": "hi", "output": "ho"}, "observations": []})
    (step,) = walked(reading)
    assert (step.kind, step.name, step.body.input, step.body.output_value) == (Kind.OPAQUE, "run", "hi", "ho")
    assert "there are no observations" in reading.notices[0].message


@pytest.mark.parametrize("session", ["sessionId", "session_id"])
def test_rows_of_the_table_of_traces_are_a_step_each(session: str) -> None:
    row = {
        "id": "t1",
        "timestamp": "2026-01-01T00:00:00Z",
        "name": "run",
        "bookmarked": False,
        session: None,
        "tags": [],
    }
    rows = [{**row, "input": "hi", "output": "ho"}, {**row, "id": "t2", "input": "x", "output": "y"}]
    assert READER.sniff(document(rows)) >= 0.9
    reading = opened(READER, rows)
    assert [trace.id for trace in reading.traces] == ["t1", "t2"]
    assert "there are no observations" in reading.notices[0].message


def test_observations_that_only_the_trace_lists_are_not_lost() -> None:
    content = {"trace": {**TRACE, "observations": HOLLOW}, "observations": OBSERVATIONS[:2]}
    assert list(steps(READER, content)) == ["root", "call", "tool"]


def test_a_download_that_was_cut_off_keeps_the_observations_with_content() -> None:
    text = json.dumps(SHAPES["download"])
    cut = text[: text.rindex('"helper"')]
    reading = opened(READER, cut)
    found = {step.id: step for step in walked(reading)}
    assert found["call"].body.messages is not None
    assert found["tool"].body.result == "sunny"
    assert any("damaged" in notice.message for notice in reading.notices)


@pytest.mark.parametrize("type_", [{}, [], {"type": "SPAN"}])
def test_a_type_that_is_no_text(type_: Json) -> None:
    content = lines({"traceId": "t1", "type": type_}, *OBSERVATIONS)
    assert set(steps(READER, content)) >= {"call", "tool", "root"}


@pytest.mark.parametrize("count", [2**53, 2**63, 10**30, -1])
def test_counts_that_are_none(count: int) -> None:
    item = json.dumps(observation("call", "GENERATION", usageDetails={"input": count, "output": 4}))
    (step,) = walked(opened(READER, f'{{"trace": {json.dumps(TRACE)}, "observations": [{item}]}}'))
    assert step.body.usage == Usage(None, 4)


@pytest.mark.parametrize(
    "content",
    [
        [{"role": "user", "content": "hi"}],
        {"trace": {"id": 1}},
        {"resourceSpans": []},
        {"data": [{"id": "x", "context": {"span_id": "1"}}]},
        {"trace_id": "x", "spans": []},
    ],
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert READER.sniff(document(content)) == 0.0


@each_of("langfuse", without=".chatml.")
def test_corpora(path: Path) -> None:
    """Every observation is a step, under the parent that the file gives it."""
    content = json.loads(path.read_bytes())
    *_, reading = _registry.read(file_of(path))
    found = {step.id: step for step in walked(reading)}
    wanted = {item["id"]: item for item in content["observations"]}
    assert found.keys() == wanted.keys()
    for id_, item in wanted.items():
        parent = item.get("parentObservationId")
        assert found[id_].parent_id == (parent if parent in wanted else None)
        if item["type"] == "TOOL":
            assert found[id_].kind is Kind.TOOL_EXECUTION


@pytest.mark.parametrize("path", corpus("langfuse", "*.chatml.json"), ids=lambda path: path.name)
def test_messages_are_those_that_langfuse_itself_makes_of_them(path: Path) -> None:
    stem = path.name.partition(".")[0]
    expected = json.loads(path.read_bytes())
    files = [one for one in corpus("langfuse", f"*{stem}*.json") if ".chatml." not in one.name]
    found = {step.id: step for one in files for step in walked(list(_registry.read(file_of(one)))[-1])}
    for id_, sides in expected.items():
        step = found.get(id_)
        if step is None or step.kind is not Kind.MODEL_CALL:
            continue
        if sides.get("input", {}).get("success"):
            assert _spread(step.body.messages or ()) == [_said(item) for item in sides["input"]["data"]]
        data = sides.get("output", {}).get("data") or [{}]
        if data[0].get("tool_calls"):
            assert [(call.id, call.name) for call in step.tool_calls] == [
                (call["id"], call["name"]) for call in data[0]["tool_calls"]
            ]


def _spread(messages: Sequence[Message]) -> list[tuple[int, bool]]:
    """Calls of each message, and whether it says anything; each response as a message of its own."""
    spread: list[tuple[int, bool]] = []
    for message in messages:
        responses = message.tool_responses
        spread += [(0, True)] * len(responses) or [(len(message.tool_calls), bool(message.text))]
    return spread


def _said(item: dict[str, Any]) -> tuple[int, bool]:
    return len(item.get("tool_calls") or ()), bool(item.get("content"))


SAMPLES = [
    *SHAPES.values(),
    {"data": [{**TRACE, "htmlPath": "/x", "observations": ["call"]}]},
    {"traces": [TRACE]},
]


def test_a_page_of_the_newer_api() -> None:
    """Version 4: the model under another name, input and output always as text, other groups of fields left out."""
    call = {
        "id": "call", "traceId": "t1", "projectId": "p", "parentObservationId": None, "type": "GENERATION", "name": "llm",
        "startTime": "2026-01-01T00:00:01.500Z", "endTime": "2026-01-01T00:00:02.000Z", "isRootObservation": True,
        "providedModelName": "gpt-5", "input": json.dumps({"messages": TALK, "tools": [OFFER]}), "output": json.dumps(ANSWER),
        "usageDetails": {"input": 10, "output": 4}, "totalCost": 0.5, "modelParameters": {"temperature": 0},
    }  # fmt: skip
    (step,) = walked(clear(READER, {"data": [call], "meta": {"cursor": None}}))
    assert (step.kind, step.model, step.cost_usd) == (Kind.MODEL_CALL, "gpt-5", 0.5)
    assert step.body.usage == Usage(10, 4)
    assert step.body.output is not None
    assert step.body.output.tool_calls[0].name == "weather"
    assert step.body.tools is not None
    assert step.body.params == {"temperature": 0}
