"""Journeys through the real program in a real terminal."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from replaydbg.actions.demo import incident_path

pytestmark = [
    pytest.mark.tmux,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]
SECONDS_MAX = 60.0
PROGRAM = f"{shlex.quote(sys.executable)} -m replaydbg"


_NUMBERS = count()
"""A server for each terminal: one that is about to end takes no new session."""


class Terminal:
    """A shell command inside tmux, and what its screen shows."""

    def __init__(self, folder: Path, command: str, size: tuple[int, int]) -> None:
        self._tmux = ["tmux", "-L", f"replaydbg-{os.getpid()}-{next(_NUMBERS)}", "-f", "/dev/null"]
        shell = f"cd {folder}; stty -g > before; {command}; code=$?; stty -g > after; echo ENDED $code; cat"
        width, height = map(str, size)
        # Exported sizes, as some shells and test runners have them, must not keep the program from being resized.
        environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "80", "LINES": "24"}
        subprocess.run(
            [*self._tmux, "new-session", "-d", "-x", width, "-y", height, shell], check=True, env=environ
        )
        self._folder = folder

    @property
    def text(self) -> str:
        return subprocess.run(
            [*self._tmux, "capture-pane", "-p"], check=True, capture_output=True, text=True
        ).stdout

    def wait(self, text: str) -> None:
        end = time.monotonic() + SECONDS_MAX
        while text not in self.text:
            assert time.monotonic() < end, f"“{text}” did not come\n{self.text}"
            time.sleep(0.05)

    def wait_for_shell(self) -> None:
        """Until `bash` has the terminal: what is typed before that, a program that stops or ends throws away."""
        end = time.monotonic() + SECONDS_MAX
        while self._told("#{pane_current_command}") != "bash":
            assert time.monotonic() < end, self.text
            time.sleep(0.05)

    def _told(self, asked: str) -> str:
        return subprocess.run(
            [*self._tmux, "display-message", "-p", asked], check=True, capture_output=True, text=True
        ).stdout.strip()

    def keys(self, *keys: str) -> None:
        subprocess.run([*self._tmux, "send-keys", *keys], check=True)

    def click(self, text: str) -> None:
        """On the last place that shows it, once there is one."""
        self.wait(text)
        y, line = next(
            (y, line) for y, line in reversed([*enumerate(self.text.splitlines(), 1)]) if text in line
        )
        x = line.rindex(text) + 1
        self.keys("-l", f"\x1b[<0;{x};{y}M\x1b[<0;{x};{y}m")

    def resize(self, width: int, height: int) -> None:
        subprocess.run([*self._tmux, "resize-window", "-x", str(width), "-y", str(height)], check=True)

    def is_sane(self) -> bool:
        """Whether the terminal is as it was before: its settings, its cursor, its own screen."""
        flags = self._told("#{alternate_on} #{mouse_any_flag} #{cursor_flag}")
        settings = [(self._folder / name).read_text() for name in ("before", "after")]
        return flags == "0 0 1" and settings[0] == settings[1]

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def incident(tmp_path: Path) -> Path:
    """A copy: the session file stands beside it."""
    return Path(shutil.copy(incident_path(), tmp_path / "incident.json"))


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        terminal.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_q_leaves_and_the_terminal_is_as_it_was(
    incident: Path, terminals: list[Terminal], size: tuple[int, int]
) -> None:
    terminal = Terminal(incident.parent, f"{PROGRAM} open {incident.name}", size)
    terminals.append(terminal)
    terminal.wait("‼")
    terminal.keys("]")
    terminal.keys("Enter")
    terminal.wait("q Back")
    terminal.keys("q")
    terminal.wait("q Quit")
    terminal.keys("q")
    terminal.wait("ENDED 0")
    assert terminal.is_sane()


def test_resizing_while_it_runs(incident: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(incident.parent, f"{PROGRAM} open {incident.name}", (120, 40))
    terminals.append(terminal)
    terminal.wait("‼ 9 errors")
    for width, height in ((20, 5), (80, 24), (200, 60)):
        terminal.resize(width, height)
        terminal.wait("chat")
    terminal.wait("9 errors")
    terminal.keys("Q")
    terminal.wait("ENDED 0")


def test_an_exception_leaves_the_terminal_sane(incident: Path, terminals: list[Terminal]) -> None:
    """The program is broken from outside: asking for help raises."""
    (incident.parent / "broken.py").write_text(
        "import sys\n"
        "from replaydbg.tui.screens.moving import Moving\n"
        "Moving.do_help = lambda self: 1 // 0\n"
        "from replaydbg.__main__ import main\n"
        "sys.exit(main())\n"
    )
    terminal = Terminal(
        incident.parent, f"{shlex.quote(sys.executable)} broken.py open {incident.name}", (100, 30)
    )
    terminals.append(terminal)
    terminal.wait("‼ 9 errors")
    terminal.keys("?")
    terminal.wait("ENDED 70")
    assert "ZeroDivisionError" in terminal.text
    assert terminal.is_sane()


def test_without_a_terminal_the_listing_is_printed(incident: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(
        incident.parent,
        f"{PROGRAM} open {incident.name} | head -5; TERM=dumb {PROGRAM} open {incident.name} | tail -3",
        (120, 40),
    )
    terminals.append(terminal)
    terminal.wait("ENDED 0")
    assert "support" in terminal.text
    assert "schema from this request" in terminal.text


def test_the_demo_opens_and_is_left_at_once(incident: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(incident.parent, f"{PROGRAM} demo", (120, 40))
    terminals.append(terminal)
    terminal.wait("not an LLM")
    terminal.wait("Quit")
    terminal.keys("Q")
    terminal.wait("ENDED 0")


def test_an_edit_in_the_persons_own_editor(incident: Path, terminals: list[Terminal]) -> None:
    """The program lends the terminal to a real editor and takes it back, drawn anew; the edit is there."""
    editor = incident.parent / "editor.sh"
    editor.write_text('#!/bin/sh\nprintf "EDITING $1\\r\\n"\nread line\nprintf "%s" "$line" >> "$1"\n')
    editor.chmod(0o755)
    terminal = Terminal(incident.parent, f"EDITOR={editor} {PROGRAM} open {incident.name}", (120, 40))
    terminals.append(terminal)
    terminal.wait("‼ 9 errors")
    terminal.keys("E")
    terminal.wait("Edit which part")
    terminal.keys("Enter")
    terminal.wait("EDITING")
    terminal.keys("Look twice.", "Enter")
    terminal.wait("1 pending edit")
    terminal.wait("what the edits touch")
    terminal.keys("Q")
    terminal.wait("ENDED 0")
    assert terminal.is_sane()


@pytest.fixture
def demo(incident: Path, terminals: list[Terminal]) -> Terminal:
    """The demo, on a copy, so that its session is the test's own."""
    (incident.parent / "demo.py").write_text(
        "import sys\n"
        "from replaydbg.actions.demo import PROVIDER, TOOLS\n"
        "from replaydbg.cli import interactive\n"
        "bound = {'provider': PROVIDER, 'tools': TOOLS, 'allowed': frozenset(TOOLS)}\n"
        "sys.exit(interactive.look('incident.json', demo=True, **bound))\n"
    )
    terminal = Terminal(incident.parent, f"{shlex.quote(sys.executable)} demo.py", (120, 40))
    terminals.append(terminal)
    terminal.wait("‼ 9 errors")
    return terminal


