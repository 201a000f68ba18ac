"""CrewAI: the output of a crew, and its log of tasks."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.step import Usage
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
        "opaque crew",
    ]


def test_what_the_crew_took_is_told() -> None:
    usage = {"total_tokens": 9, "prompt_tokens": 7, "completion_tokens": 2}
    body = clear(READER, {**OUTPUT, "token_usage": usage, "json_dict": {"a": 1}}).body(3)
    assert (body.usage, body.raw) == (Usage(7, 2), {"token_usage": usage, "json_dict": {"a": 1}})
    bare = {"raw": "done", "pydantic": None, "tasks_output": OUTPUT["tasks_output"]}
    assert len(clear(READER, bare)) == 3


@pytest.mark.parametrize("content", [LOG, lines(*LOG)])
def test_a_log(content: Any) -> None:
    trace = clear(READER, content)
    assert outline(trace) == ["agent-invocation Ann", "agent-invocation Ann!"]
    assert (trace.duration_ms(0), trace.body(0).output_value, trace.body(1).error) == (4000, "found", "no")


def test_a_task_that_did_not_end_is_told() -> None:
    assert outline(clear(READER, LOG[:1])) == ["agent-invocation Ann"]


def test_each_start_that_did_not_end_is_told() -> None:
    trace = clear(
        READER,
        [
            entry(0, "started"),
            entry(2, "started"),
            entry(3, "completed"),
            entry(4, "started"),
            entry(5, "started"),
        ],
    )
    assert [trace.duration_ms(row) for row in range(len(trace))] == [None, 1000, None, None]


@pytest.mark.parametrize("content", [{"tasks_output": []}, [{"task": "x", "agent": "y"}], []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [OUTPUT, LOG]
