"""What Cursor's command line prints of a run."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.cursor_stream import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, lines, one, outline, sniffed


def event(kind: str, subtype: str = "", **more: Any) -> dict[str, Any]:
    return {"type": kind, **({"subtype": subtype} if subtype else {}), "session_id": "s", **more}


def said(text: str, **more: Any) -> dict[str, Any]:
    return event(
        "assistant", message={"role": "assistant", "content": [{"type": "text", "text": text}]}, **more
    )


def call(id_: str, name: str, args: Any, *, result: Any = None, at: int) -> list[dict[str, Any]]:
    began = event("tool_call", "started", call_id=id_, tool_call={name: {"args": args}}, timestamp_ms=at)
    ended = event(
        "tool_call",
        "completed",
        call_id=id_,
        tool_call={name: {"args": args, "result": result}},
        timestamp_ms=at + 1000,
    )
    return [began, ended]


AT = 1_770_000_000_000
READ = call("a", "readToolCall", {"path": "a.py"}, result={"success": {"content": "x"}}, at=AT + 2000)
SHELL = call("b", "shellToolCall", {"command": "ls"}, result={"failure": {"exitCode": 1}}, at=AT + 2000)
MCP = call(
    "c",
    "mcpToolCall",
    {"name": "srv-look", "toolName": "look", "args": {}},
    result={"success": {}},
    at=AT + 9000,
)
EVENTS = [
    event("system", "init", apiKeySource="login", cwd="/x", model="Big", permissionMode="default"),
    event("user", message={"role": "user", "content": [{"type": "text", "text": "go"}]}, timestamp_ms=AT),
    event("thinking", "delta", text="h"), event("thinking", "delta", text="m"), event("thinking", "completed"),
    said("I lo", timestamp_ms=AT + 1000), said("ok.", timestamp_ms=AT + 1000), said("I look.", model_call_id="m"),
    READ[0], SHELL[0], READ[1], SHELL[1],
    *MCP,
    said("done"),
    event("result", "success", is_error=False, result="I look.done", usage={"inputTokens": 9, "outputTokens": 2}),
]  # fmt: skip


def test_a_run() -> None:
    trace = clear(READER, lines(*EVENTS))
    assert (trace.id, outline(trace)) == (
        "s",
        ["model-call chat Big", "tool-execution read", "tool-execution shell!", "model-call chat Big", "tool-execution look", "model-call chat Big", "opaque result: success"],
    )  # fmt: skip
    first, read, *_ = trace.steps()
    assert first.body.output is not None
    assert first.body.output.text == "I look.", "what was streamed is told once"
    assert [part.name for part in first.body.output.tool_calls] == ["read", "shell"]
    assert (read.body.result, told(trace, 0)) == ({"content": "x"}, ["go"])


def texts(*events: Any) -> list[str]:
    """The parts of the one reply."""
    body = one(READER, lines(*EVENTS[:2], *events, event("result", "success"))).body(0)
    assert body.output is not None
    return [part.text for part in body.output.parts]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("events", "parts"),
    [
        ([said("ha", timestamp_ms=AT), said("ha", timestamp_ms=AT)], ["haha"]),
        ([said("ha", timestamp_ms=AT), said("ha", timestamp_ms=AT), said("haha")], ["haha"]),
        ([said("ha", timestamp_ms=AT), said("ha", timestamp_ms=AT), said("!", timestamp_ms=AT), said("haha!")], ["haha!"]),
        ([said("ha"), said("ha")], ["ha"]),
        ([said("ha"), said("ha"), said("!")], ["haha!"]),
        ([said("ha"), said("ha"), said("haha")], ["haha"]),
        ([said("ha"), said("ha"), said("haha!")], ["haha!"]),
        ([said("ha", timestamp_ms=AT, model_call_id="a"), said("ha", timestamp_ms=AT, model_call_id="b")], ["ha", "ha"]),
        ([said("a", timestamp_ms=AT), said("ab", timestamp_ms=AT, model_call_id="a"), said("c")], ["ab", "c"]),
        ([said("cut", timestamp_ms=AT), said("else", timestamp_ms=AT, model_call_id="a")], ["cut", "else"]),
        ([said("x"), said("")], ["x"]),
    ],
)  # fmt: skip
def test_pieces_that_are_alike_are_told(events: list[Any], parts: list[str]) -> None:
    assert texts(*events) == parts


def test_a_run_that_failed() -> None:
    trace = one(READER, lines(*EVENTS[:2], said("hm"), event("result", "error", is_error=True, result="no")))
    assert (outline(trace)[-1], trace.body(1).error) == ("opaque result: error!", "no")


@pytest.mark.parametrize(
    "content",
    [event("system", "init", tools=[], apiKeySource="none"), event("tool_call"), {"type": "system"}, []],
)
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, lines(content)) == 0.0


SAMPLES = [lines(*EVENTS)]
