"""Messages of LangChain in its three spellings, and the states of LangGraph that hold them."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.langchain_messages import READER
from tests.support.readings import clear, document, lines, one, opened, outline, sniffed

USED = {"input_tokens": 7, "output_tokens": 3, "input_token_details": {"cache_read": 2}}
CALL = {"name": "look", "args": {"q": "x"}, "id": "c", "type": "tool_call"}
FLAT: list[dict[str, Any]] = [
    {"type": "human", "content": "go", "id": "h"},
    {"type": "ai", "content": "", "id": "a", "name": "boss", "tool_calls": [CALL], "usage_metadata": USED,
     "response_metadata": {"model_name": "big"}},
    {"type": "tool", "content": "gone", "id": "t", "tool_call_id": "c", "name": "look", "status": "error"},
    {"type": "ai", "content": "done", "id": "b", "tool_calls": []},
]  # fmt: skip
DATA = [{"type": message["type"], "data": message} for message in FLAT]
DUMPED = [
    {
        "lc": 1,
        "type": "constructor",
        "id": ["langchain", "schema", "messages", f"{name}Message"],
        "kwargs": message,
    }
    for name, message in zip(("Human", "AI", "Tool", "AI"), FLAT, strict=True)
]
STEPS = ["model-call chat big", "tool-execution look!", "model-call chat"]


def state(number: int, **more: Any) -> dict[str, Any]:
    return {
        "values": {"messages": FLAT[:number]},
        "next": [],
        "tasks": [],
        "created_at": f"2026-02-03T10:00:0{number}+00:00",
        "checkpoint": {"thread_id": "thread 7"},
        **more,
    }


HISTORY = [state(number) for number in (4, 3, 2, 1)]


@pytest.mark.parametrize(
    "content",
    [FLAT, DATA, DUMPED, {"messages": FLAT}, {"values": {"messages": FLAT}, "next": [], "tasks": []}],
)
def test_messages_in_any_spelling(content: Any) -> None:
    trace = clear(READER, content)
    assert outline(trace) == STEPS
    first, looked, _ = trace.steps()
    assert (first.agent, first.body.usage.input_tokens, first.body.usage.cache_read_tokens) == ("boss", 7, 2)
    assert (looked.body.result, looked.body.call) == ("gone", first.body.output.tool_calls[0])  # type: ignore[union-attr]


def test_what_nodes_added_is_theirs() -> None:
    updates = lines(
        {"agent": {"messages": [FLAT[1]]}},
        {"tools": {"messages": [FLAT[2]]}},
        {"writer": {"messages": [FLAT[3]]}},
    )
    trace = clear(READER, updates)
    assert outline(trace) == STEPS
    assert [trace.agent(row) for row in (0, 2)] == ["boss", "writer"]


@pytest.mark.parametrize("order", [1, -1], ids=["newest first", "oldest first"])
def test_states_tell_when_a_message_was_there(order: int) -> None:
    trace = clear(READER, HISTORY[::order])
    assert (trace.id, outline(trace)) == ("thread 7", STEPS)
    assert [trace.duration_ms(row) for row in range(3)] == [1000, 1000, 1000]


def test_one_state_says_nothing_of_when() -> None:
    assert one(READER, [state(4)]).start_ns(0) is None


def test_a_task_that_failed_is_a_step() -> None:
    failed = state(1, tasks=[{"id": "k", "name": "agent", "error": "ValueError('no')"}])
    trace = one(READER, [failed, failed])
    assert outline(trace) == ["opaque agent!", "opaque messages without a reply"]
    assert trace.body(0).error == "ValueError('no')"


def test_threads_are_traces() -> None:
    threads = [{"thread_id": name, "values": {"messages": FLAT}, "status": "idle"} for name in "ab"]
    assert [(trace.id, len(trace)) for trace in opened(READER, threads).traces] == [("a", 3), ("b", 3)]


@pytest.mark.parametrize(
    "content",
    [
        [{"role": "user", "content": "x"}],
        {"values": {"x": 1}, "next": [], "tasks": []},
        {"id": ["m"], "lc": 1},
        {"run_type": "chain", "inputs": {"messages": [{"type": "human", "content": "x"}]}},
        [],
    ],
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [FLAT, DATA, DUMPED, HISTORY, {"messages": FLAT}]


def test_messages_with_the_id_of_their_trace_are_one_of_their_own() -> None:
    """What `langsmith-fetch traces` prints."""
    said = [{"type": "human", "content": "hi"}, {"type": "ai", "content": "ho"}]
    content = [
        {"trace_id": "a", "messages": said},
        {"trace_id": "b", "messages": said},
        {"thread_id": "c", "messages": said},
    ]
    *_, reading = READER.read(document(content), False)
    assert [(trace.id, len(trace)) for trace in reading.traces] == [("a", 1), ("b", 1), ("c", 1)]
