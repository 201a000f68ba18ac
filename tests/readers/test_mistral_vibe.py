"""Sessions of Mistral Vibe, as version 2 writes them, and the one file of version 1."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.actions.check import check_trace
from replaydbg.actions.open import open_trace, recordings
from replaydbg.core.message import Reasoning, Role
from replaydbg.core.step import Usage
from replaydbg.graph.facts import Facts
from replaydbg.readers.mistral_vibe import READER
from tests.support.readings import clear, lines, opened, outline, sniffed

CALL = {
    "id": "c1",
    "index": 0,
    "type": "function",
    "function": {"name": "bash", "arguments": '{"command": 3}'},
}
MESSAGES = [
    {"role": "user", "content": "what is here?", "injected": False, "message_id": "m1"},
    {"role": "assistant", "content": "Let me look.", "injected": False, "reasoning_content": "Hm.", "reasoning_signature": "s", "tool_calls": [CALL], "message_id": "m2"},
    {"role": "tool", "content": "<tool_error>bash failed: not a text</tool_error>", "injected": False, "name": "bash", "tool_call_id": "c1"},
    {"role": "assistant", "content": "It failed.", "injected": False, "message_id": "m3"},
]  # fmt: skip
SCHEMA = {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]}
META = {
    "session_id": "s-1",
    "start_time": "2026-06-01T08:00:00+00:00",
    "end_time": "2026-06-01T08:01:00+00:00",
    "environment": {"working_directory": "/w"},
    "stats": {
        "steps": 2,
        "session_prompt_tokens": 900,
        "session_completion_tokens": 50,
        "session_cost": 0.002,
    },
    "title": "what is here?",
    "tools_available": [
        {"type": "function", "function": {"name": "bash", "description": "", "parameters": SCHEMA}}
    ],
    "config": {
        "active_model": "devstral",
        "models": [{"name": "devstral-2", "provider": "mistral", "alias": "devstral"}],
    },
    "agent_profile": {"name": "default", "overrides": {}},
    "system_prompt": {"role": "system", "content": "You are Vibe.", "injected": False},
}
OLD = {
    "metadata": {
        **{key: META[key] for key in ("session_id", "start_time", "end_time", "environment", "stats")}
    },
    "messages": [META["system_prompt"], *MESSAGES],
}


def test_messages_alone() -> None:
    trace = clear(READER, lines(*MESSAGES))
    assert outline(trace) == ["model-call chat", "tool-execution bash!", "model-call chat"]
    call = trace.step(0)
    assert call.body.output is not None
    assert call.body.output.parts[0] == Reasoning("Hm.", "s")
    assert [(one.id, one.name, one.arguments) for one in call.tool_calls] == [("c1", "bash", {"command": 3})]
    assert call.body.tools is None


def test_a_session_is_one_recording_with_what_stands_beside_it(tmp_path: Any) -> None:
    folder = tmp_path / "session_20260601_080000_s1"
    folder.mkdir()
    (folder / "messages.jsonl").write_bytes(lines(*MESSAGES))
    (folder / "meta.json").write_text(json.dumps(META, indent=2), "utf-8")
    assert [*recordings(str(tmp_path))] == [str(folder / "messages.jsonl")]
    opened_ = open_trace(str(folder / "messages.jsonl"))
    assert opened_.notices == ()
    trace = opened_.trace
    assert (trace.id, outline(trace)) == (
        "s-1",
        [
            "agent-invocation default",
            "  model-call chat devstral-2",
            "  tool-execution bash!",
            "  model-call chat devstral-2",
        ],
    )
    session, call = trace.step(0), trace.step(1)
    assert (session.body.usage, session.cost_usd, trace.duration_ms(0)) == (
        Usage(900, 50, None, None),
        0.002,
        60_000,
    )
    assert [(message.role, message.text) for message in call.body.messages or ()] == [
        (Role.SYSTEM, "You are Vibe."), (Role.USER, "what is here?"),
    ]  # fmt: skip
    assert call.body.provider == "mistral"
    assert "T003" in {finding.code for finding in check_trace(Facts(trace))}, "the schemas are known"


def test_a_session_of_version_1() -> None:
    trace = clear(READER, OLD)
    assert (trace.id, len(trace)) == ("s-1", 4)
    assert [message.role for message in trace.step(1).body.messages or ()] == [Role.SYSTEM, Role.USER]


def test_what_nobody_answered_and_what_is_no_message() -> None:
    reading = opened(READER, lines(*MESSAGES, MESSAGES[0], {"a": 1}))
    assert len(reading.traces[0]) == 4
    assert [notice.message for notice in reading.notices] == ["no message, left out"]


@pytest.mark.parametrize(
    "content",
    [
        {"role": "user", "content": "plain"},
        {"role": "user", "content": "x", "injected": "yes"},
        {"role": ["user"], "content": "x", "injected": True},
        {"metadata": {"session_id": "s"}, "messages": []},
        [1],
    ],
)
def test_other_files_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, lines(content)) == 0.0


SAMPLES = [lines(*MESSAGES), OLD]
