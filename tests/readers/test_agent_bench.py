"""AgentBench: a run a line."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.agent_bench import READER
from tests.support.claude_sessions import told
from tests.support.readings import lines, opened, outline, sniffed

HISTORY = [
    {"role": "user", "content": "go"},
    {"role": "agent", "content": "Act: ls"},
    {"role": "user", "content": "a"},
    {"role": "agent", "content": "done"},
]
RUNS = lines(
    {
        "index": 3,
        "error": None,
        "output": {"status": "completed", "result": {"ok": True}, "history": HISTORY},
        "time": {"timestamp": 1_770_000_000_000},
    },
    {
        "index": 4,
        "error": None,
        "output": {"status": "task limit reached", "result": None, "history": HISTORY[:2]},
    },
)


def test_runs() -> None:
    assert sniffed(READER, RUNS) == 0.95
    first, second = opened(READER, RUNS).traces
    assert (first.id, outline(first)) == (
        "log-3",
        ["model-call chat", "model-call chat", "opaque ended: completed"],
    )
    assert told(first, 1) == ["go", "Act: ls", "a"]
    assert outline(second)[-1] == "opaque ended: task limit reached!"


@pytest.mark.parametrize("content", [{"index": 1, "output": {}}, {"output": {"history": HISTORY}}, []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [RUNS]
