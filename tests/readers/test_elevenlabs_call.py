"""Calls of voice agents, as ElevenLabs' API and its webhook tell them."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Role
from replaydbg.core.step import Usage
from replaydbg.readers.elevenlabs_call import READER
from tests.support.readings import clear, opened, outline, sniffed


def turn(role: str, seconds: Any, message: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "role": role,
        "message": message,
        "tool_calls": [],
        "tool_results": [],
        "time_in_call_secs": seconds,
        "interrupted": False,
        **more,
    }


CALL = {
    "type": "webhook",
    "request_id": "r1",
    "tool_name": "find_slot",
    "params_as_json": '{"day": "Monday"}',
    "tool_has_been_called": True,
}
RESULT = {
    "type": "webhook",
    "request_id": "r1",
    "tool_name": "find_slot",
    "result_value": "9:00",
    "is_error": False,
    "tool_has_been_called": True,
}
USED = {
    "model_usage": {
        "gpt-x": {
            "input": {"tokens": 50, "price": 0.5},
            "input_cache_read": {"tokens": 7, "price": 0.1},
            "output_total": {"tokens": 9, "price": 0.25},
        }
    }
}
TALK = {
    "agent_id": "a",
    "conversation_id": "conv_1",
    "status": "done",
    "metadata": {"start_time_unix_secs": 1_770_000_000, "call_duration_secs": 9, "termination_reason": "hung up"},
    "conversation_initiation_client_data": {"conversation_config_override": {"agent": {"prompt": {"prompt": "Be kind."}}}},
    "transcript": [
        turn("agent", 0, "Hello!"),
        turn("user", 2, "Monday?"),
        turn("agent", 4, "One moment.", tool_calls=[CALL], llm_usage=USED),
        turn("agent", 5, tool_results=[RESULT]),
        turn("agent", 7, "Nine o'clo", interrupted=True),
    ],
    "analysis": {"call_successful": "success", "transcript_summary": "A slot."},
}  # fmt: skip


@pytest.mark.parametrize(
    "content", [TALK, [TALK], {"type": "post_call_transcription", "event_timestamp": 1, "data": TALK}]
)
def test_a_call(content: Any) -> None:
    trace = clear(READER, content)
    assert (trace.id, outline(trace)) == (
        "conv_1",
        [
            "model-call chat",
            "model-call chat gpt-x",
            "tool-execution find_slot",
            "model-call chat",
            "opaque call: success",
        ],
    )
    asked, tool, last = trace.step(1), trace.step(2), trace.step(3)
    assert [(message.role, message.text) for message in asked.body.messages or ()] == [
        (Role.SYSTEM, "Be kind."), (Role.ASSISTANT, "Hello!"), (Role.USER, "Monday?"),
    ]  # fmt: skip
    assert (asked.body.usage, asked.cost_usd) == (Usage(57, 9, 7, None), 0.85)
    assert tool.body.call is not None
    assert (tool.body.call.id, tool.body.call.arguments, tool.body.result) == (
        "r1",
        {"day": "Monday"},
        "9:00",
    )
    assert last.body.output is not None
    assert last.body.output.finish_reason == "interrupted"
    assert [trace.duration_ms(row) for row in range(4)] == [0, 2000, 1000, 2000]


def test_calls_and_results_of_one_turn_and_a_call_that_failed() -> None:
    failed = {**RESULT, "is_error": True, "result_value": "no line"}
    both = turn("agent", 4, tool_calls=[CALL], tool_results=[failed])
    talk = {
        **TALK,
        "transcript": [both, turn("user", 8, "Hello?")],
        "analysis": {"call_successful": "failure"},
    }
    trace = clear(READER, talk)
    assert [line.strip() for line in outline(trace)[:2]] == ["model-call chat", "tool-execution find_slot!"]
    assert outline(trace)[-1] == "opaque call: failure!"
    assert (len(trace), trace.step(3).body.error) == (4, "hung up"), "what nobody answered is a step"


@pytest.mark.parametrize("seconds", [None, "x", -1, 1e300, float("nan")])
def test_times_that_are_none(seconds: Any) -> None:
    talk = {**TALK, "transcript": [turn("agent", seconds, "Hello!")]}
    assert opened(READER, talk).traces[0].duration_ms(0) is None


@pytest.mark.parametrize(
    "content", [{"transcript": []}, {**TALK, "transcript": [{"role": "agent"}]}, {"data": 3}, [], [1]]
)
def test_other_files_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [TALK]
