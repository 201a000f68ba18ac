"""Tool definitions that a person gives beside a trace which did not record them."""

from __future__ import annotations

import json

from replaydbg.core.tool import ToolSpec
from replaydbg.drivers import files
from replaydbg.errors import UsageProblem
from replaydbg.wire.tool_files import read_tool_file


def tools_of_file(path: str | None) -> tuple[ToolSpec, ...]:
    """The tools of a side file: JSON or JSON Lines in any shape that tools are offered in. () for None. Raises UsageProblem."""
    if path is None:
        return ()
    text = files.read_text(path)
    try:
        values = [json.loads(text)]
    except ValueError as error:
        try:
            values = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            raise UsageProblem(f"{path} is not JSON: {error}") from error
    tools = read_tool_file(values)
    if not tools:
        raise UsageProblem(
            f"{path} lists no tools",
            "expected: tools as they are sent to OpenAI or Anthropic, an MCP `tools/list` result, or {name: schema}",
        )
    return tools
