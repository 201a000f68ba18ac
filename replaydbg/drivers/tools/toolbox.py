"""What runs each tool in one re-run, and whether it may: bindings that the person named, and the tools of MCP servers.

Default deny: a tool that nothing names is not run; one that is bound is asked about; `never` is never. A server's word
that a tool only reads counts where the person trusts the server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from replaydbg.drivers.tools import ToolBinding
from replaydbg.drivers.tools.mcp_server import McpServer, McpTool, ServerProblem


class Policy(StrEnum):
    NEVER = "never"
    ASK = "ask"
    ALLOW = "allow"


class Permission(StrEnum):
    """What a person says when a tool wants to run."""

    NO = "no"
    ONCE = "once"
    BRANCH = "branch"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Bound:
    """What would run a tool: `how` in words, with all that a person should know before they say yes."""

    binding: ToolBinding
    how: str
    policy: Policy = Policy.ASK


@dataclass(frozen=True, slots=True)
class Remote:
    """A tool that a server has under this name."""

    server: McpServer
    name: str
    policy: Policy | None = None
    """None where the person said nothing: asks, unless a trusted server says that it only reads."""
    asked_for: bool = True
    """Whether the settings name the server for this tool; else all servers are looked through for it."""


class Toolbox:
    """Enter it around a re-run: servers live as long as it does."""

    def __init__(
        self,
        bound: Mapping[str, Bound] | None = None,
        remote: Mapping[str, Remote] | None = None,
        servers: Iterable[McpServer] = (),
        policies: Mapping[str, Policy] | None = None,
    ) -> None:
        """`policies` are for tools that no binding names, and that a server may turn out to have."""
        self._bound = dict(bound or {})
        self._remote = dict(remote or {})
        self._servers = tuple(servers)
        self._policies = dict(policies or {})
        self._group: asyncio.TaskGroup | None = None
        self.problems: list[str] = []
        """What was found wrong with servers, a sentence each."""

    async def __aenter__(self) -> Self:
        self._group = await asyncio.TaskGroup().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.end()
        group, self._group = self._group, None
        assert group is not None
        await group.__aexit__(kind, error, trace)

    async def find(self, name: str) -> Bound | None:
        """What runs the tool; None where nothing does. The first tool that no binding names connects the servers."""
        if name in self._bound:
            return self._bound[name]
        if name in self._remote:
            return await self._of_server(self._remote[name])
        for server in self._servers:
            found = await self._of_server(Remote(server, name, self._policies.get(name), asked_for=False))
            if found is not None:
                self._bound[name] = found
                return found
        return None

    def foreseen(self, name: str) -> tuple[str, Policy] | None:
        """What would run the tool and whether it may, as far as that is known before a server is asked."""
        if name in self._bound:
            return self._bound[name].how, self._bound[name].policy
        if name in self._remote:
            remote = self._remote[name]
            server = remote.server
            how = f"{remote.name} of the MCP server {server.name} ({server.where})"
            return how, remote.policy or Policy.ASK
        if not self._servers:
            return None
        servers = ", ".join(server.name for server in self._servers)
        return f"the MCP servers, if one has it: {servers}", self._policies.get(name, Policy.ASK)

    def allow(self, name: str) -> None:
        """From now on the tool may run unasked."""
        bound = self._bound.get(name)
        if bound is not None:
            self._bound[name] = Bound(bound.binding, bound.how, Policy.ALLOW)
        elif name in self._remote:
            self._remote[name] = Remote(self._remote[name].server, self._remote[name].name, Policy.ALLOW)

    def _problem(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)

    async def _of_server(self, remote: Remote) -> Bound | None:
        group, server = self._group, remote.server
        assert group is not None, "a toolbox is entered before it is asked"
        try:
            tools = await server.tools(group)
        except ServerProblem as problem:
            self._problem(str(problem))
            return None
        listed = tools.get(remote.name)
        if listed is None:
            if remote.asked_for:
                self._problem(f"the MCP server {server.name} has no tool {remote.name}, only {_few(tools)}")
            return None
        policy, word = remote.policy, ""
        if listed.read_only:
            word = ", which says that it only reads" + ("" if server.setting.trusted else " (not trusted)")
        if policy is None:
            policy = Policy.ALLOW if listed.read_only and server.setting.trusted else Policy.ASK
        how = f"{remote.name} of the MCP server {server.name} ({server.where}){word}"
        return Bound(McpTool(server, remote.name, group), how, policy)


_NAMED_MAX = 8


def _few(names: Iterable[str]) -> str:
    named = sorted(names)
    more = f" and {len(named) - _NAMED_MAX} more" if len(named) > _NAMED_MAX else ""
    return (", ".join(named[:_NAMED_MAX]) or "none") + more
