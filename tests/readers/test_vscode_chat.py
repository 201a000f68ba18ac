"""Chats of VS Code: exports, and the journals of its sessions."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.vscode_chat import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, lines, one, opened, outline, sniffed

NODE = {"node": {"type": 1, "children": [{"type": 2, "text": "text "}, {"type": 2, "text": "of a"}]}}
REQUEST: dict[str, Any] = {
    "requestId": "request_1", "message": {"text": "fix it", "parts": []}, "timestamp": 1_770_000_000_000,
    "modelId": "copilot/big", "isCanceled": False,
    "response": [{"value": "Let me look."}, {"kind": "toolInvocationSerialized", "toolCallId": "c", "toolId": "copilot_readFile",
                  "isComplete": True, "pastTenseMessage": {"value": "Read a"}}],
    "result": {"timings": {"totalElapsed": 5000}, "metadata": {
        "promptTokens": 40, "outputTokens": 2,
        "toolCallRounds": [
            {"response": "Let me look.", "thinking": {"text": "hm"}, "toolCalls": [{"id": "c", "name": "read_file", "arguments": '{"path": "a"}'}]},
            {"response": "Fixed.", "toolCalls": [], "modelId": "bigger"}],
        "toolCallResults": {"c": {"content": [{"value": NODE}]}}}},
}  # fmt: skip
CHAT = {"responderUsername": "GitHub Copilot", "initialLocation": "panel", "requests": [REQUEST]}
JOURNAL = lines(
    {"kind": 0, "v": {"version": 3, "sessionId": "s", "requests": []}},
    {"kind": 2, "k": ["requests"], "v": [{**REQUEST, "result": None, "response": []}]},
    {"kind": 2, "k": ["requests", 0, "response"], "v": [{"value": "Let"}, {"value": "wrong"}]},
    {"kind": 2, "k": ["requests", 0, "response"], "v": REQUEST["response"], "i": 0},
    {"kind": 1, "k": ["requests", 0, "result"], "v": REQUEST["result"]},
    {"kind": 1, "k": ["customTitle"], "v": "a title"},
    {"kind": 3, "k": ["customTitle"]},
)
STEPS = ["model-call chat big", "tool-execution read_file", "model-call chat bigger"]


@pytest.mark.parametrize(("content", "id_"), [(CHAT, "log"), (JOURNAL, "s")])
def test_rounds_of_an_agent(content: Any, id_: str) -> None:
    trace = clear(READER, content)
    assert (trace.id, outline(trace)) == (id_, STEPS)
    first, read, last = trace.steps()
    assert first.body.output is not None
    assert first.body.output.tool_calls[0].raw == '{"path": "a"}'
    assert (read.body.result, last.body.usage.input_tokens) == ("text of a", 40)
    assert (told(trace, 0), last.duration_ms) == (["fix it"], 5000)


def test_without_rounds_the_chat_is_told_as_it_was_shown() -> None:
    shown = {**REQUEST, "result": {}, "response": [
        *REQUEST["response"],
        {"kind": "toolInvocationSerialized", "toolCallId": "d", "toolId": "run", "isComplete": True,
         "toolSpecificData": {"kind": "terminal", "commandLine": "pytest"}, "resultDetails": {"output": "1 failed", "isError": True}},
        {"kind": "progressMessage", "content": {"value": "..."}}, {"value": "Fixed."}]}  # fmt: skip
    trace = one(READER, {**CHAT, "requests": [shown]})
    assert outline(trace) == [
        "model-call chat big",
        "tool-execution copilot_readFile",
        "tool-execution run!",
        "model-call chat big",
    ]
    _, read, ran, _ = trace.steps()
    assert read.body.call is not None
    assert ran.body.call is not None
    assert (read.body.call.arguments, read.body.result) == (None, "Read a")
    assert (ran.body.call.arguments, ran.body.result) == ({"command": "pytest"}, "1 failed")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"errorDetails": {"message": "Quota exceeded"}}, "Quota exceeded"),
        ({"errorDetails": {"code": 7}}, '{"code":7}'),
    ],
)
def test_what_went_wrong(result: Any, words: str) -> None:
    trace = one(READER, {**CHAT, "requests": [{**REQUEST, "response": [], "result": result}]})
    assert (outline(trace), trace.body(0).error) == (["model-call chat big!"], words)


def test_a_change_of_what_is_not_there_is_told() -> None:
    torn = JOURNAL + lines(
        {"kind": 1, "k": ["requests", 9, "result"], "v": {}}, {"kind": 2, "k": ["requests", "x"], "v": []}
    )
    reading = opened(READER, torn)
    assert [notice.pointer for notice in reading.notices] == ["line 8", "line 9"]
    assert outline(reading.traces[0]) == STEPS


@pytest.mark.parametrize(
    "content", [{"requests": [{"url": "x"}]}, {"kind": 0, "v": [1]}, {"kind": 1, "v": {}, "k": []}, []]
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [CHAT, JOURNAL]
