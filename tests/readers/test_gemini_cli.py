"""Gemini CLI in all its files: chats, chats in lines, contents, recorded replies; and Qwen Code."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.readers import _registry, gemini_cli
from tests.support.claude_sessions import moment, told
from tests.support.readings import document, lines, one, outline, sniffed

CALL = {
    "id": "c", "name": "ls", "args": {"dir": "."}, "status": "error", "timestamp": moment(5),
    "result": [{"functionResponse": {"id": "c", "name": "ls", "response": {"error": "gone"}}}],
}  # fmt: skip
MESSAGES: list[dict[str, Any]] = [
    {"id": "1", "timestamp": moment(1), "type": "user", "content": [{"text": "go"}]},
    {"id": "2", "timestamp": moment(3), "type": "gemini", "content": "I look.", "model": "g-9", "toolCalls": [CALL],
     "thoughts": [{"subject": "Plan", "description": "look"}],
     "tokens": {"input": 10, "output": 2, "cached": 4, "thoughts": 1, "total": 13}},
    {"id": "3", "timestamp": moment(6), "type": "error", "content": "quota"},
    {"id": "4", "timestamp": moment(7), "type": "gemini", "content": "done", "model": "g-9"},
]  # fmt: skip
OUTLINE = ["model-call chat g-9", "tool-execution ls!", "opaque error!", "model-call chat g-9"]
CHAT = orjson.dumps({"sessionId": "s", "projectHash": "h", "messages": MESSAGES})
IN_LINES = b"".join(
    orjson.dumps(line) + b"\n"
    for line in [
        {"sessionId": "s", "projectHash": "h", "kind": "main"},
        MESSAGES[0],
        {"id": "2", "type": "gemini", "content": "I am being written"},
        {"$set": {"lastUpdated": "now"}},
        MESSAGES[1],
        {"id": "9", "type": "gemini", "content": "left"},
        {"$rewindTo": "9"},
        *MESSAGES[2:],
    ]
)


def test_a_rewind_to_what_is_not_there_leaves_nothing() -> None:
    begun = lines({"sessionId": "s", "projectHash": "p"}, {"id": "9", "type": "user", "content": "left"})
    trace = one(gemini_cli.READER, begun + lines({"$rewindTo": "gone"}) + IN_LINES.split(b"\n", 1)[1])
    assert outline(trace) == OUTLINE


@pytest.mark.parametrize("data", [CHAT, IN_LINES], ids=["chat", "lines"])
def test_a_chat(data: bytes) -> None:
    assert _registry.choose(document(data)).reader is gemini_cli.READER
    trace = one(gemini_cli.READER, data)
    assert outline(trace) == OUTLINE
    first, ls, _, last = trace.steps()
    assert (trace.id, first.body.usage.input_tokens, first.body.usage.output_tokens) == ("s", 10, 3)
    assert (ls.body.result, ls.tool_calls[0].arguments, ls.duration_ms) == (
        {"error": "gone"},
        {"dir": "."},
        2000,
    )
    assert told(trace, 3) == ["go", "I look.", "={'error': 'gone'}"]
    assert last.body.messages is not None


CONTENTS = [
    {"role": "user", "parts": [{"text": "go"}]},
    {
        "role": "model",
        "parts": [{"text": "hm", "thought": True}, {"functionCall": {"name": "ls", "args": {}}}],
    },
    {"role": "user", "parts": [{"functionResponse": {"name": "ls", "response": {"output": "a"}}}]},
    {"role": "model", "parts": [{"text": "done"}]},
]


@pytest.mark.parametrize("data", [CONTENTS, {"history": CONTENTS}])
def test_contents_as_the_api_takes_them(data: Any) -> None:
    assert sniffed(gemini_cli.READER, data) == 0.9
    trace = one(gemini_cli.READER, data)
    assert outline(trace) == ["model-call chat", "tool-execution ls", "model-call chat"]
    assert trace.step(1).body.result == {"output": "a"}
    assert told(trace, 2) == ["go", "ls", "={'output': 'a'}"]


def test_replies_that_were_recorded_without_what_was_asked() -> None:
    pieces = [
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "The "}]}}]},
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "end"}]}, "finishReason": "STOP"}],
         "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 2}},
    ]  # fmt: skip
    data = orjson.dumps({"method": "generateContentStream", "response": pieces}) + b"\n"
    assert sniffed(gemini_cli.READER, data * 2) > 0.9
    trace = one(gemini_cli.READER, data * 2)
    step = trace.step(1)
    assert (len(trace), step.body.messages, step.body.output and step.body.output.text) == (
        2,
        None,
        "The end",
    )
    assert list(trace.input_tokens) == [7, 7]


def test_results_that_are_told_with_the_calls_and_once_more() -> None:
    """Gemini CLI of today, in lines: what was there before the person spoke is set, results are messages, too."""
    late = {"functionResponse": {"id": "late", "name": "ls", "response": {"output": "a"}}}
    running = {"id": "late", "name": "ls", "args": {}, "status": "executing"}
    told_again = {"id": "2b", "timestamp": moment(6), "type": "user", "content": [*CALL["result"], late]}
    reply = {**MESSAGES[1], "toolCalls": [CALL, running]}
    first = {"id": "0", "timestamp": moment(0), "type": "user", "content": [{"text": "context"}]}
    data = b"".join(
        orjson.dumps(line) + b"\n"
        for line in [
            {"sessionId": "s", "projectHash": "h", "kind": "main"},
            {"$set": {"messages": [first, {"$set": {"messages": [7]}}]}},
            MESSAGES[0], reply, told_again, MESSAGES[3],
        ]
    )  # fmt: skip
    trace = one(gemini_cli.READER, data)
    assert outline(trace) == [
        "model-call chat g-9",
        "tool-execution ls!",
        "tool-execution ls",
        "model-call chat g-9",
    ]
    assert told(trace, 0) == ["context", "go"]
    assert told(trace, 3) == ["context", "go", "I look.", "={'error': 'gone'}", "={'output': 'a'}"]


def test_qwen_code_writes_contents_a_line() -> None:
    lines = [
        {
            "uuid": str(at),
            "parentUuid": None,
            "sessionId": "q",
            "type": kind,
            "timestamp": moment(at),
            "message": content,
        }
        for at, (kind, content) in enumerate(
            zip(["user", "assistant", "tool_result", "assistant"], CONTENTS, strict=True)
        )
    ]
    data = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    assert _registry.choose(document(data)).reader is gemini_cli.READER
    trace = one(gemini_cli.READER, data)
    assert (trace.id, outline(trace)) == ("q", ["model-call chat", "tool-execution ls", "model-call chat"])


def test_other_files_are_not_claimed() -> None:
    others: list[Any] = [
        [{"role": "user", "parts": [{"type": "text", "content": "x"}]}],
        {"sessionId": "s", "messages": [{"role": "user"}]},
        {"method": "GET", "response": 1},
        {"messages": [{"type": "user"}]},
    ]
    for other in others:
        assert sniffed(gemini_cli.READER, other) == 0.0


SAMPLES = [CHAT, IN_LINES, CONTENTS]
