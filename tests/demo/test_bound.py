"""The incident's tools, bound by name as the command line binds them."""

from __future__ import annotations

import asyncio

import pytest

from replaydbg.actions import demo
from replaydbg.core.message import ToolCall
from replaydbg.core.outcome import ToolResult
from replaydbg.demo import tools
from replaydbg.drivers.tools._registry import make_binding
from replaydbg.errors import UsageProblem


def test_every_tool_of_the_incident_is_bound() -> None:
    assert set(demo.TOOLS) == {tool["function"]["name"] for tool in tools.TOOLS}


@pytest.mark.parametrize(
    "arguments", [{"order_id": 48213, "region": "Europe"}, {}, {"order_id": "ORD-048213", "colour": "red"}]
)
def test_wrong_arguments_are_refused_as_the_recorded_run_refused_them(arguments: dict[str, object]) -> None:
    binding = make_binding(demo.TOOLS["lookup_order"])
    outcome = asyncio.run(binding.run(ToolCall("c1", "lookup_order", arguments)))

    assert isinstance(outcome, ToolResult)
    assert outcome.result["error"] == "validation failed"


def test_right_arguments_find_the_order() -> None:
    binding = make_binding(demo.TOOLS["lookup_order"])
    outcome = asyncio.run(
        binding.run(ToolCall("c1", "lookup_order", {"order_id": "ORD-048213", "region": "EU"}))
    )

    assert isinstance(outcome, ToolResult)
    assert outcome.result["order"]["order_id"] == "ORD-048213"


def test_other_names_are_no_tools() -> None:
    with pytest.raises(UsageProblem, match="no tool 'rm'"):
        make_binding("python:replaydbg.demo.bound:rm")
