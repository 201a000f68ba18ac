"""A real MCP server for tests: `python -m tests.support.mcp_shop` speaks on its standard output, with `--http` over HTTP; then
its address is the first line of that.
"""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from mcp.server import MCPServer
from mcp.types import ToolAnnotations

server = MCPServer("shop")


@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def find(id: int) -> str:  # noqa: A002 - the name of the tool's argument
    """Find an order."""
    return f"order {id} is on its way"


@server.tool()
def sell(id: int, log: str = "") -> str:  # noqa: A002
    """Sell something: leaves a mark, so that a test can see that it ran."""
    if log:
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(f"{id}\n")
    return "sold"


@server.tool()
def fail() -> str:
    """Always fails."""
    raise ValueError("out of stock")


@server.tool()
def many() -> list[Any]:
    """Says more than one thing."""
    return ["a", "b"]


if __name__ == "__main__":
    if "--http" in sys.argv:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            print(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", flush=True)
            config = uvicorn.Config(server.streamable_http_app(), log_level="critical")
            uvicorn.Server(config).run(sockets=[listener])
    else:
        server.run()
