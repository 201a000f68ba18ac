"""MCP servers as tools: started or connected when a call first needs one, kept for the re-run, ended with it.

The `mcp` package is an extra (`replaydbg[mcp]`): it takes most of a second to import.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from replaydbg.config import ServerSetting
from replaydbg.core.message import Json, ToolCall
from replaydbg.core.outcome import Failed, ToolResult
from replaydbg.core.tool import ToolSpec
from replaydbg.drivers.python_name import described
from replaydbg.drivers.tools import _templates

if TYPE_CHECKING:
    from mcp import Client

_COMPLAINT_CHARS_MAX = 100_000

TOOLS_MAX = 2000
"""Tools listed of one server: a list that does not end is no list."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A tool as its server lists it. `read_only` is the server's own word for it."""

    spec: ToolSpec
    read_only: bool


class ServerProblem(Exception):
    """The server cannot be had. The message is a sentence."""


@dataclass(eq=False)
class McpServer:
    """One connection. Lives in the task group that `connect_in` names, since it must end in the task that began it."""

    name: str
    setting: ServerSetting
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    _connecting: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _client: asyncio.Future[Client] | None = field(default=None, repr=False)
    _serving: asyncio.Task[None] | None = field(default=None, repr=False)
    _done: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    _listed: dict[str, Listed] | None = field(default=None, repr=False)

    @property
    def where(self) -> str:
        return self.setting.url or " ".join(self.setting.command)

    async def tools(self, group: asyncio.TaskGroup) -> Mapping[str, Listed]:
        """All tools of the server by name. Raises ServerProblem."""
        client = await self._connected(group)
        if self._listed is None:
            self._listed = {listed.spec.name: listed for listed in await self._list(client)}
        return self._listed

    async def call(self, group: asyncio.TaskGroup, name: str, call: ToolCall) -> ToolResult | Failed:
        started = time.monotonic()
        try:
            arguments = dict(_templates.arguments_of(call))
            client = await self._connected(group)
            async with asyncio.timeout(self.setting.seconds):
                answer = await client.call_tool(name, arguments)
        except (_templates.Unfilled, ServerProblem) as problem:
            kind = "arguments" if isinstance(problem, _templates.Unfilled) else "server"
            return Failed(kind, str(problem))
        except TimeoutError:
            return Failed("timeout", f"{self.name} did not answer within {self.setting.seconds:g} s")
        except Exception as error:  # noqa: BLE001 - a server may answer with anything; that is no end of the re-run
            return Failed("tool", f"{self.name}: {described(error)}")
        return ToolResult(_result(answer), bool(answer.is_error), (time.monotonic() - started) * 1000)

    def end(self) -> None:
        """One that has not answered so far is not waited for."""
        self._done.set()
        if self._serving is not None and self._client is not None and not self._client.done():
            self._serving.cancel()

    async def _connected(self, group: asyncio.TaskGroup) -> Client:
        async with self._connecting:
            if self._client is None:
                self._client = asyncio.get_running_loop().create_future()
                self._serving = group.create_task(self._serve(self._client))
        try:
            async with asyncio.timeout(self.setting.seconds):
                return await asyncio.shield(self._client)
        except TimeoutError:
            raise ServerProblem(f"{self.name} ({self.where}) cannot be reached in time") from None

    async def _serve(self, ready: asyncio.Future[Client]) -> None:
        """Hold the connection until the re-run has ended. Never raises: the other questions go on."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
            try:
                async with _client(self.setting, self.environ, complaints) as client:
                    ready.set_result(client)
                    await self._done.wait()
            except Exception as error:  # noqa: BLE001 - see above
                if not ready.done():
                    words = f"{self.name} ({self.where}): {_innermost(error)}{_last_line(complaints)}"
                    ready.set_exception(ServerProblem(words))
                    ready.exception()  # looked at: whoever waits is told, and if nobody does it is no fault

    async def _list(self, client: Client) -> list[Listed]:
        found: list[Listed] = []
        cursor = None
        try:
            async with asyncio.timeout(self.setting.seconds):
                while len(found) < TOOLS_MAX:
                    page = await client.list_tools(cursor=cursor)
                    found += [_listed(tool) for tool in page.tools]
                    cursor = page.next_cursor
                    if not cursor:
                        break
        except Exception as error:
            raise ServerProblem(f"{self.name} lists no tools: {described(error)}") from error
        return found


def _client(setting: ServerSetting, environ: Mapping[str, str], complaints: TextIO) -> Any:
    """What the program complains of goes to a file: the terminal is ours. Raises ServerProblem without the package."""
    try:
        import mcp
    except ImportError as error:
        raise ServerProblem("the package `mcp` is not installed: pip install 'replaydbg[mcp]'") from error
    if setting.url:
        return mcp.Client(setting.url)
    named = {name: environ[name] for name in setting.env if name in environ}
    program, *arguments = setting.command
    started = mcp.StdioServerParameters(command=program, args=arguments, env=named or None)
    return mcp.Client(mcp.stdio_client(started, errlog=complaints))


def _listed(tool: Any) -> Listed:
    raw = tool.model_dump(by_alias=True, exclude_none=True, mode="json")
    annotations = tool.annotations
    spec = ToolSpec(tool.name, tool.description or "", tool.input_schema, raw)
    return Listed(spec, read_only=annotations is not None and annotations.read_only_hint is True)


def _result(answer: Any) -> Json:
    """What agents are told of an answer: its text where it is one, else its parts as they came."""
    content = [part.model_dump(by_alias=True, exclude_none=True, mode="json") for part in answer.content]
    if not content and answer.structured_content is not None:
        return answer.structured_content
    if all(part.get("type") == "text" for part in content):
        return "\n".join(part["text"] for part in content)
    return content


def _last_line(complaints: TextIO) -> str:
    complaints.seek(0)
    lines = complaints.read(_COMPLAINT_CHARS_MAX).strip().splitlines()
    return f"; it said: {lines[-1]}" if lines else ""


def _innermost(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return described(error)


@dataclass(frozen=True, slots=True)
class McpTool:
    """Satisfies `ToolBinding`: one tool of a server."""

    server: McpServer
    name: str
    group: asyncio.TaskGroup

    async def run(self, call: ToolCall) -> ToolResult | Failed:
        return await self.server.call(self.group, self.name, call)
