"""The loop, its recorder, its bound, and that the bundled incident is what a fresh run says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.core.outcome import ToolResult
from replaydbg.demo import agent, model
from replaydbg.demo.incident import incident_path
from replaydbg.drivers.providers.python_function import python_function
from replaydbg.drivers.tools.python_function import PythonTool

INCIDENT = incident_path()


class Log:
    """A recorder that writes down what happened, in the order in which it ended."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []

    @contextmanager
    def invocation(self, who: agent.Agent, task: str) -> Iterator[Callable[[str], object]]:
        results: list[str] = []
        yield results.append
        self.lines.append(("invoke_agent", who.name, task, results[0]))

    @contextmanager
    def model_call(
        self, who: agent.Agent, request: Mapping[str, Any]
    ) -> Iterator[Callable[[dict[str, Any]], object]]:
        results: list[dict[str, Any]] = []
        yield results.append
        message = results[0]["choices"][0]["message"]
        self.lines.append(
            ("chat", who.name, flat(request["messages"]), flat([message])[0], results[0]["usage"])
        )

    @contextmanager
    def tool_execution(
        self, who: agent.Agent, call: Mapping[str, Any]
    ) -> Iterator[Callable[[object], object]]:
        results: list[object] = []
        yield results.append
        function = call["function"]
        self.lines.append(
            (
                "execute_tool",
                who.name,
                call["id"],
                function["name"],
                json.loads(function["arguments"]),
                results[0],
            )
        )


def flat(messages: list[dict[str, Any]]) -> list[Any]:
    """Chat Completions messages as (role, parts) with plain parts."""
    said: list[Any] = []
    for message in messages:
        parts: list[Any] = []
        if message["role"] == "tool":
            parts.append((message["tool_call_id"], value(message["content"])))
        elif message.get("content"):
            parts.append(message["content"])
        for call in message.get("tool_calls") or []:
            function = call["function"]
            parts.append((call["id"], function["name"], json.loads(function["arguments"])))
        said.append((message["role"], parts))
    return said


def value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def recorded() -> list[tuple[Any, ...]]:
    """The bundled incident in the words of `Log`."""
    request = json.loads(INCIDENT.read_bytes())
    spans = [span for scope in request["resourceSpans"][0]["scopeSpans"] for span in scope["spans"]]
    return [line({pair["key"]: pair["value"] for pair in span["attributes"]}) for span in spans]


def line(attributes: dict[str, Any]) -> tuple[Any, ...]:
    def text(name: str) -> str:
        return str(attributes[f"gen_ai.{name}"]["stringValue"])

    operation, who = text("operation.name"), text("agent.name")
    if operation == "execute_tool":
        arguments = json.loads(text("tool.call.arguments"))
        return (
            operation,
            who,
            text("tool.call.id"),
            text("tool.name"),
            arguments,
            value(text("tool.call.result")),
        )
    inputs = [(one["role"], parts(one)) for one in json.loads(text("input.messages"))]
    outputs = [(one["role"], parts(one)) for one in json.loads(text("output.messages"))]
    if operation == "invoke_agent":
        return (operation, who, inputs[0][1][0], outputs[0][1][0])
    system = ("system", [one["content"] for one in json.loads(text("system_instructions"))])
    prompt, completion = (
        int(attributes[f"gen_ai.usage.{kind}_tokens"]["intValue"]) for kind in ("input", "output")
    )
    usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return (operation, who, [system, *inputs], outputs[0], usage)


def parts(message: dict[str, Any]) -> list[Any]:
    shapes: dict[str, Callable[[dict[str, Any]], Any]] = {
        "text": lambda part: part["content"],
        "tool_call": lambda part: (part["id"], part["name"], part["arguments"]),
        "tool_call_response": lambda part: (part["id"], part["response"]),
    }
    return [shapes[part["type"]](part) for part in message["parts"]]


def test_the_bundled_incident_is_what_a_fresh_run_says() -> None:
    log = Log()
    agent.run(agent.SUPPORT, agent.QUESTION, log)
    assert recorded() == log.lines


def test_the_bundled_incident_offers_the_tools_of_today() -> None:
    offered = {"support": agent.SUPPORT.tools, "refunds": agent.REFUNDS.tools}
    request = json.loads(INCIDENT.read_bytes())
    spans = [span for scope in request["resourceSpans"][0]["scopeSpans"] for span in scope["spans"]]
    chats = [
        {pair["key"]: pair["value"].get("stringValue") for pair in span["attributes"]}
        for span in spans
        if span["name"].startswith("chat ")
    ]
    assert len(chats) == 13
    for chat in chats:
        tools = [{"type": "function", **tool["function"]} for tool in offered[chat["gen_ai.agent.name"]]]
        assert json.loads(chat["gen_ai.tool.definitions"]) == tools
        assert chat["gen_ai.provider.name"] == "replaydbg-stand-in"


def test_the_recorder_sees_both_agents() -> None:
    log = Log()
    agent.run(agent.SUPPORT, agent.QUESTION, log)
    counts = {
        (kind, who): sum(one[:2] == (kind, who) for one in log.lines)
        for kind in ("invoke_agent", "chat", "execute_tool")
        for who in ("support", "refunds")
    }
    assert counts == {
        ("invoke_agent", "support"): 1,
        ("invoke_agent", "refunds"): 1,
        ("chat", "support"): 11,
        ("chat", "refunds"): 2,
        ("execute_tool", "support"): 10,
        ("execute_tool", "refunds"): 1,
    }


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("lookup_order", "{", "arguments are not JSON"),
        ("lookup_order", "[]", "arguments are not an object"),
        ("delete_order", "{}", "no such tool"),
        ("ask_refunds_agent", '{"question": 3}', "validation failed"),
        ("ask_refunds_agent", '{"question": "damaged?", "recorder": null}', "validation failed"),
        ("lookup_order", '{"order_id": "ORD-048213"}', "validation failed"),
    ],
)
def test_a_broken_call_comes_back_as_a_value(name: str, arguments: str, error: str) -> None:
    result = agent.execute(name, arguments, agent.Silent())
    assert isinstance(result, dict)
    assert result["error"] == error


def test_the_loop_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "ROUNDS_MAX", 3)
    with pytest.raises(RuntimeError, match="did not finish in 3 rounds"):
        agent.run(agent.SUPPORT, agent.QUESTION, agent.Silent())


async def test_the_drivers_take_the_stand_in_and_its_tools() -> None:
    """A replay reaches them through the same drivers as a person's own functions."""
    provider = python_function("python:replaydbg.demo.model:complete")
    assert provider.function is model.complete
    call = ToolCall("1", "lookup_order", {"order_id": 48213, "region": "Europe"})
    refused = await PythonTool("lookup_order", agent.BINDINGS["lookup_order"]).run(call)
    assert isinstance(refused, ToolResult)
    assert refused.result == {"error": "validation failed", "fields": ["order_id", "region"]}
    question = ToolCall("2", "ask_refunds_agent", {"question": "Rules for the reason: damaged?"})
    answered = await PythonTool("ask_refunds_agent", agent.BINDINGS["ask_refunds_agent"]).run(question)
    assert isinstance(answered, ToolResult)
    assert str(answered.result).startswith("For the reason damaged we refund in full")
