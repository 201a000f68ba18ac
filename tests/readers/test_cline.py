"""Tasks of Cline: Anthropic's messages with what each reply cost beside it."""

from __future__ import annotations

from typing import Any

from replaydbg.readers import _registry, cline
from tests.support.claude_sessions import told
from tests.support.readings import document, one, outline, sniffed

TASK: dict[str, Any] = {
    "version": 1,
    "sessionId": "s",
    "system_prompt": "Be good.",
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": "go"}], "ts": 1_770_000_000_000},
        {"role": "assistant", "ts": 1_770_000_002_000, "modelInfo": {"id": "big", "provider": "anthropic"},
         "metrics": {"inputTokens": 3, "outputTokens": 2, "cacheReadTokens": 10, "cost": 0.25},
         "content": [{"type": "tool_use", "id": "c", "name": "read_file", "input": {"path": "a"}}]},
        {"role": "user", "ts": 1_770_000_003_000, "content": [
            {"type": "tool_result", "tool_use_id": "c", "content": "text of a"}]},
    ],
}  # fmt: skip


def test_a_task() -> None:
    assert _registry.choose(document(TASK)).reader is cline.READER
    trace = one(cline.READER, TASK)
    assert (trace.id, outline(trace)) == ("s", ["model-call chat big", "tool-execution read_file"])
    first, read = trace.steps()
    assert (first.cost_usd, first.body.usage.input_tokens, first.duration_ms) == (0.25, 13, 2000)
    assert (read.body.result, read.duration_ms, told(trace, 0)) == ("text of a", 1000, ["Be good.", "go"])


def test_other_files_are_not_claimed() -> None:
    others: list[Any] = [
        {"messages": [{"role": "user", "content": "x"}]},
        {"messages": [], "sessionId": "s"},
        [TASK],
    ]
    for other in others:
        assert sniffed(cline.READER, other) == 0.0


SAMPLES = [TASK]
