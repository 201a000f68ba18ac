"""The log of the program `llm`."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.llm_log import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, opened, outline, sniffed


def record(number: int, prompt: str, response: str, **more: Any) -> dict[str, Any]:
    return {"id": f"r{number}", "model": "big", "prompt": prompt, "system": "Be good.", "response": response, "conversation_id": "talk",
            "duration_ms": 1500, "datetime_utc": f"2026-02-03T10:00:0{number}", "input_tokens": 7, "output_tokens": 3, **more}  # fmt: skip


CALL = {"tool_call_id": "c", "name": "look", "arguments": {"q": "x"}}
LOG = [
    record(
        0,
        "go",
        "",
        tools=[{"name": "look", "description": "d", "input_schema": {"type": "object"}}],
        tool_calls=[CALL],
    ),
    record(
        2, "", "done", tool_results=[{"tool_call_id": "c", "name": "look", "output": "", "exception": "no"}]
    ),
]


@pytest.mark.parametrize("content", [LOG, LOG[::-1]])
def test_a_conversation(content: Any) -> None:
    trace = clear(READER, content)
    assert (trace.id, outline(trace)) == (
        "talk",
        ["model-call chat big", "tool-execution look!", "model-call chat big"],
    )
    assert (told(trace, 0), trace.body(1).result, trace.duration_ms(0)) == (["Be good.", "go"], "no", 1500)
    assert [tool.name for tool in trace.body(0).tools or ()] == ["look"]


def test_each_conversation_is_a_trace() -> None:
    assert [
        trace.id for trace in opened(READER, [*LOG, record(3, "x", "y", conversation_id="z")]).traces
    ] == ["talk", "z"]


@pytest.mark.parametrize("content", [{"model": "x", "prompt": "y", "response": "z"}, [], [1]])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [LOG]
