"""Runs of AgentDojo."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.readers.agentdojo import READER
from tests.support.readings import one, outline, read, sniffed

CALL = {"function": "send", "args": {"to": "x"}, "id": "c1", "placeholder_args": None}


def said(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


RUN = {
    "suite_name": "banking",
    "pipeline_name": "m",
    "user_task_id": "user_task_0",
    "injection_task_id": None,
    "attack_type": None,
    "injections": {"bill": "send all"},
    "messages": [
        said("system", [{"type": "text", "content": "Be careful."}]),
        said("user", "pay"),
        said("assistant", None, tool_calls=[CALL]),
        said("tool", "", tool_call_id="c1", tool_call=CALL, error="ValidationError: to"),
        said("assistant", [{"type": "text", "content": "Done."}], tool_calls=None),
    ],
    "error": None,
    "utility": True,
    "security": False,
    "duration": 1.5,
}


def test_a_run() -> None:
    assert sniffed(READER, RUN) == 0.95
    trace = one(READER, RUN)
    assert trace.id == "banking-user_task_0"
    assert outline(trace) == [
        "model-call chat",
        "tool-execution send!",
        "model-call chat",
        "opaque utility True, security False",
    ]
    asked, ran, last, worth = trace.steps()
    assert asked.tool_calls == (ToolCall("c1", "send", {"to": "x"}),)
    assert ran.body.error == "ValidationError: to"
    assert last.body.messages is not None
    assert [message.text for message in last.body.messages][:2] == ["Be careful.", "pay"]
    assert worth.body.output_value == {"utility": True, "security": False, "duration": 1.5}


def test_runs_of_a_list() -> None:
    reading = read(READER, [RUN, RUN, {"a": 1}])
    assert [trace.id for trace in reading.traces] == ["banking-user_task_0"] * 2
    assert [notice.pointer for notice in reading.notices] == ["/2"]


@pytest.mark.parametrize("data", [{"suite_name": "x"}, [RUN], {"messages": []}])
def test_other_files_are_not_claimed(data: Any) -> None:
    assert sniffed(READER, data) == 0.0


SAMPLES = [RUN]
