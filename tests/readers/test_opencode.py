"""opencode: replies between step-start and step-finish, and parts of a log that come again."""

from __future__ import annotations

from typing import Any

from replaydbg.readers import _registry, opencode
from tests.support.claude_sessions import told
from tests.support.readings import document, lines, one, outline, read, sniffed

START = 1_770_000_000_000


def tool(status: str, start: int, **state: Any) -> dict[str, Any]:
    state = {
        "status": status,
        "input": {"command": "ls"},
        "time": {"start": START + start, "end": START + start + 500},
        **state,
    }
    return {"id": "p3", "type": "tool", "messageID": "m2", "callID": "c", "tool": "bash", "state": state}


PARTS: list[dict[str, Any]] = [
    {"id": "p1", "type": "step-start", "messageID": "m2"},
    {"id": "p2", "type": "text", "text": "I look.", "messageID": "m2"},
    tool("error", 2000, error="no ls"),
    {"id": "p4", "type": "step-finish", "messageID": "m2", "reason": "tool-calls", "cost": 0.25,
     "tokens": {"input": 3, "output": 2, "reasoning": 1, "cache": {"read": 10, "write": 0}}},
    {"id": "p5", "type": "step-start", "messageID": "m2"},
    {"id": "p6", "type": "text", "text": "done", "messageID": "m2"},
    {"id": "p7", "type": "step-finish", "messageID": "m2", "reason": "stop", "tokens": {"input": 20, "output": 1}},
]  # fmt: skip
USER = {"id": "m1", "sessionID": "s", "role": "user", "time": {"created": START}}
ASSISTANT = {"id": "m2", "sessionID": "s", "role": "assistant", "modelID": "big", "providerID": "p", "agent": "build",
             "time": {"created": START, "completed": START + 4000}}  # fmt: skip
ASKED = {"id": "p0", "type": "text", "text": "go", "messageID": "m1"}
SESSION = {
    "info": {"id": "s", "title": "t"},
    "messages": [{"info": USER, "parts": [ASKED]}, {"info": ASSISTANT, "parts": PARTS}],
}
OUTLINE = ["model-call chat big", "tool-execution bash!", "model-call chat big"]


def check(trace: Any) -> None:
    assert outline(trace) == OUTLINE
    first, bash, _ = trace.steps()
    assert (first.cost_usd, first.body.usage.input_tokens, first.body.usage.output_tokens) == (0.25, 13, 3)
    assert (first.duration_ms, bash.duration_ms, bash.body.error) == (2000, 500, "no ls")
    assert (bash.tool_calls[0].arguments, first.agent, trace.input_tokens[2]) == (
        {"command": "ls"},
        "build",
        20,
    )
    assert told(trace, 2) == ["go", "I look.", "=no ls"]


def test_a_session_that_was_exported() -> None:
    assert _registry.choose(document(SESSION)).reader is opencode.READER
    trace = one(opencode.READER, SESSION)
    assert trace.id == "s"
    check(trace)


def test_a_log_of_hooks() -> None:
    schema = {"type": "object"}
    log: list[Any] = [["tool.definition", {"toolID": "bash"}, {"description": "runs", "parameters": schema}]]
    log += [
        ["event", {"event": {"type": "message.updated", "properties": {"info": info}}}]
        for info in (USER, ASSISTANT)
    ]
    parts = [ASKED, *PARTS[:2], tool("running", 2000), *PARTS[2:]]
    log += [
        ["event", {"event": {"type": "message.part.updated", "properties": {"part": part}}}] for part in parts
    ]
    data = lines(*log)
    assert sniffed(opencode.READER, data) == 0.9
    trace = one(opencode.READER, data)
    check(trace)
    assert [(offer.name, offer.schema) for offer in trace.step(0).body.tools or ()] == [("bash", schema)]


def test_a_reply_that_failed_and_one_that_still_runs() -> None:
    broken = ASSISTANT | {"error": {"name": "ProviderError", "data": {"message": "overloaded"}}}
    running = {"info": ASSISTANT, "parts": [tool("running", 1)]}
    messages = [{"info": USER, "parts": [ASKED]}, {"info": broken, "parts": []}, running]
    trace = one(opencode.READER, {"info": {"id": "s"}, "messages": messages})
    assert outline(trace) == ["model-call chat big!", "model-call chat big"]
    assert trace.step(0).body.error == "overloaded"


def test_other_files_are_not_claimed() -> None:
    others: list[Any] = [
        {"messages": [{"role": "user"}], "info": {}},
        [{"info": 1}],
        ["a", "b"],
        ["event", 3],
    ]
    for other in others:
        assert sniffed(opencode.READER, other) == 0.0


def events() -> list[dict[str, Any]]:
    """As `opencode run --format json` writes the parts of the reply."""
    names = {"step-start": "step_start", "step-finish": "step_finish", "tool": "tool_use"}
    return [
        {
            "type": names.get(part["type"], part["type"]),
            "timestamp": START + 1000 * at,
            "sessionID": "s",
            "part": {**part, "messageID": "m2" if at < 4 else "m3"},
        }
        for at, part in enumerate(PARTS)
    ]


def test_the_events_of_a_run() -> None:
    data = lines(*events())
    assert sniffed(opencode.READER, data) == 0.95
    reading = read(opencode.READER, data)
    assert ["opencode export" in notice.message for notice in reading.notices] == [True]
    (trace,) = reading.traces
    assert (trace.id, outline(trace)) == ("s", ["model-call chat", "tool-execution bash!", "model-call chat"])
    assert [trace.tokens(row) for row in range(3)] == [16, None, 21]
    failed = {
        "type": "error",
        "timestamp": START + 9000,
        "sessionID": "s",
        "error": {"name": "APIError", "data": {"message": "no"}},
    }
    trace = one(opencode.READER, lines(*events(), failed))
    assert outline(trace)[3:] == ["model-call chat!"]
    assert trace.body(3).error == "no"
    assert sniffed(opencode.READER, {"type": "text", "sessionID": "s", "part": "x"}) == 0.0


SAMPLES = [SESSION, lines(*events())]
