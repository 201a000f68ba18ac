"""All commands, in the order of `--help`. Only this path pays for typer, and of the commands for the one that is asked for."""

from __future__ import annotations

import functools
import gc
import shlex
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from replaydbg.cli import examples, report
from replaydbg.errors import UsageProblem

COMMANDS = (
    "open",
    "demo",
    "show",
    "check",
    "suppress",
    "explain",
    "replay",
    "diff",
    "pin",
    "verify",
    "providers",
    "receive",
    "convert",
    "formats",
)
"""Each is a function in the module of its name, with an underscore where Python has the name already."""


def run(arguments: list[str]) -> int:
    if arguments and arguments[0] not in COMMANDS and Path(arguments[0]).exists():
        return report.guarded(lambda: _no_command(arguments[0]), reads=False)
    app = build(arguments[:1] if arguments and arguments[0] in COMMANDS else COMMANDS)
    gc.freeze()  # what was imported is no garbage: the first collection would walk all of it
    gc.enable()
    return report.guarded(lambda: _left(app, arguments), reads=False)  # the command is guarded itself


def _no_command(path: str) -> int:
    raise UsageProblem(f"{path!r} is no command", f"to look at it: `replaydbg open {shlex.quote(path)}`")


def _left(app: typer.Typer, arguments: list[str]) -> int:
    """With what code the command was left. Help is printed by nobody who is guarded."""
    try:
        app(arguments, prog_name="replaydbg")
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    return 0


def build(names: Iterable[str] = COMMANDS) -> typer.Typer:
    # Plain help: rich would cost as much again to import, and its boxes are noise in a pipe.
    app = typer.Typer(
        no_args_is_help=True,
        epilog=examples.epilog(""),
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_top)
    for name in names:
        app.command(name, epilog=examples.epilog(name))(_guarded(command(name)))
    return app


def command(name: str) -> Callable[..., int]:
    module = import_module(f"replaydbg.cli.{name}")
    function: Callable[..., int] = getattr(module, name, None) or getattr(module, f"{name}_")
    return function


def _top(
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version and leave.")] = False,
) -> None:
    """Replay debugger for agentic workflows: open a recorded trace, see the loop and the broken tool call, edit one
    step, re-run what follows, compare.

    Exit codes: 0 clean, 1 findings (check), 2 usage, 3 unreadable input, 4 replay failed or stopped, 74 the disk is full,
    130 interrupted.
    """
    if version:
        from replaydbg import __version__
        from replaydbg.cli import render

        render.line(f"replaydbg {__version__}")
        raise typer.Exit


def _guarded(command: Callable[..., int]) -> Callable[..., None]:
    @functools.wraps(command)
    def guarded(*arguments: object, **options: object) -> None:
        sys.exit(report.guarded(lambda: command(*arguments, **options)))

    return guarded
