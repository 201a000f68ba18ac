"""Agents of Letta: agent files, old and new, and messages of its API."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.letta import READER
from tests.support.readings import clear, outline, sniffed

CALL = {"id": "c", "type": "function", "function": {"name": "search", "arguments": '{"q": "x"}'}}
SAID: list[dict[str, Any]] = [
    {"role": "system", "content": [{"type": "text", "text": "You are"}], "created_at": "2026-02-03T10:00:00Z"},
    {"role": "user", "content": [{"type": "text", "text": "go"}], "created_at": "2026-02-03T10:00:01Z"},
    {"role": "assistant", "content": [{"type": "reasoning", "reasoning": "hm"}], "tool_calls": [CALL], "model": "big", "created_at": "2026-02-03T10:00:03Z"},
    {"role": "tool", "content": [{"type": "text", "text": "no"}], "tool_call_id": "c", "name": "search", "tool_returns": [{"status": "error"}],
     "created_at": "2026-02-03T10:00:04Z"},
]  # fmt: skip
SCHEMA = {"name": "search", "parameters": {"type": "object", "properties": {"q": {"type": "string"}}}}
AGENT = {"name": "ann", "agent_type": "letta_v1_agent", "llm_config": {"model": "small"}, "messages": SAID}
OLD = {**AGENT, "tools": [{"name": "search", "json_schema": SCHEMA}], "version": "0.6"}
NEW = {"agents": [{**AGENT, "id": "agent-0", "tool_ids": ["tool-0"]}], "groups": [], "blocks": [],
       "tools": [{"id": "tool-0", "json_schema": SCHEMA}, {"id": "tool-1", "json_schema": {"name": "other"}}]}  # fmt: skip
API: list[dict[str, Any]] = [
    {"id": "m1", "date": "2026-02-03T10:00:01Z", "message_type": "user_message", "content": "go"},
    {"id": "m2", "date": "2026-02-03T10:00:02Z", "message_type": "reasoning_message", "reasoning": "hm"},
    {"id": "m2", "date": "2026-02-03T10:00:02Z", "message_type": "tool_call_message", "tool_call": {"name": "search", "arguments": '{"q": "x"}', "tool_call_id": "c"}},
    {"id": "m3", "date": "2026-02-03T10:00:03Z", "message_type": "tool_return_message", "tool_return": "no", "status": "error", "tool_call_id": "c"},
    {"id": "m4", "date": "2026-02-03T10:00:04Z", "message_type": "assistant_message", "content": "done"},
]  # fmt: skip


@pytest.mark.parametrize("content", [OLD, NEW])
def test_an_agent_file(content: Any) -> None:
    trace = clear(READER, content)
    assert outline(trace) == ["model-call chat big", "tool-execution search!"]
    first, ran = trace.steps()
    assert (first.agent, first.duration_ms, ran.body.result) == ("ann", 2000, "no")
    assert [tool.name for tool in first.body.tools or ()] == ["search"]


def test_what_several_calls_brought_at_once() -> None:
    calls = [{**CALL, "id": id_} for id_ in "cd"]
    returns = [
        {"tool_call_id": "d", "status": "error", "func_response": "no"},
        {"tool_call_id": "c", "status": "success", "func_response": "20"},
    ]
    talk = [
        SAID[1],
        {**SAID[2], "tool_calls": calls},
        {"role": "tool", "content": [], "tool_call_id": None, "tool_returns": returns},
    ]
    trace = clear(READER, {**OLD, "messages": talk})
    assert outline(trace) == ["model-call chat big", "tool-execution search!", "tool-execution search"]
    assert [trace.body(row).result for row in (1, 2)] == ["no", "20"]


@pytest.mark.parametrize("content", [API, API[::-1]], ids=["oldest first", "newest first"])
def test_messages_of_the_api(content: Any) -> None:
    if content is not API:  # parts of one message keep their order
        content = [API[4], API[3], API[2], API[1], API[0]]
    trace = clear(READER, content)
    assert outline(trace) == ["model-call chat", "tool-execution search!", "model-call chat"]
    assert trace.body(1).result == "no"


@pytest.mark.parametrize(
    "content", [{"agents": [{"name": "x"}]}, {"message_type": "other"}, {"messages": []}, []]
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [OLD, NEW, API]
