"""Events of AG-UI, as `ag-ui-protocol` 1.0 writes them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.core.message import Reasoning, Role, Text
from replaydbg.core.step import Kind, Usage
from replaydbg.readers.ag_ui import READER
from tests.support.readings import clear, lines, opened, outline, sniffed

STARTED = {"type": "RUN_STARTED", "threadId": "th", "runId": "r1", "timestamp": 1_770_000_000_000}
FINISHED = {
    "type": "RUN_FINISHED",
    "threadId": "th",
    "runId": "r1",
    "timestamp": 1_770_000_004_000,
    "outcome": {"type": "success"},
}
ASKED = {"id": "u1", "role": "user", "content": "Rain in Oslo?"}
TOOL = {
    "name": "getWeather",
    "description": "",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
WITH_INPUT = {
    **STARTED,
    "input": {"threadId": "th", "runId": "r1", "messages": [ASKED], "tools": [TOOL], "context": []},
}


def text(id_: str, *pieces: str, **beside: Any) -> list[dict[str, Any]]:
    said = [{"type": "TEXT_MESSAGE_CONTENT", "messageId": id_, "delta": piece} for piece in pieces]
    return [
        {"type": "TEXT_MESSAGE_START", "messageId": id_, **beside},
        *said,
        {"type": "TEXT_MESSAGE_END", "messageId": id_},
    ]


def call(id_: str, *pieces: str, **beside: Any) -> list[dict[str, Any]]:
    said = [{"type": "TOOL_CALL_ARGS", "toolCallId": id_, "delta": piece} for piece in pieces]
    begun = {"type": "TOOL_CALL_START", "toolCallId": id_, "toolCallName": "getWeather", **beside}
    return [begun, *said, {"type": "TOOL_CALL_END", "toolCallId": id_}]


def result(id_: str, content: Any = "7 degrees") -> dict[str, Any]:
    return {
        "type": "TOOL_CALL_RESULT",
        "messageId": f"of {id_}",
        "toolCallId": id_,
        "content": content,
        "role": "tool",
        "timestamp": 1_770_000_002_000,
    }


REPLIES: list[dict[str, Any]] = [
    {"type": "REASONING_START", "messageId": "q"},
    {"type": "REASONING_MESSAGE_START", "messageId": "q", "role": "reasoning"},
    {"type": "REASONING_MESSAGE_CONTENT", "messageId": "q", "delta": "Hmm."},
    {"type": "REASONING_MESSAGE_END", "messageId": "q"},
    *text("m1", "Let me ", "look.", role="assistant"),
    *call("c1", '{"city":', '"Oslo"}', parentMessageId="m1"),
    *call("c2", '{"city":"Rome"}', parentMessageId="m1", timestamp=1_770_000_001_500),
    result("c1"),
    result("c2", [{"type": "text", "text": "20 degrees"}]),
    *text("m3", "7 and 20."),
]  # fmt: skip
RUN: list[dict[str, Any]] = [WITH_INPUT, {"type": "STATE_SNAPSHOT", "snapshot": {}}, *REPLIES, FINISHED]
CHUNKS: list[dict[str, Any]] = [
    STARTED,
    {"type": "TEXT_MESSAGE_CHUNK", "messageId": "m1", "role": "assistant", "delta": "Let me "},
    {"type": "TEXT_MESSAGE_CHUNK", "delta": "look."},
    {"type": "TOOL_CALL_CHUNK", "toolCallId": "c1", "toolCallName": "getWeather", "parentMessageId": "m1", "delta": '{"city":'},
    {"type": "TOOL_CALL_CHUNK", "delta": '"Oslo"}'},
    result("c1"),
    {"type": "TEXT_MESSAGE_CHUNK", "messageId": "m2", "delta": "7."},
    FINISHED,
]  # fmt: skip
SPENT = [
    {
        "provider": "openai",
        "model": "m",
        "inputTokens": 50,
        "outputTokens": 9,
        "totalTokens": 59,
        "cachedInputTokens": 0,
    },
    {"provider": "openai", "model": "m", "inputTokens": 5, "outputTokens": 1, "reasoningTokens": 1},
]
COUNTED = [*RUN[:-1], {**FINISHED, "usage": SPENT}]
SAMPLES = [lines(*RUN), lines(*CHUNKS), lines(*COUNTED)]


def told(*events: dict[str, Any]) -> list[str]:
    return [notice.message for notice in opened(READER, lines(*events)).notices]


def test_a_run_with_its_input() -> None:
    assert sniffed(READER, lines(*RUN)) == 0.95
    reading = opened(READER, lines(*RUN))
    (trace,) = reading.traces
    assert reading.notices == ()
    assert outline(trace) == [
        "model-call chat",
        "tool-execution getWeather",
        "tool-execution getWeather",
        "model-call chat",
    ]
    first, last = trace.body(0), trace.body(3)
    assert [message.text for message in first.messages or ()] == ["Rain in Oslo?"]
    assert first.output is not None
    assert first.output.parts[:2] == (Reasoning("Hmm."), Text("Let me look."))
    assert [each.arguments for each in first.output.tool_calls] == [{"city": "Oslo"}, {"city": "Rome"}]
    assert [tool.name for tool in first.tools or ()] == ["getWeather"]
    assert [message.role for message in last.messages or ()] == [
        Role.USER,
        Role.ASSISTANT,
        Role.TOOL,
        Role.TOOL,
    ]
    assert (trace.duration_ms(0), trace.duration_ms(1)) == (1500, 500)


def test_chunks_are_starts_and_what_goes_on() -> None:
    (trace,) = opened(READER, lines(*CHUNKS)).traces
    first, last = trace.body(0).output, trace.body(2).output
    assert first is not None
    assert last is not None
    assert (first.text, first.tool_calls[0].arguments, last.text) == ("Let me look.", {"city": "Oslo"}, "7.")
    assert told(*CHUNKS) == ["what was asked is not in the stream"]


def test_a_snapshot_at_the_end_is_no_second_run() -> None:
    snapshot = {
        "type": "MESSAGES_SNAPSHOT",
        "messages": [
            ASKED,
            {"id": "m1", "role": "assistant", "content": "Let me look.", "toolCalls": [{"id": "c1", "type": "function", "function": {"name": "getWeather", "arguments": "{}"}}]},
            {"id": "of c1", "role": "tool", "toolCallId": "c1", "content": "7 degrees"},
        ],
    }  # fmt: skip
    (trace,) = opened(READER, lines(*RUN[:-1], snapshot, FINISHED)).traces
    assert len(trace) == 4


def test_a_snapshot_at_the_beginning_is_what_was_said_before() -> None:
    before = [
        ASKED,
        {"id": "a0", "role": "assistant", "toolCalls": [{"id": "c0", "type": "function", "function": {"name": "getWeather", "arguments": '{"city": "Rome"}'}}]},
        {"id": "t0", "role": "tool", "toolCallId": "c0", "content": "no answer"},
        {"id": "x", "role": "activity", "content": {}},
        {"id": "u2", "role": "user", "content": "And Oslo?"},
    ]  # fmt: skip
    (trace,) = opened(
        READER, lines(STARTED, {"type": "MESSAGES_SNAPSHOT", "messages": before}, *REPLIES, FINISHED)
    ).traces
    assert outline(trace)[:3] == ["model-call chat", "tool-execution getWeather", "model-call chat"]
    asked = trace.body(2).messages or ()
    assert [message.text for message in asked][-1] == "And Oslo?"


def test_of_a_second_run_only_what_is_new_is_heard() -> None:
    again = {
        **WITH_INPUT,
        "runId": "r2",
        "input": {
            "messages": [
                ASKED,
                {"id": "m3", "role": "assistant", "content": "7 and 20."},
                {"id": "u2", "role": "user", "content": "Thanks"},
            ]
        },
    }
    (trace,) = opened(READER, lines(*RUN, again, *text("m9", "Bye."), {**FINISHED, "runId": "r2"})).traces
    assert len(trace) == 5
    assert [message.text for message in trace.body(4).messages or ()][-2:] == ["7 and 20.", "Thanks"]


def test_sub_agents_stand_below_their_step() -> None:
    inner = [{**event, "subagentRunId": "s1"} for event in text("m5", "I looked.")]
    started = {"type": "SUBAGENT_STARTED", "subagentRunId": "s1", "name": "looker"}
    failed = {"type": "SUBAGENT_ERROR", "subagentRunId": "s1", "message": "lost"}
    (trace,) = opened(
        READER, lines(WITH_INPUT, started, *inner, failed, *text("m6", "Done."), FINISHED)
    ).traces
    assert outline(trace) == [
        "agent-invocation looker",
        "  model-call chat",
        "  opaque sub-agent failed!",
        "model-call chat",
    ]


def test_errors_and_interrupts_of_the_run_are_steps() -> None:
    error = {"type": "RUN_ERROR", "message": "overloaded", "code": "529"}
    stopped = {**FINISHED, "outcome": {"type": "interrupt", "interrupts": []}}
    (trace,) = opened(READER, lines(WITH_INPUT, *text("m1", "Let me"), error)).traces
    assert (outline(trace), trace.body(1).error) == (["model-call chat", "opaque run error!"], "overloaded")
    (trace,) = opened(READER, lines(*RUN[:-1], stopped)).traces
    assert outline(trace)[-1] == "opaque interrupt"


def test_what_nobody_answered_is_a_step() -> None:
    (trace,) = opened(READER, lines(WITH_INPUT, FINISHED)).traces
    assert outline(trace) == ["opaque messages without a reply"]


def test_an_event_of_a_kind_that_is_not_known_is_told() -> None:
    assert any("NOVELTY" in said for said in told(*RUN[:-1], {"type": "NOVELTY"}, FINISHED))


@given(st.integers(8, len(RUN)))
def test_of_a_stream_that_breaks_off_there_is_what_had_come(count: int) -> None:
    (trace,) = opened(READER, lines(*RUN[:count])).traces
    output = trace.body(0).output
    assert output is not None
    assert "Let me look.".startswith(output.text)
    assert ("the stream breaks off before the run has ended" in told(*RUN[:count])) is (count < len(RUN))


def test_tokens_of_a_run_are_those_of_a_step_around_it() -> None:
    trace = clear(READER, lines(*COUNTED))
    assert outline(trace) == [
        "agent-invocation run",
        "  model-call chat",
        "  tool-execution getWeather",
        "  tool-execution getWeather",
        "  model-call chat",
    ]
    run = trace.step(0)
    assert (run.model, run.body.usage, run.body.output_value) == ("m", Usage(55, 10, 0, 1), SPENT)
    assert (trace.input_tokens[0], trace.output_tokens[0], trace.duration_ms(0)) == (55, 10, 4000)
    assert trace.input_tokens[1] == NOT_RECORDED


@pytest.mark.parametrize("kind", ["RUN_FINISHED", "RUN_ERROR"])
def test_tokens_of_a_run_with_one_model_call_are_its_own(kind: str) -> None:
    ends = {**FINISHED, "type": kind, "message": "late", "usage": [SPENT[0], {**SPENT[1], "model": "other"}]}
    trace = opened(READER, lines(*COUNTED, WITH_INPUT, *text("m9", "Again."), ends)).traces[0]
    (row,) = [row for row in trace.rows(Kind.MODEL_CALL) if not trace.depths[row]]
    assert (trace.step(row).body.usage, trace.model(row)) == (Usage(55, 10, 0, 1), "")
    assert [trace.name(row) for row in trace.rows(Kind.AGENT_INVOCATION)] == ["run"]


@pytest.mark.parametrize(
    "usage",
    [{"promptTokens": 4, "completionTokens": 2, "totalTokens": 6}, {"inputTokens": 4, "outputTokens": 2}],
)
def test_tokens_as_they_were_told_before_the_protocol_had_them(usage: Any) -> None:
    trace = clear(READER, lines(WITH_INPUT, *text("m9", "Once."), {**FINISHED, "usage": usage}))
    assert trace.step(0).body.usage == Usage(4, 2, None, None)


@pytest.mark.parametrize("usage", [None, [], {}, [None, 3], "x", [{"inputTokens": "many"}]])
def test_what_tells_no_tokens(usage: Any) -> None:
    assert outline(clear(READER, lines(*RUN[:-1], {**FINISHED, "usage": usage}))) == outline(
        clear(READER, lines(*RUN))
    )
