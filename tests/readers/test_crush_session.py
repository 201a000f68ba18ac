"""Sessions of Crush: rows of its database as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.readers.crush_session import READER
from tests.support.readings import clear, one, opened, outline, sniffed


def part(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "data": data}


def row(second: int, role: str, *parts: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": f"m{second}",
        "session_id": "s",
        "role": role,
        "parts": json.dumps(parts),
        "model": "",
        "created_at": 1_770_000_000 + second,
        **more,
    }


ROWS = [
    row(0, "user", part("text", text="go")),
    row(1, "assistant", part("reasoning", thinking="hm"), part("tool_call", id="c", name="bash", input='{"command":"ls"}', finished=True),
        part("finish", reason="tool_use", time=1_770_000_003), model="big", provider="openai"),
    row(4, "tool", part("tool_result", tool_call_id="c", name="bash", content="no", is_error=True)),
    row(5, "assistant", part("text", text="done"), part("finish", reason="end_turn", time=1_770_000_006), model="big"),
]  # fmt: skip


SHOWN = {
    "meta": {"id": "hash", "uuid": "s", "title": "List", "prompt_tokens": 900, "completion_tokens": 40},
    "messages": [
        {"id": "m0", "role": "user", "created": "2026-02-02T02:40:00Z", "parts": [{"type": "text", "text": "go"}]},
        {"id": "m1", "role": "assistant", "created": "2026-02-02T02:40:01Z", "model": "big", "provider": "openai", "parts": [
            {"type": "reasoning", "thinking": "hm"},
            {"type": "tool_call", "tool_call_id": "c", "name": "bash", "input": '{"command":"ls"}'},
            {"type": "finish", "reason": "tool_use", "time": 1_770_000_003}]},
        {"id": "m4", "role": "tool", "created": "2026-02-02T02:40:04Z", "parts": [
            {"type": "tool_result", "tool_call_id": "c", "name": "bash", "content": "no", "is_error": True}]},
        {"id": "m5", "role": "assistant", "created": "2026-02-02T02:40:05Z", "model": "big", "parts": [
            {"type": "text", "text": "done"}, {"type": "finish", "reason": "end_turn", "time": 1_770_000_006}]},
    ],
}  # fmt: skip
"""What `crush session show --json` says of the same."""


@pytest.mark.parametrize(
    "content",
    [ROWS, SHOWN, {"id": "s", "messages": [{**each, "parts": json.loads(each["parts"])} for each in ROWS]}],
)
def test_a_session(content: Any) -> None:
    trace = clear(READER, content)
    assert (trace.id, outline(trace)) == (
        "s",
        ["model-call chat big", "tool-execution bash!", "model-call chat big"],
    )
    first, ran, _ = trace.steps()
    assert first.body.output is not None
    assert (first.body.output.tool_calls[0].raw, first.duration_ms, ran.body.result) == (
        '{"command":"ls"}',
        2000,
        "no",
    )


def test_a_call_that_failed_and_a_summary() -> None:
    failed = row(1, "assistant", part("finish", reason="error", message="quota", time=0))
    short = row(2, "assistant", part("text", text="in short"), is_summary_message=1)
    trace = one(READER, [ROWS[0], failed, short, row(3, "assistant", part("text", text="done"))])
    assert outline(trace) == ["model-call chat!", "model-call chat", "model-call chat"]
    assert trace.body(0).error == "quota"
    assert [message.text for message in trace.body(2).messages or ()] == ["in short"]


def test_each_session_is_a_trace() -> None:
    others = [{**each, "session_id": "t"} for each in ROWS]
    assert [(trace.id, len(trace)) for trace in opened(READER, ROWS + others).traces] == [("s", 3), ("t", 3)]


@pytest.mark.parametrize(
    "content",
    [
        [{"role": "user", "parts": [{"type": "text", "text": "x"}]}],
        [{"parts": "[]"}],
        {},
        {**SHOWN, "meta": {}},
    ],
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [ROWS, SHOWN]
