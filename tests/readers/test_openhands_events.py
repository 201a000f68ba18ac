"""Conversations of the OpenHands SDK, in a list, in lines, or an event a file."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.core.finding import Notice
from replaydbg.readers import _registry, openhands_events
from replaydbg.readers._api import Document
from tests.support.claude_sessions import told
from tests.support.readings import document, one, outline, read, sniffed


def event(number: int, kind: str, source: str = "agent", **fields: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": f"e{number}",
        "timestamp": f"2026-02-03T04:05:{number:02}",
        "source": source,
        **fields,
    }


def action(number: int, call_id: str, response_id: str, **fields: Any) -> dict[str, Any]:
    tool_call = {"id": call_id, "name": "terminal", "arguments": '{"command": "ls"}', "origin": "completion"}
    return event(number, "ActionEvent", tool_name="terminal", tool_call_id=call_id, tool_call=tool_call,
                 llm_response_id=response_id, **fields)  # fmt: skip


def observed(number: int, call_id: str, text: str, **fields: Any) -> dict[str, Any]:
    observation = {"kind": "TerminalObservation", "content": [{"type": "text", "text": text}], **fields}
    return event(number, "ObservationEvent", "environment", tool_name="terminal", tool_call_id=call_id,
                 observation=observation)  # fmt: skip


EVENTS = [
    event(
        0,
        "SystemPromptEvent",
        system_prompt={"type": "text", "text": "Be good."},
        tools=[{"title": "terminal"}],
    ),
    event(
        1, "MessageEvent", "user", llm_message={"role": "user", "content": [{"type": "text", "text": "go"}]}
    ),
    event(1, "ConversationStateUpdateEvent", "environment", key="execution_status", value="running"),
    action(2, "a", "r1", thought=[{"type": "text", "text": "I look."}], reasoning_content="hm"),
    action(3, "b", "r1", thought=[]),
    observed(4, "a", "a.py"),
    observed(5, "b", "no", is_error=True),
    action(6, "c", "r2", thought=[]),
    event(7, "AgentErrorEvent", tool_name="terminal", tool_call_id="c", error="Validation error: no command"),
    event(8, "Condensation", "environment", summary="all in short", forgotten_event_ids=["e1"]),
    event(
        9, "MessageEvent", llm_message={"role": "assistant", "content": [{"type": "text", "text": "done"}]}
    ),
    event(9, "A kind of tomorrow"),
    event(9, "ConversationErrorEvent", "environment", code="LLMError", detail="gone"),
]
OUTLINE = [
    "model-call chat",
    "tool-execution terminal",
    "tool-execution terminal!",
    "model-call chat",
    "tool-execution terminal!",
    "opaque condensation",
    "model-call chat",
    "opaque error!",
]


@pytest.mark.parametrize(
    "data",
    [
        orjson.dumps(EVENTS),
        b"\n".join(map(orjson.dumps, EVENTS)),
        orjson.dumps({"items": EVENTS, "next_page_id": None}),
    ],
    ids=["list", "lines", "page"],
)
def test_a_conversation(data: bytes) -> None:
    assert _registry.choose(document(data)).reader is openhands_events.READER
    trace = one(openhands_events.READER, data)
    assert outline(trace) == OUTLINE
    first, ran, failed, _, refused, *_ = trace.steps()
    assert [(call.id, call.raw) for call in first.tool_calls] == [
        ("a", '{"command": "ls"}'),
        ("b", '{"command": "ls"}'),
    ]
    assert (ran.body.result, failed.body.error, refused.body.error) == (
        "a.py",
        "no",
        "Validation error: no command",
    )
    assert told(trace, 3) == ["Be good.", "go", "I look.", "=a.py", "=no"]
    assert told(trace, 6) == ["all in short"]
    assert (first.duration_ms, trace.step(7).body.error) == (2000, "LLMError: gone")


@pytest.mark.parametrize(
    "named", ["event-{:05}-{}.json", "event_{:06}_{}.json"], ids=["SDK", "app's download"]
)
def test_an_event_a_file(named: str) -> None:
    files = {named.format(at, at): document(value) for at, value in enumerate(EVENTS)}
    names = [*files, "base_state.json", "meta.json", "event-1.txt", "event_1-2.json"]
    first = Document(f"/x/chat-1/events/{named.format(0, 0)}", memoryview(orjson.dumps(EVENTS[0])))
    others = openhands_events.beside(first, reversed(names))
    assert others == sorted(files)[1:]
    whole = Document(first.name, first.buffer, {name: files[name] for name in others})
    *_, reading = openhands_events.READER.read(whole, False)
    (trace,) = reading.traces
    assert (outline(trace), trace.id) == (OUTLINE, "chat-1")


def test_other_files_are_not_claimed() -> None:
    others: list[Any] = [[{"kind": "request", "parts": []}], {"kind": "ActionEvent"}, {"source": "user"}]
    for other in others:
        assert sniffed(openhands_events.READER, other) == 0.0
    assert openhands_events.beside(document(b"{}", "run.json"), ["event-1-x.json"]) == []


def test_what_stopped_the_run_is_a_step_and_what_is_not_known_a_notice() -> None:
    hook = {"hook_event_type": "PreToolUse", "hook_command": "guard", "success": True, "blocked": False}
    beside = [
        event(10, "HookExecutionEvent", "hook", **hook),
        event(11, "HookExecutionEvent", "hook", **{**hook, "blocked": True, "reason": "no rm"}),
        event(12, "PauseEvent", "user"),
        event(13, "InterruptEvent", "user"),
        event(14, "ServerErrorEvent", "environment", code="500", detail="down"),
        event(15, "ConversationStateUpdateEvent", "environment", key="x", value=1),
    ]
    reading = read(openhands_events.READER, [*EVENTS, *beside])
    trace = reading.traces[0]
    assert outline(trace)[len(OUTLINE) :] == [
        "opaque hook!",
        "opaque pause",
        "opaque interrupt",
        "opaque error!",
    ]
    assert [trace.body(row).error for row in (8, 11)] == ["PreToolUse: no rm", "500: down"]
    assert reading.notices == (
        Notice("/11", "1 event of a kind that is not known, left out: A kind of tomorrow (1)"),
    )


SAMPLES = [EVENTS]


def test_tools_are_called_by_title_or_class_and_those_of_servers_have_their_schema() -> None:
    schema = {"type": "object", "properties": {"q": {"type": "string"}}}
    tools = [
        {"title": "terminal", "kind": "TerminalTool", "description": "runs", "action_type": "TerminalAction"},
        {"title": "Task Tracker", "kind": "TaskTrackerTool", "annotations": {"title": "Task Tracker"}},
        {
            "title": "search",
            "kind": "MCPToolDefinition",
            "mcp_tool": {"name": "search", "inputSchema": schema},
        },
        {"kind": "HTTPFetchTool"},
    ]
    prompt = event(0, "SystemPromptEvent", system_prompt={"type": "text", "text": "Be good."}, tools=tools)
    trace = one(openhands_events.READER, [prompt, *EVENTS[1:]])
    assert [(tool.name, tool.schema) for tool in trace.body(0).tools or ()] == [
        ("terminal", None),
        ("task_tracker", None),
        ("search", schema),
        ("http_fetch", None),
    ]
