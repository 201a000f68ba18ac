"""Results of tau2-bench: two sides that both speak and call tools."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Reasoning, Role, Text, ToolCall
from replaydbg.core.step import Usage
from replaydbg.readers.tau2 import READER
from tests.support.readings import one, outline, read, sniffed


def said(role: str, content: str | None = None, second: int = 0, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, "timestamp": f"2026-01-02T03:04:{second:02}", **more}


def called(id_: str, name: str, requestor: str = "assistant", **arguments: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "arguments": arguments, "requestor": requestor}


USAGE: dict[str, Any] = {"usage": {"prompt_tokens": 9, "completion_tokens": 3}, "cost": 0.25}
MESSAGES = [
    said("assistant", "Hi! How can I help you today?", 1),
    said("user", "my phone is dead", 2, **USAGE),
    said("assistant", None, 4, tool_calls=[called("a1", "look", id=7)], generation_time_seconds=1.5, **USAGE),
    said("tool", "no such line", 5, id="a1", error=True, requestor="assistant"),
    said("assistant", "Please look at the screen.", 6, **USAGE),
    said("user", None, 7, tool_calls=[called("u1", "read_screen", "user")], **USAGE),
    said("tool", "black", 8, id="u1", error=False, requestor="user"),
    said("user", "It is black.", 9, **USAGE),
]
SIMULATION = {
    "id": "x",
    "task_id": "40",
    "trial": 1,
    "start_time": "2026-01-02T03:04:00",
    "end_time": "2026-01-02T03:04:10",
    "termination_reason": "max_steps",
    "reward_info": {"reward": 0.0},
    "messages": MESSAGES,
}
RESULTS = {
    "timestamp": "2026-01-02T03:04:00",
    "info": {
        "agent_info": {"llm": "gpt-agent"},
        "user_info": {"llm": "gpt-user"},
        "environment_info": {"domain_name": "telecom", "policy": "Be kind.", "tool_defs": None},
    },
    "tasks": [{"id": "40", "user_scenario": "a dead phone"}],
    "simulations": [SIMULATION],
}


def test_a_simulation() -> None:
    assert sniffed(READER, RESULTS) == 0.95
    trace = one(READER, RESULTS)
    assert trace.id == "task_40_trial_1"
    assert outline(trace) == [
        "model-call chat gpt-agent",
        "tool-execution look!",
        "model-call chat gpt-agent",
        "model-call chat gpt-user",
        "tool-execution read_screen",
        "opaque messages without a reply",
        "opaque max_steps, reward 0.0!",
    ]
    asked, failed, _, screen, read_, unheard, end = trace.steps()
    assert asked.tool_calls == (ToolCall("a1", "look", {"id": 7}),)
    assert asked.body.messages is not None
    assert [(message.role, message.text) for message in asked.body.messages] == [
        (Role.SYSTEM, "Be kind."),
        (Role.ASSISTANT, "Hi! How can I help you today?"),
        (Role.USER, "my phone is dead"),
    ]
    assert (asked.body.usage, asked.cost_usd, asked.duration_ms) == (Usage(9, 3), 0.25, 1500)
    assert asked.body.tools is None
    assert (failed.body.error, failed.agent) == ("no such line", "agent")
    assert screen.agent == "user"
    assert screen.body.messages is not None
    assert [(message.role, message.text) for message in screen.body.messages] == [
        (Role.USER, "Hi! How can I help you today?"),
        (Role.ASSISTANT, "my phone is dead"),
        (Role.USER, "Please look at the screen."),
    ]
    assert (read_.body.result, read_.agent) == ("black", "user")
    assert unheard.body.messages is not None
    assert [message.text for message in unheard.body.messages][-2:] == [
        "Please look at the screen.",
        "It is black.",
    ]
    assert end.body.input == {"id": "40", "user_scenario": "a dead phone"}


def test_one_simulation_by_itself() -> None:
    assert sniffed(READER, SIMULATION) == 0.9
    assert len(one(READER, SIMULATION)) == 7


def test_the_policy_is_said_not_to_be_the_prompt() -> None:
    reading = read(READER, {**RESULTS, "simulations": [SIMULATION, SIMULATION]})
    assert [trace.id for trace in reading.traces] == ["task_40_trial_1"] * 2
    assert [notice.message for notice in reading.notices] == [
        "the system prompt was not recorded: the policy of the domain stands in its place"
    ]


def test_arguments_to_the_byte_where_the_answer_was_kept() -> None:
    call = {"id": "a1", "type": "function", "function": {"name": "look", "arguments": '{"id":  7}'}}
    asking = {**MESSAGES[2], "raw_data": {"message": {"role": "assistant", "tool_calls": [call]}}}
    trace = one(READER, {**SIMULATION, "messages": [asking]})
    assert trace.step(0).tool_calls == (ToolCall("a1", "look", {"id": 7}, '{"id":  7}'),)


def test_what_the_provider_said_beside_the_text() -> None:
    block = {"type": "thinking", "thinking": "hm", "signature": "s"}
    anthropic = {"model": "m-2025", "stop_reason": "tool_use", "thinking_blocks": [block]}
    openai = {
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": "x", "reasoning_content": "hm"},
    }
    told = [{**MESSAGES[2], "raw_data": anthropic}, {**MESSAGES[4], "raw_data": openai}]
    first, second, _ = one(READER, {**SIMULATION, "messages": told}).steps()
    assert first.body.output is not None
    assert first.body.output.parts == (Reasoning("hm", "s"), ToolCall("a1", "look", {"id": 7}))
    assert (first.body.output.finish_reason, first.body.response_model) == ("tool_use", "m-2025")
    assert second.body.output is not None
    assert second.body.output.parts == (Reasoning("hm"), Text("Please look at the screen."))


def test_several_results_in_one_message() -> None:
    results = [said("tool", f"{n}", id=f"a{n}", requestor="assistant") for n in (1, 2)]
    asking = said("assistant", None, tool_calls=[called("a1", "f"), called("a2", "g")], **USAGE)
    told = [asking, {"role": "tool", "tool_messages": results}]
    assert outline(one(READER, {**SIMULATION, "messages": told}))[1:3] == [
        "tool-execution f",
        "tool-execution g",
    ]


def test_tools_where_they_were_recorded() -> None:
    offered = [{"name": "look", "parameters": {"type": "object"}}]
    info = {**RESULTS["info"], "environment_info": {"tool_defs": offered}}  # type: ignore[dict-item]
    tools = one(READER, {**RESULTS, "info": info}).step(0).body.tools
    assert [(tool.name, tool.schema) for tool in tools or ()] == [("look", {"type": "object"})]


def test_results_whose_simulations_are_elsewhere() -> None:
    reading = read(READER, {key: value for key, value in RESULTS.items() if key != "simulations"})
    assert reading.traces == ()
    assert "files of their own" in reading.notices[0].message


@pytest.mark.parametrize("data", [{"info": {}}, {"simulations": []}, [SIMULATION], {"task_id": 1}])
def test_other_files_are_not_claimed(data: Any) -> None:
    assert sniffed(READER, data) == 0.0


SAMPLES = [RESULTS]
