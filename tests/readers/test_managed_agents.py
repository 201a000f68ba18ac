"""Sessions of Claude's managed agents: what stands between start and end of a request is one reply."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers import _registry, managed_agents
from tests.support.claude_sessions import moment, told
from tests.support.readings import document, lines, one, outline, read, sniffed


def event(second: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"id": f"sevt_{second}_{kind}", "type": kind, "processed_at": moment(second), **fields}


def text(words: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": words}]


USAGE = {
    "input_tokens": 3,
    "output_tokens": 2,
    "cache_read_input_tokens": 10,
    "cache_creation_input_tokens": 1,
}
OFFER = {"type": "custom", "name": "look", "description": "looks", "input_schema": {"type": "object"}}
SESSION: dict[str, Any] = {
    "id": "sesn_1", "type": "session", "environment_id": "env_1", "created_at": moment(0),
    "agent": {"type": "agent", "name": "helper", "model": {"id": "big"}, "system": "Be good.", "tools": [OFFER]},
}  # fmt: skip
EVENTS = [
    event(1, "user.message", content=text("go")),
    event(1, "session.status_running"),
    event(2, "span.model_request_start"),
    event(3, "agent.message", content=text("I look.")),
    event(3, "agent.custom_tool_use", name="look", input={"at": "a"}),
    event(4, "span.model_request_end", model_usage=USAGE, is_error=False),
    event(6, "user.custom_tool_result", custom_tool_use_id="sevt_3_agent.custom_tool_use", content=text("no a"), is_error=True),
    event(7, "span.model_request_start"),
    event(8, "agent.message", content=text("done")),
    event(8, "span.model_request_end", model_usage=USAGE),
    event(8, "session.status_idle", stop_reason={"type": "end_turn"}),
]  # fmt: skip
SHAPES: dict[str, Any] = {
    "page": {"data": EVENTS, "next_page": None},
    "list": EVENTS,
    "lines": lines(*EVENTS),
    "session and events": lines(SESSION, *EVENTS),
    "calls of the SDK": lines(
        ["client.beta.sessions.create", SESSION],
        ["client.beta.sessions.events.send", ["sesn_1", {"events": [{"type": "user.message"}]}]],
        *(["client.beta.sessions.events.stream", each] for each in EVENTS),
    ),
}


@pytest.mark.parametrize("content", SHAPES.values(), ids=SHAPES.keys())
def test_the_same_session_in_every_shape(content: Any) -> None:
    assert _registry.choose(document(content)).reader is managed_agents.READER
    reading = read(managed_agents.READER, content)
    (trace,) = reading.traces
    assert reading.notices == ()
    assert [trace.kind(row) for row in range(len(trace))] == ["model-call", "tool-execution", "model-call"]
    first, look, _ = trace.steps()
    assert (first.duration_ms, first.body.usage.input_tokens, first.body.usage.output_tokens) == (2000, 14, 2)
    assert (look.name, look.duration_ms, look.body.error) == ("look", 2000, "no a")
    assert (look.tool_calls[0].arguments, told(trace, 2)[-3:]) == ({"at": "a"}, ["go", "I look.", "=no a"])


def test_the_session_tells_of_its_agent() -> None:
    trace = one(managed_agents.READER, SHAPES["session and events"])
    first = trace.step(0)
    assert (trace.id, first.agent, first.model, told(trace, 0)) == (
        "sesn_1",
        "helper",
        "big",
        ["Be good.", "go"],
    )
    assert [tool.name for tool in first.body.tools or ()] == ["look"]
    sets = {**SESSION["agent"], "tools": [{"type": "agent_toolset_20260401"}, OFFER]}
    trace = one(managed_agents.READER, lines({**SESSION, "agent": sets}, *EVENTS))
    assert trace.step(0).body.tools is None


def test_requests_and_sessions_that_failed() -> None:
    failed = [event(9, "span.model_request_start"), event(10, "span.model_request_end", is_error=True)]
    error = event(11, "session.error", error={"type": "overloaded_error", "message": "529"})
    trace = one(managed_agents.READER, lines(*EVENTS, *failed, error))
    assert outline(trace)[3:] == ["model-call chat!", "opaque session error!"]
    assert trace.step(4).body.error == "529"


def test_after_a_compaction_only_what_came_later_is_known() -> None:
    later = [event(9, "agent.thread_context_compacted"), event(10, "user.message", content=text("on"))]
    trace = one(
        managed_agents.READER, lines(SESSION, *EVENTS, *later, event(11, "agent.message", content=text("x")))
    )
    assert outline(trace)[3:] == ["opaque compaction", "model-call chat big"]
    assert told(trace, 4) == ["Be good.", "on"]


def test_other_files_are_not_claimed() -> None:
    others: list[Any] = [{"type": "user.message", "id": "e"}, {"data": []}, ["a", {"processed_at": 1}]]
    for other in others:
        assert sniffed(managed_agents.READER, other) == 0.0


def test_what_stopped_the_session_is_a_step_and_what_is_not_known_a_notice() -> None:
    silent = event(9, "session.thread_status_running")
    stopped = [
        event(10, "user.interrupt"),
        event(11, "session.status_idle", stop_reason={"type": "requires_action", "event_ids": ["x"]}),
        event(12, "session.status_terminated"),
        event(13, "session.dreamt"),
    ]
    reading = read(managed_agents.READER, lines(*EVENTS, silent, *stopped))
    assert outline(reading.traces[0])[-3:] == [
        "opaque interrupt", "opaque idle: requires action", "opaque session terminated",
    ]  # fmt: skip
    assert [(notice.pointer, notice.message) for notice in reading.notices] == [
        ("line 16", "1 event of a kind that is not known, left out: session.dreamt (1)")
    ]


SAMPLES = list(SHAPES.values())