CURE = " Order ids look like ORD-048213. Regions are EU, US and APAC."


def test_the_main_job_by_keys_alone(demo: Terminal) -> None:
    """Open, find, edit, re-run, compare."""
    demo.keys("e")
    demo.wait("Edit which part")
    demo.keys("Enter")
    demo.wait("Save")
    demo.keys("-l", CURE)
    demo.keys("C-s")
    demo.wait("to re-run")
    demo.keys("r")
    demo.wait("Re-run what follows")
    demo.keys("y")
    demo.wait("9 findings gone")
    demo.keys("D")
    demo.wait("they part at")
    demo.keys("q")
    demo.keys("Q")
    demo.wait("ENDED 0")


def test_the_main_job_by_mouse(demo: Terminal) -> None:
    """Only what is written is typed."""
    demo.click("e Edit")
    demo.wait("Edit which part")
    demo.click("system prompt")
    demo.wait("Save")
    demo.keys("-l", CURE)
    demo.wait("APAC")
    demo.click("Save")
    demo.click("1 edited, 18 to re-run")
    demo.click("r Re-run")
    demo.wait("Re-run what follows")
    demo.click("Start")
    demo.click("D compares step by step")
    demo.click("D Compare")
    demo.wait("they part at")
    demo.click("q Back")
    demo.wait("incident.json   branch b1")
    demo.keys("Q")
    demo.wait("ENDED 0")


