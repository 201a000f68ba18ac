"""Trajectories of mini-swe-agent, of all its ages."""

from __future__ import annotations

from typing import Any

import orjson

from replaydbg.readers import _registry, mini_swe_agent
from tests.support.claude_sessions import told
from tests.support.readings import document, one, outline, sniffed

BARE = [
    {"role": "system", "content": "Answer with one command."},
    {"role": "user", "content": "Fix it."},
    {"role": "assistant", "content": "I look.\n\n```bash\nls x\n```"},
    {"role": "user", "content": "<returncode>2</returncode>\n<output>no x</output>"},
    {"role": "assistant", "content": "Well.\n\n```mswea_bash_command\necho DONE\n```"},
]
RESPONSE = {"model": "gpt-9-mini", "usage": {"prompt_tokens": 7, "completion_tokens": 2}}
TOOLS: dict[str, Any] = {
    "trajectory_format": "mini-swe-agent-1.1",
    "info": {"exit_status": "Submitted", "submission": "diff", "config": {"model": {"model_name": "gpt-9"}},
             "model_stats": {"instance_cost": 0.75}},
    "messages": [
        {"role": "user", "content": "Fix it.", "extra": {"timestamp": 1760000000.0}},
        {"role": "assistant", "content": "", "extra": {"response": RESPONSE, "cost": 0.25, "timestamp": 1760000002.5},
         "tool_calls": [{"id": "c", "type": "function", "function": {"name": "bash", "arguments": '{"command":"ls"}'}}]},
        {"role": "tool", "tool_call_id": "c", "content": "none", "extra": {"returncode": 1, "timestamp": 1760000003.0}},
        {"role": "exit", "content": "", "extra": {"exit_status": "LimitsExceeded", "submission": ""}},
    ],
}  # fmt: skip


def test_a_bare_list_of_messages() -> None:
    assert _registry.choose(document(BARE)).reader is mini_swe_agent.READER
    trace = one(mini_swe_agent.READER, BARE)
    assert outline(trace) == ["model-call chat", "tool-execution bash!", "model-call chat"]
    assert [call.arguments["command"] for row in (0, 1, 2) for call in trace.step(row).tool_calls] == [
        "ls x", "ls x", "echo DONE",
    ]  # fmt: skip
    assert told(trace, 2)[1:3] == ["Fix it.", "I look.\n\n```bash\nls x\n```"]


def test_a_trajectory_with_calls_and_what_the_provider_said() -> None:
    data = orjson.dumps(TOOLS)
    assert sniffed(mini_swe_agent.READER, data) == 1.0
    trace = one(mini_swe_agent.READER, data)
    assert outline(trace) == ["model-call chat gpt-9", "tool-execution bash!", "opaque exit: LimitsExceeded!"]
    first, ran, _ = trace.steps()
    assert (first.body.usage.input_tokens, first.cost_usd, first.body.response_model) == (
        7,
        0.25,
        "gpt-9-mini",
    )
    assert (first.duration_ms, ran.duration_ms, first.body.raw) == (2500, 500, RESPONSE)
    assert first.tool_calls[0].raw == '{"command":"ls"}'


def test_the_cost_of_all_is_told_where_that_of_each_is_not() -> None:
    data = {**TOOLS, "messages": BARE}
    trace = one(mini_swe_agent.READER, data)
    assert (outline(trace)[-1], trace.costs[-1]) == ("opaque exit: Submitted", 0.75)


def test_other_files_are_not_claimed() -> None:
    others: list[Any] = [[{"role": "user", "content": "hi"}], {"messages": []}, {"info": {"exit_status": 1}}]
    for other in others:
        assert sniffed(mini_swe_agent.READER, other) == 0.0


SAMPLES = [TOOLS, BARE]
