"""A real MCP server for tests: `python -m tests.support.mcp_shop` speaks on its standard output, `--http PORT` over HTTP."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

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
        server.run(
            transport="streamable-http", host="127.0.0.1", port=int(sys.argv[sys.argv.index("--http") + 1])
        )
    else:
        server.run()
