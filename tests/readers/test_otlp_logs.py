"""Log records alone: model calls joined from their events."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.core.message import Json, ToolCall
from replaydbg.core.step import Kind
from replaydbg.readers import _registry, otlp_logs
from replaydbg.readers._api import NotThisFormat
from tests.support.corpora import document, each_of
from tests.support.otlp import TRACE, any_value
from tests.support.otlp import document as made_up


def record(name: str, body: Json, number: int = 1, **attributes: Json) -> Json:
    return {
        "eventName": name,
        "traceId": TRACE,
        "spanId": f"{number:016x}",
        "observedTimeUnixNano": str(1_700_000_000_000_000_000 + number),
        "body": any_value(body),
        "attributes": [
            {"key": key.replace("_DOT_", "."), "value": any_value(v)} for key, v in attributes.items()
        ],
    }


def logs(*records: Json) -> Json:
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": list(records)}]}]}


def test_events_are_joined_by_span() -> None:
    content = logs(
        record("gen_ai.user.message", {"content": "hi"}, gen_ai_DOT_system="openai"),
        record("gen_ai.user.message", {"content": "again"}, 2),
        record("gen_ai.choice", {"index": 0, "message": {"content": "yes"}}),
        record("other.event", {}),
        3,
    )
    (reading,) = _registry.read(made_up(content))
    (only,) = reading.traces
    assert [only.kind(row) for row in range(len(only))] == [Kind.MODEL_CALL] * 2
    body = only.step(0).body
    assert body.messages is not None
    assert body.output is not None
    assert (body.messages[0].text, body.output.text, body.provider) == ("hi", "yes", "openai")
    assert isinstance(body.raw, list)
    assert (
        "2 model calls are known by log records only; the tree is in the file of the spans: open that, or both in one (`cat`)"
        in reading.notices[-1].message
    )


def test_a_reply_that_names_no_span_belongs_to_the_call_that_waits_for_one() -> None:
    stray = record("gen_ai.choice", {"message": {"content": "streamed"}}) | {"spanId": ""}
    (reading,) = _registry.read(made_up(logs(record("gen_ai.user.message", {"content": "hi"}), stray, stray)))
    (only,) = reading.traces
    output = only.step(0).body.output
    assert output is not None
    assert output.text == "streamed"
    assert len(reading.notices) == 3


def test_operation_details_carry_the_attributes_of_a_span() -> None:
    messages = [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
    name = "gen_ai.client.inference.operation.details"
    content = logs(record(name, None, gen_ai_DOT_input_DOT_messages=messages))
    (only,) = next(_registry.read(made_up(content))).traces
    assert only.step(0).body.messages is not None


def test_logs_without_genai_events_are_another_format() -> None:
    with pytest.raises(NotThisFormat):
        list(otlp_logs.READER.read(made_up(logs(record("http", {}))), False))


@each_of("otlp_openllmetry", "otlp_openllmetry_legacy", pattern="*otlp-logs.json")
def test_recorded_logs(path: Path) -> None:
    reading = list(_registry.read(document(path)))[-1]
    spans = {
        text
        for text in path.read_text().split('"')
        if len(text) == 16 and set(text) <= set("0123456789abcdef")
    }
    steps = [step for each in reading.traces for step in each.steps()]
    assert {step.id for step in steps} == spans
    for step in steps:
        assert step.kind is Kind.MODEL_CALL
        if "no_content" in path.name:
            said = step.body.output.parts if step.body.output is not None else ()
            assert step.body.messages is None
            assert all(isinstance(part, ToolCall) and not part.has_arguments for part in said)
            continue
        assert step.body.output is not None
        assert step.body.messages
        assert all(message.parts for message in step.body.messages)


SAMPLES = [
    logs(
        record("gen_ai.user.message", {"content": "hi"}, gen_ai_DOT_system="openai"),
        record("gen_ai.choice", {"index": 0, "message": {"content": "yes"}}),
    )
]
