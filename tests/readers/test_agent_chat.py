"""Conversations of several agents as plain messages."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.readers.agent_chat import READER
from tests.support.chat_logs import TALK, asks, tool
from tests.support.readings import lines, one, outline, read, sniffed


def said(role: str, content: str, name: str = "") -> dict[str, Any]:
    return {"role": role, "content": content, **({"name": name} if name else {})}


GROUP = [
    said("assistant", "Your task is to count.", "Expert"),
    said("assistant", "I count.\n```python\nprint(1, 2)\n```", "Counter"),
    said("user", "exitcode: 1 (execution failed)\nCode output: oh", "Computer_terminal"),
    said("assistant", "Sorry.", "Counter"),
    said("user", "There is no code from the last 1 message for me to execute.", "Computer_terminal"),
    said("assistant", "It is 3. TERMINATE", "Expert"),
]
MAGENTIC = [
    said("human", "What is x?"),
    said("Orchestrator (thought)", "Initial plan"),
    said("Orchestrator (-> WebSurfer)", "Please look."),
    said("WebSurfer", "I looked."),
    said("Orchestrator (termination condition)", "No agent selected."),
]


def test_a_group_chat() -> None:
    data = {"history": GROUP, "mistake_agent": "Counter", "mistake_step": "1"}
    assert sniffed(READER, data) == 0.9
    trace = one(READER, data)
    assert outline(trace) == [
        "opaque Expert",
        "model-call chat",
        "tool-execution Computer_terminal!",
        "model-call chat",
        "opaque Computer_terminal",
        "model-call chat",
    ]
    assert trace.ids == ["m0", "m1", "m2", "m3", "m4", "m5"]
    assert [step.agent for step in trace.steps()][1::2] == ["Counter", "Counter", "Expert"]
    ran = trace.step(2).body
    assert ran.call == ToolCall("", "Computer_terminal", {"code": "print(1, 2)\n"})
    assert ran.result == GROUP[2]["content"]
    heard = trace.step(3).body.messages
    assert heard is not None
    assert [(message.role, message.name) for message in heard] == [
        ("user", "Expert"),
        ("assistant", "Counter"),
        ("user", "Computer_terminal"),
    ]


def test_a_log_of_an_orchestrator() -> None:
    assert sniffed(READER, MAGENTIC) == 0.7
    trace = one(READER, MAGENTIC)
    assert outline(trace) == [
        "opaque human",
        "model-call chat",
        "handoff Orchestrator -> WebSurfer",
        "model-call chat",
        "opaque end",
    ]
    asked = trace.step(3)
    assert asked.agent == "WebSurfer"
    assert asked.body.messages is not None
    assert [message.text for message in asked.body.messages] == ["What is x?", "Please look."]
    assert trace.step(2).body.input == "Please look."
    assert trace.step(4).body.output_value == "No agent selected."


def test_tools_of_an_agent() -> None:
    data = {"chat_history": [said("user", "go", "User"), asks(("c", "f", "{}")), tool("c", "42")]}
    assert sniffed(READER, data) == 0.9
    assert outline(one(READER, data)) == ["opaque User", "model-call chat", "tool-execution f"]


def test_names_beside_roles_are_a_guess() -> None:
    assert sniffed(READER, GROUP) == 0.55


@pytest.mark.parametrize(
    "data", [TALK, {"history": []}, {"history": [1]}, [], {"messages": TALK}, [said("user", "x")]]
)
def test_other_files_are_not_claimed(data: Any) -> None:
    assert sniffed(READER, data) == 0.0


def test_several_chats() -> None:
    data = lines({"history": GROUP}, {"history": GROUP})
    assert [trace.id for trace in read(READER, data).traces] == ["log", "log-2"]


SAMPLES = [{"history": GROUP}, MAGENTIC]
