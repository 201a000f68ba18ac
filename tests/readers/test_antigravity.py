"""Transcripts of Antigravity: results that name no call belong to the calls in their order."""

from __future__ import annotations

from typing import Any

from replaydbg.core.message import Reasoning
from replaydbg.readers import _registry, antigravity
from tests.support.claude_sessions import moment, told
from tests.support.readings import document, lines, one, outline, sniffed


def step(
    number: int, source: str, kind: str, content: str = "", status: str = "DONE", **fields: Any
) -> dict[str, Any]:
    frame = {"step_index": number, "source": source, "type": kind, "status": status}
    return {**frame, "created_at": moment(number), "content": content, **fields}


TRANSCRIPT = [
    step(0, "USER_EXPLICIT", "USER_INPUT", "go"),
    step(1, "SYSTEM", "CONVERSATION_HISTORY", "before"),
    step(3, "MODEL", "PLANNER_RESPONSE", "I look.", thinking="hm", tool_calls=[
        {"name": "view_file", "args": {"path": "a"}}, {"name": "run_command", "args": {"line": "ls"}}]),
    step(4, "MODEL", "RUN_COMMAND", "no ls", status="ERROR"),
    step(5, "MODEL", "GENERIC", "text of a"),
    step(6, "MODEL", "BROWSER_NAVIGATE", "opened"),
    step(8, "MODEL", "PLANNER_RESPONSE", "done"),
]  # fmt: skip


def test_a_transcript() -> None:
    assert _registry.choose(document(lines(*TRANSCRIPT))).reader is antigravity.READER
    trace = one(antigravity.READER, lines(*TRANSCRIPT))
    assert outline(trace) == [
        "model-call chat",
        "tool-execution run_command!",
        "tool-execution view_file",
        "tool-execution browser_navigate",
        "model-call chat",
    ]
    first, command, view, *_ = trace.steps()
    assert first.body.output is not None
    assert (first.body.output.parts[0], first.duration_ms) == (Reasoning("hm"), 2000)
    assert (view.body.result, view.tool_calls[0].arguments) == ("text of a", {"path": "a"})
    assert (command.body.error, command.tool_calls[0].arguments) == ("no ls", {"line": "ls"})
    assert told(trace, 4) == ["go", "before", "I look.", "=no ls", "=text of a", "=opened"]


def test_a_reply_that_failed_and_a_question_without_an_answer() -> None:
    failed = step(9, "MODEL", "PLANNER_RESPONSE", status="ERROR", error="529")
    trace = one(antigravity.READER, lines(TRANSCRIPT[0], failed))
    assert (outline(trace), trace.step(0).body.error) == (["model-call chat!"], "529")
    assert outline(one(antigravity.READER, lines(TRANSCRIPT[0]))) == ["opaque messages without a reply"]


def test_other_files_are_not_claimed() -> None:
    others: list[Any] = [{"step_index": 0, "type": "x"}, [TRANSCRIPT[0]], {"source": "MODEL", "type": "x"}]
    for other in others:
        assert sniffed(antigravity.READER, other) == 0.0


SAMPLES = [lines(*TRANSCRIPT)]
