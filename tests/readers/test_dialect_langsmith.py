"""LangSmith's runs as spans."""

from __future__ import annotations

import json

import pytest

from replaydbg.core.message import Json, Message, Role, Text, ToolCall
from replaydbg.core.step import Kind, Usage
from tests.support.otlp import step


@pytest.mark.parametrize(
    ("name", "attributes", "kind"),
    [
        ("ChatOpenAI", {"langsmith.span.kind": "llm"}, Kind.MODEL_CALL),
        ("find", {"langsmith.span.kind": "tool"}, Kind.TOOL_EXECUTION),
        ("docs", {"langsmith.span.kind": "retriever", "gen_ai.operation.name": "embeddings"}, Kind.RETRIEVAL),
        ("template", {"langsmith.span.kind": "prompt", "gen_ai.operation.name": "chat"}, Kind.OPAQUE),
        ("planner", {"langsmith.span.kind": "chain"}, Kind.OPAQUE),
        ("planner", {"langsmith.span.kind": "chain", "langsmith.metadata.lc_agent_name": "planner"}, Kind.AGENT_INVOCATION),
        ("x", {"langsmith.span.kind": 17}, Kind.OPAQUE),
    ],
)  # fmt: skip
def test_kinds(name: str, attributes: Json, kind: Kind) -> None:
    found = step(name, attributes)
    assert (found.kind, found.name) == (kind, name)


def test_a_model_call_of_langchain() -> None:
    asked = {
        "messages": [
            [{"lc": 1, "type": "constructor", "id": ["x", "HumanMessage"], "kwargs": {"content": "hi"}}]
        ]
    }
    said = {
        "lc": 1,
        "id": ["x", "AIMessage"],
        "kwargs": {"content": "", "tool_calls": [{"name": "find", "args": {"q": 1}, "id": "c1"}]},
    }
    found = step("ChatOpenAI", {
        "langsmith.span.kind": "llm",
        "gen_ai.prompt": json.dumps(asked),
        "gen_ai.completion": json.dumps({"generations": [[{"message": said}]]}),
        "gen_ai.request.model": "m",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.extra_body": "{}",
        "gen_ai.usage.input_tokens": 7,
    })  # fmt: skip
    assert found.body.messages == (Message(Role.USER, (Text("hi"),)),)
    assert found.body.output == Message(Role.ASSISTANT, (ToolCall("c1", "find", {"q": 1}),))
    assert (found.model, found.body.params, found.body.usage.input_tokens) == ("m", {"temperature": 0.5}, 7)


def test_what_newer_versions_tell_as_metadata() -> None:
    counted = {"input_token_details": {"cache_read": 4}, "output_token_details": {"reasoning": 2}}
    body = step("x", {
        "langsmith.span.kind": "llm",
        "gen_ai.usage.input_tokens": 7,
        "langsmith.metadata.usage_metadata": json.dumps(counted),
        "langsmith.metadata.temperature": 0.5,
    }).body  # fmt: skip
    assert (body.usage, body.params) == (Usage(7, None, 4, 2), {"temperature": 0.5})
    other = step("x", {"langsmith.span.kind": "chain", "langsmith.metadata.temperature": 0.5}).body
    assert (other.usage, other.params) == (Usage(), {})


def test_a_model_call_of_a_wrapped_client_has_its_tools() -> None:
    offered = [{"type": "function", "function": {"name": "find", "parameters": {"type": "object"}}}]
    asked = {"messages": [{"role": "user", "content": "hi"}], "model": "m", "tools": offered}
    said = {"choices": [{"message": {"role": "assistant", "content": "yes"}}]}
    body = step("x", {"langsmith.span.kind": "llm", "gen_ai.prompt": json.dumps(asked),
                      "gen_ai.completion": json.dumps(said)}).body  # fmt: skip
    assert body.tools is not None
    assert body.tools[0].name == "find"
    assert body.output == Message(Role.ASSISTANT, (Text("yes"),))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"input": "{'q': 1}"}, ToolCall("c1", "find", {"q": 1})),
        ({"input": '{"q": 1}'}, ToolCall("c1", "find", {"q": 1}, '{"q": 1}')),
        ({"q": 1}, ToolCall("c1", "find", {"q": 1})),
    ],
)
def test_a_tool_execution(given: Json, expected: ToolCall) -> None:
    came = {"output": {"type": "tool", "content": "2", "tool_call_id": "c1", "status": "success"}}
    body = step("find", {"langsmith.span.kind": "tool", "gen_ai.prompt": json.dumps(given),
                         "gen_ai.completion": json.dumps(came)}).body  # fmt: skip
    assert body.call == expected
    assert (body.has_result, body.result) == (True, "2")


def test_a_plain_result_and_a_chain() -> None:
    tool = step("find", {"langsmith.span.kind": "tool", "gen_ai.completion": '{"output": 2}'}).body
    assert tool.result == 2
    chain = step(
        "x", {"langsmith.span.kind": "chain", "gen_ai.prompt": '{"a":1}', "gen_ai.completion": '{"b":2}'}
    ).body
    assert (chain.input, chain.output_value) == ({"a": 1}, {"b": 2})
