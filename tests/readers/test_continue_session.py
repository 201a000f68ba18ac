"""Sessions of Continue: a reply has the states of its calls beside it."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.continue_session import READER
from tests.support.readings import clear, one, outline, sniffed


def calls(*ids: str) -> list[dict[str, Any]]:
    return [
        {"id": id_, "type": "function", "function": {"name": f"do_{id_}", "arguments": '{"n": 1}'}}
        for id_ in ids
    ]


def entry(role: str, content: Any, **more: Any) -> dict[str, Any]:
    outside: dict[str, Any] = {key: more.pop(key) for key in ("toolCallStates", "promptLogs") if key in more}
    return {"message": {"role": role, "content": content, **more}, "contextItems": [], **outside}


SESSION = {
    "sessionId": "s", "title": "t", "workspaceDirectory": "/x", "chatModelTitle": "Big",
    "history": [
        entry("user", "go"),
        entry("assistant", "I look.", toolCalls=calls("a", "b"), promptLogs=[{"modelTitle": "Bigger", "modelProvider": "openai"}],
              toolCallStates=[{"toolCallId": "a", "status": "errored", "output": [{"content": "no"}]}, {"toolCallId": "b", "status": "canceled"}]),
        entry("tool", "no", toolCallId="a"),
        entry("thinking", "hm"),
        entry("assistant", "done"),
    ],
}  # fmt: skip


def test_a_session() -> None:
    trace = clear(READER, SESSION)
    assert trace.id == "s"
    assert sorted(outline(trace)) == [
        "model-call chat Big", "model-call chat Big", "model-call chat Bigger", "tool-execution do_a!", "tool-execution do_b!",
    ]  # fmt: skip
    results = {
        trace.name(row): trace.body(row).result
        for row in range(len(trace))
        if trace.kind(row) == "tool-execution"
    }
    assert results == {"do_a": "no", "do_b": "canceled"}, "a message of the tool is not told twice"


def test_a_state_without_a_message_of_the_tool_is_an_execution() -> None:
    state = {"toolCallId": "a", "status": "done", "output": [{"content": "one"}, {"content": "two"}]}
    trace = one(
        READER, {**SESSION, "history": [entry("assistant", "", toolCalls=calls("a"), toolCallStates=[state])]}
    )
    assert (outline(trace)[1], trace.body(1).result) == ("tool-execution do_a", "one\n\ntwo")


@pytest.mark.parametrize(
    "content", [{"history": []}, {"history": [{"message": {"role": "user"}}]}, [SESSION]]
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [SESSION]
