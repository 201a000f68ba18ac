"""Which calls change something, by their names and commands."""

from __future__ import annotations

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.graph.effects import changes_something


@pytest.mark.parametrize(
    "name", ["edit_file", "str_replace", "createIssue", "book_flight", "functions.write", "cancel-order", "Write", "browser_click"]
)  # fmt: skip
def test_it_changes(name: str) -> None:
    assert changes_something(ToolCall("", name, {}))


@pytest.mark.parametrize(
    "name",
    [
        "read_file",
        "get_order",
        "search",
        "list_users",
        "lookup_order",
        "think",
        "find_bookings",
        "",
        "Grep",
        "view",
    ],
)
def test_it_looks(name: str) -> None:
    assert not changes_something(ToolCall("", name, {}))


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        ("ls -la src", False),
        ("cd /repo && git status", False),
        ("cat a.py | head -5", False),
        ("grep -rn x . > out.txt", True),
        ("rm -r build", True),
        ("pytest -q", True),
        ("sed -n 1,5p a.py", False),
        ("sed -i s/a/b/ a.py", True),
    ],
)
def test_shells_by_their_command(command: str, changes: bool) -> None:
    assert changes_something(ToolCall("", "bash", {"command": command})) is changes
    assert changes_something(ToolCall("", "local_shell", {"cmd": ["bash", "-lc", command]})) is changes


def test_a_shell_without_a_command() -> None:
    assert not changes_something(ToolCall("", "bash", None))
