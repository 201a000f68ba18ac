"""Sessions of Copilot: executions by events of their own, sub-agents below their call, rewinds and compactions."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Reasoning
from replaydbg.core.step import Usage
from replaydbg.readers import _registry, copilot_session
from tests.support.claude_sessions import moment, told
from tests.support.readings import document, lines, one, outline, read, sniffed


def event(second: int, kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data, "id": f"e{second}", "timestamp": moment(second), "parentId": None}


def call(id_: str, name: str, arguments: Any) -> dict[str, Any]:
    return {"toolCallId": id_, "name": name, "arguments": arguments, "type": "function"}


SESSION = [
    event(0, "session.start", sessionId="s", selectedModel="small"),
    event(1, "session.model_change", newModel="big"),
    event(2, "system.message", content="Be good.", role="system"),
    event(3, "user.message", content="go", transformedContent="<now/>go"),
    event(5, "assistant.message", content="I look.", reasoningText="hm", reasoningOpaque="sig", outputTokens=7,
          toolRequests=[call("c", "view", '{"path": "a"}')]),
    event(6, "tool.execution_start", toolCallId="c", toolName="view", arguments={"path": "a"}),
    event(8, "tool.execution_complete", toolCallId="c", success=False, error={"message": "no a", "code": "failure"}),
    event(9, "assistant.message", content="done", toolRequests=[], model="huge"),
]  # fmt: skip


def session(*events: dict[str, Any]) -> Any:
    return one(copilot_session.READER, lines(*SESSION, *events))


def test_a_session() -> None:
    data = lines(*SESSION)
    assert _registry.choose(document(data)).reader is copilot_session.READER
    trace = session()
    assert outline(trace) == ["model-call chat big", "tool-execution view!", "model-call chat huge"]
    first, view, _ = trace.steps()
    assert (trace.id, told(trace, 0), told(trace, 2)) == (
        "s", ["Be good.", "<now/>go"], ["Be good.", "<now/>go", "I look.", "=no a"],
    )  # fmt: skip
    assert first.body.output is not None
    assert first.body.output.parts[0] == Reasoning("hm", "sig")
    assert (first.duration_ms, first.body.usage.output_tokens) == (2000, 7)
    assert (first.tool_calls[0].raw, view.duration_ms, view.body.error) == ('{"path": "a"}', 2000, "no a")


def test_a_sub_agent_stands_below_the_call_that_started_it() -> None:
    trace = session(
        event(10, "assistant.message", content="", toolRequests=[call("t", "task", {"prompt": "look"})]),
        event(11, "tool.execution_start", toolCallId="t", toolName="task", arguments={"prompt": "look"}),
        event(12, "subagent.started", toolCallId="t", agentName="explore"),
        event(13, "user.message", content="look", parentToolCallId="t"),
        event(14, "assistant.message", content="seen", toolRequests=[], parentToolCallId="t"),
        event(15, "tool.execution_complete", toolCallId="t", success=True, result={"content": "seen"}),
        event(16, "assistant.message", content="well", toolRequests=[]),
    )
    assert outline(trace)[3:] == [
        "model-call chat big",
        "tool-execution task",
        "  agent-invocation explore",
        "    model-call chat big",
        "model-call chat big",
    ]
    assert (told(trace, 6), told(trace, 7)[-1], trace.step(6).agent) == (["look"], "=seen", "explore")


def test_executions_nobody_asked_for_and_those_that_never_ended() -> None:
    trace = session(
        event(10, "tool.execution_start", toolCallId="x", toolName="bash", arguments={"command": "ls"}),
        event(11, "tool.execution_complete", toolCallId="x", success=True, result={"content": "a"}),
        event(12, "tool.execution_start", toolCallId="y", toolName="bash", arguments={"command": "pwd"}),
        event(12, "assistant.turn_start", turnId="1"),
        event(13, "assistant.message", content="well", toolRequests=[]),
    )
    assert outline(trace)[3:] == ["tool-execution bash", "model-call chat big", "tool-execution bash"]
    ran, hangs = trace.step(3), trace.step(5)
    assert (ran.body.result, ran.tool_calls[0].arguments) == ("a", {"command": "ls"})
    assert (ran.id, hangs.id) == ("x-x", "x-y"), "the same when more of the file is there"
    assert (hangs.body.has_result, hangs.tool_calls[0].arguments) == (False, {"command": "pwd"})
    assert told(trace, 4)[-1] == "done"


@pytest.mark.parametrize(
    ("events", "prompt"),
    [
        ([event(10, "session.snapshot_rewind", upToEventId="e9", eventsRemoved=1)], ["=no a", "again"]),
        ([event(10, "session.compaction_complete", success=True, summaryContent="in short")], ["in short", "again"]),
        ([event(10, "session.compaction_complete", success=False, error="x")], ["done", "again"]),
        ([event(10, "system.message", content="Be good.")], ["done", "again"]),
    ],
    ids=["rewind", "compaction", "failed compaction", "instructions told again"],
)  # fmt: skip
def test_what_is_in_the_next_prompt(events: list[dict[str, Any]], prompt: list[str]) -> None:
    trace = session(
        *events, event(11, "user.message", content="again"), event(12, "assistant.message", content="x")
    )
    assert told(trace, len(trace) - 1)[-2:] == prompt
    assert told(trace, len(trace) - 1)[0] == "Be good."


def test_calls_that_failed_and_errors_of_the_session() -> None:
    trace = session(
        event(10, "assistant.reasoning", content="thought", reasoningId="r"),
        event(11, "model.call_failure", errorMessage="529", statusCode=529),
        event(12, "session.error", errorType="query", message="no quota"),
        event(12, "assistant.turn_start", turnId="1"),
        event(13, "assistant.message", content="x", toolRequests=[]),
    )
    assert outline(trace)[3:] == ["model-call chat big!", "opaque session error!", "model-call chat big"]
    output = trace.step(5).body.output
    assert (trace.step(3).body.error, trace.step(4).body.error) == ("529", "no quota")
    assert output is not None
    assert output.parts[0] == Reasoning("thought")


def test_a_session_nobody_answered() -> None:
    trace = one(copilot_session.READER, lines(*SESSION[:4]))
    assert (outline(trace), told(trace, 0)[1]) == (["opaque messages without a reply"], "<now/>go")


def test_other_files_are_not_claimed() -> None:
    for other in ({"type": "user.message", "data": 1}, {"type": "session.start"}, [event(1, "tool.x")]):
        assert sniffed(copilot_session.READER, other) == 0.0


def test_errors_at_the_end_and_a_context_that_was_cleared() -> None:
    trace = session(
        event(10, "subagent.failed", toolCallId="t", error="out of time"),
        event(11, "session.context_cleared", messagesCleared=4),
        event(12, "user.message", content="anew"),
        event(13, "assistant.message", content="well"),
        event(14, "session.shutdown", shutdownType="error", errorReason="out of memory"),
    )
    assert outline(trace)[3:] == [
        "opaque sub-agent failed!", "opaque context cleared", "model-call chat big", "opaque session shutdown!",
    ]  # fmt: skip
    assert (trace.body(3).error, trace.body(6).error) == ("out of time", "out of memory")
    assert told(trace, 5) == ["Be good.", "anew"]


def test_a_usual_end_is_no_step_and_what_is_known_is_silent() -> None:
    silent = [
        event(20 + at, kind)
        for at, kind in enumerate(["hook.start", "session.usage_checkpoint", "permission.completed"])
    ]
    ended = event(30, "session.shutdown", shutdownType="routine")
    reading = read(copilot_session.READER, lines(*SESSION, *silent, ended))
    assert (len(reading.traces[0]), reading.notices) == (3, ())


def test_what_was_taken_back_and_what_an_agent_was_asked_is_told() -> None:
    trace = session(
        event(10, "user.message", content="never mind"),
        event(11, "session.snapshot_rewind", upToEventId="e10"),
        event(12, "subagent.started", toolCallId="t", agentName="explore"),
        event(13, "user.message", content="look", parentToolCallId="t"),
    )
    unheard = [row for row in range(len(trace)) if trace.name(row) == "messages without a reply"]
    assert [told(trace, row)[-1] for row in unheard] == ["never mind", "look"]
    assert trace.agent(unheard[1]) == "explore"


SAMPLES = [lines(*SESSION)]


def test_what_a_call_took_is_told_before_its_reply() -> None:
    def used(second: int, call_id: str, tokens: int) -> dict[str, Any]:
        usage = {"apiCallId": call_id, "inputTokens": tokens, "outputTokens": 3, "cacheReadTokens": 2}
        return event(second, "session.usage_record", usage=usage)

    reading = read(
        copilot_session.READER,
        lines(
            *SESSION,
            used(10, "x", 90),
            event(11, "user.message", content="on"),
            used(12, "y", 20),
            event(13, "assistant.message", content="all done", apiCallId="y", outputTokens=9),
            event(14, "assistant.message", content="really", apiCallId="y"),
        ),
    )
    (trace,) = reading.traces
    assert [step.body.usage for step in list(trace.steps())[-2:]] == [Usage(20, 3, 2), Usage()]
    assert reading.notices == ()
