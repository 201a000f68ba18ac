"""Chats of Open WebUI."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.open_webui import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, one, opened, outline, sniffed


def message(id_: str, parent: str | None, role: str, content: str, at: int, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "parentId": parent,
        "role": role,
        "content": content,
        "timestamp": 1_770_000_000 + at,
        "childrenIds": [],
        **more,
    }


ASKED = message("a", None, "user", "go", 0)
SAID = message(
    "b", "a", "assistant", "done", 2, model="big", usage={"prompt_tokens": 7, "completion_tokens": 3}
)
OTHER = message("c", "a", "assistant", "else", 3, model="big")


def chat(*messages: Any, current: str = "b") -> dict[str, Any]:
    return {
        "id": "chat",
        "chat": {
            "models": ["big"],
            "history": {"messages": {each["id"]: each for each in messages}, "currentId": current},
        },
    }


@pytest.mark.parametrize("content", [[chat(ASKED, SAID)], chat(ASKED, SAID)])
def test_a_chat(content: Any) -> None:
    trace = clear(READER, content)
    assert (trace.id, outline(trace), told(trace, 0)) == ("chat", ["model-call chat big"], ["go"])
    assert (trace.tokens(0), trace.duration_ms(0)) == (10, 2000)


def test_other_branches_are_counted() -> None:
    reading = opened(READER, chat(ASKED, SAID, OTHER))
    assert [notice.message for notice in reading.notices] == [
        "1 messages of other branches of the chat, left out"
    ]


def test_a_reply_that_failed() -> None:
    trace = one(READER, chat(ASKED, message("b", "a", "assistant", "", 2, error={"content": "no model"})))
    assert (outline(trace), trace.body(0).error) == (["model-call chat!"], "no model")


@pytest.mark.parametrize("content", [{"chat": {"history": {}}}, {"history": {"messages": {"a": {}}}}, []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [[chat(ASKED, SAID)]]
