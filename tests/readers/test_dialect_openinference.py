"""OpenInference attributes: kinds, messages, tools, arguments, results."""

from __future__ import annotations

import json

import pytest

from replaydbg.core.message import Json, Media, Message, Reasoning, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, Usage
from tests.support.otlp import span, step, trace

LLM = {"openinference.span.kind": "LLM"}
TOOL = {"openinference.span.kind": "TOOL", "tool.name": "f"}


@pytest.mark.parametrize(
    ("name", "attributes", "kind", "shown", "agent"),
    [
        ("ChatOpenAI", LLM, Kind.MODEL_CALL, "ChatOpenAI", ""),
        ("x", TOOL, Kind.TOOL_EXECUTION, "f", ""),
        ("x", {"openinference.span.kind": "retriever"}, Kind.RETRIEVAL, "x", ""),
        ("chain", {"openinference.span.kind": "CHAIN"}, Kind.OPAQUE, "chain", ""),
        ("x", {"openinference.span.kind": "UNKNOWN"}, Kind.OPAQUE, "x", ""),
        ("run", {"openinference.span.kind": "AGENT", "agent.name": "A"}, Kind.AGENT_INVOCATION, "A", "A"),
        (
            "critic.on_messages",
            {"openinference.span.kind": "AGENT"},
            Kind.AGENT_INVOCATION,
            "critic",
            "critic",
        ),
        ("RunnableAssign<x>", {"openinference.span.kind": "AGENT"}, Kind.OPAQUE, "RunnableAssign<x>", ""),
        ("Agent workflow", {"openinference.span.kind": "AGENT"}, Kind.OPAQUE, "Agent workflow", ""),
        ("handoff to B", {"openinference.span.kind": "TOOL"}, Kind.HANDOFF, "handoff to B", ""),
    ],
)
def test_kinds(name: str, attributes: Json, kind: Kind, shown: str, agent: str) -> None:
    found = step(name, attributes)
    assert (found.kind, found.name, found.agent) == (kind, shown, agent)


def test_a_model_call() -> None:
    prefix = "llm.input_messages"
    found = step(
        "ChatOpenAI",
        LLM
        | {
            "llm.model_name": "m",
            "llm.provider": "OpenAI",
            f"{prefix}.0.message.role": "system",
            f"{prefix}.0.message.content": "be kind",
            f"{prefix}.10.message.role": "tool",
            f"{prefix}.10.message.content": "sunny",
            f"{prefix}.10.message.tool_call_id": "1",
            f"{prefix}.2.message.role": "assistant",
            f"{prefix}.2.message.tool_calls.0.tool_call.id": "1",
            f"{prefix}.2.message.tool_calls.0.tool_call.function.name": "f",
            f"{prefix}.2.message.tool_calls.0.tool_call.function.arguments": '{"a":1}',
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.contents.1.message_content.type": "text",
            "llm.output_messages.0.message.contents.1.message_content.text": "fine",
            "llm.output_messages.0.message.contents.0.message_content.type": "reasoning",
            "llm.output_messages.0.message.contents.0.message_content.text": "hm",
            "llm.output_messages.0.message.contents.2.message_content.image.image.url": "http://x",
            "llm.finish_reason": "stop",
            "llm.tools.0.tool.json_schema": json.dumps({"name": "f", "input_schema": {"type": "object"}}),
            "llm.invocation_parameters": json.dumps(
                {"temperature": 1, "tools": [], "model": "m", "stop": None}
            ),
            "llm.token_count.prompt": "5",
            "llm.token_count.completion": 6,
            "llm.token_count.prompt_details.cache_read": 1,
            "llm.token_count.completion_details.reasoning": 2,
            "llm.cost.total": "0.5",
        },
    )
    body = found.body
    assert body.messages == (
        Message(Role.SYSTEM, (Text("be kind"),)),
        Message(Role.ASSISTANT, (ToolCall("1", "f", {"a": 1}, '{"a":1}'),)),
        Message(Role.TOOL, (ToolResponse("1", "sunny"),)),
    )
    assert body.output == Message(
        Role.ASSISTANT, (Reasoning("hm"), Text("fine"), Media("image", uri="http://x")), finish_reason="stop"
    )
    assert body.tools is not None
    assert [(tool.name, tool.schema) for tool in body.tools] == [("f", {"type": "object"})]
    assert body.params == {"temperature": 1}
    assert body.usage == Usage(5, 6, 1, 2)
    assert (found.model, body.provider, found.cost_usd) == ("m", "openai", 0.5)


def test_lists_that_were_delivered_whole() -> None:
    messages = [
        {"message.role": "user", "message.content": "hi"},
        {
            "message": {
                "role": "assistant",
                "tool_calls": [{"tool_call.function.name": "f", "tool_call.id": "1"}],
            }
        },
    ]
    assert step("x", LLM | {"llm.input_messages": json.dumps(messages)}).body.messages == (
        Message(Role.USER, (Text("hi"),)),
        Message(Role.ASSISTANT, (ToolCall("1", "f", {}),)),
    )


