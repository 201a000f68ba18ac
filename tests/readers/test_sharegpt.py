"""Conversations in ShareGPT's shape."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.sharegpt import READER
from tests.support.readings import clear, lines, one, opened, outline, sniffed

OFFER = {"name": "look", "parameters": {"type": "object", "properties": {"q": {"type": "string"}}}}
TURNS: list[dict[str, Any]] = [
    {"from": "human", "value": "weather?"},
    {"from": "function_call", "value": '{"name": "look", "arguments": {"q": "Rome"}}'},
    {"from": "observation", "value": '{"t": 20}'},
    {"from": "gpt", "value": "<think>warm</think>20 degrees"},
]
FACTORY = [{"conversations": TURNS, "system": "Be good.", "tools": '[{"name": "look", "parameters": {}}]'}]
HERMES = lines(
    {"id": "talk", "conversations": [
        {"from": "system", "value": 'Call them. <tools>\n{"name": "look", "parameters": {"type": "object"}}\n</tools>'},
        {"from": "human", "value": "weather?"},
        {"from": "gpt", "value": 'Let me see.\n<tool_call>\n{"name": "look", "arguments": {"q": "Rome"}}\n</tool_call>'},
        {"from": "tool", "value": '<tool_response>\n{"t": 20}\n</tool_response>'},
        {"from": "gpt", "value": "20 degrees"}]},
)  # fmt: skip


@pytest.mark.parametrize(("content", "id_"), [(FACTORY, "log-1"), (HERMES, "talk")])
def test_tools(content: Any, id_: str) -> None:
    trace = clear(READER, content)
    assert (trace.id, outline(trace)) == (id_, ["model-call chat", "tool-execution look", "model-call chat"])
    first, ran, last = trace.steps()
    assert first.body.output is not None
    assert first.body.output.tool_calls[0].arguments == {"q": "Rome"}
    assert ran.body.result == {"t": 20}
    assert [tool.name for tool in first.body.tools or ()] == ["look"]
    assert last.body.output is not None
    assert last.body.output.text == "20 degrees"


def test_a_call_that_is_no_json() -> None:
    broken = [TURNS[0], {"from": "gpt", "value": '<tool_call>{"name": "look", </tool_call>'}]
    (call,) = one(READER, [{"conversations": broken}]).body(0).output.tool_calls  # type: ignore[union-attr]
    assert (call.name, call.problem is not None) == ("unreadable call", True)


def test_each_conversation_is_a_trace() -> None:
    assert [trace.id for trace in opened(READER, FACTORY * 3).traces] == ["log-1", "log-2", "log-3"]


@pytest.mark.parametrize("content", [{"conversations": []}, {"conversations": [{"role": "user"}]}, []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [FACTORY, HERMES]
