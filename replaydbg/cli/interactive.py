"""The way to the screen, without typer: what `open TRACE` and `demo` come down to."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replaydbg.cli import report, terminal

if TYPE_CHECKING:
    from replaydbg.core.tool import ToolSpec
    from replaydbg.tui.setup import Setup


def look(path: str, **options: object) -> int:
    """Show the trace on the screen, or print it where there is no terminal to show it on.

    `options` are the other fields of `tui.setup.Setup`.
    """
    is_there = Path(path).exists() or (options.get("follow") and Path(path).parent.is_dir())
    if path != "-" and _has_screen() and is_there:
        from replaydbg.tui.setup import Setup

        if Path(path).is_dir():
            from replaydbg.actions.open import recording

            path = recording(path)
            if Path(path).is_dir():
                from replaydbg.cli.listing import refuse_in_folder

                refuse_in_folder(path, options.get("trace_id"))
        settings = options.get("settings")
        options["hints"] = options.get("hints", True) and getattr(settings, "hints", True)
        return _run(Setup(path, keeps_shares=True, **options))  # type: ignore[arg-type]
    if options.get("follow"):
        from replaydbg.cli.following import print_news

        has_tools = bool(options.get("side_tools"))
        return print_news(path, options.get("format_name"), options.get("trace_id"), has_tools=has_tools)  # type: ignore[arg-type]
    if options.get("told"):
        from replaydbg.cli import side_tools

        side_tools.tell(options["told"])  # type: ignore[arg-type]
    asked = {name: options[name] for name in ("format_name", "trace_id", "side_tools") if name in options}
    if options.get("against"):
        return _print_against(str(options["against"]), path, **asked)  # type: ignore[arg-type]
    from replaydbg.cli import listing

    return listing.print_path(path, **asked)  # type: ignore[arg-type]


def look_at_demo(*, hints: bool = True) -> int:
    """The bundled incident, its model and its tools bound and allowed: they are ours, and change nothing."""
    from replaydbg.actions.demo import incident_path

    report.say(
        "the model of the demo is a rule-based stand-in, not a language model; nothing leaves this machine"
    )
    return look(incident_path(), **_demo(), hints=hints)


def _demo() -> dict[str, Any]:
    from replaydbg.actions.demo import PROVIDER, TOOLS

    return {"demo": True, "provider": PROVIDER, "tools": TOOLS, "allowed": frozenset(TOOLS)}


def serve(asked: dict[str, Any], *, web: bool, port: int, edit: bool) -> int:
    """Show it to browsers. `asked` is what `show_visitor` takes, as JSON can say it."""
    import json

    from replaydbg.actions import web as action
    from replaydbg.actions.settings import settings_of_file
    from replaydbg.cli.side_tools import tools_told
    from replaydbg.errors import UsageProblem

    if not web:
        raise UsageProblem("--port and --web-edit say how to serve a browser", "give --web, too")
    tools_told(asked.get("tools"))
    settings_of_file(asked.get("config"))  # what is wrong with them is said here, not to each visitor
    options = json.dumps({**asked, "read_only": "" if edit else action.READ_ONLY})
    command = [sys.executable, "-P", "-m", "replaydbg.cli.visitor", options]
    action.serve(command, str(asked["path"]), port, report.say, edit=edit)
    return 0


def show_visitor(asked: dict[str, Any], size: tuple[int, int]) -> int:
    """The screen of one browser, in a process of its own (see `visitor.py`)."""
    from replaydbg.actions.settings import settings_of_file
    from replaydbg.cli.side_tools import tools_and_words
    from replaydbg.tui.app import ReplayApp
    from replaydbg.tui.in_browser import BrowserDriver
    from replaydbg.tui.setup import Setup

    (tools, told), config = (
        tools_and_words(asked.pop("tools", None)),
        settings_of_file(asked.pop("config", None)),
    )
    demo = _demo() if asked.pop("demo", False) else {}
    app = ReplayApp(Setup(**asked, **demo, side_tools=tools, told=told, settings=config, in_browser=True))
    app.driver_class = BrowserDriver
    return app.run(size=size) or 0


def _has_screen() -> bool:
    """A person at both ends: keys come from standard input, and the screen is painted on standard error's terminal."""
    return all(terminal.is_terminal(stream) for stream in (sys.stdin, sys.stdout, sys.stderr))


def _run(setup: Setup) -> int:
    from replaydbg.tui.app import ReplayApp

    app = ReplayApp(setup)
    if sys.platform != "win32":
        from replaydbg.tui.in_terminal import TerminalDriver

        app.driver_class = TerminalDriver
    with terminal.kept():
        return app.run() or 0


def _print_against(
    before: str,
    path: str,
    format_name: str | None = None,  # noqa: ARG001 - the two may be of different formats
    trace_id: str | None = None,
    side_tools: tuple[ToolSpec, ...] = (),
) -> int:
    from replaydbg.cli import diff

    gc.freeze()
    gc.enable()
    return diff.print_difference(
        diff.facts_of(before, None, side_tools), diff.facts_of(path, trace_id, side_tools)
    )
