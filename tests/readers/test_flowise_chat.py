"""Messages of Flowise."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.readers.flowise_chat import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, opened, outline, sniffed


def message(second: int, role: str, content: str, **more: Any) -> dict[str, Any]:
    return {"id": f"{second}", "role": role, "chatflowid": "f", "chatId": "chat", "content": content,
            "createdDate": f"2026-02-03T10:00:0{second}.000Z", **more}  # fmt: skip


USED = [
    {"tool": "look", "toolInput": {"q": "x"}, "toolOutput": "20"},
    {"tool": "send", "toolInput": {}, "error": "no"},
]
TALK = [message(0, "userMessage", "go"), message(3, "apiMessage", "done", usedTools=USED)]


@pytest.mark.parametrize("content", [TALK, TALK[::-1], [TALK[0], {**TALK[1], "usedTools": json.dumps(USED)}]])
def test_a_chat(content: Any) -> None:
    trace = clear(READER, content)
    assert trace.id == "chat"
    assert sorted(outline(trace)) == [
        "model-call chat",
        "model-call chat",
        "tool-execution look",
        "tool-execution send!",
    ]
    assert told(trace, 0) == ["go"]


def test_a_team() -> None:
    steps = [
        {"agentName": "Ann", "messages": ["I look."], "usedTools": USED[:1]},
        {"agentName": "Bob", "messages": ["Fine."], "usedTools": []},
    ]
    (trace,) = opened(
        READER, [TALK[0], message(3, "apiMessage", "done", usedTools=USED[:1], agentReasoning=steps)]
    ).traces
    assert [(trace.agent(row), trace.name(row)) for row in range(len(trace))] == [
        ("Ann", "chat"),
        ("", "look"),
        ("Bob", "chat"),
        ("", "chat"),
    ]


@pytest.mark.parametrize("content", [[{"role": "userMessage"}], [{"role": "user", "chatId": "x"}], []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [TALK]
