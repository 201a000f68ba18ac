"""Answers of ToolBench."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.toolbench_answer import READER
from tests.support.readings import clear, one, outline, sniffed

PATH: list[dict[str, Any]] = [
    {"role": "system", "content": "Call functions."},
    {"role": "user", "content": "weather?"},
    {
        "role": "assistant",
        "content": "",
        "function_call": {"name": "look_for_x", "arguments": '{"q": "Rome"}'},
    },
    {"role": "function", "name": "look_for_x", "content": "20"},
    {
        "role": "assistant",
        "content": "",
        "function_call": {"name": "Finish", "arguments": '{"final_answer": "20"}'},
    },
]
ANSWER = {"win": True, "try_count": 2, "trys": [], "answer_generation": {
    "query": "weather?", "function": [{"name": "look_for_x", "parameters": {"type": "object", "properties": {}}}],
    "train_messages": [PATH[:3], PATH], "final_answer": "20"}}  # fmt: skip


def test_an_answer() -> None:
    trace = clear(READER, ANSWER)
    assert outline(trace) == [
        "model-call chat",
        "tool-execution look_for_x",
        "model-call chat",
        "opaque tried: 2",
    ]
    assert [tool.name for tool in trace.body(0).tools or ()] == ["look_for_x"]


def test_a_search_that_found_nothing() -> None:
    assert outline(one(READER, {**ANSWER, "win": False}))[-1] == "opaque tried: 2!"


@pytest.mark.parametrize("content", [{"win": True}, {"train_messages": [PATH]}, []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [ANSWER]
