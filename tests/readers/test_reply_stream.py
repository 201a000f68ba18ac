"""Replies in the pieces that they came in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Message, Role, Text, ToolCall
from replaydbg.core.outcome import Reply
from replaydbg.core.step import Status, Usage
from replaydbg.drivers import files
from replaydbg.readers import _registry, openai_pages
from replaydbg.readers._api import Document, Reading
from replaydbg.readers.reply_stream import READER
from replaydbg.wire import anthropic_messages, openai_chat, openai_responses
from tests.support.readings import document, lines, opened, outline, sniffed

CALL = ToolCall("c1", "look", {"at": "the sky"}, '{"at":"the sky"}')
SAID = Reply(
    Message(Role.ASSISTANT, (Text("I look."), CALL), finish_reason="tool_calls"),
    "big",
    Usage(input_tokens=7, output_tokens=3),
)
SHAPES: dict[str, Any] = {
    "chat": openai_chat,
    "responses": openai_responses,
    "anthropic": anthropic_messages,
}
GOOGLE: list[dict[str, Any]] = [
    {"responseId": "g", "modelVersion": "gem", "candidates": [{"content": {"role": "model", "parts": [{"text": "Hel"}]}}]},
    {"responseId": "g", "modelVersion": "gem", "candidates": [{"content": {"role": "model", "parts": [{"text": "lo"}]}, "finishReason": "STOP"}], "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": 2}},
]  # fmt: skip
BEDROCK: list[dict[str, Any]] = [
    {"messageStart": {"role": "assistant"}},
    {"contentBlockDelta": {"delta": {"text": "Hel"}, "contentBlockIndex": 0}},
    {"contentBlockDelta": {"delta": {"text": "lo"}, "contentBlockIndex": 0}},
    {"contentBlockStop": {"contentBlockIndex": 0}},
    {"messageStop": {"stopReason": "end_turn"}},
    {"metadata": {"usage": {"inputTokens": 4, "outputTokens": 2, "totalTokens": 6}}},
]
OLLAMA: list[dict[str, Any]] = [
    {"model": "llama3.2", "created_at": "2026-01-01T10:00:00Z", "message": {"role": "assistant", "content": "Hel"}, "done": False},
    {"model": "llama3.2", "created_at": "2026-01-01T10:00:01Z", "message": {"role": "assistant", "content": "lo", "tool_calls": [{"function": {"name": "look", "arguments": {"at": "x"}}}]}, "done": False},
    {"model": "llama3.2", "created_at": "2026-01-01T10:00:02Z", "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop", "prompt_eval_count": 4, "eval_count": 2},
]  # fmt: skip


def stream(shape: str, said: Reply = SAID) -> bytes:
    return b"".join(SHAPES[shape].stream_reply(said))


def saved(text: bytes, folder: Any) -> Document:
    """As the program opens what `curl` saved."""
    (folder / "reply.txt").write_bytes(text)
    return files.open_document(str(folder / "reply.txt")).document


def carried(text: bytes) -> bytes:
    events = (line.removeprefix(b"data: ") for line in text.splitlines() if line.startswith(b"data: {"))
    return b"\n".join(events) + b"\n"


SAMPLES = [*(carried(stream(shape)) for shape in SHAPES), lines(*GOOGLE), lines(*BEDROCK), lines(*OLLAMA)]


def told(reading: Reading) -> list[str]:
    return [notice.message for notice in reading.notices]


ALONE = ["what was asked is not recorded with 1 of the replies"]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_reply_is_what_the_provider_streamed(shape: str, tmp_path: Any) -> None:
    saved_one = saved(stream(shape), tmp_path)
    assert _registry.choose(saved_one).reader.name == READER.name
    *_, reading = _registry.read(saved_one)
    (trace,) = reading.traces
    body = trace.body(0)
    assert body.output is not None
    assert body.output.parts == SAID.message.parts
    assert (trace.model(0), body.usage.input_tokens, body.usage.output_tokens) == ("big", 7, 3)
    assert told(reading) == ALONE


@pytest.mark.parametrize(("pieces", "model"), [(GOOGLE, "gem"), (BEDROCK, ""), (OLLAMA, "llama3.2")])
def test_others(pieces: list[dict[str, Any]], model: str) -> None:
    assert sniffed(READER, lines(*pieces)) >= 0.95
    (trace,) = opened(READER, lines(*pieces)).traces
    output = trace.body(0).output
    assert output is not None
    assert output.text == "Hello"
    assert (trace.model(0), trace.input_tokens[0], trace.output_tokens[0]) == (model, 4, 2)


def test_a_list_of_pieces_is_read_as_their_lines() -> None:
    """As Google answers where no events were asked for."""
    found = _registry.choose(document(GOOGLE))
    *_, reading = _registry.read(document(GOOGLE))
    assert found.reader.name == READER.name
    assert reading.traces[0].body(0).output == opened(READER, lines(*GOOGLE)).traces[0].body(0).output


def test_calls_and_times_of_ollama() -> None:
    (trace,) = opened(READER, lines(*OLLAMA)).traces
    output = trace.body(0).output
    assert output is not None
    assert [(call.name, call.arguments) for call in output.tool_calls] == [("look", {"at": "x"})]
    assert trace.duration_ms(0) == 2000


def test_arguments_nested_deeply_end_nothing() -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]
    call = {"function": {"name": "look", "arguments": {"at": deep}}}
    line = {**OLLAMA[1], "message": {"role": "assistant", "tool_calls": [call]}}
    (trace,) = opened(READER, json.dumps(line).encode()).traces
    output = trace.body(0).output
    assert output is not None
    assert output.tool_calls[0].name == "look"


def test_whole_replies_of_google_are_no_stream() -> None:
    whole = [{**GOOGLE[1], "responseId": str(number)} for number in range(2)]
    assert _registry.choose(document(lines(*whole))).reader is openai_pages.READER


@given(st.sampled_from(sorted(SHAPES)), st.integers(1, 4))
def test_several_follow_each_other(shape: str, count: int) -> None:
    reading = opened(READER, carried(stream(shape)) * count)
    (trace,) = reading.traces
    # Chunks of one name are one reply, also where they were saved twice.
    assert len(trace) == (1 if shape == "chat" else count)


def test_chunks_of_two_replies_may_come_mixed() -> None:
    def chunk(id_: str, text: str, finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        return {"object": "chat.completion.chunk", "id": id_, "model": "big", "choices": [choice]}

    mixed = lines(
        chunk("a", "one "), chunk("b", "uno "), chunk("a", "two", "stop"), chunk("b", "dos", "stop")
    )
    (trace,) = opened(READER, mixed).traces
    outputs = [trace.body(row).output for row in range(len(trace))]
    assert [output.text if output else "" for output in outputs] == ["one two", "uno dos"]


@given(st.sampled_from(sorted(SHAPES)), st.data())
def test_of_a_stream_that_breaks_off_there_is_what_had_come(shape: str, data: st.DataObject) -> None:
    pieces = carried(stream(shape)).splitlines(keepends=True)
    count = data.draw(st.integers(1, len(pieces)))
    reading = opened(READER, b"".join(pieces[:count]))
    (trace,) = reading.traces
    output = trace.body(0).output
    assert "I look.".startswith(output.text if output else "")
    broke_off = "the stream breaks off before the reply has ended" in told(reading)
    assert (
        not broke_off
        if count == len(pieces)
        else (broke_off or (output is not None and CALL in output.parts))
    )


def test_an_error_in_the_stream_is_the_error_of_the_call() -> None:
    failed = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    begun = carried(stream("anthropic")).splitlines(keepends=True)[:3]
    reading = opened(READER, b"".join(begun) + lines(failed))
    (trace,) = reading.traces
    assert trace.body(0).error == "Overloaded"
    assert trace.step(0).status is Status.ERROR
    assert told(reading) == ALONE


def test_what_is_no_piece_is_told() -> None:
    reading = opened(READER, carried(stream("anthropic")) + lines({"type": "telemetry"}))
    assert any("telemetry" in message for message in told(reading))
    assert outline(reading.traces[0]) == ["model-call chat big"]


@pytest.mark.parametrize(
    "other",
    [
        {"type": "response.created", "event_id": "e", "response": {"id": "r"}},
        {"type": "stream_event", "session_id": "s", "event": {"type": "message_start"}},
        {"type": "message_start", "session_id": "s", "parent_tool_use_id": None},
        {"model": "m", "done": True},
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}}]},
        [],
        None,
    ],
)
def test_what_others_write_is_left_to_them(other: Any) -> None:
    assert sniffed(READER, lines(other, other)) == 0.0