def test_the_mouse_selects_folds_and_opens(incident: Path, terminals: list[Terminal]) -> None:
    terminal = Terminal(incident.parent, f"{PROGRAM} open {incident.name}", (120, 40))
    terminals.append(terminal)
    terminal.wait("‼ 9 errors")
    click = "\x1b[<0;20;4M\x1b[<0;20;4m"
    terminal.keys("-l", click)
    terminal.wait("#3 ask_refunds_agent")
    end = time.monotonic() + SECONDS_MAX
    while "q Back" not in terminal.text:  # a busy machine takes two clicks for one and one
        assert time.monotonic() < end, terminal.text
        terminal.keys("-l", click + click)
        time.sleep(1)
    terminal.keys("Q")
    terminal.wait("ENDED 0")


@pytest.mark.parametrize("pager", ["less", "vim -R -", "cat"])
def test_a_step_is_read_in_the_persons_own_pager(
    incident: Path, terminals: list[Terminal], pager: str
) -> None:
    if shutil.which(pager.split(maxsplit=1)[0]) is None:
        pytest.skip(f"{pager} is not installed")
    # On a busy machine one that only prints may take longer than any reader.
    (incident.parent / "patient.py").write_text(
        "import sys\n"
        "from replaydbg.__main__ import main\n"
        "from replaydbg.tui import outside\n"
        f"outside._AT_ONCE_SECONDS = {60 if pager == 'cat' else 0}\n"
        "sys.exit(main())\n"
    )
    program = f"{shlex.quote(sys.executable)} patient.py"
    terminal = Terminal(
        incident.parent, f"LESS=-F PAGER={shlex.quote(pager)} {program} open {incident.name}", (100, 30)
    )
    terminals.append(terminal)
    terminal.wait("‼ 9 errors")
    terminal.keys("|")
    terminal.wait("#8 chat stand-in-support-rules  Messages")
    assert "You are the support agent" in terminal.text, "all of it, folds open"
    terminal.keys(*{"less": ["q"], "vim -R -": [":q!", "Enter"], "cat": ["Enter"]}[pager])
    terminal.wait("‼ 9 errors")
    terminal.keys("j")
    terminal.wait("#9 lookup_order")
    terminal.keys("q")
    terminal.wait("ENDED 0")
    assert terminal.is_sane()


def test_an_editor_and_a_pager_that_are_not_there(incident: Path, terminals: list[Terminal]) -> None:
    """The sentence is on the screen, and the screen goes on."""
    environ = "EDITOR=/nowhere/ed PAGER=/nowhere/pg"
    terminal = Terminal(incident.parent, f"env {environ} {PROGRAM} open {incident.name}", (120, 40))
    terminals.append(terminal)
    terminal.wait("‼ 9 errors")
    terminal.keys("E")
    terminal.wait("Edit which part")
    terminal.keys("Enter")
    terminal.wait("/nowhere/ed could not be started")
    terminal.keys("|")
    terminal.wait("/nowhere/pg could not be started")
    terminal.keys("j")
    terminal.wait("#9 lookup_order")
    terminal.keys("q")
    terminal.wait("ENDED 0")
    assert terminal.is_sane()


def test_ctrl_z_goes_to_the_shell_and_fg_comes_back(incident: Path, terminals: list[Terminal]) -> None:
    """From the steps, from a dialog, and with another size of the terminal on the way back."""
    terminal = Terminal(incident.parent, "bash --norc -i", (120, 40))
    terminals.append(terminal)
    terminal.wait("$" if os.getuid() else "#")
    terminal.keys("-l", f"{PROGRAM} open {incident.name} --no-hints\n")
    terminal.wait("‼ 9 errors")
    terminal.keys("C-z")
    terminal.wait_for_shell()
    terminal.wait("Stopped")
    assert "schema-violation" not in terminal.text
    terminal.keys("-l", "stty -a > lent; fg\n")
    terminal.wait("schema-violation")
    assert "isig icanon" in (incident.parent / "lent").read_text()
    terminal.keys("?")
    terminal.wait("type to filter")
    terminal.keys("C-z")
    terminal.wait_for_shell()
    terminal.wait("Stopped")
    terminal.resize(80, 24)
    terminal.keys("-l", "fg\n")
    terminal.wait("type to filter")
    terminal.keys("Escape")
    terminal.wait("→ ask_refunds_agent")  # the dialog hid it
    terminal.keys("q")
    terminal.wait_for_shell()
    terminal.keys("-l", "exit\n")
    terminal.wait("ENDED 0")
    assert terminal.is_sane()
