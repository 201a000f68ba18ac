"""What the request said about tools against what the reply does, in the shapes of several providers."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import Media, Message, OtherPart, Role
from replaydbg.core.trace import Trace
from replaydbg.rules.broken_tool_choice import RULE
from tests.support.build import assistant, call, model_call, trace, user
from tests.support.rules import found

FIND = {"type": "function", "function": {"name": "find"}}
SAYS, ONE, TWO = assistant("Hello."), assistant("", call("find")), assistant("", call("find"), call("open"))


def asking(params: dict[str, Any], reply: Message | None) -> Trace:
    return trace(model_call("m1", [user("Go.")], reply, params=params))


@pytest.mark.parametrize(
    ("params", "reply"),
    [
        pytest.param({}, ONE, id="nothing was asked for"),
        pytest.param({"tool_choice": "auto"}, SAYS, id="auto"),
        pytest.param({"tool_choice": "none"}, SAYS, id="none, and none"),
        pytest.param({"tool_choice": "required"}, ONE, id="required, and one"),
        pytest.param(
            {"tool_choice": "required"}, assistant("I w", finish_reason="length"), id="cut before it could"
        ),
        pytest.param(
            {"tool_choice": "required"}, assistant("I can't.", finish_reason="content_filter"), id="filtered"
        ),
        pytest.param(
            {"tool_choice": {"type": "mcp", "server_label": "wiki", "name": "ask"}},
            Message(Role.ASSISTANT, (OtherPart({"type": "mcp_call", "name": "ask"}), *SAYS.parts)),
            id="a tool of a server that the provider asks",
        ),
        pytest.param({"tool_choice": "required"}, None, id="the call failed"),
        pytest.param({"tool_choice": "required"}, Message(Role.ASSISTANT), id="content not recorded"),
        pytest.param({"tool_choice": FIND}, ONE, id="the named one"),
        pytest.param({"tool_choice": FIND}, TWO, id="the named one among others"),
        pytest.param({"tool_choice": {"type": "web_search"}}, SAYS, id="a tool of the provider's own"),
        pytest.param(
            {"tool_choice": "required"},
            Message(Role.ASSISTANT, (Media("image"), *SAYS.parts)),
            id="a tool of the provider's own has answered",
        ),
        pytest.param({"tool_choice": {"type": "allowed_tools", "mode": "auto"}}, SAYS, id="allowed tools"),
        pytest.param({"toolConfig": {"toolChoice": {"auto": {}}}}, SAYS, id="auto, of Bedrock"),
        pytest.param(
            {"toolConfig": {"toolChoice": {"tool": {"name": "find"}}}}, ONE, id="the named one, of Bedrock"
        ),
        pytest.param(
            {"tool_config": {"function_calling_config": {"mode": "ANY", "allowed_function_names": ["find"]}}},
            ONE,
            id="the allowed one, of Gemini",
        ),
        pytest.param(
            {"tool_choice": {"type": "allowed_tools", "mode": "required", "tools": [{"type": "mcp"}]}},
            ONE,
            id="allowed is a tool of the provider's own",
        ),
        pytest.param(
            {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}, ONE, id="one, of Anthropic"
        ),
        pytest.param({"parallel_tool_calls": False}, ONE, id="one at a time"),
        pytest.param({"parallel_tool_calls": True}, TWO, id="parallel"),
    ],
)
def test_quiet(params: dict[str, Any], reply: Message | None) -> None:
    assert found(RULE, asking(params, reply)) == []


@pytest.mark.parametrize(
    ("params", "reply", "said"),
    [
        ({"tool_choice": "none"}, ONE, "find is called, though the request allowed no tool"),
        ({"tool_choice": {"type": "none"}}, ONE, "find is called, though the request allowed no tool"),
        ({"tool_choice": "required"}, SAYS, "the reply calls no tool, though the request required one"),
        ({"tool_choice": {"type": "any"}}, SAYS, "the reply calls no tool, though the request required one"),
        ({"tool_choice": {"mode": "ANY"}}, SAYS, "the reply calls no tool, though the request required one"),
        ({"tool_choice": FIND}, SAYS, "the reply calls no tool, though the request named find"),
        ({"tool_choice": {"type": "tool", "name": "open"}}, ONE, "the reply calls find, though the request named open"),
        ({"tool_choice": {"type": "function", "name": "open"}}, ONE, "the reply calls find, though the request named open"),
        ({"toolConfig": {"toolChoice": {"any": {}}}}, SAYS, "the reply calls no tool, though the request required one"),
        ({"toolConfig": {"toolChoice": {"tool": {"name": "open"}}}}, ONE, "the reply calls find, though the request named open"),
        ({"toolConfig": {"functionCallingConfig": {"mode": "NONE"}}}, ONE, "find is called, though the request allowed no tool"),
        ({"tool_config": {"function_calling_config": {"mode": "ANY", "allowed_function_names": ["open"]}}}, ONE, "find is called, though the request allowed only open"),
        ({"tool_choice": {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "open"}]}}, SAYS, "the reply calls no tool, though the request required one"),
        ({"tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "open"}}]}}}, ONE, "find is called, though the request allowed only open"),
        ({"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}, TWO, "2 tools are called at once, though the request switched parallel calls off"),
        ({"parallel_tool_calls": False}, TWO, "2 tools are called at once, though the request switched parallel calls off"),
    ],
)  # fmt: skip
def test_found(params: dict[str, Any], reply: Message, said: str) -> None:
    assert [finding.message for finding in found(RULE, asking(params, reply))] == [said]
