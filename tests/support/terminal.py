"""A program in a terminal of its own: what it painted and how it ended."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 40.0
ALTERNATE_SCREEN = b"\x1b[?1049h"


@dataclass(frozen=True)
class Played:
    code: int
    painted: bytes


def play(
    arguments: list[str],
    keys: bytes = b"",
    *,
    wait_for: bytes = ALTERNATE_SCREEN,
    environ: dict[str, str] | None = None,
) -> Played:
    """Start the program, press the keys once `wait_for` has been painted and it has been quiet, wait for its end."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.environ.update({"TERM": "xterm-256color", **(environ or {})})
        os.environ.pop("NO_COLOR", None)
        os.execv(arguments[0], arguments)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    painted = b""
    pressed = not keys
    end = time.monotonic() + SECONDS_MAX
    while time.monotonic() < end:
        quiet = not select.select([terminal], [], [], 0.5)[0]
        if quiet and not pressed and wait_for in painted:
            os.write(terminal, keys)
            pressed = True
        if quiet:
            continue
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:
            break
        if not piece:
            break
        painted += piece
    else:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return Played(os.waitstatus_to_exitcode(status), painted)
