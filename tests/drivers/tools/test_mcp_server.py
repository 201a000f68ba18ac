"""MCP servers as tools: a real server, over its standard output and over HTTP."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from replaydbg.config import ServerSetting
from replaydbg.core.outcome import Failed, ToolResult
from replaydbg.drivers.tools.mcp_server import McpServer
from replaydbg.drivers.tools.toolbox import Bound, Policy, Remote, Toolbox
from tests.support.build import call

ROOT = Path(__file__).resolve().parents[3]
SHOP = (sys.executable, "-m", "tests.support.mcp_shop")


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


async def runs(setting: ServerSetting, *calls: tuple[str, Any]) -> list[Any]:
    async with Toolbox(servers=[McpServer("shop", setting)]) as box:
        outcomes = []
        for name, arguments in calls:
            bound = await box.find(name)
            assert bound is not None, box.problems
            outcomes.append(await bound.binding.run(call(name, arguments)))
        return outcomes


async def test_a_server_that_is_started() -> None:
    found, failed, many, misfit = await runs(
        ServerSetting(command=SHOP), ("find", {"id": 7}), ("fail", {}), ("many", {}), ("find", {"id": "x"})
    )
    assert found == ToolResult("order 7 is on its way", duration_ms=found.duration_ms)
    assert failed.is_error
    assert many.result == "a\nb"
    assert misfit.is_error
    assert "validation error" in misfit.result


async def test_tools_are_listed_with_their_schemas_and_the_servers_word() -> None:
    server = McpServer("shop", ServerSetting(command=SHOP))
    async with Toolbox(servers=[server]), asyncio.TaskGroup() as group:
        listed = await server.tools(group)
        server.end()
    assert {name: tool.read_only for name, tool in listed.items()} == {
        "find": True,
        "sell": False,
        "fail": False,
        "many": False,
    }
    assert listed["find"].spec.schema is not None
    assert listed["find"].spec.schema["required"] == ["id"]


@pytest.mark.parametrize(
    ("trusted", "name", "policy"),
    [(False, "find", Policy.ASK), (True, "find", Policy.ALLOW), (True, "sell", Policy.ASK)],
)
async def test_a_servers_word_counts_where_it_is_trusted(trusted: bool, name: str, policy: Policy) -> None:
    async with Toolbox(servers=[McpServer("shop", ServerSetting(command=SHOP, trusted=trusted))]) as box:
        bound = await box.find(name)
        assert bound is not None
        assert bound.policy is policy


async def test_what_the_person_says_goes_before_what_a_server_says() -> None:
    server = McpServer("shop", ServerSetting(command=SHOP, trusted=True))
    remote = {"search": Remote(server, "find", Policy.NEVER)}
    async with Toolbox({}, remote, [server], {"sell": Policy.ALLOW}) as box:
        search, sell, nope = [await box.find(name) for name in ("search", "sell", "nope")]
    assert search is not None
    assert sell is not None
    assert (search.policy, sell.policy, nope) == (Policy.NEVER, Policy.ALLOW, None)


async def test_a_tool_that_its_server_lacks_is_told() -> None:
    server = McpServer("shop", ServerSetting(command=SHOP))
    async with Toolbox({}, {"search": Remote(server, "look")}, [server]) as box:
        found = [await box.find(name) for name in ("search", "search", "nope")]
    assert found == [None, None, None]
    assert box.problems == ["the MCP server shop has no tool look, only fail, find, many, sell"]


async def test_nothing_is_started_before_a_tool_is_looked_for(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    setting = ServerSetting(command=(sys.executable, "-c", f"open({str(mark)!r}, 'w')"))
    async with Toolbox({"mine": Bound(None, "")}, servers=[McpServer("s", setting)]) as box:  # type: ignore[arg-type]
        await box.find("mine")
    assert not mark.exists()


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (ServerSetting(command=("/no/such/program",)), "No such file"),
        (ServerSetting(command=(sys.executable, "-c", "import sys; sys.exit('no licence')")), "no licence"),
        (ServerSetting(url="http://127.0.0.1:1/mcp"), "shop (http://127.0.0.1:1/mcp): "),
        (
            ServerSetting(command=(sys.executable, "-c", "import time; time.sleep(600)"), seconds=0.3),
            "in time",
        ),
    ],
    ids=["no program", "ends at once", "nobody there", "silent"],
)
async def test_a_server_that_cannot_be_had_is_a_sentence(setting: ServerSetting, words: str) -> None:
    """And holds up nobody when the re-run ends."""
    async with asyncio.timeout(300), Toolbox(servers=[McpServer("shop", setting)]) as box:
        assert await box.find("find") is None
    assert words in box.problems[0]


async def test_arguments_that_are_no_object_are_not_sent() -> None:
    (outcome,) = await runs(ServerSetting(command=SHOP), ("find", [7]))
    assert isinstance(outcome, Failed)
    assert outcome.kind == "arguments"


@pytest.fixture
def address() -> Iterator[str]:
    with subprocess.Popen([*SHOP, "--http"], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield program.stdout.readline().strip()
        finally:
            program.kill()


async def test_a_server_that_is_reached_over_http(address: str) -> None:
    (found,) = await runs(ServerSetting(url=address), ("find", {"id": 8}))
    assert found.result == "order 8 is on its way"
