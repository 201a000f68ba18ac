"""Conversations of LibreChat."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.libre_chat import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, one, opened, outline, sniffed


def message(id_: str, parent: str, at: int, **more: Any) -> dict[str, Any]:
    return {
        "messageId": id_,
        "parentMessageId": parent,
        "createdAt": f"2026-02-03T10:00:0{at}Z",
        "text": "",
        "isCreatedByUser": False,
        **more,
    }


CALL = {"type": "tool_call", "tool_call": {"id": "c", "name": "look", "args": '{"q": "x"}', "output": "20"}}
ASKED = message("a", "0", 0, isCreatedByUser=True, text="go", sender="User")
SAID = message(
    "b",
    "a",
    4,
    model="big",
    content=[{"type": "think", "think": "hm"}, CALL, {"type": "text", "text": {"value": "done"}}],
)
OTHER = message("c", "a", 2, text="else")
FLAT = {"conversationId": "talk", "messages": [ASKED, SAID], "recursive": False}


@pytest.mark.parametrize(
    "content", [FLAT, {"conversationId": "talk", "messagesTree": [{**ASKED, "children": [SAID]}]}]
)
def test_a_conversation(content: Any) -> None:
    trace = clear(READER, content)
    assert trace.id == "talk"
    assert outline(trace) == ["model-call chat big", "tool-execution look", "model-call chat big"]
    assert (told(trace, 0), trace.body(1).result) == (["go"], "20")
    assert trace.body(2).output.text == "done"  # type: ignore[union-attr]


def test_the_latest_branch_is_told() -> None:
    reading = opened(READER, {**FLAT, "messages": [ASKED, SAID, OTHER]})
    assert outline(reading.traces[0])[0] == "model-call chat big"
    assert len(reading.notices) == 1


def test_a_reply_that_failed_and_a_ring_of_parents() -> None:
    failed = message("b", "a", 4, error=True, text="quota")
    trace = one(READER, {**FLAT, "messages": [{**ASKED, "parentMessageId": "b"}, failed]})
    assert outline(trace)[-1] == "model-call chat!"


@pytest.mark.parametrize("content", [{"messages": [{"messageId": "a"}]}, {"messages": []}, []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [FLAT]
