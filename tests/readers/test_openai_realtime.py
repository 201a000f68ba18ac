"""Events of the Realtime API."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.openai_realtime import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, lines, one, outline, sniffed

TOOL = {"type": "function", "name": "look", "parameters": {"type": "object"}}
HEARD = {
    "id": "i1",
    "type": "message",
    "role": "user",
    "content": [{"type": "input_audio", "transcript": None}],
}
CALL = {"id": "i2", "type": "function_call", "name": "look", "call_id": "c", "arguments": '{"q": 1}'}
OUTPUT = {"type": "function_call_output", "call_id": "c", "output": "20"}
SAID = {
    "id": "i3",
    "type": "message",
    "role": "assistant",
    "content": [{"type": "audio", "transcript": "It is 20"}],
}


def done(id_: str, *output: Any, **more: Any) -> dict[str, Any]:
    usage = {"input_tokens": 15, "output_tokens": 5, "input_token_details": {"cached_tokens": 3}}
    return {"type": "response.done", "response": {"id": id_, "object": "realtime.response", "status": "completed", "output": list(output),
                                                  "usage": usage, **more}}  # fmt: skip


EVENTS: list[dict[str, Any]] = [
    {
        "type": "session.created",
        "event_id": "e1",
        "session": {"id": "s", "model": "big", "instructions": "Be good.", "tools": [TOOL]},
    },
    {"type": "conversation.item.created", "item": HEARD},
    {"type": "response.created", "response": {"id": "r1"}, "timestamp": 1_770_000_000_000},
    {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": "i1",
        "transcript": "weather?",
    },
    {"type": "response.audio.delta", "delta": "AAAA"},
    {**done("r1", CALL), "timestamp": 1_770_000_002_000},
    {"type": "conversation.item.create", "item": OUTPUT},
    {"type": "conversation.item.created", "item": {**OUTPUT, "id": "i4"}},
    done("r2", SAID),
]


@pytest.mark.parametrize(
    "content", [EVENTS, lines(*EVENTS), [{"direction": "in", "event": event} for event in EVENTS]]
)
def test_a_conversation(content: Any) -> None:
    trace = clear(READER, content)
    assert outline(trace) == ["model-call chat big", "tool-execution look", "model-call chat big"]
    first, ran, last = trace.steps()
    assert [tool.name for tool in first.body.tools or ()] == ["look"]
    assert (first.body.usage.input_tokens, first.body.usage.cache_read_tokens, ran.body.result) == (
        15,
        3,
        "20",
    )
    assert told(trace, 0) == ["Be good.", "weather?"], "what was heard is told as it was transcribed"
    assert last.body.output is not None
    assert last.body.output.text == "It is 20"


def test_times() -> None:
    assert one(READER, EVENTS).duration_ms(0) == 2000


def test_what_failed() -> None:
    failed = done("r1", status="failed", status_details={"error": {"message": "quota"}})
    trace = one(READER, [EVENTS[0], failed, {"type": "error", "error": {"message": "no such item"}}])
    assert outline(trace) == ["model-call chat big!", "model-call chat big!"]
    assert [trace.body(row).error for row in (0, 1)] == ["quota", "no such item"]


@pytest.mark.parametrize(
    "content", [{"type": "session.created"}, {"type": "response.done", "response": {}}, []]
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [EVENTS, lines(*EVENTS)]
