"""The way to the screen, without typer: what `open TRACE` and `demo` come down to."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

from replaydbg.cli import render, report

if TYPE_CHECKING:  # the desk is imported with the screen only
    from replaydbg.tui.desk import Setup


def look(path: str, **options: object) -> int:
    """Show the trace on the screen, or print it where there is no terminal to show it on.

    `options` are the other fields of `tui.desk.Setup`.
    """
    if path != "-" and _has_screen():
        from replaydbg.actions.open import glance

        glance(path, options.get("format_name"))  # type: ignore[arg-type]
        from replaydbg.tui.desk import Setup

        return _run(Setup(path, **options))  # type: ignore[arg-type]
    return _print(path, options.get("format_name"), options.get("trace_id"))  # type: ignore[arg-type]


def look_at_demo() -> int:
    """The bundled incident, its model and its tools bound and allowed: they are ours, and change nothing."""
    from replaydbg.actions.demo import PROVIDER, TOOLS, incident_path

    report.say(
        "the model of the demo is a rule-based stand-in, not a language model; nothing leaves this machine"
    )
    return look(incident_path(), demo=True, provider=PROVIDER, tools=TOOLS, allowed=frozenset(TOOLS))


def _has_screen() -> bool:
    """A person at both ends: keys come from standard input, and the screen is painted on standard error's terminal."""
    return all(render.is_terminal(stream) for stream in (sys.stdin, sys.stdout, sys.stderr))


def _run(setup: Setup) -> int:
    from replaydbg.cli.terminal import kept
    from replaydbg.tui.app import ReplayApp

    gc.freeze()  # what the imports made stays: the collector need never walk it
    gc.enable()
    with kept():
        return ReplayApp(setup).run() or 0


def _print(path: str, format_name: str | None, trace_id: str | None) -> int:
    from replaydbg.actions.open import open_trace
    from replaydbg.cli import listing

    opened = open_trace(path, format_name, trace_id)
    gc.enable()
    report.notices(opened.notices)
    return listing.print_trace(opened)
