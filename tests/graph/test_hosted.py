"""Tools that providers run themselves, in the shapes of three of them."""

from __future__ import annotations

import pytest

from replaydbg.core.message import Json, OtherPart, Text
from replaydbg.graph.hosted import hosted_failures

USE = {"type": "mcp_tool_use", "id": "u1", "name": "echo", "server_name": "s", "input": {}}
RESULT = {"type": "mcp_tool_result", "tool_use_id": "u1", "content": [{"type": "text", "text": "boom"}]}
HTTP = {"type": "http_error", "code": 404, "message": "Not Found"}


@pytest.mark.parametrize(
    ("items", "told"),
    [
        pytest.param([{"type": "mcp_call", "name": "f", "error": HTTP}], [("f", "Not Found", True)], id="MCP of OpenAI"),
        pytest.param([{"type": "mcp_call", "name": "f", "output": "Error: no"}], [("f", "Error: no", False)], id="by its words"),
        pytest.param([{"type": "mcp_call", "name": "f", "error": None, "output": "ok"}], [], id="it worked"),
        pytest.param(
            [{"type": "mcp_list_tools", "server_label": "wiki", "tools": [], "error": "401"}],
            [("the list of tools of wiki", "401", True)],
            id="a server that does not answer",
        ),
        pytest.param([{"type": "mcp_list_tools", "server_label": "wiki", "tools": [{"name": "error"}]}], [], id="one that does"),
        pytest.param([{"type": "web_search_call", "status": "failed"}], [("web_search", "", True)], id="no more than that"),
        pytest.param([{"type": "web_search_call", "status": "completed"}], [], id="a search"),
        pytest.param([USE, RESULT | {"is_error": True}], [("echo", "boom", True)], id="MCP of Anthropic"),
        pytest.param([USE, RESULT | {"is_error": False}], [], id="which worked"),
        pytest.param(
            [{"part_kind": "builtin-tool-return", "tool_name": "mcp_server:wiki", "content": {"output": None, "error": "no"}}],
            [("mcp_server:wiki", "no", True)],
            id="Pydantic AI",
        ),
        pytest.param([{"type": "refusal", "refusal": "no"}, {"type": 7}, {}, "x", None, [1]], [], id="other parts"),
    ],
)  # fmt: skip
def test_failures(items: list[Json], told: list[tuple[str, str, bool]]) -> None:
    found = hosted_failures(map(OtherPart, items))
    assert [(one.name, one.text, one.marked) for one in found] == told


def test_one_that_was_mended_in_the_reply() -> None:
    failed, worked = {"type": "mcp_call", "name": "f", "error": "no"}, {"type": "mcp_call", "name": "f"}
    mended = hosted_failures([Text("a"), OtherPart(failed), OtherPart(worked)])
    assert [(one.part, one.mended) for one in mended] == [(1, True)]
    assert not hosted_failures([OtherPart(worked), OtherPart(failed)])[0].mended
