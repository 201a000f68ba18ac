"""Ticks of a voice simulation put together into turns."""

from __future__ import annotations

from typing import Any

from replaydbg.readers import tau2
from replaydbg.readers._tau2_voice import turns
from tests.support.readings import outline, read


def tick(**more: Any) -> dict[str, Any]:
    return {"timestamp": "2026-01-02T03:04:05", "agent_chunk": {}, "user_chunk": {}, **more}


TICKS = [
    tick(),
    tick(user_chunk={"content": "My or"}),
    tick(user_chunk={"content": "der?"}),
    tick(agent_tool_calls=[{"id": "c", "name": "find", "arguments": {}}]),
    tick(agent_tool_results=[{"id": "c", "content": "sent"}]),
    tick(agent_chunk={"content": "It is "}, user_chunk={"content": "AAAA", "is_audio": True}),
    tick(agent_chunk={"content": "sent."}),
]


def test_turns() -> None:
    assert [(turn["role"], turn.get("content")) for turn in turns(TICKS)] == [
        ("user", "My order?"),
        ("assistant", None),
        ("tool", "sent"),
        ("assistant", "It is sent."),
    ]
    assert turns([tick(), "x", None]) == []
    assert turns(None) == []


def test_a_voice_simulation_is_a_trace() -> None:
    told = {"task_id": "1", "termination_reason": "user_stop", "ticks": TICKS}
    (trace,) = read(tau2.READER, told).traces
    assert outline(trace) == ["model-call chat", "tool-execution find", "model-call chat", "opaque user_stop"]


def test_silence_is_said() -> None:
    reading = read(tau2.READER, {"task_id": "1", "termination_reason": "user_stop", "ticks": [tick()]})
    assert "nothing is said" in reading.notices[0].message
