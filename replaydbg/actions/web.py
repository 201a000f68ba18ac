"""Serve the screen to browsers of this machine, until the person stops it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from replaydbg import limits
from replaydbg.errors import UnreadableInput, UsageProblem
from replaydbg.views.text import printable

READ_ONLY = "this is served read-only: --web-edit lets browsers edit and re-run"


def serve(command: Sequence[str], path: str, port: int, tell: Callable[[str], None], *, edit: bool) -> None:
    """`command` shows the trace at `path` to one visitor. Returns when the process is interrupted.

    `tell` gets what the person should know. Raises UsageProblem and UnreadableInput.
    """
    if not Path(path).exists():
        raise UnreadableInput(
            f"{path}: there is no such file", "a browser is served files, not standard input"
        )
    try:
        from replaydbg.drivers import web
    except ModuleNotFoundError as missing:
        raise UsageProblem(
            f"a browser needs a package that is not here ({missing.name})", "pip install 'replaydbg[web]'"
        ) from missing
    with web.listener(port) as bound:
        server = web.WebServer(command, f"{printable(Path(path).name)} - replaydbg", bound)
        tell(f"{printable(path)} in a browser of this machine: {server.url}")
        at = bound.getsockname()[1]
        tell(f"of another one: `ssh -L {at}:{web.LOOPBACK}:{at} THIS-MACHINE` there, and the same address")
        tell(
            "whoever has this address can edit, and re-run on your keys and the tools of your settings file"
            if edit
            else f"read-only: {READ_ONLY.partition(': ')[2]}"
        )
        tell(f"{limits.WEB_VISITORS_MAX} visitors at most, each a process of its own; Ctrl+C ends them all")
        server.serve()
