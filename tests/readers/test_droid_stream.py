"""What `droid exec` prints: words and calls that belong to one reply, the last words told twice or once."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers import _registry, droid_stream
from tests.support.claude_sessions import moment, told
from tests.support.readings import document, lines, one, outline, sniffed


def line(second: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": kind, **fields, "session_id": "s", "timestamp": moment(second)}


RUN = [
    line(0, "system", subtype="init", cwd="/p", tools=["Read"], model="big"),
    line(1, "message", role="user", text="go", id="m1"),
    line(3, "message", role="assistant", text="I look.", id="m2"),
    line(3, "tool_call", id="c", toolName="Read", parameters={"path": "a"}),
    line(3, "tool_call", id="d", toolName="Read", parameters={"path": "b"}),
    line(4, "tool_result", id="c", toolId="Read", value="text of a", isError=False),
    line(5, "tool_result", id="d", toolId="Read", value="no b", isError=True),
    line(7, "message", role="assistant", text="done", id="m3"),
    line(7, "completion", finalText="done", numTurns=2),
]


def test_a_run() -> None:
    assert _registry.choose(document(lines(*RUN))).reader is droid_stream.READER
    trace = one(droid_stream.READER, lines(*RUN))
    assert outline(trace) == [
        "model-call chat big", "tool-execution Read", "tool-execution Read!", "model-call chat big",
    ]  # fmt: skip
    first, read, _, _ = trace.steps()
    assert (trace.id, [tool.name for tool in first.body.tools or ()], first.duration_ms) == (
        "s",
        ["Read"],
        2000,
    )
    assert (read.body.result, read.tool_calls[0].arguments, read.duration_ms) == (
        "text of a",
        {"path": "a"},
        1000,
    )
    assert told(trace, 3) == ["go", "I look.", "=text of a", "=no b"]


@pytest.mark.parametrize(
    ("last", "steps"),
    [
        (line(8, "completion", finalText="other words"), ["model-call chat big", "model-call chat big"]),
        (line(8, "error", message="529"), ["model-call chat big", "model-call chat big!"]),
        (
            line(8, "message", role="user", text="on"),
            ["model-call chat big", "opaque messages without a reply"],
        ),
    ],
    ids=["last words that were told nowhere else", "an error", "a question without an answer"],
)
def test_the_end(last: dict[str, Any], steps: list[str]) -> None:
    assert outline(one(droid_stream.READER, lines(*RUN[:-1], last)))[3:] == steps


def test_a_run_nobody_answered() -> None:
    trace = one(droid_stream.READER, lines(*RUN[:2]))
    assert (outline(trace), told(trace, 0)) == (["opaque messages without a reply"], ["go"])


def test_other_files_are_not_claimed() -> None:
    others: list[dict[str, Any]] = [
        {"type": "system", "subtype": "init", "session_id": "s"},
        {"type": "message", "role": "user", "text": "x"},
        {"type": "assistant", "session_id": "s", "message": {}},
    ]
    for other in others:
        assert sniffed(droid_stream.READER, other) == 0.0


SAMPLES = [lines(*RUN)]
