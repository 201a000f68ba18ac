"""Chat histories of Grok: what the server did before a reply is part of it."""

from __future__ import annotations

from typing import Any

from replaydbg.core.message import OtherPart, Reasoning
from replaydbg.readers import _registry, grok_session
from tests.support.claude_sessions import told
from tests.support.readings import document, lines, one, outline, sniffed

LINES: list[dict[str, Any]] = [
    {"type": "system", "content": "Be good."},
    {"type": "user", "content": [{"type": "text", "text": "go"}], "prompt_index": 0},
    {"type": "reasoning", "id": "rs", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "x"},
    {"type": "backend_tool_call", "kind": {"tool_type": "web_search"}},
    {"type": "assistant", "content": "I look.", "model_id": "grok-9",
     "tool_calls": [{"id": "c", "name": "read_file", "arguments": '{"target_file": "a"}'}]},
    {"type": "tool_result", "tool_call_id": "c", "content": "text of a"},
    {"type": "assistant", "content": "done", "tool_calls": [], "model_id": "grok-9"},
]  # fmt: skip
DATA = lines(*LINES)


def test_a_history() -> None:
    assert _registry.choose(document(DATA)).reader is grok_session.READER
    trace = one(grok_session.READER, DATA)
    assert outline(trace) == ["model-call chat grok-9", "tool-execution read_file", "model-call chat grok-9"]
    first, read, _ = trace.steps()
    assert first.body.output is not None
    assert [type(part) for part in first.body.output.parts[:2]] == [Reasoning, OtherPart]
    assert (first.tool_calls[0].raw, read.body.result) == ('{"target_file": "a"}', "text of a")
    assert told(trace, 2) == ["Be good.", "go", "I look.", "=text of a"]


def test_other_files_are_not_claimed() -> None:
    others: list[Any] = [
        [{"role": "user"}],
        {"type": "user", "sessionId": "s", "content": "x"},
        {"type": "user", "content": "x"},
    ]
    for other in others:
        assert sniffed(grok_session.READER, other) == 0.0


SAMPLES = [DATA]
