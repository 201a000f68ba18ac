"""Runs of Dify."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.readers.dify_run import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, outline, sniffed


def node(index: int, kind: str, title: str, **more: Any) -> dict[str, Any]:
    return {"id": f"n{index}", "index": index, "node_id": f"{index}", "node_type": kind, "title": title, "inputs": {"q": "x"}, "process_data": None,
            "outputs": {"text": "20"}, "status": "succeeded", "error": None, "elapsed_time": 1.5, "created_at": 1_770_000_000 + 2 * index, **more}  # fmt: skip


PROMPTED = {"model_name": "big", "model_provider": "openai", "prompts": [{"role": "system", "text": "Be good."}, {"role": "user", "text": "go", "files": [{"type": "image", "url": "u"}]}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3}, "finish_reason": "stop"}  # fmt: skip
NODES = [
    node(1, "start", "Start"),
    node(2, "llm", "Think", process_data=PROMPTED),
    node(3, "tool", "Look", status="failed", error="no", outputs=None),
    node(4, "agent", "Ann"),
]


@pytest.mark.parametrize(
    "content",
    [
        NODES,
        {"data": NODES[::-1]},
        {
            "workflow_run_id": "r",
            "node_executions": [{**each, "process_data": json.dumps(each["process_data"])} for each in NODES],
        },
    ],
)
def test_a_run(content: Any) -> None:
    trace = clear(READER, content)
    assert outline(trace) == [
        "opaque Start",
        "model-call chat big",
        "tool-execution Look!",
        "agent-invocation Ann",
    ]
    _, asked, looked, _ = trace.steps()
    assert (told(trace, 1), asked.duration_ms, trace.tokens(1)) == (["Be good.", "go"], 1500, 10)
    assert (looked.body.call.arguments, looked.body.error) == ({"q": "x"}, "no")  # type: ignore[union-attr]


@pytest.mark.parametrize("content", [{"data": []}, [{"node_type": "llm"}], {}])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [NODES, {"data": NODES}]
