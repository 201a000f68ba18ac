"""A turn of the AI SDK in the pieces that a page gets: as version 7 wrote them of a model that calls a tool well and badly."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Reasoning
from replaydbg.readers import _ai_sdk_stream
from replaydbg.readers.ai_sdk import READER
from tests.support.readings import lines, opened, outline, sniffed

REFUSED = "AI_InvalidToolInputError: expected string, received number"
PIECES: list[dict[str, Any]] = [
    {"type": "start"},
    {"type": "start-step"},
    {"type": "reasoning-start", "id": "q"},
    {"type": "reasoning-delta", "id": "q", "delta": "Hmm."},
    {"type": "reasoning-end", "id": "q"},
    {"type": "text-start", "id": "t"},
    {"type": "text-delta", "id": "t", "delta": "Let me "},
    {"type": "text-delta", "id": "t", "delta": "look."},
    {"type": "text-end", "id": "t"},
    {"type": "tool-input-start", "toolCallId": "c1", "toolName": "getWeather"},
    {"type": "tool-input-delta", "toolCallId": "c1", "inputTextDelta": '{"city":"Oslo"}'},
    {"type": "tool-input-available", "toolCallId": "c1", "toolName": "getWeather", "input": {"city": "Oslo"}},
    {"type": "tool-input-error", "toolCallId": "c2", "toolName": "getWeather", "input": {"city": 5}, "errorText": REFUSED},
    {"type": "tool-output-available", "toolCallId": "c1", "output": {"temp": 7}},
    {"type": "finish-step"},
    {"type": "start-step"},
    {"type": "text-start", "id": "t"},
    {"type": "text-delta", "id": "t", "delta": "It is 7 degrees."},
    {"type": "text-end", "id": "t"},
    {"type": "finish-step"},
    {"type": "finish", "finishReason": "stop"},
]  # fmt: skip


def notices(data: bytes) -> list[str]:
    return [notice.message for notice in opened(READER, data).notices]


def test_the_turn_is_a_run_of_replies_and_tools() -> None:
    assert sniffed(READER, lines(*PIECES)) == 0.95
    (trace,) = opened(READER, lines(*PIECES)).traces
    assert outline(trace) == [
        "model-call chat",
        "tool-execution getWeather",
        "tool-execution getWeather!",
        "model-call chat",
    ]
    first, second = trace.body(0).output, trace.body(3).output
    assert first is not None
    assert second is not None
    assert [call.arguments for call in first.tool_calls] == [{"city": "Oslo"}, {"city": 5}]
    assert (first.parts[0], first.text, second.text) == (
        Reasoning("Hmm."),
        "Let me look.",
        "It is 7 degrees.",
    )
    assert (trace.body(1).result, trace.body(2).result) == ({"temp": 7}, REFUSED)
    assert notices(lines(*PIECES)) == ["what was asked is not in a stream"]


def test_two_turns_follow_each_other() -> None:
    (trace,) = opened(READER, lines(*PIECES, *PIECES)).traces
    assert len(trace) == 8


@given(st.integers(6, len(PIECES)))
def test_of_a_stream_that_breaks_off_there_is_what_had_come(count: int) -> None:
    (trace,) = opened(READER, lines(*PIECES[:count])).traces
    output = trace.body(0).output
    assert output is not None
    assert "Let me look.".startswith(output.text)
    broke_off = "the stream breaks off before the turn has ended" in notices(lines(*PIECES[:count]))
    assert broke_off is (count < len(PIECES))


def test_arguments_that_had_not_come_whole_are_kept_as_text() -> None:
    (trace,) = opened(READER, lines(*PIECES[:10], {**PIECES[10], "inputTextDelta": '{"ci'})).traces
    output = trace.body(0).output
    assert output is not None
    assert (output.tool_calls[0].raw, output.tool_calls[0].problem is None) == ('{"ci', False)


def test_an_error_and_an_end_by_the_person_are_steps() -> None:
    for piece, said in (
        ({"type": "error", "errorText": "overloaded"}, "overloaded"),
        ({"type": "abort"}, "aborted"),
    ):
        (trace,) = opened(READER, lines(*PIECES[:9], piece)).traces
        assert outline(trace)[-1] == "opaque stream!"
        assert trace.body(len(trace) - 1).error == said


def test_results_on_the_way_are_replaced_and_denied_calls_fail() -> None:
    early = {"type": "tool-output-available", "toolCallId": "c1", "output": "…", "preliminary": True}
    asked = {"type": "tool-approval-request", "toolCallId": "c2", "approvalId": "a"}
    denied = {"type": "tool-output-denied", "toolCallId": "c2"}
    (trace,) = opened(
        READER, lines(*PIECES[:12], early, PIECES[9] | {"toolCallId": "c2"}, asked, denied, *PIECES[13:])
    ).traces
    assert trace.body(1).result == {"temp": 7}
    assert outline(trace)[2] == "tool-execution getWeather!"


def test_data_and_sources_are_parts_and_what_passes_is_not() -> None:
    turn = _ai_sdk_stream.Turn()
    source = {"type": "source-url", "sourceId": "s", "url": "https://x"}
    for piece in (
        source,
        {"type": "data-weather", "data": 1},
        {"type": "data-status", "data": 2, "transient": True},
    ):
        turn.feed(piece)
    assert turn.parts == [source, {"type": "data-weather", "data": 1}]


def test_words_that_others_use_too_are_no_stream() -> None:
    assert not _ai_sdk_stream.is_stream([{"type": "start"}, {"type": "finish"}])
    assert not _ai_sdk_stream.is_stream([{"type": "text-delta", "text": "x"}])
    assert not _ai_sdk_stream.is_stream([*PIECES[5:8], {"type": "other"}])
    assert not _ai_sdk_stream.is_stream([])
