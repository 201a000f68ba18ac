"""All commands, in the order of `--help`. Only this path pays for typer."""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from replaydbg.cli import (
    check,
    convert,
    demo,
    diff,
    examples,
    explain,
    formats,
    open,  # noqa: A004
    pin,
    providers,
    receive,
    replay,
    report,
    show,
    suppress,
    verify,
)

_COMMANDS = (
    open.open_,
    demo.demo,
    show.show,
    check.check,
    suppress.suppress,
    explain.explain,
    replay.replay,
    diff.diff,
    pin.pin,
    verify.verify,
    providers.providers,
    receive.receive,
    convert.convert,
    formats.formats,
)


def run(arguments: list[str]) -> int:
    gc.enable()
    try:
        build()(arguments, prog_name="replaydbg")
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    return 0


def build() -> typer.Typer:
    # Plain help: rich would cost as much again to import, and its boxes are noise in a pipe.
    app = typer.Typer(
        no_args_is_help=True,
        epilog=examples.epilog(""),
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_top)
    for command in _COMMANDS:
        name = command.__name__.rstrip("_")
        app.command(name, epilog=examples.epilog(name))(_guarded(command))
    return app


def _top(
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version and leave.")] = False,
) -> None:
    """Replay debugger for agentic workflows: open a recorded trace, see the loop and the broken tool call, edit one
    step, re-run what follows, compare.

    Exit codes: 0 clean, 1 findings (check), 2 usage, 3 unreadable input, 4 replay failed or stopped, 130 interrupted.
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
