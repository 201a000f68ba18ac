"""LangSmith's runs under the names of its command line, and as the texts of a bulk export."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.message import Json
from replaydbg.core.step import Kind, Usage
from replaydbg.readers import _registry
from replaydbg.readers.langsmith import READER
from tests.readers.test_langsmith import RUNS
from tests.support.readings import clear, document, lines, walked


def exported(run: dict[str, Any], *, full: bool = True) -> dict[str, Json]:
    """A run as `langsmith trace export` writes it, with `--full` or without."""
    told = {
        key: run[key] for key in ("trace_id", "name", "run_type", "parent_run_id", "start_time", "end_time")
    }
    told = {"run_id": run["id"], **told}
    if not full:
        return told
    is_call = run["run_type"] == "llm"
    return {
        **told,
        "status": "success",
        "duration_ms": 1250,
        "custom_metadata": run["extra"].get("metadata"),
        "token_usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15} if is_call else None,
        "costs": {"prompt_cost": 0.01, "total_cost": 0.03} if is_call else None,
        "inputs": run["inputs"],
        "outputs": run["outputs"],
        "error": None,
        "events": None,
    }


@pytest.mark.parametrize(
    "content",
    [lines(*map(exported, RUNS)), {"trace_id": "root", "run_count": 3, "runs": list(map(exported, RUNS))}],
    ids=["trace export", "trace get"],
)
def test_what_the_command_line_writes(content: Any) -> None:
    assert _registry.choose(document(content)).reader is READER
    trace = clear(READER, content)
    assert (trace.id, trace.ids, list(trace.depths)) == ("root", ["root", "call", "tool"], [0, 1, 1])
    agent, call, tool = walked(trace)
    assert (agent.kind, agent.agent) == (Kind.AGENT_INVOCATION, "helper")
    assert (call.model, call.cost_usd, call.body.usage) == ("gpt-5", 0.03, Usage(12, 3, 2))
    assert [called.name for called in call.tool_calls] == ["find"]
    assert (call.body.provider, tool.body.result) == ("openai", "two")


def test_without_contents_the_tree_is_there() -> None:
    content = lines(*(exported(run, full=False) for run in RUNS))
    assert _registry.choose(document(content)).reader is READER
    trace = clear(READER, content)
    assert [step.body.messages for step in walked(trace)] == [None, None, None]
    assert list(trace.depths) == [0, 1, 1]


def test_texts_of_a_bulk_export_are_what_they_hold() -> None:
    content = lines(
        *({**run, **{key: json.dumps(run[key]) for key in ("inputs", "outputs", "extra")}} for run in RUNS)
    )
    agent, _, tool = walked(clear(READER, content))
    assert (agent.body.input, agent.body.output_value, tool.body.result) == ("find x", "two", "two")
