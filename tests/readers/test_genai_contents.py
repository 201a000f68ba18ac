"""Contents that frameworks keep beside the conventions: each as it writes them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from replaydbg.core.message import Json, Role
from replaydbg.core.step import Kind, Step
from tests.readers.test_dialect_genai import event
from tests.support.otlp import step

CHAT = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"}


def text(value: Json) -> str:
    return json.dumps(value)


def said(found: Step) -> list[tuple[Role, str]]:
    return [(message.role, message.text) for message in found.body.messages or ()]


CALL = {"id": "c1", "name": "look_up", "args": {"city": "Oslo"}}
CONTENTS = [
    {"role": "user", "parts": [{"text": "Rain?"}]},
    {"role": "model", "parts": [{"function_call": CALL}]},
    {
        "role": "user",
        "parts": [{"function_response": {"id": "c1", "name": "look_up", "response": {"result": "no"}}}],
    },
]
DECLARED = {"function_declarations": [{"name": "look_up", "parameters": {"type": "OBJECT"}}]}
ADK = {
    "gen_ai.system": "gcp.vertex.agent",
    "gen_ai.request.model": "gemini",
    "gcp.vertex.agent.llm_request": text(
        {
            "model": "gemini",
            "config": {"system_instruction": "Be brief", "tools": [DECLARED]},
            "contents": CONTENTS,
        }
    ),
    "gcp.vertex.agent.llm_response": text(
        {"content": {"role": "model", "parts": [{"text": "Dry."}]}, "finish_reason": "STOP"}
    ),
    "gen_ai.usage.input_tokens": 20,
}


def test_googles_adk_keeps_requests_and_replies_as_they_were_sent() -> None:
    found = step("call_llm", ADK)
    assert (found.kind, found.model, found.body.usage.input_tokens) == (Kind.MODEL_CALL, "gemini", 20)
    assert said(found)[:2] == [(Role.SYSTEM, "Be brief"), (Role.USER, "Rain?")]
    assert found.body.messages is not None
    assert [(call.id, call.arguments) for call in found.body.messages[2].tool_calls] == [
        ("c1", {"city": "Oslo"})
    ]
    assert [each.result for each in found.body.messages[3].tool_responses] == [{"result": "no"}]
    assert found.body.output is not None
    assert (found.body.output.text, found.body.output.finish_reason) == ("Dry.", "STOP")
    assert [tool.name for tool in found.body.tools or ()] == ["look_up"]


def test_contents_that_adk_was_told_to_leave_out() -> None:
    found = step(
        "call_llm", ADK | {"gcp.vertex.agent.llm_request": "{}", "gcp.vertex.agent.llm_response": "{}"}
    )
    assert (found.kind, found.body.messages, found.body.output) == (Kind.MODEL_CALL, None, None)


TOOLS: dict[str, tuple[str, dict[str, Any]]] = {
    "ADK": (
        "execute_tool look_up",
        {
            "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look_up", "gen_ai.tool.call.id": "c1",
            "gcp.vertex.agent.tool_call_args": text({"city": "Oslo"}), "gcp.vertex.agent.tool_response": text("no"),
        },
    ),
    "Spring AI": (
        "tool_call look_up",
        {
            "gen_ai.operation.name": "framework", "spring.ai.kind": "tool_call", "spring.ai.tool.definition.name": "look_up",
            "spring.ai.tool.call.id": "c1", "spring.ai.tool.call.arguments": text({"city": "Oslo"}),
            "spring.ai.tool.call.result": "no",
        },
    ),
    "LiveKit": (
        "function_tool",
        {
            "lk.function_tool.name": "look_up", "lk.function_tool.id": "c1",
            "lk.pii.function_tool.arguments": text({"city": "Oslo"}), "lk.pii.function_tool.output": "no",
        },
    ),
    "AgentOps": (
        "look_up.tool",
        {
            "agentops.span.kind": "tool", "gen_ai.tool.call.id": "c1",
            "agentops.entity.input": text({"args": [], "kwargs": {"city": "Oslo"}}), "agentops.entity.output": text("no"),
        },
    ),
    "Laminar": (
        "look_up",
        {
            "lmnr.span.type": "TOOL", "lmnr.span.input": text({"city": "Oslo"}), "lmnr.span.output": text("no"),
            "gen_ai.tool.call.id": "c1",
        },
    ),
    "any-agent": (
        "execute_tool look_up",
        {
            "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "look_up", "gen_ai.tool.call.id": "c1",
            "gen_ai.tool.args": text({"city": "Oslo"}), "gen_ai.output": "no",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("framework", TOOLS)
def test_tools_are_the_same(framework: str) -> None:
    name, attributes = TOOLS[framework]
    found = step(name, attributes)
    assert found.body.call is not None
    assert (found.kind, found.name) == (Kind.TOOL_EXECUTION, "look_up")
    assert (found.body.call.id, found.body.call.name, found.body.call.arguments) == (
        "c1",
        "look_up",
        {"city": "Oslo"},
    )
    assert (found.body.has_result, found.body.result) == (True, "no")


def test_livekit_says_that_a_tool_failed_beside_what_it_gave() -> None:
    name, attributes = TOOLS["LiveKit"]
    assert step(name, attributes | {"lk.function_tool.is_error": True}).body.error == "no"


SPOKEN = [(Role.SYSTEM, "Be brief"), (Role.USER, "Rain?")]
MESSAGES = [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Rain?"}]
SAID = [{"role": "assistant", "content": "Dry."}]
ITEMS = [
    {"type": "message", "role": "system", "content": ["Be brief"]},
    {"type": "message", "role": "user", "content": ["Rain?"]},
]
CALLS: dict[str, tuple[dict[str, Any], list[Json]]] = {
    "Azure": (
        CHAT,
        [
            event("gen_ai.system.message", **{"gen_ai.event.content": text(MESSAGES[0])}),
            event("gen_ai.user.message", **{"gen_ai.event.content": text(MESSAGES[1])}),
            event(
                "gen_ai.choice",
                **{"gen_ai.event.content": text({"message": {"content": "Dry."}, "index": 0})},
            ),
        ],
    ),
    "OpenLIT": (
        CHAT,
        [
            event("gen_ai.content.prompt", **{"gen_ai.prompt": "system: Be brief\nuser: Rain?"}),
            event("gen_ai.content.completion", **{"gen_ai.completion": "Dry."}),
        ],
    ),
    "events of the first age": (
        CHAT,
        [
            event("gen_ai.content.prompt", **{"gen_ai.prompt": text(MESSAGES)}),
            event("gen_ai.content.completion", **{"gen_ai.completion": text(SAID)}),
        ],
    ),
    "LiveKit": (CHAT | {"lk.chat_ctx": text({"items": ITEMS}), "lk.response.text": "Dry."}, []),
    "Laminar": (
        {"lmnr.span.type": "LLM", "lmnr.span.input": text(MESSAGES), "lmnr.span.output": text(SAID)},
        [],
    ),
    "Agenta": (
        {
            "ag.type.node": "chat",
            "ag.data.inputs": text({"prompt": MESSAGES}),
            "ag.data.outputs": text({"completion": SAID}),
        },
        [],
    ),
    "AgentOps": (
        {
            "agentops.span.kind": "llm",
            "agentops.entity.input": text(MESSAGES),
            "agentops.entity.output": text(SAID),
        },
        [],
    ),
}


@pytest.mark.parametrize("framework", CALLS)
def test_model_calls_are_the_same(framework: str) -> None:
    attributes, events = CALLS[framework]
    found = step("call", attributes, events=events)
    assert (found.kind, said(found)) == (Kind.MODEL_CALL, SPOKEN)
    assert found.body.output is not None
    assert found.body.output.text == "Dry."


@pytest.mark.parametrize(
    ("prompt", "spoken"),
    [
        (text(["Rain?"]), [(Role.USER, "Rain?")]),
        (text(["Be brief", "Rain?"]), [(Role.UNKNOWN, "Be brief"), (Role.UNKNOWN, "Rain?")]),
        ("Rain?", [(Role.USER, "Rain?")]),
    ],
)
def test_spring_ai_writes_texts_and_no_roles(prompt: str, spoken: list[tuple[Role, str]]) -> None:
    found = step("chat m", CHAT | {"gen_ai.prompt": prompt, "gen_ai.completion": text(["Dry."])})
    assert said(found) == spoken
    assert found.body.output is not None
    assert found.body.output.text == "Dry."


def test_calls_without_a_text() -> None:
    livekit = CHAT | {"lk.response.function_calls": [text({"call_id": "c1", "name": "f", "arguments": "{}"})]}
    any_agent = CHAT | {"gen_ai.output": text([{"tool.name": "f", "tool.args": "{}"}])}
    for attributes, id_ in ((livekit, "c1"), (any_agent, "")):
        reply = step("chat m", attributes).body.output
        assert reply is not None
        assert [(call.id, call.name, call.arguments) for call in reply.tool_calls] == [(id_, "f", {})]


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        ({"agentops.span.kind": "agent"}, Kind.AGENT_INVOCATION),
        ({"lmnr.span.type": "DEFAULT"}, Kind.OPAQUE),
        ({"spring.ai.kind": "chat_client", "gen_ai.operation.name": "framework"}, Kind.OPAQUE),
        ({"gen_ai.operation.name": "call_llm"}, Kind.MODEL_CALL),
    ],
)
def test_kinds(attributes: dict[str, Json], kind: Kind) -> None:
    assert step("a.agent", attributes).kind is kind


def test_what_the_conventions_say_is_right() -> None:
    own = text([{"role": "user", "parts": [{"type": "text", "content": "own"}]}])
    found = step(
        "chat m", CHAT | {"gen_ai.input.messages": own, "gen_ai.prompt": "other", "lk.response.text": "x"}
    )
    assert said(found) == [(Role.USER, "own")]


def test_haystack_says_what_a_part_is_by_its_key() -> None:
    call = {"tool_call": {"tool_name": "look_up", "arguments": {"city": "Oslo"}, "id": "c1"}}
    result = {
        "tool_call_result": {"result": "no", "origin": {"tool_name": "look_up", "id": "c1"}, "error": False}
    }
    asked = [{"role": "assistant", "content": [call]}, {"role": "tool", "content": [result]}]
    said = {"role": "assistant", "content": [call], "meta": {"finish_reason": "tool_calls"}}
    found = step(
        "haystack.component.run",
        {
            "haystack.component.name": "llm",
            "haystack.component.type": "OpenAIChatGenerator",
            "haystack.component.input": text({"messages": asked}),
            "haystack.component.output": text({"replies": [said]}),
        },
    )
    assert (found.kind, found.name) == (Kind.MODEL_CALL, "llm")
    assert found.body.messages is not None
    assert found.body.output is not None
    called = (*found.body.messages[0].tool_calls, *found.body.output.tool_calls)
    assert [(each.id, each.name, each.arguments) for each in called] == [
        ("c1", "look_up", {"city": "Oslo"})
    ] * 2
    assert [(each.id, each.result) for each in found.body.messages[1].tool_responses] == [("c1", "no")]
    assert found.body.output.finish_reason == "tool_calls"


@pytest.mark.parametrize("operation", ["chat.completions", "text.streaming_completions"])
def test_operations_of_semantic_kernel(operation: str) -> None:
    assert (
        step("chat", {"gen_ai.operation.name": operation, "gen_ai.request.model": "m"}).kind
        is Kind.MODEL_CALL
    )
