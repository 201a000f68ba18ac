"""Requests that Claude Code writes down: tools, parameters, system prompts, and what it made of attachments."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from replaydbg.core.message import Role
from replaydbg.core.tool import ToolSpec
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.readers import claude_code
from replaydbg.rules import _registry
from tests.support.claude_sessions import SESSION, Lines, told
from tests.support.readings import one, read, walked

SCHEMA = {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]}
TOOLS = [
    {
        "name": "Bash",
        "description": "Runs it.",
        "input_schema": SCHEMA,
        "cache_control": {"type": "ephemeral"},
    },
    {"name": "DeferredToolPlaceholder", "input_schema": {"type": "object"}, "defer_loading": True},
]


def beside(kind: str, **fields: Any) -> bytes:
    """A line that is none of the talk: it names no other."""
    return orjson.dumps({"type": kind, "sessionId": SESSION, **fields}) + b"\n"


def asks(id_: str, shape: str, **params: Any) -> bytes:
    return beside(
        "api-request", id=id_, shapeHash=shape, params={"model": "claude-9", "betas": ["b"], **params}
    )


def shape(name: str, tools: Any = TOOLS) -> bytes:
    return beside("api-request-shape", shapeHash=name, shape={"system": [], "tools": tools})


def attached(lines: Lines, kind: str, *, rendered: Any = None, role: str = "", **fields: Any) -> None:
    made = {"rendered": rendered, "renderedRole": role} if rendered is not None else {}
    lines.add("attachment", attachment={"type": kind, **fields}, **made)


def session(*pieces: bytes) -> Trace:
    return one(claude_code.READER, b"".join(pieces))


def test_a_reply_has_the_tools_and_the_parameters_of_its_request() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", ("t1", "Bash", {"cmd": "ls"}), requestRef="r1")
    lines.reply("m2", "done", requestRef="r9")
    trace = session(lines.bytes, shape("s1"), asks("r1", "s1", max_tokens=9, thinking={"type": "adaptive"}))
    asked, last = trace.body(0), trace.body(1)
    assert asked.tools is not None
    assert [(tool.name, tool.schema) for tool in asked.tools] == [("Bash", SCHEMA)]
    assert "cache_control" not in orjson.dumps(asked.tools[0].raw).decode(), (
        "it is sent again without headers"
    )
    assert asked.params == {"max_tokens": 9}
    assert (last.tools, last.params) == (None, {}), "its request is not in the file"
    (heard,) = _registry.check(Facts(trace), ["schema-violation"])
    assert [finding.severity.name for finding in heard.findings] == ["ERROR"]


def test_tools_that_are_loaded_later_are_known_by_their_names() -> None:
    lines = Lines()
    lines.says("go")
    attached(
        lines,
        "deferred_tools_delta",
        rendered=[{"content": "more"}],
        role="system",
        addedNames=["WebFetch", 3],
    )
    lines.reply("m1", ("t1", "WebFetch", {}), requestRef="r1")
    trace = session(lines.bytes, shape("s1"), asks("r1", "s1"))
    tools = trace.body(0).tools
    assert tools is not None
    assert ToolSpec("WebFetch") in tools
    assert [heard.findings for heard in _registry.check(Facts(trace), ["unknown-tool"])] == [()]


def test_attachments_are_what_was_made_of_them() -> None:
    lines = Lines()
    lines.says("go")
    attached(lines, "date", rendered=[{"content": "today"}], role="system", date="2026-11-26")
    attached(lines, "commit", rendered=[{"content": [{"type": "text", "text": "sign it"}]}], role="user")
    attached(lines, "session_context", context={})
    attached(lines, "prompt_snapshot", systemPrompt=["Be brief.", "Be kind."])
    lines.reply("m1", "yes")
    attached(lines, "prompt_snapshot", systemPrompt=["Be brief.", "Be kind."], tools=TOOLS)
    lines.says("more")
    attached(lines, "prompt_snapshot", systemPrompt=["Be quick."])
    lines.reply("m2", "done")
    trace = session(lines.bytes)
    asked = ["go", "today", "sign it", "Be brief.\n\nBe kind."]
    assert told(trace, 0) == asked
    assert told(trace, 1) == [*asked, "yes", "more", "Be quick."], "what was told is told once"
    roles = [message.role for message in trace.body(0).messages or ()]
    assert roles == [Role.USER, Role.SYSTEM, Role.USER, Role.SYSTEM]


def test_messages_as_they_were_sent_are_told_of() -> None:
    lines = Lines()
    lines.says("go")
    lines.reply("m1", "done", requestRef="r1")
    plain = read(claude_code.READER, lines.bytes + asks("r1", "s1"))
    blob = beside("api-request-blob", hash="h", message={"role": "user", "content": "go, and be quick"})
    (notice,) = read(claude_code.READER, lines.bytes + blob + blob).notices
    assert (notice.pointer, notice.message[:40]) == (
        f"byte {len(lines.bytes)}",
        "2 messages as they were sent to the mode",
    )
    assert plain.notices == ()


@pytest.mark.parametrize(
    "odd",
    [
        beside("api-request", id=3, shapeHash=None),
        beside("api-request", id="r1", shapeHash="s1", params=[1]),
        beside("api-request-shape", shapeHash="s1", shape="none"),
        b'{"type":"api-request-shape","shapeHash":"s1","shape":{"tools":[',
    ],
)
def test_odd_requests_cost_nothing_else(odd: bytes) -> None:
    lines = Lines()
    lines.says("go")
    attached(lines, "prompt_snapshot", systemPrompt=7)
    attached(lines, "deferred_tools_delta", addedNames={"a": 1})
    lines.reply("m1", "done", requestRef="r1")
    lines.reply("m2", "done", requestRef=["r1"])
    for trace in (session(lines.bytes, odd), session(lines.bytes, odd, asks("r1", "s1"))):
        assert len(trace) == 2
        walked(trace)