def test_tools_among_the_parameters() -> None:
    tools = [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    found = step("x", LLM | {"llm.invocation_parameters": json.dumps({"tools": tools})}).body
    assert found.tools is not None
    assert (found.tools[0].name, dict(found.params)) == ("f", {})


def test_a_response_where_the_parameters_should_be() -> None:
    response = {"id": "r", "created_at": 1.0, "output": [], "temperature": 0.1, "status": "completed"}
    assert step("x", LLM | {"llm.invocation_parameters": json.dumps(response)}).body.params == {
        "temperature": 0.1
    }


@pytest.mark.parametrize(
    ("attributes", "arguments", "raw"),
    [
        ({"input.value": '{"q": 1}'}, {"q": 1}, '{"q": 1}'),
        ({"input.value": "{'q': ('x', None)}"}, {"q": ["x", None]}, None),
        ({"input.value": "{'q': __import__('os')}"}, None, "{'q': __import__('os')}"),
        ({"input.value": "Paris"}, "Paris", None),
        (
            {"input.value": '{"args": [], "sanitize_inputs_outputs": true, "kwargs": {"q": 1}}'},
            {"q": 1},
            None,
        ),
        ({"tool.parameters": '{"q": 1}'}, {"q": 1}, '{"q": 1}'),
        ({"tool.parameters": '{"type": "object", "properties": {"q": {}}}'}, None, None),
        ({}, None, None),
    ],
)
def test_arguments(attributes: Json, arguments: Json, raw: str | None) -> None:
    call = step("x", TOOL | {"tool.id": "1"} | attributes).body.call
    assert call is not None
    assert (call.id, call.name, call.arguments, call.raw) == ("1", "f", arguments, raw)


def test_redacted_arguments_are_redacted_and_not_wrong() -> None:
    call = step("x", TOOL | {"input.value": "__REDACTED__"}).body.call
    assert call is not None
    assert call.problem is not None
    assert "redacted" in call.problem.message


def test_a_tool_declares_its_own_schema() -> None:
    schema = {"type": "object", "properties": {"q": {"type": "string"}}}
    tools = step("x", TOOL | {"tool.parameters": json.dumps(schema), "input.value": "{}"}).body.tools
    assert tools is not None
    assert tools[0].schema == schema


@pytest.mark.parametrize(
    ("value", "result", "id_"),
    [
        ("sunny", "sunny", ""),
        ('{"a": 1}', {"a": 1}, ""),
        ('{"id": "1", "name": "f", "response": {"ok": true}}', {"ok": True}, ""),
        ('{"content": "x", "tool_call_id": "c1"}', "x", "c1"),
        ('{"type": "tool", "data": {"content": "[1]", "tool_call_id": "c1"}}', [1], "c1"),
        ('{"tool_call_id": "c1", "seen": true}', {"tool_call_id": "c1", "seen": True}, ""),
    ],
)
def test_results(value: str, result: Json, id_: str) -> None:
    body = step("x", TOOL | {"output.value": value, "input.value": "{}"}).body
    assert (body.has_result, body.result) == (True, result)
    assert body.call is not None
    assert body.call.id == id_


def test_plain_text_output_is_a_reply_and_a_dump_is_not() -> None:
    assert step("x", LLM | {"output.value": "hello"}).body.output == Message(Role.ASSISTANT, (Text("hello"),))
    assert step("x", LLM | {"output.value": '{"choices": []}'}).body.output is None
    assert step("x", LLM | {"output.value": "__REDACTED__"}).body.output is None


def test_retrieved_documents() -> None:
    attributes = {
        "openinference.span.kind": "RETRIEVER",
        "input.value": "question",
        "retrieval.documents.0.document.content": "one",
        "retrieval.documents.1.document.content": "two",
    }
    body = step("x", attributes).body
    assert body.input == "question"
    assert [document["content"] for document in body.output_value] == ["one", "two"]


def test_tokens_of_agents_are_not_counted() -> None:
    found = trace(span(1, "a", 0, {"openinference.span.kind": "AGENT", "llm.token_count.prompt": 9}))
    assert found.input_tokens[0] == -1


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("hi", [(Role.USER, "hi")]),
        (json.dumps({"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]}),
         [(Role.SYSTEM, "s"), (Role.USER, "u")]),
        ('{"city": "Ulm"}', [(Role.USER, '{"city": "Ulm"}')]),
        ("", None),
        ("__REDACTED__", None),
    ],
)  # fmt: skip
def test_a_model_call_of_which_only_the_whole_was_recorded(asked: str, said: Json) -> None:
    found = step("llm", LLM | {"input.value": asked, "output.value": asked})
    prompt, reply = found.body.messages, found.body.output
    told = None if prompt is None else [(message.role, message.text) for message in prompt]
    assert told == said
    assert (reply and reply.text) == (said and said[-1][1])


def test_the_older_api_of_completions() -> None:
    found = step(
        "llm",
        LLM
        | {"llm.prompts.0.prompt.text": "Once", "llm.choices.0.completion.text": " upon", "input.value": "{"},
    )
    assert found.body.messages == (Message(Role.USER, (Text("Once"),)),)
    assert found.body.output == Message(Role.ASSISTANT, (Text(" upon"),))


def test_langchain_says_in_the_metadata_which_agent_it_was() -> None:
    metadata = json.dumps({"lc_agent_name": "researcher", "langgraph_node": "model"})
    spans = trace(
        span(1, "researcher", attributes={"openinference.span.kind": "CHAIN", "metadata": metadata}),
        span(2, "ChatOpenAI", 1, LLM | {"metadata": metadata}),
        span(3, "look", 1, TOOL | {"agent.name": "better", "metadata": metadata}),
    )
    assert [spans.kind(row) for row in range(3)] == [
        Kind.AGENT_INVOCATION,
        Kind.MODEL_CALL,
        Kind.TOOL_EXECUTION,
    ]
    assert [spans.agent(row) for row in range(3)] == ["researcher", "researcher", "better"]
