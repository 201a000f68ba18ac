"""The reader of raw chat logs: which files it claims, what becomes a step, and that nothing makes it fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given

from replaydbg.core.message import Role, ToolCall
from replaydbg.core.step import Kind
from replaydbg.readers import chat_log
from replaydbg.wire import anthropic_messages
from tests.readers import test_bedrock_log, test_gateway_log
from tests.support import corpora, said
from tests.support.chat_logs import (
    ANSWER,
    PROMPT,
    SYSTEM,
    TALK,
    asks,
    chain,
    exchange,
    one,
    outline,
    read,
    sniffed,
    user,
)
from tests.support.readings import document, lines, only_tell_how_far, walked

TRACES = Path(__file__).parents[2] / "traces"


@pytest.mark.parametrize(
    "data",
    [
        orjson.dumps(TALK),
        orjson.dumps(TALK, option=orjson.OPT_INDENT_2),
        lines(TALK),
        lines({"messages": TALK}),
        lines({"metadata": {"by": "us"}}, {"index": 0, "messages": TALK, "annotations": []}),
        orjson.dumps({"messages": TALK}),
        orjson.dumps([{"messages": TALK}]),
        lines(*TALK),
        b"\n".join(orjson.dumps({"at": 1, **message}) for message in TALK),
    ],
)
def test_a_message_list_in_any_wrapping(data: bytes) -> None:
    trace = one(data)
    assert outline(trace) == ["m1 chat", "t2 search", "t3 search", "m4 chat"]
    first, second, third, last = trace.steps()
    assert first.body.messages is not None
    assert [message.role for message in first.body.messages] == [Role.SYSTEM, Role.USER]
    assert [call.id for call in first.tool_calls] == ["c1", "c2"]
    assert (second.body.call, second.body.result) == (
        ToolCall("c2", "search", {"q": "y"}, '{"q": "y"}'),
        "about y",
    )
    assert (third.tool_calls[0].arguments, third.body.result) == ({"q": "x"}, "about x")
    assert last.body.messages is not None
    assert len(last.body.messages) == 5
    assert last.body.output is not None
    assert last.body.output.text == "Found."
    assert all(step.parent_id is None for step in trace.steps())
    assert 0.5 <= sniffed(data) <= 0.6


def test_a_message_a_line_of_several_sessions() -> None:
    said = [{"session_id": name, **message} for message in TALK for name in ("a", "b")]
    reading = read(lines(*said))
    assert [outline(trace) for trace in reading.traces] == [
        ["m1 chat", "t2 search", "t3 search", "m4 chat"]
    ] * 2


def test_lines_between_messages_are_told() -> None:
    reading = read(lines(*TALK[:2], {"event": "x"}, *TALK[2:]))
    assert [notice.pointer for notice in reading.notices] == ["line 3"]
    assert len(reading.traces[0]) == 4
    assert reading.traces[0].step(0).body.raw == TALK


def test_each_list_is_a_run_even_where_two_are_alike() -> None:
    reading = read(lines({"id": "same", "messages": TALK}, {"id": "same", "messages": TALK}, TALK))
    assert [trace.id for trace in reading.traces] == ["same", "log-2", "log-3"]
    assert [len(trace) for trace in reading.traces] == [4, 4, 4]


def test_a_list_without_a_reply_is_shown_nevertheless() -> None:
    reading = read([SYSTEM, user("hi")])
    (step,) = reading.traces[0].steps()
    assert [notice.message for notice in reading.notices] == ["a list of messages without a reply of a model"]
    assert (step.kind, step.id, step.name) == (Kind.OPAQUE, "x1", "messages without a reply")
    assert step.body.messages is not None
    assert len(step.body.messages) == 2


def test_broken_arguments_stay_as_they_were_written() -> None:
    (step,) = one([user("go"), asks(("c", "search", '{"q": [1, 2'))]).steps()
    (call,) = step.tool_calls
    assert call.raw == '{"q": [1, 2'
    assert call.problem is not None
    assert call.problem.truncated


def test_a_line_that_is_cut_off_is_read_as_far_as_it_goes() -> None:
    whole = lines(TALK, TALK)
    reading = read(whole[:-30])
    assert [len(trace) for trace in reading.traces] == [4, 4]
    assert reading.traces[1].name(3) == "messages without a reply", "what answered it is cut off"
    assert reading.notices[0].pointer == "line 2"


def test_what_nobody_answered_at_the_end_is_a_step() -> None:
    talk = [{"role": "user", "content": "go"}, {"role": "assistant", "content": "done"}]
    trace = one({"messages": [*talk, {"role": "user", "content": "and?"}]})
    assert [step.name for step in trace.steps()] == ["chat", "messages without a reply"]
    assert [message.text for message in trace.body(1).messages or ()] == ["go", "done", "and?"]
    assert len(one({"messages": talk})) == 1


def test_deep_nesting_ends_the_record_not_the_reader() -> None:
    deep = b'{"messages": [{"role": "user", "content": ' + b"[" * 900 + b"]" * 900 + b"}]}\n"
    reading = read(deep + lines(TALK))
    assert [len(trace) for trace in reading.traces if trace.kind(0) is Kind.MODEL_CALL] == [4]


@pytest.mark.parametrize(
    "data",
    [
        {"resourceSpans": []},
        [{"trace_id": "x", "spans": []}],
        {"trajectory": [], "messages": TALK},
        [{"task_id": 1, "traj": TALK}],
        [1, 2],
        {"a": 1},
        {"sessionId": "s", "messages": [{"type": "user", "content": "hi"}]},
        b"",
        b"no json",
        lines({"type": "user", "sessionId": "s", "message": user("hi")}),
    ],
)
def test_other_formats_are_not_claimed(data: Any) -> None:
    assert sniffed(data) == 0.0
    read(data)


SAMPLES = [
    lines(*test_bedrock_log.RUN),
    *map(orjson.dumps, test_gateway_log.LOGS.values()),
    lines(*chain()),
    lines({"metadata": {}}, {"messages": TALK}),
    orjson.dumps(TALK),
    orjson.dumps(
        {
            "exchanges": [
                exchange(
                    "https://x/v1/messages",
                    PROMPT,
                    {"body": b"".join(anthropic_messages.stream_reply(ANSWER)).decode()},
                )
            ]
        }
    ),
]


@given(said.json_values)
def test_any_json_is_read(value: Any) -> None:
    sniffed(value)
    walked(read(value))


def shape_of(path: Path) -> tuple[int, int, int, int]:
    """Runs, model calls, tool executions, distinct tools with a schema."""
    reading = read(path.read_bytes(), path.name)
    steps = walked(reading)
    schemas = {tool.name for step in steps for tool in step.body.tools or () if tool.schema is not None}
    return (
        len(reading.traces),
        sum(step.kind is Kind.MODEL_CALL for step in steps),
        sum(step.kind is Kind.TOOL_EXECUTION for step in steps),
        len(schemas),
    )


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("chat_messages/invariant_trace_for_analysis.jsonl", (1, 3, 2, 0)),
        ("chat_messages/invariant_trace_with_json_parseable_tool_call_arguments.jsonl", (1, 1, 0, 0)),
        ("chat_messages/invariant_trace_with_non_json_parseable_tool_call_arguments.jsonl", (1, 1, 0, 0)),
        ("chat_messages/invariant_with_annotations.jsonl", (2, 0, 0, 0)),
        ("raw_llm_logs/vercel_codex-files.json", (1, 2, 1, 10)),
        ("raw_llm_logs/vercel_codex-generate-tool.json", (1, 2, 1, 14)),
        ("raw_llm_logs/vercel_pi-generate-tool.json", (1, 2, 1, 8)),
        ("openhands_sdk/llm_data__nonfncall-llm-message.json", (1, 4, 4, 0)),
    ],
)
def test_corpora(name: str, shape: tuple[int, int, int, int]) -> None:
    path = corpora.ROOT / name
    if not path.exists():
        pytest.skip(f"the collection of other people's traces is not on this machine: {path}")
    assert shape_of(path) == shape
    assert sniffed(path.read_bytes()) >= 0.5


def test_arguments_of_the_corpora_that_are_no_json() -> None:
    path = corpora.ROOT / "chat_messages/invariant_trace_with_non_json_parseable_tool_call_arguments.jsonl"
    if not path.exists():
        pytest.skip(f"the collection of other people's traces is not on this machine: {path}")
    (call,) = one(path.read_bytes()).step(0).tool_calls
    assert call.raw == '["fiction", "mystery"], ["Agatha Christie", "Dan Brown"]'
    assert call.problem is not None


@pytest.mark.parametrize(("name", "count"), [("leave-chatlog.jsonl", 11), ("oncall-anthropic.jsonl", 9)])
def test_sample_traces(name: str, count: int) -> None:
    path = TRACES / name
    if not path.exists():
        pytest.skip(f"no such sample here: {path}")
    trace = one(path.read_bytes())
    assert len(trace) == count
    assert all(trace.handles[0].history is handle.history for handle in trace.handles)


def test_while_it_is_read_it_tells_how_far() -> None:
    data = lines(
        *[{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}] * 5
    )
    *between, whole = chat_log.READER.read(document(data), True)
    assert only_tell_how_far(between)
    assert (whole.complete, len(whole.traces)) == (True, 5)
    assert len(list(chat_log.READER.read(document(data), False))) == 1
