"""What Gemini CLI prints as a program."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Text, ToolCall
from replaydbg.readers import _registry, gemini_stream
from tests.support.claude_sessions import moment, told
from tests.support.readings import document, lines, one, outline, sniffed, walked


def line(second: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "timestamp": moment(second), **fields}


STATS = {"total_tokens": 242, "input_tokens": 202}
RUN = [
    line(0, "init", session_id="s", model="g-9"),
    line(1, "message", role="user", content="go"),
    line(2, "message", role="assistant", content="I ", delta=True),
    line(3, "message", role="assistant", content="look.", delta=True),
    line(3, "tool_use", tool_name="read", tool_id="a", parameters={"path": "x"}),
    line(3, "tool_use", tool_name="ls", tool_id="b", parameters={}),
    line(5, "tool_result", tool_id="b", status="success"),
    line(
        6,
        "tool_result",
        tool_id="a",
        status="error",
        output="no x",
        error={"type": "t", "message": "no such x"},
    ),
    line(7, "message", role="assistant", content="Done.", delta=True),
    line(8, "result", status="success", stats=STATS),
]
SAMPLES = [lines(*RUN)]


def test_a_run() -> None:
    assert sniffed(gemini_stream.READER, lines(*RUN)) > 0.9
    assert _registry.choose(document(lines(*RUN))).reader is gemini_stream.READER
    trace = one(gemini_stream.READER, lines(*RUN))
    assert trace.id == "s"
    assert outline(trace) == [
        "model-call chat g-9", "tool-execution ls", "tool-execution read!", "model-call chat g-9", "opaque result: success",
    ]  # fmt: skip
    first, listed, failed, _, end = trace.steps()
    assert first.body.output is not None
    assert first.body.output.parts == (
        Text("I look."),
        ToolCall("a", "read", {"path": "x"}),
        ToolCall("b", "ls", {}),
    )
    assert (first.duration_ms, listed.duration_ms) == (2000, 2000)
    assert (failed.body.result, failed.body.error) == ("no x", "no x")
    assert told(trace, 3) == ["go", "I look.", "=None", "=no x"]
    assert end.body.output_value == STATS


@pytest.mark.parametrize(
    ("last", "name", "error"),
    [
        (
            line(9, "result", status="error", error={"type": "t", "message": "quota"}),
            "result: error",
            "quota",
        ),
        (line(9, "error", severity="error", message="quota"), "error", "quota"),
        (line(9, "error", severity="warning", message="loop?"), "error", ""),
    ],
)
def test_the_end(last: dict[str, Any], name: str, error: str) -> None:
    *_, step = one(gemini_stream.READER, lines(*RUN[:-1], last)).steps()
    assert (step.name, step.body.error) == (name, error)


def test_words_that_came_whole_are_replies_of_their_own_and_odd_lines_cost_nothing() -> None:
    whole = [line(9, "message", role="assistant", content=text) for text in ("one", "two")]
    trace = one(
        gemini_stream.READER,
        lines(RUN[0], *whole, line(9, "tool_use"), {"type": "tool_result", "error": 3}, 7),
    )
    assert outline(trace)[:2] == ["model-call chat g-9", "model-call chat g-9"]
    walked(trace)


@pytest.mark.parametrize(
    "other", [{"type": "init", "session_id": "s"}, {"type": "tool_use", "id": "x", "timestamp": "t"}]
)
def test_other_lines_are_not_claimed(other: dict[str, Any]) -> None:
    assert sniffed(gemini_stream.READER, lines(other)) == 0.0
