"""What is said of a file of tools."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command_line import run

CLEAN = str(Path(__file__).resolve().parents[2] / "traces" / "travel-clean.console.json")


def test_what_of_a_file_of_tools_is_none_is_told(tmp_path: Path) -> None:
    tools = tmp_path / "tools.json"
    tools.write_text(json.dumps([7] * 30 + [{"name": "a", "parameters": {}}]))
    done = run("check", CLEAN, "--tools", str(tools))

    assert done.code == 0
    assert done.err.count("passed over: a number") == 20
    assert done.err.splitlines()[-1] == "replaydbg: note: and 10 more of that file"


def test_what_of_a_file_of_tools_is_none_is_told_without_a_screen_too(tmp_path: Path) -> None:
    tools = tmp_path / "tools.json"
    tools.write_text('[7, {"name": "a", "parameters": {}}]')

    assert "tools.json: /0: passed over: a number" in run("open", CLEAN, "--tools", str(tools)).err
