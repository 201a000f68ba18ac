"""Tools that a provider ran by itself inside a reply, and that failed: an MCP server it asked, its own web search.

Nobody else has to answer such a call, so it is no `ToolCall` but a part as it came, and its result stands in the same
reply: in the item of OpenAI Responses, in a block behind Anthropic's, in a part of Pydantic AI's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from replaydbg.core.message import Json, OtherPart, Part
from replaydbg.graph.failures import says_failure, words_of

_WORDS_MAX = 200


class HostedFailure(NamedTuple):
    part: int
    """Which part of the reply says that it failed."""
    name: str
    text: str
    """What it says of the failure, "" where it says no more than that."""
    marked: bool
    """Whether the provider says so, or the result alone does, in its first words."""
    mended: bool
    """Whether the same tool was run again in this reply, and worked."""


def hosted_failures(parts: Iterable[Part]) -> tuple[HostedFailure, ...]:
    """Those of one reply, in order."""
    names: dict[str, str] = {}
    failed: list[HostedFailure] = []
    worked: dict[str, int] = {}
    for number, part in enumerate(parts):
        if not isinstance(part, OtherPart) or not isinstance(part.value, dict):
            continue
        item: dict[str, Any] = part.value
        kind = str(item.get("type") or item.get("part_kind"))
        if kind.endswith("tool_use"):
            names[str(item.get("id"))] = str(item.get("name"))
            continue
        ended = _ended(kind, item, names)
        if ended is None:
            continue
        name, said, marked = ended
        if marked or says_failure(said):
            text = " ".join(words_of(said).split())[:_WORDS_MAX]
            failed.append(HostedFailure(number, name, text, marked, mended=False))
        else:
            worked[name] = number
    return tuple(one._replace(mended=worked.get(one.name, -1) > one.part) for one in failed)


def _ended(kind: str, item: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, Json, bool] | None:
    """The tool, what came of it, and whether that is marked as a failure; None for what is no result of a tool."""
    if kind == "mcp_list_tools":
        return f"the list of tools of {item.get('server_label')}", item.get("error"), bool(item.get("error"))
    if kind.endswith("_call"):  # OpenAI: call and result in one
        error = item.get("error")
        name = str(item.get("name") or kind.removesuffix("_call"))
        marked = bool(error) or item.get("status") == "failed"
        return name, error or (item.get("output") if kind == "mcp_call" else None), marked
    if kind.endswith("tool_result"):  # Anthropic
        content = item.get("content")
        code = content.get("error_code") if isinstance(content, dict) else None
        name = names.get(str(item.get("tool_use_id")), kind.removesuffix("_tool_result"))
        return name, code or content, bool(code) or item.get("is_error") is True
    if kind in ("builtin-tool-return", "native-tool-return"):  # Pydantic AI
        content = item.get("content")
        told: Mapping[str, Any] = content if isinstance(content, dict) else {}
        error = told.get("error") or told.get("error_code")
        marked = bool(error) or told.get("status") == "failed" or item.get("outcome") == "failed"
        return str(item.get("tool_name")), error or content, marked
    return None
