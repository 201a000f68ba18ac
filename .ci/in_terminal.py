"""Run a command in a terminal of our own as a person would: wait for the first painted screen, press q, expect exit 0."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

COLUMNS, LINES = 120, 40
START_SECONDS_MAX = 900.0  # the command installs everything first
QUIET_SECONDS = 2.0
END_SECONDS_MAX = 30.0
ALTERNATE_SCREEN = b"\x1b[?1049h"


def main() -> int:
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp("bash", ["bash", "-c", sys.argv[1]])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    painted = read(terminal, START_SECONDS_MAX, until=ALTERNATE_SCREEN)
    if ALTERNATE_SCREEN in painted:
        painted += read(terminal, START_SECONDS_MAX, quiet=QUIET_SECONDS)
        os.write(terminal, b"q")
        painted += read(terminal, END_SECONDS_MAX)
    ended, status = wait(child)
    code = os.waitstatus_to_exitcode(status) if ended else -1
    if code != 0 or ALTERNATE_SCREEN not in painted:
        sys.stderr.write(painted[-4000:].decode("utf-8", "replace"))
        sys.stderr.write(f"\n{sys.argv[1]}: exit {code if ended else 'never'}\n")
        return 1
    sys.stdout.write("painted a screen, and left with q\n")
    return 0


def read(terminal: int, seconds: float, *, until: bytes | None = None, quiet: float | None = None) -> bytes:
    """What is painted until the end, until some bytes came, or until nothing more has come for a while."""
    got = b""
    end = time.monotonic() + seconds
    while time.monotonic() < end and (until is None or until not in got):
        wait_seconds = end - time.monotonic() if quiet is None or not got else quiet
        if not select.select([terminal], [], [], wait_seconds)[0]:
            break
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        got += piece
    return got


def wait(child: int) -> tuple[bool, int]:
    end = time.monotonic() + END_SECONDS_MAX
    while time.monotonic() < end:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return True, status
        time.sleep(0.05)
    os.kill(child, 9)
    return False, os.waitpid(child, 0)[1]


sys.exit(main())
