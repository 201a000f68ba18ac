"""GenAI attributes: kinds, messages, tools, arguments, results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.message import Json, Message, OtherPart, Role, Text, ToolCall, ToolResponse
from replaydbg.core.step import Kind, Usage
from tests.support.otlp import span, step, trace

CHAT = {"gen_ai.operation.name": "chat"}
TOOL = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "f"}


@pytest.mark.parametrize(
    ("name", "attributes", "kind", "shown"),
    [
        ("chat m", CHAT, Kind.MODEL_CALL, "chat m"),
        ("x", {"gen_ai.operation.name": "generate_content"}, Kind.MODEL_CALL, "x"),
        ("x", {"llm.request.type": "chat"}, Kind.MODEL_CALL, "x"),
        ("execute_tool f", TOOL, Kind.TOOL_EXECUTION, "f"),
        ("f.tool", {"traceloop.span.kind": "tool"}, Kind.TOOL_EXECUTION, "f"),
        ("running tool", {"gen_ai.tool.name": "g"}, Kind.TOOL_EXECUTION, "g"),
        ("merged", {**TOOL, "gen_ai.tool.name": "(merged tools)"}, Kind.OPAQUE, "merged"),
        (
            "invoke_agent A",
            {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "A"},
            Kind.AGENT_INVOCATION,
            "A",
        ),
        ("A.agent", {"traceloop.span.kind": "agent"}, Kind.AGENT_INVOCATION, "A"),
        ("RunnableSequence", {"gen_ai.operation.name": "invoke_agent"}, Kind.OPAQUE, "RunnableSequence"),
        ("Agent Workflow", {"traceloop.span.kind": "workflow"}, Kind.OPAQUE, "Agent Workflow"),
        ("task", {"traceloop.span.kind": "task"}, Kind.OPAQUE, "task"),
        ("A → B", {"gen_ai.handoff.from_agent": "A", "gen_ai.agent.name": "A"}, Kind.HANDOFF, "A → B"),
        ("search", {"gen_ai.operation.name": "retrieval"}, Kind.RETRIEVAL, "search"),
        ("GET /", {"http.method": "GET"}, Kind.OPAQUE, "GET /"),
        ("x", {"gen_ai.operation.name": 17}, Kind.OPAQUE, "x"),
    ],
)
def test_kinds_and_names(name: str, attributes: Json, kind: Kind, shown: str) -> None:
    found = step(name, attributes)
    assert (found.kind, found.name) == (kind, shown)


def test_a_model_call() -> None:
    found = step(
        "chat m",
        CHAT
        | {
            "gen_ai.provider.name": "OpenAI",
            "gen_ai.request.model": "m",
            "gen_ai.response.model": "m-1",
            "gen_ai.request.temperature": 0.5,
            "gen_ai.request.stop_sequences": ["x"],
            "gen_ai.request.reasoning_effort": None,
            "gen_ai.system_instructions": json.dumps([{"type": "text", "content": "be kind"}]),
            "gen_ai.input.messages": json.dumps(
                [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
            ),
            "gen_ai.output.messages": json.dumps(
                [
                    {
                        "role": "unknown",
                        "parts": [{"type": "tool_call", "id": "1", "name": "f", "arguments": {"a": 1}}],
                    }
                ]
            ),
            "gen_ai.tool.definitions": json.dumps(
                [{"name": "f", "description": "d", "parameters": {"type": "object"}}]
            ),
            "gen_ai.usage.input_tokens": "12",
            "gen_ai.usage.output_tokens": 3,
            "gen_ai.usage.cache_read.input_tokens": 5,
            "gen_ai.usage.details.reasoning_tokens": 2,
            "operation.cost": 0.25,
        },
    )
    body = found.body
    assert body.messages == (Message(Role.SYSTEM, (Text("be kind"),)), Message(Role.USER, (Text("hi"),)))
    assert body.output == Message(Role.ASSISTANT, (ToolCall("1", "f", {"a": 1}),))
    assert found.tool_calls == (ToolCall("1", "f", {"a": 1}),)
    assert body.tools is not None
    assert [(tool.name, tool.schema) for tool in body.tools] == [("f", {"type": "object"})]
    assert body.params == {"temperature": 0.5, "stop": ["x"]}
    assert body.usage == Usage(12, 3, 5, 2)
    assert (body.provider, found.model, body.response_model, found.cost_usd) == ("openai", "m", "m-1", 0.25)


def test_structured_messages_need_no_json() -> None:
    value = [{"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "result": {"a": 1}}]}]
    assert step("chat", CHAT | {"gen_ai.input.messages": value}).body.messages == (
        Message(Role.TOOL, (ToolResponse("1", {"a": 1}),)),
    )


def test_not_recorded_is_not_empty() -> None:
    assert step("chat", CHAT).body.messages is None
    assert step("chat", CHAT).body.tools is None
    assert step("chat", CHAT | {"gen_ai.input.messages": "[]"}).body.messages == ()
    assert step("chat", CHAT | {"gen_ai.input.messages": "__REDACTED__"}).body.messages is None


def test_messages_that_were_cut_off_say_so() -> None:
    text = json.dumps([{"role": "user", "parts": [{"type": "text", "content": n}]} for n in ("one", "two")])
    messages = step("chat", CHAT | {"gen_ai.input.messages": text[:-30]}).body.messages
    assert messages is not None
    assert messages[0].text == "one"
    (last,) = messages[-1].parts
    assert isinstance(last, OtherPart)
    assert last.value["type"] == "truncated"


def test_tokens_of_agents_are_sums_and_are_not_counted() -> None:
    attributes = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.usage.input_tokens": 99,
        "operation.cost": 1.0,
    }
    found = trace(span(1, "a", 0, attributes))
    assert found.input_tokens[0] == -1
    assert found.cost_usd(0) is None
    assert found.step(0).body.usage == Usage()


@pytest.mark.parametrize(
    ("attributes", "arguments", "raw"),
    [
        ({"gen_ai.tool.call.arguments": '{"a":  1}'}, {"a": 1}, '{"a":  1}'),
        ({"gen_ai.tool.call.arguments": {"a": 1}}, {"a": 1}, None),
        ({"gen_ai.tool.call.arguments": ""}, {}, ""),
        (
            {"gen_ai.tool.call.arguments": '{"input_str":"{\'q\': 1}","inputs":{"q":1},"tags":[]}'},
            {"q": 1},
            None,
        ),
        (
            {"gen_ai.tool.call.arguments": '{"input_str":"{\'q\': (1, None)}","metadata":{}}'},
            {"q": [1, None]},
            None,
        ),
        ({"traceloop.entity.input": '{"inputs":{"q":1},"kwargs":{}}'}, {"q": 1}, None),
        ({"tool_arguments": '{"a":1}'}, {"a": 1}, '{"a":1}'),
        ({}, None, None),
    ],
)
def test_arguments(attributes: Json, arguments: Json, raw: str | None) -> None:
    call = step("x", TOOL | {"gen_ai.tool.call.id": "1"} | attributes).body.call
    assert call == ToolCall("1", "f", arguments, raw)


@pytest.mark.parametrize(
    ("attributes", "has_result", "result"),
    [
        ({"gen_ai.tool.call.result": "sunny"}, True, "sunny"),
        ({"gen_ai.tool.call.result": '{"a":1}'}, True, {"a": 1}),
        ({"gen_ai.tool.call.result": "null"}, True, "null"),
        ({"gen_ai.tool.call.result": None}, True, None),
        ({"traceloop.entity.output": '{"output":"x","kwargs":{}}'}, True, "x"),
        ({"gen_ai.tool.call.result": '{"a":[1,2,"cut'}, True, {"a": [1, 2]}),
        ({}, False, None),
    ],
)
def test_results(attributes: Json, has_result: bool, result: Json) -> None:
    body = step("x", TOOL | attributes).body
    assert (body.has_result, body.result) == (has_result, result)


def test_pydantic_ai_keeps_the_conversation_on_the_agent_and_the_tools_with_the_parameters() -> None:
    parameters = {
        "function_tools": [{"name": "f", "parameters_json_schema": {"type": "object"}}],
        "output_tools": [],
    }
    found = step("chat", CHAT | {"model_request_parameters": json.dumps(parameters)})
    assert found.body.tools is not None
    assert found.body.tools[0].schema == {"type": "object"}
    agent = step(
        "a",
        {"gen_ai.operation.name": "invoke_agent", "pydantic_ai.all_messages": "[1]", "final_result": "ok"},
    )
    assert (agent.body.input, agent.body.output_value) == ([1], "ok")


def test_a_handoff_says_from_whom_to_whom() -> None:
    body = step("h", {"gen_ai.handoff.from_agent": "A", "gen_ai.handoff.to_agent": "B"}).body
    assert (body.input, body.output_value) == ("A", "B")


def event(name: str, **fields: str) -> Json:
    pairs = [{"key": key, "value": {"stringValue": value}} for key, value in fields.items()]
    return {"name": name, "timeUnixNano": "1", "attributes": pairs}


def test_strands_tells_of_a_tool_in_events() -> None:
    schema = '{"type": "object", "required": ["q"]}'
    told = [
        event("gen_ai.tool.message", content='{"q": "a"}'),
        event("gen_ai.choice", message='[{"text": "x"}]'),
    ]
    body = step("execute_tool f", TOOL | {"gen_ai.tool.json_schema": schema}, events=told).body
    assert body.call is not None
    assert (body.call.name, body.call.arguments, body.has_result, body.result) == ("f", {"q": "a"}, True, "x")
    assert body.tools is not None
    assert body.tools[0].schema == {"type": "object", "required": ["q"]}


def test_the_event_with_the_details_says_what_the_span_does_not() -> None:
    details = "gen_ai.client.inference.operation.details"
    asked = json.dumps([{"role": "user", "parts": [{"type": "text", "content": "hi"}]}])
    events = [
        event(details, **{"gen_ai.input.messages": asked}),
        event(details, **{"gen_ai.output.messages": asked}),
    ]
    body = step("chat", CHAT, events=events).body
    assert body.messages == (Message(Role.USER, (Text("hi"),)),)
    assert body.output is not None
    own = step("chat", CHAT | {"gen_ai.input.messages": "[]"}, events=events).body
    assert own.messages == (), "the span itself is right"


def test_the_span_tells_why_the_model_stopped_where_its_message_does_not() -> None:
    said = json.dumps([{"role": "assistant", "parts": [{"type": "text", "content": "hi"}]}])
    ended = CHAT | {"gen_ai.output.messages": said, "gen_ai.response.finish_reasons": ["length"]}
    reply = step("chat", ended).body.output
    assert reply is not None
    assert reply.finish_reason == "length"


def test_what_an_agent_was_asked_and_said_in_events() -> None:
    told = [event("gen_ai.user.message", content='[{"text": "hi"}]'), event("gen_ai.choice", message="hello")]
    body = step("invoke_agent a", {"gen_ai.operation.name": "invoke_agent"}, events=told).body
    assert (body.input, body.output_value) == ([{"text": "hi"}], "hello")


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("just words", "just words"),
        (json.dumps({"version": "0.1.0", "messages": [{"role": "user", "content": "hi"}]}), "hi"),
    ],
)
def test_messages_that_are_no_list(said: str, text: str) -> None:
    body = step("chat", CHAT | {"gen_ai.input.messages": said, "gen_ai.output.messages": said}).body
    assert body.messages is not None
    assert body.output is not None
    assert [message.text for message in (*body.messages, body.output)] == [text, text]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("llm.planning", Kind.MODEL_CALL),
        ("openai.chat", Kind.MODEL_CALL),
        ("chat gpt-5", Kind.MODEL_CALL),
        ("llm embeddings", Kind.OPAQUE),
        ("chatter", Kind.OPAQUE),
        ("step", Kind.OPAQUE),
    ],
)
def test_spans_made_by_hand_without_an_operation(name: str, kind: Kind) -> None:
    assert step(name, {"gen_ai.request.model": "m"}).kind is kind


def test_a_long_prompt_weighs_what_is_new_in_it_once_somebody_looked() -> None:
    said = [{"role": "user", "parts": [{"type": "text", "content": "x" * 20_000}]}]
    prompts = [said, [*said, *said], [*said, *said, {"role": "user", "parts": []}]]
    run = trace(
        *(
            span(number, "chat m", 0, {**CHAT, "gen_ai.input.messages": json.dumps(prompt)})
            for number, prompt in enumerate(prompts, 1)
        )
    )
    bodies: list[Any] = [run.body(row) for row in range(3)]
    assert [body.weight for body in bodies] == [None, None, None]
    assert [len(body.messages) for body in bodies] == [1, 2, 3]
    first, second, third = [body.weight for body in bodies]
    assert 20_000 < first < 24_000
    assert 20_000 < second < 24_000, "the first half is the first one's"
    assert 0 < third < 5_000
