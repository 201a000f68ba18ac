"""What runs a tool and whether it may, without servers; those are in test_mcp_server."""

from __future__ import annotations

import pytest

from replaydbg.config import ServerSetting, ToolSetting
from replaydbg.drivers.tools._registry import make_toolbox
from replaydbg.drivers.tools.fixed import FixedAnswer
from replaydbg.drivers.tools.toolbox import Bound, Policy, Toolbox
from replaydbg.errors import UsageProblem

HERE = "python:replaydbg.demo.tools:lookup_order"


async def policy(
    settings: dict[str, ToolSetting], name: str = "f", allowed: tuple[str, ...] = ()
) -> str | None:
    async with make_toolbox(settings, {}, {}, frozenset(allowed), {}) as box:
        bound = await box.find(name)
    return None if bound is None else str(bound.policy)


async def test_by_default_a_tool_is_asked_about() -> None:
    answer = ToolSetting(way="answer", answer=1)
    assert await policy({"f": answer}) == "ask"
    assert await policy({"f": answer}, allowed=("f",)) == "allow"
    assert await policy({"f": ToolSetting(way="answer", policy="never")}) == "never"
    assert await policy({"f": answer}, name="g") is None
    assert await policy({"f": ToolSetting(policy="allow")}) is None  # nothing would run it


async def test_what_is_allowed_from_now_on() -> None:
    async with Toolbox({"f": Bound(FixedAnswer(1), "fixed")}) as box:
        box.allow("f")
        box.allow("not there")
        bound = await box.find("f")
    assert bound is not None
    assert (bound.policy, bound.how) == (Policy.ALLOW, "fixed")


@pytest.mark.parametrize(
    ("setting", "how"),
    [
        (ToolSetting(way="python", python="replaydbg.demo.tools:lookup_order"), HERE),
        (ToolSetting(way="command", command=("./find", "{id}")), "the command ./find {id}; note: "),
        (ToolSetting(way="http", http="get http://h/{id}"), "GET http://h/{id}"),
        (ToolSetting(way="fail", fail="no"), "a failure that you wrote: no"),
        (ToolSetting(way="answer"), "an answer that you wrote"),
    ],
)
async def test_how_a_tool_would_run(setting: ToolSetting, how: str) -> None:
    async with make_toolbox({"f": setting}, {}, {}, frozenset(), {}) as box:
        bound = await box.find("f")
    assert bound is not None
    assert bound.how.startswith(how)


async def test_the_command_line_goes_before_the_file() -> None:
    async with make_toolbox({"f": ToolSetting(way="fail")}, {}, {"f": HERE}, frozenset(), {}) as box:
        bound = await box.find("f")
    assert bound is not None
    assert bound.how == HERE


@pytest.mark.parametrize(
    ("settings", "allowed", "words"),
    [
        ({}, ("f",), "f is allowed to run, but nothing is bound"),
        ({"f": ToolSetting(way="fail", policy="never")}, ("f",), "allowed on the command line, and never"),
        ({"f": ToolSetting(way="command")}, (), "a command is a list"),
        ({"f": ToolSetting(way="http", http="x")}, (), "is no request"),
        ({"f": ToolSetting(way="python", python="no.such:f")}, (), "cannot be imported"),
    ],
)
def test_what_cannot_be(settings: dict[str, ToolSetting], allowed: tuple[str, ...], words: str) -> None:
    with pytest.raises(UsageProblem, match=words):
        make_toolbox(settings, {}, {}, frozenset(allowed), {})


def test_a_tool_that_a_server_may_have_can_be_allowed() -> None:
    make_toolbox({}, {"s": ServerSetting(url="http://127.0.0.1:1")}, {}, frozenset({"f"}), {})
