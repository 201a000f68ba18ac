"""What of a call is only said."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.graph.asides import deed, thinks


@pytest.mark.parametrize(
    ("name", "arguments", "done"),
    [
        ("bash", {"command": "ls", "description": "List"}, {"command": "ls"}),
        ("bash", {"command": "# again\nls -l  # here\n"}, {"command": "ls -l"}),
        ("bash", {"command": "echo '# kept'"}, {"command": "echo '# kept'"}),
        ("run_shell_command", {"command": "ls", "description": "List"}, {"command": "ls"}),
        ("create_issue", {"title": "x", "description": "y"}, {"title": "x", "description": "y"}),
        ("read_file", {"path": "a", "explanation": "why"}, {"path": "a"}),
        ("note", {"thought": "all that it takes"}, {"thought": "all that it takes"}),
        ("think", {"thought": "x"}, {}),
        ("mcp__sequential-thinking__sequentialthinking", {"thought": "x", "n": 1}, {}),
        ("f", None, None),
        ("f", [1], [1]),
    ],
)
def test_deed(name: str, arguments: Any, done: Any) -> None:
    assert deed(ToolCall("", name, arguments)) == done


@pytest.mark.parametrize(
    ("name", "expected"), [("think", True), ("sequential_thinking", True), ("rethink_plan", False)]
)
def test_thinks(name: str, expected: bool) -> None:
    assert thinks(ToolCall("", name, {})) is expected
