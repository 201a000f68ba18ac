"""What the terminal's surroundings do for a screen: the clipboard, the person's own editor and their own pager.

Programs are started as lists of words, never by a shell, and nothing of a trace is among the words.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from textual.app import App, SuspendNotSupported

from replaydbg.tui.actions import keyed

_COPY_SECONDS = 2.0


def copy(app: App[object], text: str) -> str:
    """Put the text on the clipboard. Gives the way that was taken, as it should be said to the person.

    tmux with its usual settings drops the escape sequence that terminals copy by (OSC 52), so inside tmux its own
    buffer is loaded, which passes the text on to the terminal as well. Not every terminal knows the sequence, and none
    says so: on the person's own machine a program of the desktop is sure.
    """
    if app.is_web:
        app.copy_to_clipboard(text)
        return "to the browser's clipboard, if it lets this page"
    if os.environ.get("TMUX") and _given(("tmux", "load-buffer", "-w", "-"), text):
        return "through tmux: prefix ] pastes it"
    if not (
        os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY")
    ):  # there it is another machine's clipboard
        for needed, command in _DESKTOP:
            if (not needed or os.environ.get(needed)) and shutil.which(command[0]) and _given(command, text):
                return f"by {command[0]}"
    app.copy_to_clipboard(text)
    if deaf := _deaf(os.environ):
        return keyed(
            "main", f"by OSC 52, which {deaf} does not pass on: {{pager}} shows it, to be copied by hand"
        )
    return "by the terminal (OSC 52)"


_DESKTOP = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
)
"""Programs that fill the clipboard of the desktop, and what must be set for them to reach it."""


def _given(command: tuple[str, ...], text: str) -> bool:
    """Whether the program has taken the text. Some stay behind to hand it out, so nobody waits for what they print."""
    try:
        subprocess.run(  # noqa: S603 - one of ours; the text is no part of the command
            command,
            input=text.encode("utf-8", "replace"),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_COPY_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def _deaf(environment: Mapping[str, str]) -> str:
    """The terminal, where it is known to know no OSC 52."""
    if environment.get("TERM_PROGRAM") == "Apple_Terminal":
        return "Terminal.app"
    if environment.get("STY"):
        return "GNU screen"
    return "the Linux console" if environment.get("TERM") == "linux" else ""


def edit(app: App[object], text: str, suffix: str) -> tuple[str | None, str]:
    """Let the person edit the text in $VISUAL or $EDITOR. Gives the text, or None and the sentence that says why not."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    handle, name = tempfile.mkstemp(suffix=suffix, prefix="replaydbg-", text=True)
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(text)
        with _lent(app):
            code = subprocess.run([*shlex.split(command), name], check=False).returncode  # noqa: S603 - the person's own command
        if code != 0:
            return None, f"{command} ended with code {code}: nothing was changed"
        edited = path.read_text(encoding="utf-8", errors="surrogateescape")
    except SuspendNotSupported:
        return None, keyed("main", "this terminal cannot be lent to an editor: edit here with {edit}")
    except (OSError, ValueError) as problem:
        return (
            None,
            f"{command} could not be started ({problem}): set EDITOR, or edit here with {keyed('main', '{edit}')}",
        )
    finally:
        path.unlink(missing_ok=True)
    # Editors end a file with a line end; the text had none unless it says so itself.
    return (edited.removesuffix("\n") if not text.endswith("\n") else edited), ""


def page(app: App[object], text: Iterable[str]) -> str:
    """Let the person read the pieces of text in $PAGER. Gives what is to be said about it, "" for nothing."""
    said = os.environ.get("PAGER", "").strip()
    command = said or ("less" if shutil.which("less") else "")
    if not command:
        return "PAGER is not set, and there is no less: set PAGER to the program that you read with"
    try:
        with _lent(app):
            code = _paged(shlex.split(command), text)
    except SuspendNotSupported:
        return "this terminal cannot be lent to a pager"
    except (OSError, ValueError) as problem:
        return f"{command} could not be started ({problem}): set PAGER to the program that you read with"
    if code:
        return f"{command} ended with code {code}"
    return "" if said else "PAGER is not set: this was less"


_AT_ONCE_SECONDS = 1.5
"""A busy machine takes a while to start a program that only prints, and nobody has read anything sooner."""


def _paged(words: list[str], text: Iterable[str]) -> int:
    # One who has less leave by itself where everything fits a screen would see nothing of it here.
    environ = {**os.environ, "LESS": f"{os.environ.get('LESS', '-R')} -+F"}
    began = time.monotonic()
    with subprocess.Popen(words, stdin=subprocess.PIPE, env=environ) as program:  # noqa: S603 - the person's own command
        assert program.stdin is not None
        with suppress(BrokenPipeError):  # they have read enough
            for piece in text:
                program.stdin.write(piece.encode("utf-8", "replace"))
        with suppress(BrokenPipeError):
            program.stdin.close()
        code = program.wait()
    if time.monotonic() - began < _AT_ONCE_SECONDS:  # it has printed, and waits for nobody
        sys.stdout.write("\n-- press enter to go back --")
        sys.stdout.flush()
        sys.stdin.readline()
    return code


@contextmanager
def _lent(app: App[object]) -> Iterator[None]:
    """The terminal, for another program. Textual takes it back only where nothing is raised meanwhile: after an editor that
    is not there, the program would be left without a terminal for good.
    """
    raised: BaseException | None = None
    with app.suspend(), _interrupts_are_theirs():
        try:
            yield
        except BaseException as problem:  # noqa: BLE001 - it goes on as soon as the terminal is ours
            raised = problem
    if raised is not None:
        raise raised


@contextmanager
def _interrupts_are_theirs() -> Iterator[None]:
    """Ctrl+c in a program that has the terminal is for that program; it reaches us, too, and would end us."""
    try:
        before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    except ValueError:  # not in the main thread: a test
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
