"""The export of claude.ai: a message is a turn, in which the model may have been asked several times."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.claude_ai_export import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, one, outline, sniffed

BLOCKS: list[dict[str, Any]] = [
    {"type": "thinking", "thinking": "hm"},
    {
        "type": "tool_use",
        "id": "c",
        "name": "web_search",
        "input": {"query": "x"},
        "stop_timestamp": "2026-02-03T10:00:02Z",
    },
    {
        "type": "tool_result",
        "tool_use_id": "c",
        "name": "web_search",
        "content": [{"type": "knowledge", "text": "found"}],
        "is_error": True,
    },
    {"type": "token_budget"},
    {"type": "text", "text": "Done.", "citations": []},
]
TALK = {"uuid": "talk", "name": "t", "created_at": "2026-02-03T10:00:00Z", "chat_messages": [
    {"uuid": "1", "sender": "human", "text": "go", "created_at": "2026-02-03T10:00:00Z", "content": [{"type": "text", "text": "go"}],
     "attachments": [{"file_name": "a.txt", "extracted_content": "words"}]},
    {"uuid": "2", "sender": "assistant", "text": "Done.", "created_at": "2026-02-03T10:00:05Z", "content": BLOCKS},
]}  # fmt: skip


def test_a_conversation() -> None:
    trace = clear(READER, [TALK])
    assert (trace.id, outline(trace)) == (
        "talk",
        ["model-call chat", "tool-execution web_search!", "model-call chat"],
    )
    assert (trace.body(1).result, told(trace, 0)) == ("found", ["a.txt\nwords\ngo"])
    assert [trace.duration_ms(row) for row in (0, 2)] == [2000, 3000]


def test_the_text_of_old_exports() -> None:
    said = {"sender": "assistant", "text": "old", "content": []}
    body = one(READER, {**TALK, "chat_messages": [said]}).body(0)
    assert body.output is not None
    assert body.output.text == "old"


@pytest.mark.parametrize("content", [{"chat_messages": [{"role": "user"}]}, [], {"chat_messages": 1}])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [[TALK]]
