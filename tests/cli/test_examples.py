"""Every example can be typed as it stands."""

from __future__ import annotations

import shlex

import pytest
import typer
import typer.main

from replaydbg.cli import app
from replaydbg.cli.examples import EXAMPLES, epilog
from tests.support.command_line import run

GROUP = typer.main.get_command(app.build())


def test_every_command_has_some() -> None:
    assert set(EXAMPLES) == {"", *GROUP.commands}  # type: ignore[attr-defined]


@pytest.mark.parametrize("typed", [typed for examples in EXAMPLES.values() for typed, _ in examples])
def test_they_are_taken(typed: str) -> None:
    name, *arguments = shlex.split(typed.partition(" < ")[0])
    if arguments == ["--help"]:
        with pytest.raises(typer.Exit):
            GROUP.commands[name].make_context(name, arguments)  # type: ignore[attr-defined]
    else:
        GROUP.commands[name].make_context(name, arguments)  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", EXAMPLES)
def test_they_stand_under_the_help_line_by_line(command: str) -> None:
    said = run(*([command] if command else []), "--help").out
    for line in epilog(command).splitlines()[1:]:
        assert f"  {line}\n" in said
