"""Results of tau-bench: a trace for each run of a task."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.readers.tau_bench import READER
from tests.support.chat_logs import asks, says, tool, user
from tests.support.readings import one, outline, read, sniffed

RUN = {
    "task_id": 3,
    "reward": 0.0,
    "info": {"task": {"instruction": "complain"}, "reward_info": {"reward": 0.0}},
    "traj": [
        {"role": "system", "content": "policy"},
        user("hello"),
        asks(("c1", "find", '{"id":  1}')),
        tool("c1", "Error: user not found"),
        says("Sorry."),
    ],
    "trial": 0,
}


def test_a_run() -> None:
    assert sniffed(READER, [RUN]) == 0.95
    trace = one(READER, [RUN])
    assert trace.id == "task_3_trial_0"
    assert outline(trace) == [
        "model-call chat",
        "tool-execution find!",
        "model-call chat",
        "opaque reward 0.0",
    ]
    first, ran, last, end = trace.steps()
    assert first.tool_calls == (ToolCall("c1", "find", {"id": 1}, '{"id":  1}'),)
    assert ran.body.error == "Error: user not found"
    assert last.body.messages is not None
    assert len(last.body.messages) == 4
    assert end.body.input == {"instruction": "complain"}
    assert end.body.output_value == {"reward": 0.0, "reward_info": {"reward": 0.0}}


def test_runs_of_a_file_each_have_an_id() -> None:
    reading = read(READER, [RUN, {**RUN, "trial": 1}, RUN, {"task_id": 9}])
    assert [trace.id for trace in reading.traces] == ["task_3_trial_0", "task_3_trial_1", "task_3_trial_0"]
    assert [(notice.pointer, notice.message) for notice in reading.notices] == [
        ("/3", "no run of a task, left out")
    ]


@pytest.mark.parametrize("data", [[{"task_id": 1}], {"traj": []}, [], [user("hi")]])
def test_other_files_are_not_claimed(data: Any) -> None:
    assert sniffed(READER, data) == 0.0


def test_a_conversation_beyond_the_head_is_told_by_what_stands_before() -> None:
    assert sniffed(READER, [{"task_id": 1, "reward": 1.0, "info": {}, "traj": [user("x" * 70_000)]}]) == 0.95


SAMPLES = [[RUN]]
