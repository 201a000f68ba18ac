"""Conversations that Amazon Q and Kiro save."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.amazon_q_chat import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, outline, sniffed

AT = 1_770_000_000_000
USE = {"id": "t", "name": "fs_read", "orig_name": "fs_read", "args": {"path": "a"}}
OFFER = {
    "ToolSpecification": {"name": "fs_read", "description": "d", "inputSchema": {"json": {"type": "object"}}}
}
TALK = {
    "conversation_id": "talk",
    "history": [
        {"user": {"content": {"Prompt": {"prompt": "go"}}, "timestamp": "2026-02-02T02:40:00Z"},
         "assistant": {"ToolUse": {"message_id": "m", "content": "I look", "tool_uses": [USE]}},
         "request_metadata": {"request_start_timestamp_ms": AT, "stream_end_timestamp_ms": AT + 3000, "model_id": "bigger"}},
        {"user": {"content": {"ToolUseResults": {"tool_use_results": [{"tool_use_id": "t", "content": [{"Text": "no"}], "status": "Error"}]}}},
         "assistant": {"Response": {"message_id": "n", "content": "done"}}, "request_metadata": None},
    ],
    "tools": {"native___": [OFFER]}, "model": "big",
}  # fmt: skip


def test_a_conversation() -> None:
    trace = clear(READER, TALK)
    assert (trace.id, outline(trace)) == (
        "talk",
        ["model-call chat bigger", "tool-execution fs_read!", "model-call chat big"],
    )
    first, ran, _ = trace.steps()
    assert (first.duration_ms, ran.body.result, told(trace, 0)) == (3000, "no", ["go"])
    assert [(tool.name, tool.schema) for tool in first.body.tools or ()] == [("fs_read", {"type": "object"})]


@pytest.mark.parametrize(
    "content", [{"history": TALK["history"]}, {"conversation_id": "x", "history": [{"user": {}}]}, []]
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [TALK]
