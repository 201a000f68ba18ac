"""What Claude Code prints as a program, and what the Agent SDK hands out."""

from __future__ import annotations

from math import isnan
from typing import Any

import orjson
import pytest

from replaydbg.readers import _registry, claude_stream
from tests.support.claude_sessions import told
from tests.support.readings import document, lines, one, outline, sniffed


def said(kind: str, content: Any, message_id: str = "", parent: str | None = None) -> dict[str, Any]:
    message = {"role": kind, "content": content} | (
        {"id": message_id, "model": "claude-9"} if message_id else {}
    )
    return {"type": kind, "message": message, "parent_tool_use_id": parent, "session_id": "s"}


def calls(id_: str, name: str) -> list[Any]:
    return [{"type": "tool_use", "id": id_, "name": name, "input": {"subagent_type": "scout", "prompt": "p"}}]


def answers(id_: str, text: str) -> list[Any]:
    return [{"type": "tool_result", "tool_use_id": id_, "content": text}]


STREAM = [
    {"type": "system", "subtype": "init", "session_id": "s", "tools": ["Task", "Bash", 3], "model": "claude-9"},
    said("user", "go"),
    {"type": "stream_event", "session_id": "s", "event": {"type": "content_block_delta"}},
    said("assistant", [{"type": "text", "text": "I ask."}], "m1"),
    said("assistant", calls("t1", "Task"), "m1"),
    said("user", "p", parent="t1"),
    said("assistant", calls("t2", "Bash"), "m2", parent="t1"),
    said("user", answers("t2", "out"), parent="t1"),
    said("assistant", [{"type": "text", "text": "found"}], "m3", parent="t1"),
    said("user", answers("t1", "found")),
    said("assistant", [{"type": "text", "text": "done"}], "m4"),
    {"type": "result", "subtype": "success", "is_error": False, "result": "done", "total_cost_usd": 0.25,
     "session_id": "s"},
]  # fmt: skip
LINES = lines(*STREAM)
OUTLINE = [
    "model-call chat claude-9",
    "tool-execution Task",
    "  model-call chat claude-9",
    "  tool-execution Bash",
    "  model-call chat claude-9",
    "model-call chat claude-9",
    "opaque result: success",
]


@pytest.mark.parametrize(
    "data",
    [LINES, orjson.dumps(STREAM), orjson.dumps(STREAM, option=orjson.OPT_INDENT_2)],
    ids=["lines", "array", "printed"],
)
def test_a_run_of_the_program(data: bytes) -> None:
    assert sniffed(claude_stream.READER, data) > 0.9
    assert _registry.choose(document(data)).reader is claude_stream.READER
    trace = one(claude_stream.READER, data)
    assert outline(trace) == OUTLINE
    assert (trace.id, trace.agent(2), trace.ids[:2]) == ("s", "scout", ["m1", "t1"])
    assert told(trace, 5) == ["go", "I ask.", "=found"]
    assert told(trace, 4) == ["p", "Bash", "=out"]
    assert [tool.name for tool in trace.step(0).body.tools or ()] == ["Task", "Bash", "Agent"], (
        "which the model calls so today"
    )
    assert (trace.costs[6], trace.step(6).body.output_value) == (0.25, "done")


def test_how_it_ended_badly() -> None:
    ending = {
        "type": "result",
        "subtype": "error_max_turns",
        "is_error": True,
        "errors": ["too many"],
        "session_id": "s",
    }
    trace = one(claude_stream.READER, LINES + orjson.dumps(ending))
    assert outline(trace)[-1] == "opaque result: error max turns!"
    assert trace.step(7).body.error == "too many"
    assert isnan(trace.costs[6]), "the last result counts all"


def test_other_lines_are_not_claimed() -> None:
    for other in (
        {"type": "system", "session_id": "s"},
        {"type": "user", "sessionId": "s"},
        [{"role": "user"}],
    ):
        assert sniffed(claude_stream.READER, other) == 0.0


@pytest.mark.parametrize("odd", [b"1" + b"0" * 40, b"[" * 400 + b"]" * 400])
def test_an_array_that_can_hardly_be_written_again(odd: bytes) -> None:
    whole = orjson.dumps(STREAM)
    data = whole[:-1] + b',{"type":"system","odd":' + odd + b"}]"
    assert outline(one(claude_stream.READER, data)) == outline(one(claude_stream.READER, whole))


OF_THE_SDK = lines(
    {"subtype": "init", "data": STREAM[0]},
    {"content": [{"id": "t1", "name": "Bash", "input": {}}], "model": "claude-9", "parent_tool_use_id": None},
    {"content": [{"tool_use_id": "t1", "content": "x", "is_error": None}], "parent_tool_use_id": None},
    {"subtype": "success", "is_error": False, "num_turns": 1, "session_id": "s", "result": "done"},
)
SAMPLES = [LINES, orjson.dumps(STREAM), OF_THE_SDK]


def test_what_nobody_answered_stands_before_the_result() -> None:
    ended = {**STREAM[-1], "is_error": True, "subtype": "error_during_execution"}
    trace = one(claude_stream.READER, lines(*STREAM[:4], said("user", "and?"), ended))
    assert outline(trace)[1:] == ["opaque messages without a reply", "opaque result: error during execution!"]
    assert told(trace, 1)[-1] == "and?"
