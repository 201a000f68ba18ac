"""ATIF: an agent's step is a reply and what its calls brought; copied steps are history."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Reasoning
from replaydbg.readers import _registry, atif
from tests.support.claude_sessions import moment, told
from tests.support.readings import document, one, outline, read, sniffed

TOOL = {"type": "function", "function": {"name": "bash", "parameters": {"type": "object"}}}
INNER = {
    "schema_version": "ATIF-v1.7",
    "trajectory_id": "inner",
    "agent": {"name": "scout", "model_name": "small"},
    "steps": [
        {"step_id": 1, "source": "user", "message": "look"},
        {"step_id": 2, "source": "agent", "message": "seen"},
    ],
}
RUN: dict[str, Any] = {
    "schema_version": "ATIF-v1.7",
    "session_id": "s",
    "agent": {"name": "hand", "model_name": "big", "tool_definitions": [TOOL]},
    "subagent_trajectories": [INNER],
    "steps": [
        {"step_id": 1, "source": "system", "message": "Be good."},
        {"step_id": 2, "source": "agent", "message": "before", "is_copied_context": True,
         "tool_calls": [{"tool_call_id": "c0", "function_name": "bash", "arguments": {}}],
         "observation": {"results": [{"source_call_id": "c0", "content": "old"}]}},
        {"step_id": 3, "source": "user", "message": [{"type": "text", "text": "go"}], "timestamp": moment(1)},
        {"step_id": 4, "source": "agent", "timestamp": moment(3), "model_name": "other", "message": "I look.",
         "reasoning_content": "hm", "metrics": {"prompt_tokens": 9, "completion_tokens": 2, "cost_usd": 0.5, "extra": {"reasoning_tokens": 1}},
         "tool_calls": [{"tool_call_id": "c1", "function_name": "bash", "arguments": {"cmd": "ls"}},
                        {"tool_call_id": "c2", "function_name": "delegate", "arguments": {}}],
         "observation": {"results": [{"source_call_id": "c1", "content": "a.py"},
                                     {"source_call_id": "c2", "content": "seen",
                                      "subagent_trajectory_ref": [{"trajectory_id": "inner"}]}]}},
        {"step_id": 5, "source": "agent", "message": "$ ls", "observation": {"results": [{"content": "screen"}]}},
    ],
}  # fmt: skip


def test_a_trajectory() -> None:
    assert _registry.choose(document(RUN)).reader is atif.READER
    trace = one(atif.READER, RUN)
    assert outline(trace) == [
        "model-call chat other",
        "tool-execution bash",
        "tool-execution delegate",
        "  model-call chat small",
        "model-call chat big",
        "tool-execution environment",
    ]
    first, bash, _, inner, last, screen = trace.steps()
    assert (first.cost_usd, first.body.usage.input_tokens, first.duration_ms) == (0.5, 9, 2000)
    assert first.body.usage.reasoning_tokens == 1
    assert first.body.output is not None
    assert first.body.output.parts[0] == Reasoning("hm")
    assert [tool.name for tool in first.body.tools or ()] == ["bash"]
    assert (bash.body.result, bash.tool_calls[0].arguments, bash.tool_calls[0].raw) == (
        "a.py",
        {"cmd": "ls"},
        None,
    )
    assert (inner.agent, screen.body.result, screen.body.call) == ("scout", "screen", None)
    assert told(trace, 4) == ["Be good.", "before", "=old", "go", "I look.", "=a.py", "=seen"]
    assert last.body.messages is not None


def test_one_call_is_answered_even_where_nobody_says_so() -> None:
    step = {"source": "agent", "message": "", "tool_calls": [{"tool_call_id": "c", "function_name": "f", "arguments": {}}],
            "observation": {"results": [{"content": "r"}]}}  # fmt: skip
    trace = one(atif.READER, {"schema_version": "ATIF-v1.4", "steps": [step]})
    assert outline(trace) == ["model-call chat", "tool-execution f"]


def test_where_it_goes_on_is_said() -> None:
    (notice,) = read(atif.READER, RUN | {"continued_trajectory_ref": "two.json"}).notices
    assert notice.message == "goes on in two.json"


@pytest.mark.parametrize("other", [{"schema_version": "1.0"}, [{"schema_version": 5}], {"steps": []}])
def test_other_files_are_not_claimed(other: Any) -> None:
    assert sniffed(atif.READER, other) == 0.0


SAMPLES = [RUN]
