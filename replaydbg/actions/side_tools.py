"""Tool definitions that a person gives beside a trace which did not record them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from replaydbg import limits
from replaydbg.core.finding import Notice
from replaydbg.core.message import Json
from replaydbg.core.tool import ToolSpec
from replaydbg.drivers import files
from replaydbg.errors import UsageProblem
from replaydbg.wire.tool_files import ToolFile, read_tool_file, tell

_EXPECTED = (
    "expected: tools as they are sent to OpenAI or Anthropic, an MCP `tools/list` result, or {name: schema}"
)


def tools_of_file(path: str | None) -> ToolFile:
    """The tools of a side file: JSON or JSON Lines in any shape that tools are offered in; none for None. The notices tell
    what is passed over, and which schemas cannot be used. Raises UsageProblem.
    """
    if path is None:
        return ToolFile((), ())
    text = files.read_text(path)
    if not text.strip():
        raise UsageProblem(f"{path} is empty", _EXPECTED)
    told: list[Notice] = []
    read = read_tool_file(_values(path, text, told))
    told += read.notices
    if not read.tools:
        why = "; ".join(each.sentence for each in told[:3])
        raise UsageProblem(f"{path} lists no tools" + f" ({why})" * bool(why), _EXPECTED)
    return ToolFile(read.tools, (*told, *_unusable(read.tools)))


def _values(path: str, text: str, told: list[Notice]) -> Iterator[tuple[str, Json]]:
    """The document, or the lines of one; of those that are no JSON, as of one that is still written, only the notice."""
    try:
        yield "", json.loads(text)
        return
    except RecursionError:
        raise UsageProblem(f"{path} is nested too deeply to be a list of tools") from None
    except ValueError as error:
        problem = UsageProblem(f"{path} is not JSON: {error}")
    lines = [(f"line {number}", line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    values = []
    for place, line in lines:
        try:
            values.append((place, json.loads(line)))
        except (ValueError, RecursionError) as error:
            tell(told, place, f"passed over: not JSON ({error})")
    if 2 * sum(isinstance(value, (dict, list)) for _, value in values) < len(
        lines
    ):  # one document that is broken
        raise problem
    yield from values


def _unusable(tools: tuple[ToolSpec, ...]) -> Iterator[Notice]:
    from replaydbg.schema import problem  # a tenth of a second, which only such a file is worth

    for tool in tools[: limits.SIDE_SCHEMAS_MAX]:
        why = problem(tool.schema) if tool.schema is not None else None
        if why is not None:
            yield Notice("", f"the schema of {tool.name} cannot be used: {why}")
    if len(tools) > limits.SIDE_SCHEMAS_MAX:
        yield Notice(
            "", f"whether schemas can be used was asked of the first {limits.SIDE_SCHEMAS_MAX:,} tools"
        )
