"""Executions of n8n."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.n8n_execution import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, one, opened, outline, sniffed

AT = 1_770_000_000_000


def ran(at: int, taken: int, by: str = "", **more: Any) -> dict[str, Any]:
    source = [{"previousNode": by}] if by else []
    return {
        "startTime": AT + at,
        "executionTime": taken,
        "executionStatus": "success",
        "source": source,
        **more,
    }


def port(kind: str, value: Any) -> dict[str, Any]:
    return {kind: [[{"json": value}]]}


MODEL = ran(100, 900, "AI Agent", inputOverride=port("ai_languageModel", {"messages": ["System: Be good.\nHuman: go"], "options": {"model": "big"}}),
            data=port("ai_languageModel", {"response": {"generations": [[{"text": "20", "generationInfo": {"finish_reason": "stop"}}]]},
                                           "tokenUsage": {"promptTokens": 7, "completionTokens": 3}}))  # fmt: skip
TOOL = ran(
    1100,
    50,
    "AI Agent",
    inputOverride=port("ai_tool", {"q": "x"}),
    executionStatus="error",
    error={"message": "no"},
)
RUNS = {"Chat Model": [MODEL], "Look": [TOOL], "AI Agent": [ran(50, 2000, "Start", data=port("main", {"output": "20"}))],
        "Start": [ran(0, 5, data=port("main", {"chatInput": "go"}))]}  # fmt: skip
EXECUTION = {"id": 7, "finished": True, "workflowData": {"name": "w", "nodes": [{"name": "Chat Model", "parameters": {"model": {"value": "small"}}}]},
             "data": {"resultData": {"runData": RUNS, "lastNodeExecuted": "AI Agent"}}}  # fmt: skip


@pytest.mark.parametrize("content", [EXECUTION, [EXECUTION], {"data": [EXECUTION]}])
def test_an_execution(content: Any) -> None:
    trace = clear(READER, content)
    assert (trace.id, outline(trace)) == (
        "7", ["opaque Start", "agent-invocation AI Agent", "  model-call chat big", "  tool-execution Look!"],
    )  # fmt: skip
    _, agent, asked, looked = trace.steps()
    assert (agent.duration_ms, asked.agent, asked.body.usage.input_tokens, trace.tokens(2)) == (
        2000,
        "AI Agent",
        7,
        10,
    )
    assert (told(trace, 2), asked.body.output.text) == (["Be good.\nHuman: go"], "20")  # type: ignore[union-attr]
    assert (looked.body.call.arguments, looked.body.error) == ({"q": "x"}, "no")  # type: ignore[union-attr]


def test_the_model_of_a_node() -> None:
    bare = {**MODEL, "inputOverride": port("ai_languageModel", {"messages": []})}
    only = {
        **EXECUTION,
        "data": {"resultData": {"runData": {"Chat Model": [bare]}, "error": {"message": "stopped"}}},
    }
    assert outline(one(READER, only)) == ["model-call chat small", "opaque error!"]


def test_an_execution_without_data_is_told() -> None:
    reading = opened(READER, [EXECUTION, {"id": 8, "data": {}}])
    assert ["includeData=true" in notice.message for notice in reading.notices] == [True]


@pytest.mark.parametrize("content", [{"data": {}}, {"data": []}, [], {"nodes": [], "connections": {}}])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [EXECUTION]
