"""A chat log of a trace reads back as the same model calls."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given

from replaydbg.actions.open import open_trace
from replaydbg.core.message import Media, Message, OtherPart, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind
from replaydbg.core.trace import Trace
from replaydbg.readers import _registry
from replaydbg.wire import loose
from replaydbg.writers._api import Losses, Written
from replaydbg.writers.openai_chat import WRITER
from tests.support import strategies
from tests.support.build import assistant, call, model_call, parameters, tool, tool_execution, trace, user
from tests.support.otlp import document

TRACES = Path(__file__).resolve().parents[2] / "traces"
LOOK = tool("look", parameters(["id"], id={"type": "integer"}))


def written(*traces: Trace) -> tuple[bytes, list[str]]:
    losses = Losses()
    return b"".join(WRITER.write([Written(each) for each in traces], losses)), list(losses)


def as_text(parts: Any) -> Any:
    """The shape has arguments and results as text: where the recording had a value, its text is made."""
    return [
        replace(part, raw=None)
        if isinstance(part, ToolCall)
        else replace(part, result=loose.parsed(part.result))
        if isinstance(part, ToolResponse)
        else part
        for part in parts
    ]


def told(trace: Trace) -> list[Any]:
    """What model calls say, in order of time. A client's words for a finish are not kept apart."""
    rows = sorted(trace.rows(Kind.MODEL_CALL), key=lambda row: trace.starts_ns[row])
    steps = [trace.step(row) for row in rows]
    return [
        (
            step.model,
            step.agent,
            step.started_ns and step.started_ns // 1000,
            [(message.role, as_text(message.parts)) for message in step.body.messages or ()],
            step.body.output and as_text(step.body.output.parts),
            step.body.tools and [(tool.name, tool.schema) for tool in step.body.tools],
            step.body.usage,
        )
        for step in steps
    ]


def test_the_incident_reads_back() -> None:
    recorded = open_trace(str(TRACES / "support-incident.json")).trace
    content, losses = written(recorded)
    *_, reading = _registry.read(document(content))
    (back,) = reading.traces
    assert back.id == recorded.id
    assert told(back) == told(recorded)
    assert losses == [
        "2 agent invocation steps: the format holds model calls only",
        "11 tool execution steps: the format holds model calls only",
        "10 tool results: no text, written as the text of its JSON",
    ]


def test_one_line_is_what_openai_would_be_asked_and_would_answer() -> None:
    asked = call("look", {"id": 1}, "c1")
    run = trace(
        model_call("m", [user("hi")], assistant("", asked), tools=[LOOK]), tool_execution("t", asked, "y")
    )
    (line,) = map(orjson.loads, written(run)[0].splitlines())
    assert line["messages"] == [{"role": "user", "content": "hi"}]
    assert line["tools"][0]["function"]["name"] == "look"
    assert line["response"]["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"] == '{"id":1}'


def test_what_has_no_place_is_said() -> None:
    odd = Message(Role.USER, (Text("see"), Media("video", uri="x"), OtherPart({"type": "odd"})))
    _, losses = written(trace(model_call("m", [odd], None)))
    assert losses == ["1 reply: not recorded", "1 video part: the shape has none of this kind, left out",
                      "1 unknown part: written as recorded"]  # fmt: skip


@given(strategies.traces())
def test_anything_can_be_written(run: Trace) -> None:
    content, _ = written(run)
    for line in content.splitlines():
        assert "messages" in orjson.loads(line)


@pytest.mark.parametrize("path", sorted(TRACES.glob("*.json*")), ids=lambda path: path.name)
def test_each_model_call_of_our_samples_is_there_again_once(path: Path, tmp_path: Path) -> None:
    recorded = open_trace(str(path)).traces
    again = tmp_path / "again"
    count = 0
    for number, run in enumerate(recorded):
        again.with_suffix(f".{number}").write_bytes(b"".join(WRITER.write([Written(run)], Losses())))
        (shown,) = open_trace(str(again.with_suffix(f".{number}"))).traces
        replies = [step.body.output for step in run.steps() if step.kind is Kind.MODEL_CALL]
        assert len([step for step in shown.steps() if step.kind is Kind.MODEL_CALL]) == len(replies)
        count += len(replies)
    assert count
