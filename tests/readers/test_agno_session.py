"""Runs and sessions of Agno."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.readers.agno_session import READER
from tests.support.readings import clear, outline, sniffed

CALL = {"id": "c", "type": "function", "function": {"name": "look", "arguments": '{"q": "x"}'}}
TALK: list[dict[str, Any]] = [
    {"role": "system", "content": "Be good.", "created_at": 1_770_000_000},
    {"role": "user", "content": "go", "created_at": 1_770_000_000},
    {"role": "assistant", "tool_calls": [CALL], "reasoning_content": "hm", "created_at": 1_770_000_003,
     "metrics": {"input_tokens": 7, "output_tokens": 3, "duration": 1.5}},
    {"role": "tool", "content": "no", "tool_call_id": "c", "tool_name": "look", "tool_call_error": True, "created_at": 1_770_000_004},
    {"role": "assistant", "content": "done", "created_at": 1_770_000_005},
]  # fmt: skip
RUN = {
    "run_id": "r1",
    "agent_id": "a",
    "agent_name": "Ann",
    "session_id": "s",
    "model": "big",
    "model_provider": "OpenAI",
    "messages": TALK,
}
AGAIN = {**RUN, "run_id": "r2", "messages": [
    TALK[0], {**TALK[1], "from_history": True}, {"role": "user", "content": "more"}, {"role": "assistant", "content": "ok"}]}  # fmt: skip
SESSION = {"session_id": "s", "agent_id": "a", "runs": [RUN, AGAIN]}
OLD = {"session_id": "s", "memory": {"runs": [{"response": RUN}, {"response": AGAIN}]}}
TEAM = {"session_id": "s", "runs": [
    {"run_id": "t", "team_id": "t", "team_name": "Crew", "messages": TALK[1:2], "member_responses": [RUN], "created_at": 1_770_000_000}]}  # fmt: skip


def test_a_run() -> None:
    trace = clear(READER, RUN)
    assert (trace.id, outline(trace)) == (
        "s",
        ["model-call chat big", "tool-execution look!", "model-call chat big"],
    )
    first = next(iter(trace.steps()))
    assert (first.agent, first.duration_ms, first.body.usage.input_tokens) == ("Ann", 1500, 7)


@pytest.mark.parametrize("content", [SESSION, OLD])
def test_a_session_tells_no_message_twice(content: Any) -> None:
    trace = clear(READER, content)
    assert len(trace) == 4
    assert [message.text for message in trace.body(3).messages or ()] == [
        "Be good.",
        "go",
        "",
        "",
        "done",
        "more",
    ]


def test_members_stand_below_their_team() -> None:
    assert outline(clear(READER, TEAM)) == [
        "agent-invocation Crew", "  opaque messages without a reply",
        "  model-call chat big", "  tool-execution look!", "  model-call chat big",
    ]  # fmt: skip


@pytest.mark.parametrize("content", [{"session_id": "s", "runs": []}, {"run_id": "r", "messages": []}, []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


def test_a_time_taken_that_no_float_holds() -> None:
    text = json.dumps(RUN).replace('"duration": 1.5', '"duration": 1' + "0" * 400)
    assert len(clear(READER, text)) == 3


SAMPLES = [RUN, SESSION, OLD, TEAM]
