"""Which calls change something, by their names and commands."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.core.message import ToolCall
from replaydbg.graph.effects import changes_something, hands_over, is_shell, looks, moves, waits


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
        ("sed 's/a/b/' a.py | sort | uniq -c 2>/dev/null", False),
        ("ls; rm -r build", True),
        ("cat a && rm b", True),
        ("(cd a && ls) || true", False),
        ("grep -rn 'a|b; rm c' .", False),
        ('cat "$(rm x)"', True),
        ("find . -name '*.py' | xargs grep foo", False),
        ("find . -name x -delete", True),
        ("find . | xargs rm", True),
        ("echo x | tee a", True),
        ("env DEBUG=1 make", True),
        ("git branch -a", False),
        ("git branch new", True),
        ("cat <<'EOF' > f\nx\nEOF", True),
    ],
)
def test_shells_by_their_command(command: str, changes: bool) -> None:
    assert changes_something(ToolCall("", "bash", {"command": command})) is changes
    assert changes_something(ToolCall("", "local_shell", {"cmd": ["bash", "-lc", command]})) is changes


def test_a_shell_without_a_command() -> None:
    assert not changes_something(ToolCall("", "bash", None))


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("get_order", {}, (True, False, False)),
        ("bash", {"command": "ls"}, (True, False, False)),
        ("bash", {"command": "rm x"}, (False, False, False)),
        ("bash", {"command": "cd a; sleep 5; ls"}, (True, True, False)),
        ("bash", {"command": "cat sleep 5"}, (True, False, False)),
        ("wait_for_agent", {}, (False, True, False)),
        ("BashOutput", {"bash_id": "1"}, (False, True, False)),
        ("write_stdin", {"chars": ""}, (False, True, False)),
        ("press_key", {}, (False, False, True)),
        ("next_page", {}, (False, False, True)),
        ("", {}, (False, False, False)),
    ],
)
def test_what_else_a_call_is_for(name: str, arguments: Any, expected: tuple[bool, bool, bool]) -> None:
    call = ToolCall("", name, arguments)
    assert (looks(call), waits(call), moves(call)) == expected


def test_shells() -> None:
    assert is_shell("bash")
    assert is_shell("functions.run_shell_command")
    assert not is_shell("read_file")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("transfer_to_billing", True),
        ("functions.handoff_to", True),
        ("HandOffToSupport", True),
        ("transfer_money", False),
        ("transfer", False),
        ("find", False),
    ],
)
def test_it_hands_over(name: str, expected: bool) -> None:
    assert hands_over(ToolCall("", name, {})) is expected
