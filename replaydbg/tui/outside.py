"""What the terminal's surroundings do for a screen: the clipboard and the person's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported

_TMUX_SECONDS = 2.0


def copy(app: App[object], text: str) -> str:
    """Put the text on the clipboard. Gives the way that was taken, as it should be said to the person.

    tmux with its usual settings drops the escape sequence that terminals copy by (OSC 52), so inside tmux its own
    buffer is loaded, which passes the text on to the terminal as well.
    """
    if os.environ.get("TMUX"):
        try:
            subprocess.run(
                ["tmux", "load-buffer", "-w", "-"],  # noqa: S607 - whichever tmux the person runs
                input=text.encode("utf-8", "replace"),
                check=True,
                capture_output=True,
                timeout=_TMUX_SECONDS,
            )
        except (OSError, subprocess.SubprocessError):
            pass
        else:
            return "through tmux: prefix ] pastes it"
    app.copy_to_clipboard(text)
    if app.is_web:
        return "to the browser's clipboard, if it lets this page"
    return "by the terminal (OSC 52)"


def edit(app: App[object], text: str, suffix: str) -> tuple[str | None, str]:
    """Let the person edit the text in $VISUAL or $EDITOR. Gives the text, or None and the sentence that says why not."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    handle, name = tempfile.mkstemp(suffix=suffix, prefix="replaydbg-", text=True)
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(text)
        with app.suspend():
            code = subprocess.run([*shlex.split(command), name], check=False).returncode  # noqa: S603 - the person's own command
        if code != 0:
            return None, f"{command} ended with code {code}: nothing was changed"
        edited = path.read_text(encoding="utf-8", errors="surrogateescape")
    except SuspendNotSupported:
        return None, "this terminal cannot be lent to an editor: edit here with e"
    except (OSError, ValueError) as problem:
        return None, f"{command} could not be started ({problem}): set EDITOR, or edit here with e"
    finally:
        path.unlink(missing_ok=True)
    # Editors end a file with a line end; the text had none unless it says so itself.
    return (edited.removesuffix("\n") if not text.endswith("\n") else edited), ""
