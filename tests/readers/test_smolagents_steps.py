"""Memory of smolagents."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Role, ToolCall
from replaydbg.core.step import Usage
from replaydbg.readers.smolagents_steps import READER
from tests.support.readings import one, outline, read, sniffed


def call(id_: str, name: str, arguments: Any) -> dict[str, Any]:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}


def action(number: int, *calls: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "step_number": number,
        "timing": {"start_time": 1795666972.5, "end_time": 1795666973.5, "duration": 1.0},
        "model_input_messages": [
            {"role": "system", "content": [{"type": "text", "text": "Be brief."}]},
            {"role": "tool-call", "content": "Calling tools: ..."},
            {"role": "tool-response", "content": "Observation: ..."},
        ],
        "tool_calls": list(calls),
        "error": None,
        "model_output_message": {
            "role": "assistant",
            "content": "let me",
            "tool_calls": list(calls),
            "raw": None,
        },
        "model_output": "let me",
        "observations": "found",
        "action_output": None,
        "token_usage": {"input_tokens": 5, "output_tokens": 2},
        **more,
    }


LOOK = call("c1", "look", {"at": "x"})
STEPS = [{"task": "what is x?"}, action(1, LOOK), {"plan": "go on"}, {"output": "42"}]


def test_steps() -> None:
    assert sniffed(READER, STEPS) == 0.9
    trace = one(READER, STEPS)
    assert outline(trace) == [
        "opaque task",
        "model-call chat",
        "tool-execution look",
        "opaque plan",
        "opaque output",
    ]
    task, asked, ran, plan, end = trace.steps()
    assert (task.body.input, plan.body.output_value, end.body.output_value) == ("what is x?", "go on", "42")
    assert asked.tool_calls == (ToolCall("c1", "look", {"at": "x"}),)
    assert asked.body.messages is not None
    assert [message.role for message in asked.body.messages] == [Role.SYSTEM, Role.ASSISTANT, Role.USER]
    assert asked.body.usage == Usage(5, 2)
    assert (ran.body.call, ran.body.result, ran.duration_ms) == (asked.tool_calls[0], "found", 1000)


def test_a_whole_result() -> None:
    data = {"output": "42", "state": "success", "steps": STEPS}
    assert sniffed(READER, data) == 0.9
    assert len(one(READER, data)) == 5


def test_succinct_steps_have_no_prompt() -> None:
    succinct = {key: value for key, value in action(1, LOOK).items() if key != "model_input_messages"}
    assert one(READER, [succinct]).step(0).body.messages is None


def test_code_is_no_broken_json() -> None:
    code = 'print(look("a"))'
    data = [action(1, call("c1", "python_interpreter", code), model_output_message={"content": "<code>"})]
    asked, ran = one(READER, data).steps()
    assert asked.tool_calls == ()
    assert ran.body.call == ToolCall("c1", "python_interpreter", code)


def test_a_tool_that_failed_is_named_in_the_error() -> None:
    error = {
        "type": "AgentToolExecutionError",
        "message": "Error executing tool 'look' with arguments {'at': 'y'}: no",
    }
    calls = [LOOK, call("c2", "look", {"at": "y"})]
    output = {"role": "assistant", "content": "", "tool_calls": calls}
    data = [action(1, error=error, observations=None, model_output_message=output)]
    trace = one(READER, data)
    assert outline(trace) == ["model-call chat", "tool-execution look!"]
    assert trace.step(1).body.call == ToolCall("c2", "look", {"at": "y"})
    assert trace.step(1).body.result == error["message"]


def test_an_error_of_no_type() -> None:
    trace = one(READER, [action(1, error={"type": {}, "message": "no"}, tool_calls=None)])
    assert outline(trace)[0].startswith("model-call chat")


def test_a_model_that_failed() -> None:
    error = {"type": "AgentGenerationError", "message": "Error in generating model output"}
    data = [action(1, error=error, model_output_message=None, model_output=None, observations=None)]
    (step,) = one(READER, data).steps()
    assert (step.status, step.body.error, step.body.output) == ("error", error["message"], None)


def test_what_is_no_step_is_said() -> None:
    reading = read(READER, [*STEPS, {"a": 1}])
    assert [notice.pointer for notice in reading.notices] == ["/4"]


@pytest.mark.parametrize("data", [[{"step_number": 1}], [{"task": "x"}], {"steps": []}, [], [1]])
def test_other_files_are_not_claimed(data: Any) -> None:
    assert sniffed(READER, data) == 0.0


SAMPLES = [STEPS]
