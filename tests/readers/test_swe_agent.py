"""Trajectories of SWE-agent: calls where the model made them, commands taken out of its text where it did not."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.readers import _registry, swe_agent
from tests.support.claude_sessions import told
from tests.support.readings import document, one, outline, sniffed

STEPS = [{"action": "ls\n", "observation": "a.py", "response": "I look.\n```\nls\n```", "thought": "I look."}]
TEXT = [
    {"role": "system", "content": "Be good.", "agent": "main"},
    {"role": "user", "content": "Fix it.", "agent": "main", "message_type": "observation"},
    {
        "role": "assistant",
        "content": "I look.\n```\nls\n```",
        "action": "ls\n",
        "agent": "main",
        "message_type": "action",
    },
    {"role": "user", "content": "a.py", "agent": "main", "message_type": "observation"},
    {"role": "assistant", "content": "```\nsubmit\n```", "action": "submit\n", "agent": "main"},
]
CALLS = [
    *TEXT[:2],
    {"role": "assistant", "content": "I look.", "action": "ls", "agent": "main",
     "tool_calls": [{"id": "c", "type": "function", "function": {"name": "bash", "arguments": '{"command": "ls"}'}}]},
    {"role": "tool", "content": "a.py", "agent": "main", "tool_call_ids": ["c"]},
]  # fmt: skip


def traj(history: list[Any] | None, **info: Any) -> bytes:
    record: dict[str, Any] = {"environment": "main", "trajectory": STEPS, "info": info}
    return orjson.dumps(record if history is None else record | {"history": history})


def test_commands_in_text() -> None:
    data = traj(TEXT, exit_status="submitted", submission="diff", model_stats={"instance_cost": 0.5})
    assert _registry.choose(document(data)).reader is swe_agent.READER
    trace = one(swe_agent.READER, data)
    assert outline(trace) == [
        "model-call chat",
        "tool-execution bash",
        "model-call chat",
        "opaque exit: submitted",
    ]
    assert told(trace, 2) == ["Be good.", "Fix it.", "I look.\n```\nls\n```", "a.py"]
    assert [call.arguments for call in trace.step(1).tool_calls] == [{"command": "ls"}]
    assert (trace.step(1).body.result, trace.costs[3], trace.agent(0)) == ("a.py", 0.5, "main")


def test_calls_of_models_that_make_them() -> None:
    trace = one(swe_agent.READER, traj(CALLS, exit_status="exit_cost"))
    assert outline(trace) == ["model-call chat", "tool-execution bash", "opaque exit: exit_cost!"]
    assert (trace.step(0).tool_calls[0].raw, trace.step(1).body.result) == ('{"command": "ls"}', "a.py")


def test_a_file_without_a_history_is_told_from_its_steps() -> None:
    trace = one(swe_agent.READER, traj(None))
    assert outline(trace) == ["model-call chat", "tool-execution bash"]
    assert trace.step(1).body.result == "a.py"


@pytest.mark.parametrize(
    "other", [{"trajectory": [], "history": []}, {"trajectory": "x"}, [{"role": "user"}], {"info": 1}]
)
def test_other_files_are_not_claimed(other: Any) -> None:
    assert sniffed(swe_agent.READER, other) == 0.0


SAMPLES = [traj(TEXT, exit_status="submitted")]
