"""What the three shells are given after TAB, by the program itself."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from replaydbg.cli import completing


def _offered(shell: str, line: str) -> str:
    words = line.split(" ")
    environ = {
        **os.environ,
        "_REPLAYDBG_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    done = subprocess.run(
        [sys.executable, "-m", "replaydbg"], env=environ, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("replaydbg che", "check"),
        ("replaydbg open --agai", "--against"),
        ("replaydbg explain schema-v", "schema-violation"),
    ],
)
def test_commands_options_and_names(shell: str, line: str, offered: str) -> None:
    assert offered in _offered(shell, line)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_printed(shell: str) -> None:
    environ = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "replaydbg", "--show-completion", shell],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "_REPLAYDBG_COMPLETE" in done.stdout, done.stderr


def test_rules_are_offered_by_name_and_by_a_code_that_was_begun() -> None:
    assert ("schema-violation", "T003") in completing.rules("schema")
    assert ("T003", "schema-violation") in completing.rules("T0")
    assert all(name.islower() for name, _ in completing.rules(""))


def test_formats() -> None:
    assert [name for name, _ in completing.formats_written("at")] == ["atif"]
    assert "otlp" in {name for name, _ in completing.formats_read("ot")}
    assert completing.reports("j") == ["json", "junit"]
