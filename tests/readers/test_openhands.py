"""Events of OpenHands: one reply for all its actions, observations by the action that caused them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.readers import _registry, openhands
from tests.support.claude_sessions import told
from tests.support.readings import document, lines, one, outline, read, sniffed

TOOL = {"type": "function", "function": {"name": "run", "parameters": {"type": "object"}}}


def event(id_: int, source: str, **fields: Any) -> dict[str, Any]:
    return {"id": id_, "timestamp": f"2026-02-03T04:05:{id_:02}.5", "source": source, "message": "", **fields}


def call(id_: str, response_id: str) -> dict[str, Any]:
    calls = [
        {"id": name, "type": "function", "function": {"name": "run", "arguments": '{"c": "ls"}'}}
        for name in "ab"
    ]
    message = {"role": "assistant", "content": "I look.", "tool_calls": calls}
    usage = {"prompt_tokens": 9, "completion_tokens": 2}
    response = {"id": response_id, "model": "big", "choices": [{"message": message}], "usage": usage}
    return {
        "function_name": "run",
        "tool_call_id": id_,
        "model_response": response,
        "total_calls_in_response": 2,
    }


EVENTS: list[Any] = [
    event(0, "environment", observation="agent_state_changed", content=""),
    event(1, "agent", action="system", args={"content": "Be good.", "tools": [TOOL]}),
    event(2, "user", action="message", args={"content": "go"}),
    event(3, "user", action="recall", args={}),
    event(4, "agent", action="run", tool_call_metadata=call("a", "r1"), llm_metrics={"accumulated_cost": 0.5}),
    event(5, "agent", observation="run", cause=4, content="a.py", tool_call_metadata=call("a", "r1"),
          extras={"metadata": {"exit_code": 0}}),
    event(6, "agent", action="run", tool_call_metadata=call("b", "r1"), llm_metrics={"accumulated_cost": 0.5}),
    event(7, "agent", observation="run", cause=6, content="no", extras={"metadata": {"exit_code": 2}}),
    event(8, "environment", observation="error", content="the sandbox is gone"),
    event(9, "agent", action="finish", args={"content": "done"}),
]  # fmt: skip
OUTLINE = [
    "model-call chat big",
    "tool-execution run",
    "tool-execution run!",
    "opaque error!",
    "model-call chat",
]


def test_a_list_of_events() -> None:
    assert _registry.choose(document(EVENTS)).reader is openhands.READER
    trace = one(openhands.READER, EVENTS)
    assert outline(trace) == OUTLINE
    first, ran, failed, error, last = trace.steps()
    assert (first.cost_usd, first.body.usage.output_tokens, first.duration_ms) == (0.5, 2, 2000)
    assert [tool.name for tool in first.body.tools or ()] == ["run"]
    assert [one.raw for one in first.tool_calls] == ['{"c": "ls"}'] * 2
    assert (ran.body.result, failed.body.result, error.body.error) == ("a.py", "no", "the sandbox is gone")
    assert told(trace, 4) == ["Be good.", "go", "I look.", "=a.py", "=no", "the sandbox is gone"]
    assert last.body.output is not None
    assert last.body.output.text == "done"


@pytest.mark.parametrize(
    "data",
    [{"trajectory": EVENTS}, {"events": EVENTS, "has_more": False}, lines(*EVENTS)],
    ids=["trajectory", "events", "lines"],
)
def test_events_as_the_api_answers_and_as_lines(data: Any) -> None:
    assert _registry.choose(document(data)).reader is openhands.READER
    assert outline(one(openhands.READER, data)) == OUTLINE


def test_results_of_an_evaluation_are_a_run_a_line() -> None:
    lines: list[Any] = [
        {"instance_id": name, "history": EVENTS, "metadata": {}, "error": error}
        for name, error in [("x", None), ("y", "timeout")]
    ]
    data = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    assert sniffed(openhands.READER, data) > 0.9
    first, second = read(openhands.READER, data).traces
    assert (first.id, second.id, outline(first)) == ("x", "y", OUTLINE)
    assert outline(second) == [*OUTLINE, "opaque error!"]


def test_old_evaluations_wrote_pairs() -> None:
    line = {"instance_id": "x", "history": [[EVENTS[4], EVENTS[5]], [EVENTS[6], EVENTS[7]]]}
    assert outline(one(openhands.READER, line)) == OUTLINE[:3]


def test_other_files_are_not_claimed() -> None:
    others: list[Any] = [
        [{"id": 1, "role": "user"}],
        {"instance_id": 1},
        {"history": []},
        {"instance_id": 1, "history": [1]},
    ]
    for other in others:
        assert sniffed(openhands.READER, other) == 0.0


SAMPLES = [EVENTS, {"trajectory": EVENTS}, lines(*EVENTS)]
