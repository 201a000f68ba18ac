"""Sessions of Goose: exports, and the lines of older versions."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.goose_session import READER
from tests.support.readings import clear, lines, one, outline, sniffed

ASKED = {"role": "user", "created": 1_770_000_000, "content": [{"type": "text", "text": "go"}]}
CALL = {
    "type": "toolRequest",
    "id": "c",
    "toolCall": {"status": "success", "value": {"name": "shell", "arguments": {"command": "ls"}}},
}
TEXTS = [
    {"type": "text", "text": "a.py", "annotations": {"audience": ["assistant"]}},
    {"type": "text", "text": "a.py!", "annotations": {"audience": ["user"]}},
]
BROKEN = {
    "type": "toolRequest",
    "id": "d",
    "toolCall": {"status": "error", "error": "could not interpret tool use parameters"},
}
TALK: list[dict[str, Any]] = [
    ASKED,
    {"role": "assistant", "created": 1_770_000_004, "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}, CALL]},
    {"role": "user", "created": 1_770_000_005, "content": [
        {"type": "toolResponse", "id": "c", "toolResult": {"status": "success", "value": TEXTS}}]},
    {"role": "assistant", "created": 1_770_000_006, "content": [BROKEN]},
    {"role": "user", "created": 1_770_000_006, "content": [
        {"type": "toolResponse", "id": "d", "toolResult": {"status": "error", "error": "no"}}]},
    {"role": "assistant", "created": 1_770_000_007, "content": [{"type": "text", "text": "done"}]},
]  # fmt: skip
LINES = lines({"working_dir": "/x", "description": "go", "message_count": 6, "total_tokens": 9}, *TALK)
EXPORT = {
    "id": "20260203_1",
    "working_dir": "/x",
    "provider_name": "anthropic",
    "model_config": {"model_name": "big"},
    "conversation": TALK,
}


def test_lines() -> None:
    trace = clear(READER, LINES)
    assert outline(trace) == [
        "model-call chat", "tool-execution shell", "model-call chat", "tool-execution unreadable call!", "model-call chat",
    ]  # fmt: skip
    assert [trace.duration_ms(row) for row in range(2)] == [4000, 1000]
    assert trace.body(1).result == "a.py", (
        "what the person was shown beside it is not what the model was told"
    )


def test_an_export() -> None:
    trace = clear(READER, EXPORT)
    assert (trace.id, outline(trace)[0], len(trace)) == ("20260203_1", "model-call chat big", 5)


def test_content_of_newer_results_and_what_the_model_is_not_told() -> None:
    newer = {
        "type": "toolResponse",
        "id": "c",
        "toolResult": {"status": "success", "value": {"content": [{"type": "image"}], "isError": True}},
    }
    hidden = {
        "role": "user",
        "created": 1,
        "content": [{"type": "text", "text": "old"}],
        "metadata": {"agentVisible": False},
    }
    trace = one(READER, {**EXPORT, "conversation": [hidden, *TALK[:2], {**TALK[2], "content": [newer]}]})
    assert outline(trace) == ["model-call chat big", "tool-execution shell!"]
    assert trace.body(1).result == [{"type": "image"}]
    assert len(trace.body(0).messages or ()) == 1


PRINTED = lines(
    *({"type": "message", "message": {**message, "id": f"m{number}"}} for number, message in enumerate(TALK)),
    {"type": "message", "message": {**TALK[-1], "id": "m5", "content": [{"type": "text", "text": "!"}]}},
    {"type": "notification", "extension_id": "x"},
    {"type": "error", "error": "quota"},
    {"type": "complete", "total_tokens": 9},
)


def test_what_a_run_prints() -> None:
    trace = clear(READER, PRINTED)
    assert outline(trace) == [
        "model-call chat", "tool-execution shell", "model-call chat", "tool-execution unreadable call!", "model-call chat", "model-call chat!",
    ]  # fmt: skip
    assert [step.body.output.text for step in trace.steps() if step.body.output is not None][-1] == "done!", (
        "pieces of one message"
    )


@pytest.mark.parametrize("content", [ASKED, {"working_dir": "x"}, {"conversation": []}, []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [LINES, EXPORT, PRINTED]
