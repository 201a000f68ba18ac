"""CrewAI: the output of a crew, and its log of tasks."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.crewai_output import READER
from tests.support.readings import clear, lines, outline, sniffed

TALK = [
    {"role": "system", "content": "You are Ann."},
    {"role": "user", "content": "go"},
    {"role": "assistant", "content": "done"},
]
OUTPUT = {"raw": "done", "token_usage": {"total_tokens": 9}, "tasks_output": [
    {"description": "Look", "agent": "Ann", "raw": "found"}, {"description": "Write", "agent": "Bob", "raw": "done", "messages": TALK}]}  # fmt: skip


def entry(second: int, status: str, **more: Any) -> dict[str, Any]:
    return {
        "timestamp": f"2026-02-03 10:00:0{second}",
        "task_name": "look",
        "task": "Look",
        "agent": "Ann",
        "status": status,
        **more,
    }


LOG = [
    entry(0, "started"),
    entry(4, "completed", output="found"),
    entry(5, "started"),
    entry(6, "failed", output="no"),
]


def test_an_output() -> None:
    assert outline(clear(READER, OUTPUT)) == [
        "agent-invocation Ann",
        "agent-invocation Bob",
        "  model-call chat",
    ]


@pytest.mark.parametrize("content", [LOG, lines(*LOG)])
def test_a_log(content: Any) -> None:
    trace = clear(READER, content)
    assert outline(trace) == ["agent-invocation Ann", "agent-invocation Ann!"]
    assert (trace.duration_ms(0), trace.body(0).output_value, trace.body(1).error) == (4000, "found", "no")


def test_a_task_that_did_not_end_is_told() -> None:
    assert outline(clear(READER, LOG[:1])) == ["agent-invocation Ann"]


@pytest.mark.parametrize("content", [{"tasks_output": []}, [{"task": "x", "agent": "y"}], []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [OUTPUT, LOG]
