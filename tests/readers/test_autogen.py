"""AutoGen: the session that a recorder keeps, and the result of the same run."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Media, OtherPart, Reasoning, Role, Text, ToolCall
from replaydbg.core.step import Usage
from replaydbg.readers.autogen import READER
from tests.support.readings import one, outline, read, sniffed

CALL = {"id": "c1", "arguments": '{"at":  1}', "name": "look"}
RETURNED = {"content": "no such", "name": "look", "call_id": "c1", "is_error": True}
SYSTEM = {"content": "Be brief.", "type": "SystemMessage"}
ASKED = {"content": "what is x?", "source": "user", "type": "UserMessage"}
THOUGHT = {"content": [CALL], "thought": "hm", "source": "ann", "type": "AssistantMessage"}
RESULT = {"content": [RETURNED], "type": "FunctionExecutionResultMessage"}


def recorded(messages: list[Any], content: Any, **more: Any) -> dict[str, Any]:
    response = {
        "finish_reason": "stop",
        "content": content,
        "usage": {"prompt_tokens": 5, "completion_tokens": 2},
        "thought": None,
        **more,
    }
    return {"mode": "create", "messages": messages, "response": response, "stream": []}


SESSION = [
    recorded([SYSTEM, ASKED], [CALL], thought="hm", finish_reason="function_calls"),
    recorded([SYSTEM, ASKED, THOUGHT, RESULT], "It is not."),
]


def event(kind: str, source: str, content: Any, tokens: tuple[int, int] | None = None) -> dict[str, Any]:
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]} if tokens else None
    at = "2026-01-02T03:04:05Z"
    return {"type": kind, "source": source, "content": content, "models_usage": usage, "created_at": at}


TEAM: dict[str, Any] = {
    "messages": [
        event("TextMessage", "user", "what is x?"),
        event("ThoughtEvent", "ann", "hm"),
        event("ToolCallRequestEvent", "ann", [CALL], (5, 2)),
        event("ToolCallExecutionEvent", "ann", [RETURNED]),
        event("ToolCallSummaryMessage", "ann", "no such"),
        event("TextMessage", "ann", "It is not.", (5, 2)),
        event("TextMessage", "bob", "Thanks.", (7, 1)),
    ],
    "stop_reason": "enough",
}


def test_a_session() -> None:
    assert sniffed(READER, SESSION) == 0.95
    trace = one(READER, SESSION)
    assert outline(trace) == ["model-call chat", "tool-execution look!", "model-call chat"]
    asked, ran, last = trace.steps()
    assert asked.body.output is not None
    assert asked.body.output.parts == (Reasoning("hm"), ToolCall("c1", "look", {"at": 1}, '{"at":  1}'))
    assert asked.body.output.finish_reason == "function_calls"
    assert asked.body.usage == Usage(5, 2)
    assert (ran.body.call, ran.body.result) == (ToolCall("c1", "look", {"at": 1}, '{"at":  1}'), "no such")
    assert last.body.messages is not None
    assert [message.role for message in last.body.messages] == [
        Role.SYSTEM,
        Role.USER,
        Role.ASSISTANT,
        Role.TOOL,
    ]
    assert last.body.messages[1].name == "user"
    assert last.body.raw == SESSION[1]


def test_a_result() -> None:
    assert sniffed(READER, TEAM) == 0.95
    reading = read(READER, TEAM)
    (trace,) = reading.traces
    assert "system prompts" in reading.notices[0].message
    assert outline(trace) == [
        "model-call chat",
        "tool-execution look!",
        "model-call chat",
        "model-call chat",
        "opaque end",
    ]
    assert [step.agent for step in trace.steps()] == ["ann", "ann", "ann", "bob", ""]
    heard = trace.step(3).body.messages
    assert heard is not None
    assert [(message.name, message.text) for message in heard] == [
        ("user", "what is x?"),
        ("ann", "It is not."),
    ]


def test_both_encodings_of_a_run_agree() -> None:
    (session,), (result,) = read(READER, SESSION).traces, read(READER, TEAM).traces
    for row in range(3):
        mine, other = session.step(row), result.step(row)
        assert (mine.kind, mine.name, mine.status) == (other.kind, other.name, other.status)
        assert mine.tool_calls == other.tool_calls
        assert (mine.body.result, mine.body.usage) == (other.body.result, other.body.usage)
        if mine.body.output is not None and other.body.output is not None:
            assert mine.body.output.parts == other.body.output.parts, "what was thought, too"


def test_images_and_parts_that_nobody_knows() -> None:
    content = ["look:", {"data": "AA"}, {"odd": 1}]
    told = one(READER, [recorded([{**ASKED, "content": content}], "ok")]).step(0).body.messages
    assert told is not None
    assert told[0].parts == (Text("look:"), Media("image", "image/png", data="AA"), OtherPart({"odd": 1}))


def test_a_mode_that_is_no_text() -> None:
    reading = read(READER, [*SESSION, {"mode": {}, "messages": "none"}])
    assert [notice.pointer for notice in reading.notices] == [f"/{len(SESSION)}"]
    assert sniffed(READER, [{"mode": [], "messages": []}]) == 0.0


def test_a_call_without_an_answer() -> None:
    data = [{"mode": "create_stream", "messages": [SYSTEM, ASKED], "response": {}, "stream": []}]
    assert one(READER, data).step(0).body.output is None


@pytest.mark.parametrize(
    "data", [{"messages": [ASKED]}, [{"mode": "create"}], [], {"messages": [{"type": "x"}]}]
)
def test_other_files_are_not_claimed(data: Any) -> None:
    assert sniffed(READER, data) == 0.0


SAID = {"content": "It is not.", "thought": None, "source": "ann", "type": "AssistantMessage"}
AGENT_STATE = {
    "type": "AssistantAgentState",
    "version": "1.0.0",
    "llm_context": {"messages": [ASKED, THOUGHT, RESULT, SAID]},
}


def team_state(thread: Any, **agents: Any) -> dict[str, Any]:
    manager = {
        "type": "RoundRobinManagerState",
        "version": "1.0.0",
        "message_thread": thread,
        "current_turn": 0,
    }
    contained = {
        f"{name}/0ae1": {"type": "ChatAgentContainerState", "agent_state": state, "message_buffer": []}
        for name, state in agents.items()
    }
    return {
        "type": "TeamState",
        "version": "1.0.0",
        "agent_states": {**contained, "RoundRobinGroupChatManager": manager},
    }


TEAM_STATE = team_state(TEAM["messages"], ann=AGENT_STATE)


def test_the_saved_state_of_a_team_tells_what_its_result_does() -> None:
    assert sniffed(READER, TEAM_STATE) == 0.95
    state, result = one(READER, TEAM_STATE), one(READER, {"messages": TEAM["messages"]})
    assert outline(state) == outline(result)
    assert [state.agent(row) for row in range(len(state))] == [
        result.agent(row) for row in range(len(result))
    ]


def test_the_saved_state_of_an_agent() -> None:
    assert sniffed(READER, AGENT_STATE) == 0.95
    trace = one(READER, AGENT_STATE)
    assert outline(trace) == ["model-call chat", "tool-execution look!", "model-call chat"]
    assert {trace.agent(row) for row in range(3)} == {"ann"}
    asked = trace.body(0).output
    assert asked is not None
    assert asked.tool_calls[0].raw == '{"at":  1}'


def test_a_room_without_calls_is_told_by_what_its_agents_remember() -> None:
    """Older versions kept in the room only what was said to all."""
    spoken = [item for item in TEAM["messages"] if item["type"] == "TextMessage"]
    trace = one(
        READER, team_state(spoken, ann=AGENT_STATE, bob={"type": "X", "llm_context": {"messages": [ASKED]}})
    )
    assert outline(trace) == ["model-call chat", "tool-execution look!", "model-call chat"]
    assert [trace.agent(row) for row in range(3)] == ["ann"] * 3
    assert outline(one(READER, team_state(spoken))) == outline(one(READER, {"messages": spoken}))


def test_a_plain_list_of_messages_is_a_result() -> None:
    assert sniffed(READER, TEAM["messages"]) == 0.95
    assert outline(one(READER, TEAM["messages"])) == outline(one(READER, {"messages": TEAM["messages"]}))


def test_a_team_within_an_agent() -> None:
    outer = team_state([], society={"type": "SocietyOfMindAgentState", "inner_team_state": TEAM_STATE})
    assert outline(one(READER, outer)) == outline(one(READER, TEAM_STATE))


def test_a_thought_of_a_run_that_stopped_then_is_told() -> None:
    stopped = {"messages": [*TEAM["messages"], event("ThoughtEvent", "bob", "what now?")]}
    trace = one(READER, stopped)
    last = trace.step(len(trace) - 1)
    assert last.agent == "bob"
    assert last.body.output is not None
    assert last.body.output.parts == (Reasoning("what now?"),)


SAMPLES = [SESSION, TEAM, TEAM_STATE, AGENT_STATE]
