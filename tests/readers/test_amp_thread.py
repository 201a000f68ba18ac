"""Threads of Amp."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.amp_thread import READER
from tests.support.readings import clear, one, outline, sniffed

USE = {"type": "tool_use", "id": "c", "name": "Bash", "input": {"cmd": "ls"}, "complete": True}


def result(**run: Any) -> dict[str, Any]:
    return {
        "role": "user",
        "messageId": 2,
        "content": [{"type": "tool_result", "toolUseID": "c", "run": run}],
    }


THREAD = {
    "v": 10, "id": "T-1", "title": "t", "messages": [
        {"role": "user", "messageId": 0, "content": [{"type": "text", "text": "go"}], "meta": {"sentAt": 1_770_000_000_000}},
        {"role": "assistant", "messageId": 1, "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, USE],
         "state": {"type": "complete", "stopReason": "tool_use"},
         "usage": {"model": "big", "inputTokens": 1, "cacheReadInputTokens": 2, "cacheCreationInputTokens": 4, "outputTokens": 8,
                   "timestamp": "2026-02-02T02:40:03Z"}},
        result(status="done", result={"output": "a.py", "exitCode": 0}),
        {"role": "assistant", "messageId": 3, "content": [{"type": "text", "text": "done"}], "state": {"type": "complete"}},
    ],
}  # fmt: skip


def test_a_thread() -> None:
    trace = clear(READER, THREAD)
    assert (trace.id, outline(trace)) == (
        "T-1",
        ["model-call chat big", "tool-execution Bash", "model-call chat"],
    )
    first, ran, _ = trace.steps()
    assert (first.body.usage.input_tokens, first.body.usage.output_tokens, first.duration_ms) == (7, 8, 3000)
    assert ran.body.result == {"output": "a.py", "exitCode": 0}


@pytest.mark.parametrize(
    ("run", "told"),
    [
        ({"status": "error", "error": {"message": "no"}}, {"message": "no"}),
        ({"status": "rejected-by-user", "reason": "not now"}, "not now"),
    ],
)
def test_what_failed(run: Any, told: Any) -> None:
    trace = one(READER, {**THREAD, "messages": [*THREAD["messages"][:2], result(**run)]})  # type: ignore[index]
    assert (outline(trace)[1], trace.body(1).result) == ("tool-execution Bash!", told)


@pytest.mark.parametrize("content", [{"messages": [{"role": "user", "content": []}]}, {"messages": []}, []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [THREAD]
