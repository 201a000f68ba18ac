"""What would be sent and run first, without sending or running anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from replaydbg.actions.dry_run import Foreseen, Running, Sending, dry_run
from replaydbg.actions.plan import plan_edits
from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.config import ServerSetting, ToolSetting
from replaydbg.core.trace import Trace
from replaydbg.drivers.tools.toolbox import Policy
from replaydbg.errors import UsageProblem
from replaydbg.graph.facts import Facts
from tests.support.build import assistant, call, model_call, parameters, tool, tool_execution, trace, user
from tests.support.drive import edit
from tests.support.model_server import reply, serving

SCHEMA = parameters(["id"], id={"type": "integer"})
HERE = "python:replaydbg.demo.tools:lookup_order"


def recording() -> Trace:
    asked = call("find", {"id": 7}, "c1")
    tools = [tool("find", SCHEMA)]
    return trace(
        model_call("m1", [user("u")], assistant("", asked), tools=tools, model="m"),
        tool_execution("x1", asked, "no such order"),
        model_call("m2", [user("u"), assistant("", asked)], "none", tools=tools, model="m"),
    )


async def dry(pointer: str, value: Any, **fields: Any) -> Foreseen:
    of = recording()
    edits = [edit(of, "m1", pointer, value)]
    return await dry_run(Facts(of), edits, RerunOptions(**fields), plan_edits(Facts(of), edits))


@pytest.mark.parametrize("shape", ["openai", "openai-responses", "anthropic", "google"])
async def test_what_is_said_is_what_is_sent(shape: str) -> None:
    of = recording()
    edits = [edit(of, "m1", "/messages/0/content", "v")]
    with serving(reply("done")) as server:
        options = RerunOptions(live=True, provider=shape, base_url=server.url)
        said = await dry_run(Facts(of), edits, options, plan_edits(Facts(of), edits))
        assert server.requests == []
        await rerun(Facts(of), edits, options)
    (first,) = said.first
    assert isinstance(first, Sending)
    assert (first.step_id, first.lacks) == ("m1", "")
    assert first.where.split("?")[0] == server.url + server.requests[0].path
    assert first.body == server.requests[0].body
    assert first.where.startswith(said.models[0].where)


async def test_why_nothing_would_be_sent() -> None:
    ((offline,), (keyless,)) = [
        (await dry("/messages/0/content", "v", live=live)).first for live in (False, True)
    ]
    assert isinstance(offline, Sending)
    assert isinstance(keyless, Sending)
    assert offline.where == keyless.where == "https://api.openai.com/v1/chat/completions"
    assert offline.lacks == "nothing is sent without --live"
    assert "set OPENAI_API_KEY" in keyless.lacks
    with pytest.raises(UsageProblem, match="no provider is called"):
        await dry("/messages/0/content", "v", provider="opnai")


@pytest.mark.parametrize(
    ("fields", "by", "policy", "lacks"),
    [
        ({}, "", None, "nothing is bound"),
        ({"bindings": {"find": HERE}}, HERE, Policy.ASK, "--allow-tool find"),
        ({"bindings": {"find": HERE}, "allow": frozenset({"find"})}, HERE, Policy.ALLOW, ""),
        (
            {"tools": {"find": ToolSetting("never", "answer", answer=1)}},
            "an answer that you wrote",
            Policy.NEVER,
            "the settings say that it never runs",
        ),
        (
            {
                "tools": {"find": ToolSetting("allow", "mcp", mcp="shop/look")},
                "servers": {"shop": ServerSetting(("shop-mcp",))},
            },
            "look of the MCP server shop (shop-mcp)",
            Policy.ALLOW,
            "",
        ),
        (
            {"servers": {"shop": ServerSetting(("shop-mcp",))}},
            "the MCP servers, if one has it: shop",
            Policy.ASK,
            "--allow-tool find",
        ),
    ],
)
async def test_what_would_run_a_tool(
    fields: dict[str, Any], by: str, policy: Policy | None, lacks: str
) -> None:
    said = await dry("/tool_calls/0/arguments/id", 8, **fields)
    (first,) = said.first
    assert isinstance(first, Running)
    assert (first.call.arguments, first.by) == ({"id": 8}, by)
    assert lacks in first.lacks
    assert bool(lacks) is bool(first.lacks)
    assert said.tools.get("find", ("", None)) == (by, policy)


async def test_arguments_that_break_the_schema_would_not_run() -> None:
    allowed = {"bindings": {"find": HERE}, "allow": frozenset({"find"})}
    (first,) = (await dry("/tool_calls/0/arguments/id", "x", **allowed)).first
    assert "break its schema" in first.lacks


async def test_a_branch_that_goes_on_begins_with_what_it_was_not_answered() -> None:
    of = recording()
    edits = [edit(of, "m1", "/tool_calls/0/arguments/id", 8)]
    options = RerunOptions(tools={"find": ToolSetting("allow", "answer", answer="yes")})
    stopped = await rerun(Facts(of), edits, options)
    going_on = replace(options, resume=stopped)
    (first,) = (await dry_run(Facts(of), edits, going_on, plan_edits(Facts(of), edits))).first
    assert isinstance(first, Sending)
    assert first.step_id == "m2"
