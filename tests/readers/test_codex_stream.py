"""What `codex exec --json` prints: which items are one reply, what failed, and what is not in it."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Reasoning, Text, ToolCall
from replaydbg.readers import _registry, codex_stream
from tests.support.claude_sessions import told
from tests.support.readings import document, lines, one, outline, read, sniffed, walked


def item(event: str, id_: str, kind: Any, **fields: Any) -> dict[str, Any]:
    return {"type": f"item.{event}", "item": {"id": id_, "type": kind, **fields}}


def ran(event: str, id_: str, command: str, output: str = "", code: int | None = None) -> dict[str, Any]:
    status = "in_progress" if code is None else "failed" if code else "completed"
    return item(
        event,
        id_,
        "command_execution",
        command=command,
        aggregated_output=output,
        exit_code=code,
        status=status,
    )


USAGE = {"input_tokens": 305, "cached_input_tokens": 120, "output_tokens": 60}
RUN = [
    {"type": "thread.started", "thread_id": "t-1"},
    {"type": "turn.started"},
    item("completed", "0", "reasoning", text="hm"),
    item("completed", "1", "agent_message", text="I look."),
    ran("started", "2", "echo hi"),
    ran("started", "3", "cat /none"),
    ran("completed", "3", "cat /none", "no such file", 1),
    ran("completed", "2", "echo hi", "hi", 0),
    ran("started", "4", "pwd"),
    ran("completed", "4", "pwd", "/p", 0),
    item(
        "completed",
        "5",
        "mcp_tool_call",
        server="s",
        tool="find",
        arguments={"q": 1},
        error={"message": "down"},
    ),
    item("updated", "6", "reasoning", text="not yet"),
    item("completed", "7", "agent_message", text="Done."),
    item("completed", "8", "agent_message", text="Really."),
    {"type": "turn.completed", "usage": USAGE},
]
SAMPLES = [lines(*RUN)]


def test_a_run() -> None:
    assert sniffed(codex_stream.READER, lines(*RUN)) > 0.9
    assert _registry.choose(document(lines(*RUN))).reader is codex_stream.READER
    reading = read(codex_stream.READER, lines(*RUN))
    assert "rollout" in reading.notices[0].message
    (trace,) = reading.traces
    assert trace.id == "t-1"
    assert outline(trace) == [
        "model-call chat",
        "tool-execution command_execution!",
        "tool-execution command_execution",
        "model-call chat",
        "tool-execution command_execution",
        "model-call chat",
        "tool-execution find!",
        "model-call chat",
        "model-call chat",
        "opaque turn completed",
    ]
    first, failed = trace.step(0), trace.step(1)
    assert first.body.output is not None
    assert first.body.output.parts == (
        Reasoning("hm"), Text("I look."),
        ToolCall("2", "command_execution", {"command": "echo hi"}), ToolCall("3", "command_execution", {"command": "cat /none"}),
    )  # fmt: skip
    assert (failed.body.call, failed.body.result) == (first.tool_calls[1], "no such file")
    assert trace.step(6).body.call == ToolCall("5", "find", {"q": 1})
    assert trace.step(6).body.result == {"message": "down"}
    assert told(trace, 3) == ["I look.", "=no such file", "=hi"]
    assert trace.step(9).body.output_value == USAGE


@pytest.mark.parametrize(
    "last",
    [
        {"type": "turn.failed", "error": {"message": "stream closed"}},
        {"type": "error", "message": "stream closed"},
        item("completed", "9", "error", message="stream closed"),
    ],
)
def test_what_went_wrong(last: dict[str, Any]) -> None:
    *_, step = one(codex_stream.READER, lines(*RUN[:-1], last)).steps()
    assert (step.name, step.body.error, step.status.name) == ("error", "stream closed", "ERROR")


def test_a_tool_that_never_ended_and_odd_items() -> None:
    odd = [
        {"type": "item.completed"},
        item("completed", "9", 7),
        {"type": "item.started", "item": [1]},
        item("completed", "8", "command_execution", status=["failed"], exit_code=None),
        "text",
    ]
    trace = one(codex_stream.READER, lines(*RUN[:5], *odd))
    assert outline(trace)[0] == "model-call chat"
    walked(trace)


@pytest.mark.parametrize(
    "other",
    [
        {"type": "thread.started"},
        {"type": "item.completed", "item": {"id": "x"}},
        {"item": {"id": 1, "type": "m"}},
    ],
)
def test_other_lines_are_not_claimed(other: dict[str, Any]) -> None:
    assert sniffed(codex_stream.READER, lines(other)) == 0.0


def test_a_plan_is_said_and_what_other_agents_came_to_is_a_result() -> None:
    asked = {"tool": "wait", "sender_thread_id": "t", "receiver_thread_ids": ["u"], "prompt": None}
    ended = {"u": {"status": "completed", "message": "3 files"}}
    trace = one(
        codex_stream.READER,
        lines(
            {"type": "thread.started", "thread_id": "t"},
            item("completed", "0", "plan", text="1. look"),
            item("started", "1", "collab_tool_call", **asked, agents_states={}, status="in_progress"),
            item("completed", "1", "collab_tool_call", **asked, agents_states=ended, status="completed"),
        ),
    )
    assert outline(trace) == ["model-call chat", "tool-execution wait"]
    call, ran_ = trace.steps()
    assert call.body.output is not None
    assert call.body.output.parts[0] == Text("1. look")
    assert (call.tool_calls[0].arguments, ran_.body.result) == (asked, ended)
