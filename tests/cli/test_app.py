"""All commands, as a whole."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
import typer.main

from replaydbg.cli import app
from tests.support.command_line import run

COMMANDS = ["open", "demo", "show", "check", "explain", "replay", "diff"]


def test_the_help_lists_every_command_and_the_exit_codes() -> None:
    done = run("--help")

    assert done.code == 0
    for command in COMMANDS:
        assert f"\n  {command} " in done.out
    for code in ("0 clean", "1 findings", "2 usage", "3 unreadable", "4 replay", "130 interrupted"):
        assert code in " ".join(done.out.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_what_it_does_and_what_its_options_mean(command: str) -> None:
    done = run(command, "--help")
    group = typer.main.get_command(app.build())
    parameters = group.commands[command].params  # type: ignore[attr-defined]

    assert done.code == 0
    for parameter in parameters:
        if parameter.name != "help":
            assert getattr(parameter, "help", None), f"{command}: {parameter.name} is not documented"


@pytest.mark.parametrize("name", app.COMMANDS)
def test_a_command_is_imported_without_the_others(name: str) -> None:
    command = app.command(name)

    assert command.__module__ == f"replaydbg.cli.{command.__name__.rstrip('_')}" == f"replaydbg.cli.{name}"
    assert inspect.getdoc(command)
    (built,) = app.build([name]).registered_commands
    assert built.name == name


def test_a_file_without_a_command_is_told_how_to_be_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "my run.json"
    path.write_text("[]")
    done = run(str(path))
    assert done.code == 2
    assert done.err == f"replaydbg: '{path}' is no command\n  to look at it: `replaydbg open '{path}'`\n"


def test_a_word_that_is_no_command_is_told_of_all_of_them() -> None:
    done = run("chek", "x")

    assert done.code == 2
    assert "'check'" in done.err
