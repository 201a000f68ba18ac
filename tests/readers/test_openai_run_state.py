"""Run states of the Agents SDK: what had been said when the run stopped, and what it waits for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replaydbg.core.message import Json, Message, Role, Text, ToolCall
from replaydbg.core.step import Kind, Usage
from replaydbg.errors import UnreadableInput
from replaydbg.readers import _registry
from replaydbg.readers.openai_run_state import READER
from tests.support.corpora import document as file_of
from tests.support.corpora import each_of
from tests.support.readings import document, lines, opened, read, walked

AGENT = {"name": "helper"}
CALL = {"type": "function_call", "id": "1", "call_id": "c1", "name": "find", "arguments": '{"q": "x"}'}
ANSWER = {"type": "function_call_output", "call_id": "c1", "output": "two"}
LAST = {
    "type": "message",
    "id": "2",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "done"}],
}
ITEMS = [
    {"type": "tool_call_item", "agent": AGENT, "raw_item": CALL},
    {"type": "tool_call_output_item", "agent": AGENT, "raw_item": ANSWER, "output": "two"},
    {"type": "message_output_item", "agent": AGENT, "raw_item": LAST},
]
USAGE = {"input_tokens": 5, "output_tokens": 2, "input_tokens_details": [{"cached_tokens": 1}]}
TOOL = {"name": "find", "paramsJsonSchema": {"type": "object"}}
STATE: dict[str, Json] = {
    "$schemaVersion": "1.16",
    "current_agent": AGENT,
    "original_input": "find x",
    "generated_items": ITEMS,
    "model_responses": [{"output": [CALL], "usage": USAGE}, {"output": [LAST], "usage": USAGE}],
    "last_processed_response": {"functions": [{"tool": TOOL, "tool_call": CALL}]},
    "current_step": None,
    "trace": {"id": "trace_1"},
}


@pytest.mark.parametrize("responses", [STATE["model_responses"], []], ids=["recorded", "out of the items"])
def test_turns(responses: Json) -> None:
    content = STATE | {"model_responses": responses}
    assert READER.sniff(document(content)) >= 0.9
    reading = opened(READER, content)
    assert reading.notices == ()
    (trace,) = reading.traces
    assert trace.id == "trace_1"
    first, tool, last = walked(reading)
    assert [step.kind for step in (first, tool, last)] == [
        Kind.MODEL_CALL, Kind.TOOL_EXECUTION, Kind.MODEL_CALL,
    ]  # fmt: skip
    call = ToolCall("c1", "find", {"q": "x"}, '{"q": "x"}')
    assert (first.agent, first.tool_calls) == ("helper", (call,))
    assert tuple(first.body.messages or ()) == (Message(Role.USER, (Text("find x"),)),)
    assert (tool.name, tool.body.call, tool.body.result) == ("find", call, "two")
    assert last.body.output is not None
    assert last.body.output.text == "done"
    assert len(last.body.messages or ()) == 3
    if responses:
        assert (first.body.usage, last.body.usage) == (Usage(5, 2, 1), Usage(5, 2, 1))
        assert [spec.schema for spec in last.body.tools or ()] == [{"type": "object"}]


def test_a_call_that_waits_for_approval() -> None:
    waiting = {"type": "tool_approval_item", "agent": AGENT, "raw_item": CALL, "tool_name": "find"}
    step = {"type": "next_step_interruption", "data": {"interruptions": [waiting]}}
    reading = opened(
        READER, STATE | {"generated_items": [ITEMS[0], waiting], "model_responses": [], "current_step": step}
    )
    (call,) = walked(reading)
    assert len(call.tool_calls) == 1
    assert [notice.message for notice in reading.notices] == [
        "the run waits for somebody to approve the call to find"
    ]


def test_a_hand_off_names_both_agents() -> None:
    output = {
        "type": "handoff_output_item",
        "raw_item": ANSWER,
        "source_agent": AGENT,
        "target_agent": {"name": "other"},
    }
    reading = opened(READER, STATE | {"generated_items": [ITEMS[0], output], "model_responses": []})
    *_, handoff = walked(reading)
    assert (handoff.kind, handoff.name, handoff.agent) == (Kind.HANDOFF, "handoff to other", "helper")


def test_a_run_that_had_not_begun_is_its_input() -> None:
    reading = opened(
        READER,
        {"$schemaVersion": "1.0", "original_input": "hi", "generated_items": [], "model_responses": []},
    )
    (step,) = walked(reading)
    assert (step.kind, step.body.input) == (Kind.OPAQUE, "hi")
    assert "had not been asked" in reading.notices[0].message


def test_a_newer_version_is_read_and_said() -> None:
    reading = opened(READER, STATE | {"$schemaVersion": "2.0"})
    assert len(walked(reading)) == 3
    assert "newer than what is known" in reading.notices[0].message


@pytest.mark.parametrize(
    "content", [{"$schemaVersion": "1.0"}, {"original_input": "x", "model_responses": []}, []]
)
def test_others_are_not_claimed(content: Any) -> None:
    assert READER.sniff(document(content)) == 0.0


@each_of("openai_agents", pattern="runstate_*")
def test_corpora(path: Path) -> None:
    """As many model calls and executions as there are turns and outputs; what has no run in it is refused, and
    where nothing tells a run state it is shown as JSON that nobody knows.
    """
    if "missing_version" in path.name:
        *_, reading = _registry.read(file_of(path))
        assert reading.traces[0].source.format == "unknown-json"
        return
    if "negative" in path.name:
        with pytest.raises(UnreadableInput):
            list(_registry.read(file_of(path)))
        return
    state = json.loads(path.read_bytes())
    *_, reading = _registry.read(file_of(path))
    found = [step.kind for step in walked(reading)]
    outputs = [item for item in state["generated_items"] if item["type"] == "tool_call_output_item"]
    assert found.count(Kind.TOOL_EXECUTION) == len(outputs)
    if state["model_responses"]:
        assert found.count(Kind.MODEL_CALL) == len(state["model_responses"])


def test_items_of_kinds_that_are_not_known_are_told_beside_responses() -> None:
    items: list[Json] = [*ITEMS, {"type": "dream_item", "raw_item": {"type": "dream"}}, 3]
    (notice,) = read(READER, STATE | {"generated_items": items}).notices
    assert (notice.pointer, notice.message) == (
        "/generated_items/3", "2 events of kinds that are not known, left out: dream_item (1), none (1)",
    )  # fmt: skip
    assert read(READER, STATE | {"generated_items": items[:4], "model_responses": []}).notices == ()


SAMPLES = [STATE, lines(STATE, STATE)]
