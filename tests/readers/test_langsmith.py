"""LangSmith: runs in every way that they are kept, and what LangChain puts into them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replaydbg.core.message import Json, Message, ParseProblem, Role, Text, ToolCall
from replaydbg.core.step import Kind, Status, Usage
from replaydbg.readers import _registry
from replaydbg.readers.langsmith import READER
from tests.support.corpora import document as file_of
from tests.support.corpora import each_of
from tests.support.readings import clear, document, lines, opened, steps, walked

SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}
ORDER = {"root": "20260101T000000000000Zroot"}
ORDER |= {id_: f"{ORDER['root']}.20260101T000001000000Z{id_}" for id_ in ("call", "tool")}


def constructor(name: str, **arguments: Json) -> dict[str, Json]:
    return {
        "lc": 1,
        "type": "constructor",
        "id": ["langchain", "schema", "messages", name],
        "kwargs": arguments,
    }


REPLY = constructor(
    "AIMessage",
    content="",
    additional_kwargs={"tool_calls": [{"id": "c1", "function": {"name": "find", "arguments": '{"q": "x"}'}, "type": "function"}]},
    tool_calls=[{"name": "find", "args": {"q": "x"}, "id": "c1", "type": "tool_call"}],
    invalid_tool_calls=[],
    response_metadata={"finish_reason": "tool_calls", "model_name": "gpt-5-2026"},
    usage_metadata={"input_tokens": 12, "output_tokens": 3, "total_tokens": 15, "input_token_details": {"cache_read": 2}},
)  # fmt: skip


def run(id_: str, type_: str, **fields: Json) -> dict[str, Json]:
    parent = None if id_ == "root" else "root"
    return {
        "id": id_,
        "name": id_,
        "run_type": type_,
        "trace_id": "root",
        "parent_run_id": parent,
        "dotted_order": ORDER.get(id_, f"{ORDER['root']}.20260101T000002000000Z{id_}"),
        "start_time": "2026-01-01T00:00:00",
        "end_time": "2026-01-01T00:00:01.250000+00:00",
        "error": None,
        "extra": {},
        "inputs": {},
        "outputs": {},
        **fields,
    }


RUNS = [
    run(
        "call", "llm", name="ChatOpenAI",
        inputs={"messages": [[constructor("SystemMessage", content="be brief"), constructor("HumanMessage", content="find x")]]},
        outputs={"generations": [[{"text": "", "message": REPLY}]], "llm_output": {"model_name": "gpt-5-2026"}},
        extra={
            "invocation_params": {"model": "gpt-5", "temperature": 0.5, "_type": "openai-chat", "tools": [{"type": "function", "function": {"name": "find", "parameters": SCHEMA}}]},
            "metadata": {"ls_model_name": "gpt-5", "ls_provider": "openai"},
        },
        events=[{"name": "new_token"}],
    ),
    run("tool", "tool", name="find", inputs={"input": "{'q': 'x'}"}, outputs={"output": {"type": "tool", "content": "two", "tool_call_id": "c1", "status": "success"}}),
    run("root", "chain", name="helper", inputs={"input": "find x"}, outputs={"output": "two"}, extra={"metadata": {"lc_agent_name": "helper"}}),
]  # fmt: skip


def created(one: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in one.items() if key not in {"end_time", "error"}} | {"outputs": {}}


def completed(one: dict[str, Json], *, named: bool = True) -> dict[str, Json]:
    keys = {"id", "end_time", "error", "outputs", "dotted_order", "trace_id"} - (set() if named else {"id"})
    return {key: one[key] for key in one if key in keys}


def by_order_only(one: dict[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in one.items() if key not in {"parent_run_id", "trace_id"}}


def of_version_2(one: dict[str, Json], *, ordered: bool) -> dict[str, Json]:
    """A run as `/api/v2/runs/query` tells it, with all that may be selected or without `dotted_order` and `extra`."""
    told = {key: value for key, value in one.items() if key not in {"parent_run_id", "extra"}}
    extra: Any = one["extra"]
    asked = (
        {"extra": {"invocation_params": extra["invocation_params"]}} if "invocation_params" in extra else {}
    )
    told |= {
        "run_type": str(one["run_type"]).upper(),
        "status": "SUCCESS",
        "parent_run_ids": [] if one["id"] == "root" else ["root"],
        "metadata": extra.get("metadata"),
        "error": None,
        **asked,
    }
    return told if ordered else {key: value for key, value in told.items() if key != "dotted_order"}


SHAPES: dict[str, Any] = {
    "array": RUNS,
    "lines": lines(*RUNS),
    "page": {"runs": RUNS, "cursors": {}},
    "version 2": {"items": [of_version_2(one, ordered=True) for one in RUNS], "next_cursor": None},
    "version 2, few fields": [of_version_2(one, ordered=False) for one in RUNS],
    "nested": {**RUNS[2], "child_runs": RUNS[:2]},
    "order only": [by_order_only(one) for one in RUNS],
    "operations": lines(*map(created, RUNS), *map(completed, RUNS)),
    "batch": {"post": list(map(created, RUNS)), "patch": [completed(one, named=False) for one in RUNS]},
    "completed before created": lines(*map(completed, RUNS), *map(created, RUNS)),
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES.keys())
def test_the_same_run_in_every_shape(content: Any) -> None:
    trace = clear(READER, content)
    assert (trace.id, trace.ids, list(trace.depths)) == ("root", ["root", "call", "tool"], [0, 1, 1])
    agent, call, tool = walked(trace)
    assert (agent.kind, agent.agent, agent.body.input, agent.body.output_value) == (
        Kind.AGENT_INVOCATION, "helper", "find x", "two",
    )  # fmt: skip
    assert (call.kind, call.model, call.agent, call.duration_ms) == (
        Kind.MODEL_CALL,
        "gpt-5",
        "helper",
        1250.0,
    )
    assert call.body.messages == (
        Message(Role.SYSTEM, (Text("be brief"),)),
        Message(Role.USER, (Text("find x"),)),
    )
    assert call.tool_calls == (ToolCall("c1", "find", {"q": "x"}, '{"q": "x"}'),)
    assert call.body.output is not None
    assert call.body.output.finish_reason == "tool_calls"
    assert [(spec.name, spec.schema) for spec in call.body.tools or ()] == [("find", SCHEMA)]
    assert (call.body.usage, call.body.params) == (Usage(12, 3, 2), {"temperature": 0.5})
    assert (call.body.provider, call.body.response_model) == ("openai", "gpt-5-2026")
    assert (tool.kind, tool.body.call, tool.body.result) == (
        Kind.TOOL_EXECUTION, ToolCall("c1", "find", {"q": "x"}), "two",
    )  # fmt: skip


def test_a_call_that_langchain_could_not_parse_keeps_its_text() -> None:
    broken = constructor(
        "AIMessage", content="", tool_calls=[],
        invalid_tool_calls=[{"name": "find", "args": '{"q": ', "id": "c1", "error": "not JSON"}],
    )  # fmt: skip
    (call,) = steps(READER, [run("root", "llm", outputs={"generations": [[{"message": broken}]]})]).values()
    (asked,) = call.tool_calls
    assert (asked.name, asked.raw, asked.arguments) == ("find", '{"q": ', None)
    assert isinstance(asked.problem, ParseProblem)


def test_a_client_that_was_wrapped() -> None:
    """Inputs are the whole request, outputs the whole answer, and a stream counts no tokens."""
    (call,) = steps(
        READER,
        [
            run(
                "root", "llm",
                inputs={"model": "gpt-5", "messages": [{"role": "user", "content": "hi"}], "stream": False, "extra_body": None, "seed": 7},
                outputs={"model": "gpt-5-2026", "choices": [{"message": {"role": "assistant", "content": "ho"}, "finish_reason": "stop"}], "usage_metadata": None},
                prompt_tokens=0, completion_tokens=0,
            )
        ],
    ).values()  # fmt: skip
    assert call.body.output == Message(Role.ASSISTANT, (Text("ho"),), finish_reason="stop")
    assert (call.body.params, call.body.usage) == ({"seed": 7}, Usage(0, 0))


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"error": "ValueError('x')"}, Status.ERROR),
        ({"error": "GraphInterrupt((Interrupt(value='sure?'),))"}, Status.UNSET),
        ({"status": "success"}, Status.OK),
        ({"status": "pending"}, Status.UNSET),
    ],
)
def test_statuses(fields: dict[str, Json], status: Status) -> None:
    (step,) = steps(READER, [run("root", "chain", **fields)]).values()
    assert (step.status, step.body.error) == (status, fields.get("error", ""))


def test_a_tool_whose_error_was_told_to_the_model_failed() -> None:
    told = {"content": "down", "tool_call_id": "c1", "type": "tool", "status": "error"}
    (step,) = steps(READER, [run("tool", "tool", outputs={"output": told})]).values()
    assert (step.status, step.body.error, step.body.result) == (Status.ERROR, "down", "down")
    plain = {"content": '{"status": "error"}', "tool_call_id": "c1", "type": "tool", "status": "success"}
    (step,) = steps(READER, [run("tool", "tool", outputs={"output": plain})]).values()
    assert step.status is Status.UNSET, "what the tool says itself is its result"


def test_numbers_that_are_none_do_not_lose_the_run() -> None:
    text = json.dumps([run("root", "tool", outputs={"output": float("nan")})])
    reading = opened(READER, text)
    (step,) = walked(reading)
    assert (step.kind, step.body.has_result, reading.notices) == (Kind.TOOL_EXECUTION, True, ())


def test_counts_that_are_none() -> None:
    (trace,) = opened(
        READER, json.dumps([run("root", "llm", prompt_tokens=10**30, completion_tokens=4)])
    ).traces
    assert (trace.input_tokens[0], trace.output_tokens[0]) == (-1, 4)


def test_runs_below_that_are_not_there_are_counted() -> None:
    """*Copy run as JSON* in the UI gives one run; `list_runs` gives the same ids with the runs."""
    root = {**RUNS[2], "child_run_ids": ["call", "tool"]}
    (told,) = opened(READER, [root, RUNS[0]]).notices
    assert (told.pointer, told.message) == (
        "/child_run_ids",
        "1 run below is not in the file; `list_runs(trace_id=TRACE_ID)` gives all of a trace",
    )
    assert opened(READER, [root, *RUNS[:2]]).notices == ()
    assert opened(READER, [{**root, "child_run_ids": [[1], None]}, *RUNS[:2]]).notices == ()


def test_what_is_no_run_is_said_to_be_left_out() -> None:
    reading = opened(READER, [*RUNS, {"id": "x", "score": 1}])
    assert [notice.pointer for notice in reading.notices] == ["/3"]


@pytest.mark.parametrize(
    "content",
    [
        [{"role": "user", "content": "hi"}],
        {"runs": []},
        {"trace_id": "x", "spans": []},
        {"op_name": "x", "trace_id": "y", "inputs": {}},
    ],
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert READER.sniff(document(content)) == 0.0


@each_of("langsmith", pattern="*wrap_openai*")
def test_corpora(path: Path) -> None:
    """Created and completed: one model call with its prompt and its reply."""
    *_, reading = _registry.read(file_of(path))
    (step,) = walked(reading)
    assert (reading.notices, step.kind) == ((), Kind.MODEL_CALL)
    assert step.body.messages
    assert step.body.output is not None
    assert step.duration_ms is not None


COMMAND_LINE: dict[str, Any] = {
    "run_id": "root", "trace_id": "root", "name": "m", "run_type": "llm", "parent_run_id": None, "start_time": "2026-01-01T00:00:00Z",
    "custom_metadata": {"ls_model_name": "gpt-5"}, "token_usage": {"prompt_tokens": 1, "completion_tokens": 2},
    "costs": {"total_cost": 0.1}, "inputs": {"messages": []}, "outputs": None, "child_run_ids": ["x"],
}  # fmt: skip
SAMPLES = [*SHAPES.values(), lines(COMMAND_LINE)]
