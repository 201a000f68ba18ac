"""Langfuse's attributes on spans."""

from __future__ import annotations

import json

import pytest

from replaydbg.core.message import Json, Message, Role, Text, ToolCall
from replaydbg.core.step import Kind, Status, Usage
from tests.support.otlp import read, request, span, step, trace

GENERATION = {"langfuse.observation.type": "generation"}


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("generation", Kind.MODEL_CALL),
        ("GENERATION", Kind.MODEL_CALL),
        ("tool", Kind.TOOL_EXECUTION),
        ("agent", Kind.AGENT_INVOCATION),
        ("retriever", Kind.RETRIEVAL),
        ("span", Kind.OPAQUE),
        ("event", Kind.OPAQUE),
        (17, Kind.OPAQUE),
    ],
)
def test_kinds(type_: Json, kind: Kind) -> None:
    found = step("x", {"langfuse.observation.type": type_})
    assert (found.kind, found.name) == (kind, "x")


def test_a_generation() -> None:
    offered = {"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}
    asked = {"messages": [{"role": "user", "content": "hi"}], "tools": [offered]}
    found = step("llm", GENERATION | {
        "langfuse.observation.input": json.dumps(asked),
        "langfuse.observation.output": json.dumps({"role": "assistant", "content": "yes"}),
        "langfuse.observation.model.name": "m",
        "langfuse.observation.model.parameters": '{"temperature":0.5}',
        "langfuse.observation.usage_details": '{"input":7,"output":3,"input_cached_tokens":2}',
        "langfuse.observation.cost_details": '{"input":0.25,"output":0.5}',
    })  # fmt: skip
    assert found.model == "m"
    assert found.body.messages == (Message(Role.USER, (Text("hi"),)),)
    assert found.body.output == Message(Role.ASSISTANT, (Text("yes"),))
    assert found.body.tools is not None
    assert found.body.tools[0].schema == {"type": "object"}
    assert found.body.params == {"temperature": 0.5}
    assert found.body.usage == Usage(7, 3, 2)
    assert found.cost_usd == 0.75


def test_tokens_and_cost_are_in_the_columns() -> None:
    details = {"langfuse.observation.usage_details": '{"prompt_tokens":7,"completion_tokens":3,"total":10}',
               "langfuse.observation.cost_details": '{"total":0.5}'}  # fmt: skip
    found = trace(
        span(1, "a", 0, GENERATION | details),
        span(2, "b", 0, GENERATION | {"gen_ai.usage.input_tokens": 4}),
        span(3, "c", 0, GENERATION | {"langfuse.observation.usage_details": "no JSON"}),
        span(4, "d", 0, {"langfuse.observation.type": "span"} | details),
    )
    assert list(found.input_tokens) == [7, 4, -1, -1]
    assert list(found.output_tokens) == [3, -1, -1, -1]
    assert found.step(0).cost_usd == 0.5
    assert found.step(3).cost_usd is None


def test_what_langfuse_leaves_out_may_stand_as_genai() -> None:
    said = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "hi"}]}])
    found = step("x", GENERATION | {"gen_ai.input.messages": said, "gen_ai.request.model": "m"})
    assert found.body.messages == (Message(Role.USER, (Text("hi"),)),)
    assert found.model == "m"


def test_a_tool() -> None:
    body = step("find", {"langfuse.observation.type": "tool", "langfuse.observation.input": '{"q":1}',
                         "langfuse.observation.output": "[2]"}).body  # fmt: skip
    assert body.call == ToolCall("", "find", {"q": 1}, '{"q":1}')
    assert (body.has_result, body.result) == (True, [2])


def test_what_its_own_sdk_writes() -> None:
    """Langfuse 5: the wrapper of OpenAI's client, and functions with its decorator."""
    usage = {"prompt_tokens": 180, "completion_tokens": 12, "prompt_tokens_details": {"cached_tokens": 64},
             "completion_tokens_details": {"reasoning_tokens": 5}}  # fmt: skip
    asked = step("llm", GENERATION | {
        "langfuse.observation.usage_details": json.dumps(usage),
        "langfuse.observation.model.parameters": '{"temperature": 0.5, "max_tokens": "Infinity"}',
    })  # fmt: skip
    assert asked.body.usage == Usage(180, 12, 64, 5)
    assert asked.body.params == {"temperature": 0.5}
    ran = step("find", {"langfuse.observation.type": "tool",
                        "langfuse.observation.input": '{"args": [], "kwargs": {"q": 1}}'})  # fmt: skip
    assert ran.body.call == ToolCall("", "find", {"q": 1})


def test_other_observations_and_errors() -> None:
    failed = step("x", {"langfuse.observation.type": "span", "langfuse.observation.input": '"in"',
                        "langfuse.observation.level": "ERROR", "langfuse.observation.status_message": "no"})  # fmt: skip
    assert (failed.body.input, failed.body.error, failed.status) == ("in", "no", Status.ERROR)
    warned = step("x", {"langfuse.observation.type": "span", "langfuse.observation.level": "WARNING",
                        "langfuse.observation.status_message": "slow"})  # fmt: skip
    assert (warned.body.error, warned.status) == ("", Status.UNSET)


def test_other_files_are_not_counted_by_it() -> None:
    chat = {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 4}
    (only,) = read(
        request(span(1, "a", 0, chat | {"langfuse.observation.usage_details": '{"input":7}'}))
    ).traces
    assert list(only.input_tokens) == [4]
