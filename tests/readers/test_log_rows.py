"""Flat log records that say what was said in a span."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.trace import Source
from replaydbg.readers import _log_rows
from replaydbg.readers._assembly import Assembly
from replaydbg.readers._log_events import LogEvents
from replaydbg.readers._span import Span
from tests.support.stores import TRACE

RECORD = {"timeUnixNano": 1_760_000_000_000_000_000, "traceId": TRACE, "spanId": "b" * 16}


def step(*records: dict[str, Any]) -> Any:
    logs = LogEvents()
    for record in records:
        assert _log_rows.add(logs, record)
    assembly = Assembly(Source("f", "f"), lambda handle: Span("", handle))
    logs.join(assembly)
    (trace,) = assembly.reading().traces
    return trace.step(0)


@pytest.mark.parametrize(
    ("body", "role"),
    [
        ({"content": [{"text": "Hi"}]}, "user"),
        ({"content": "found", "id": "c"}, "tool"),
        ({"tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {}}}]}, "assistant"),
    ],
)
def test_events_that_lost_their_names_are_told_by_their_bodies(body: dict[str, Any], role: str) -> None:
    found = step({**RECORD, "body": body, "attributes": {"gen_ai.system": "aws.bedrock"}})
    assert [role] == [str(message.role) for message in found.body.messages]


def test_a_record_of_something_else_says_nothing() -> None:
    assert not _log_rows.add(
        LogEvents(), {**RECORD, "body": "already instrumented", "attributes": {"code.line": 1}}
    )
    assert not _log_rows.add(LogEvents(), {"body": {"content": "x"}, "timeUnixNano": 1})


@pytest.mark.parametrize(
    ("asked", "answered", "kind"),
    [
        ({"role": "user", "content": {"content": '[{"text": "Hi"}]'}}, '[{"text": "Hello"}]', "model-call"),
        ({"role": "user", "content": {"content": '[{"text": "Hi"}]'}}, "Hello", "agent-invocation"),
        ({"role": "tool", "content": {"content": "{}", "id": "c"}}, '[{"text": "done"}]', "tool-execution"),
    ],
)
def test_what_strands_was_doing(asked: dict[str, Any], answered: str, kind: str) -> None:
    said = {"role": "assistant", "content": {"message": answered}}
    body = {"input": {"messages": [asked]}, "output": {"messages": [said]}}
    found = step({**RECORD, "scope": {"name": "strands.telemetry.tracer"}, "body": body, "attributes": {}})
    assert kind == str(found.kind)
    if kind == "agent-invocation":
        assert (found.body.input, found.body.output_value) == ([{"text": "Hi"}], "Hello")


def test_tools_of_langchain_are_told_by_the_values_around_them() -> None:
    body = {
        "input": {"messages": [{"role": "user", "content": '{"input_str": "x", "inputs": {"q": 1}}'}]},
        "output": {"messages": [{"role": "assistant", "content": '{"output": "x"}'}]},
    }
    scope = {"name": "opentelemetry.instrumentation.langchain"}
    tool = {
        "traceloop.span.kind": "tool",
        "traceloop.entity.name": "look_up",
        "gen_ai.operation.name": "execute_tool",
    }
    logs = LogEvents()
    assert _log_rows.add(logs, {**RECORD, "scope": scope, "body": body, "attributes": {}})
    logs.tell((TRACE, "b" * 16), "gen_ai.client.inference.operation.details", {}, tool, 1, {})
    assembly = Assembly(Source("f", "f"), lambda handle: Span("", handle))
    logs.join(assembly)
    found = assembly.reading().traces[0].step(0)
    assert found.body.call is not None
    assert (found.body.call.arguments, found.body.result) == ({"q": 1}, "x")


def test_events_of_azure() -> None:
    row = {
        "timestamp": "2026-01-01T00:00:00Z", "operation_Id": TRACE, "operation_ParentId": "b" * 16,
        "message": json.dumps({"role": "user", "content": "Hi"}), "customDimensions": '{"event.name": "gen_ai.user.message"}',
    }  # fmt: skip
    assert _log_rows.is_record(row)
    assert [message.text for message in step(row).body.messages] == ["Hi"]
