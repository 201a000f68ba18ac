"""From what a person says of their tools to a toolbox: settings of a file, bindings of the command line, plug-ins."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

import orjson

from replaydbg.config import ServerSetting, ToolSetting
from replaydbg.drivers import files, python_name
from replaydbg.drivers.tools import ToolBinding, python_function
from replaydbg.drivers.tools.command import CommandTool, unconfined
from replaydbg.drivers.tools.fixed import FixedAnswer, FixedFailure
from replaydbg.drivers.tools.http_request import http_tool
from replaydbg.drivers.tools.mcp_server import McpServer
from replaydbg.drivers.tools.toolbox import Bound, Policy, Remote, Toolbox
from replaydbg.errors import UsageProblem

GROUP = "replaydbg.tools"
"""Entry points of other packages: `name = "module:factory"`; the factory is given what stands after `name:`."""


def make_binding(spec: str) -> ToolBinding:
    """Raises UsageProblem for words that nothing here understands, or a function that is not there."""
    if spec.startswith(python_name.PREFIX):
        return python_function.python_tool(spec)
    kind, _, rest = spec.partition(":")
    for entry in entry_points(group=GROUP, name=kind):
        try:
            binding: ToolBinding = entry.load()(rest)
        except Exception as error:
            words = python_name.described(error)
            raise UsageProblem(
                f"the tool plug-in {kind!r} of {entry.value} does not work: {words}",
                "remove the plug-in, or mend it",
            ) from error
        return binding
    raise UsageProblem(
        f"nothing can run the tool binding {spec!r}",
        "bind a tool as python:module:function; commands, HTTP and MCP servers are named in the file of --config",
    )


def make_toolbox(
    settings: Mapping[str, ToolSetting],
    servers: Mapping[str, ServerSetting],
    specs: Mapping[str, str],
    allowed: frozenset[str],
    environ: Mapping[str, str],
) -> Toolbox:
    """`specs` and `allowed` are the command line's, and go before the file's. Raises UsageProblem."""
    connections = {name: McpServer(name, setting, environ) for name, setting in servers.items()}
    bound: dict[str, Bound] = {}
    remote: dict[str, Remote] = {}
    policies: dict[str, Policy] = {}
    for name in {**settings, **specs, **dict.fromkeys(allowed)}:
        setting = settings.get(name, ToolSetting())
        policy = _policy(name, setting, allowed)
        if policy is not None:
            policies[name] = policy
        if name in specs:
            bound[name] = Bound(make_binding(specs[name]), specs[name], policy or Policy.ASK)
        elif setting.way == "mcp":
            server, _, tool = setting.mcp.partition("/")
            remote[name] = Remote(connections[server], tool or name, policy)
        elif setting.way:
            binding, how = _by_setting(setting, environ)
            bound[name] = Bound(binding, how, policy or Policy.ASK)
    unbound = sorted(allowed - bound.keys() - remote.keys())
    if unbound and not connections:
        name = unbound[0]
        raise UsageProblem(
            f"{name} is allowed to run, but nothing is bound that would run it",
            f"bind it: --tool {name}=python:module:function",
        )
    return Toolbox(bound, remote, connections.values(), policies)


def _policy(name: str, setting: ToolSetting, allowed: frozenset[str]) -> Policy | None:
    if name not in allowed:
        return Policy(setting.policy) if setting.policy else None
    if setting.policy == Policy.NEVER:
        raise UsageProblem(
            f"{name} is allowed on the command line, and never in the settings", "say one of both"
        )
    return Policy.ALLOW


def _by_setting(setting: ToolSetting, environ: Mapping[str, str]) -> tuple[ToolBinding, str]:
    match setting.way:
        case "python":
            spec = (
                setting.python
                if setting.python.startswith(python_name.PREFIX)
                else f"python:{setting.python}"
            )
            return python_function.python_tool(spec), spec
        case "command":
            if not setting.command:
                raise UsageProblem("a command is a list of a program and its arguments")
            tool = CommandTool(
                setting.command, setting.folder, setting.env, environ, setting.seconds, setting.memory_mb
            )
            return tool, f"the command {' '.join(setting.command)}; note: {unconfined()}"
        case "http":
            request = http_tool(
                setting.http,
                _document(setting.openapi),
                headers=setting.headers,
                environ=environ,
                seconds=setting.seconds,
            )
            return request, f"{request.method} {request.url}"
        case "fail":
            return FixedFailure(setting.fail), f"a failure that you wrote: {setting.fail}"
    return FixedAnswer(setting.answer), "an answer that you wrote"


def _document(path: str) -> Any:
    if not path:
        return None
    try:
        return orjson.loads(files.read_text(path))
    except ValueError as error:
        raise UsageProblem(f"{path} is no JSON: {error}", "OpenAPI documents in YAML are not read") from error
