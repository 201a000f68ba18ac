"""The way to the screen, without typer: what `open TRACE` and `demo` come down to."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from replaydbg.cli import report, terminal

if TYPE_CHECKING:
    from replaydbg.core.tool import ToolSpec
    from replaydbg.tui.setup import Setup


def look(path: str, **options: object) -> int:
    """Show the trace on the screen, or print it where there is no terminal to show it on.

    `options` are the other fields of `tui.setup.Setup`.
    """
    if path != "-" and _has_screen() and Path(path).exists():
        from replaydbg.tui.setup import Setup

        if Path(path).is_dir():
            from replaydbg.actions.open import recording

            path = recording(path)
        return _run(Setup(path, **options))  # type: ignore[arg-type]
    if options.get("follow"):
        from replaydbg.cli.following import print_news

        return print_news(path, options.get("format_name"), options.get("trace_id"))  # type: ignore[arg-type]
    asked = {name: options[name] for name in ("format_name", "trace_id", "side_tools") if name in options}
    return _print(path, **asked)  # type: ignore[arg-type]


def look_at_demo() -> int:
    """The bundled incident, its model and its tools bound and allowed: they are ours, and change nothing."""
    from replaydbg.actions.demo import PROVIDER, TOOLS, incident_path

    report.say(
        "the model of the demo is a rule-based stand-in, not a language model; nothing leaves this machine"
    )
    return look(incident_path(), demo=True, provider=PROVIDER, tools=TOOLS, allowed=frozenset(TOOLS))


def _has_screen() -> bool:
    """A person at both ends: keys come from standard input, and the screen is painted on standard error's terminal."""
    return all(terminal.is_terminal(stream) for stream in (sys.stdin, sys.stdout, sys.stderr))


def _run(setup: Setup) -> int:
    from replaydbg.tui.app import ReplayApp

    with terminal.kept():
        return ReplayApp(setup).run() or 0


def _print(
    path: str,
    format_name: str | None = None,
    trace_id: str | None = None,
    side_tools: tuple[ToolSpec, ...] = (),
) -> int:
    from replaydbg.actions.open import open_trace, recording
    from replaydbg.cli import listing

    path = recording(path)
    if Path(path).is_dir():
        return listing.print_folder(path)
    opened = open_trace(path, format_name, trace_id)
    gc.enable()
    report.notices(opened.notices)
    return listing.print_opened(opened, trace_id=trace_id, side_tools=side_tools)
