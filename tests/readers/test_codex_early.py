"""Codex in its first half year."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.readers.codex_early import READER
from tests.support.claude_sessions import told
from tests.support.readings import clear, lines, one, outline, sniffed

ITEMS = [
    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]},
    {"type": "reasoning", "id": "rs", "summary": [], "duration_ms": 100},
    {"type": "function_call", "id": "fc", "call_id": "c", "name": "shell", "arguments": '{"command":["ls"]}'},
    {"type": "function_call_output", "call_id": "c", "output": '{"output":"no","metadata":{"exit_code":1}}'},
    {"type": "message", "id": "m", "role": "assistant", "content": [{"type": "output_text", "text": "done"}]},
]
SESSION = {
    "session": {"timestamp": "2025-04-20T10:00:00.000Z", "id": "s", "instructions": "Be good."},
    "items": ITEMS,
}


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"id": "0", "msg": {"type": kind, **more}}


CONFIG = {"sandbox": "read-only", "model": "big", "provider": "openai", "workdir": "/x"}
LOOK = {"server": "srv", "tool": "look", "arguments": {"q": "x"}}
PRINTED = lines(
    CONFIG, {"prompt": "go"}, event("task_started"),
    event("agent_reasoning", text="hm"),
    event("exec_command_begin", call_id="c", command=["bash", "-lc", "ls"], cwd="/x"),
    event("exec_command_output_delta", call_id="c", chunk=[1]),
    event("exec_command_end", call_id="c", stdout="a", stderr="!", exit_code=1),
    event("token_count", info={"last_token_usage": {"input_tokens": 7, "output_tokens": 3}}),
    event("mcp_tool_call_begin", call_id="d", invocation=LOOK),
    event("mcp_tool_call_end", call_id="d", invocation=LOOK, result={"Err": "no"}),
    event("agent_message", message="done"), event("task_complete", last_agent_message="done"),
)  # fmt: skip


def test_a_session() -> None:
    trace = clear(READER, SESSION)
    assert (trace.id, outline(trace)) == (
        "s",
        ["model-call chat", "tool-execution shell!", "model-call chat"],
    )
    assert told(trace, 0) == ["Be good.", "go"]
    assert trace.body(0).output.tool_calls[0].raw == '{"command":["ls"]}'  # type: ignore[union-attr]


def test_a_run() -> None:
    trace = clear(READER, PRINTED)
    assert outline(trace) == [
        "model-call chat big", "tool-execution shell!", "model-call chat big", "tool-execution srv.look!", "model-call chat big",
    ]  # fmt: skip
    assert (told(trace, 0), trace.body(1).result, trace.tokens(0)) == (["go"], "a!", 10)


def test_an_error() -> None:
    trace = one(READER, lines(CONFIG, {"prompt": "go"}, event("error", message="quota")))
    assert (outline(trace), trace.body(0).error) == (["model-call chat big!"], "quota")


@pytest.mark.parametrize("content", [{"items": ITEMS}, {"id": "0", "msg": "text"}, []])
def test_other_formats_are_not_claimed(content: Any) -> None:
    assert sniffed(READER, content) == 0.0


SAMPLES = [SESSION, PRINTED]
