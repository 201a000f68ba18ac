"""A program in a pseudo-terminal that is watched while it runs: when it painted what, and what each key cost."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

SECONDS_MAX = 60.0
_STYLES = re.compile(rb"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Painted:
    """Bytes that came, seconds on the wall until the last of them, and seconds of processor time that they took."""

    bytes: int
    seconds: float
    processor: float


class Program:
    """`with Program([...]) as program:` starts it; leaving the block kills it."""

    def __init__(self, arguments: list[str], size: tuple[int, int] = (120, 40), **environ: str) -> None:
        self._began = time.perf_counter()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            for name in ("NO_COLOR", "COLUMNS", "LINES", "PYTHONDONTWRITEBYTECODE"):
                os.environ.pop(name, None)
            os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor", **environ})
            os.execv(arguments[0], arguments)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)

    def processor(self) -> float:
        """Seconds that its threads have been on a processor, those of threads that have ended left out."""
        total = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except OSError:  # it has ended meanwhile
                continue
        return total / 1e9

    def until(self, marker: bytes, seconds_max: float = SECONDS_MAX) -> Painted:
        """Read until the marker has been painted, counted from the start."""
        painted = b""
        while time.perf_counter() - self._began < seconds_max:
            if select.select([self.terminal], [], [], 0.5)[0]:
                painted += os.read(self.terminal, 1 << 16)
                if marker in painted:
                    return Painted(len(painted), time.perf_counter() - self._began, self.processor())
        raise AssertionError(f"{marker!r} was not painted:\n{painted[-2000:]!r}")

    def until_painted(self, marker: bytes, seconds_max: float = SECONDS_MAX) -> Painted:
        """Read until the marker has been painted, counted from now. Styles within it are passed over."""
        began, before, painted = time.perf_counter(), self.processor(), b""
        while time.perf_counter() - began < seconds_max:
            if select.select([self.terminal], [], [], 0.5)[0]:
                painted += os.read(self.terminal, 1 << 16)
                if marker in _STYLES.sub(b"", painted):
                    return Painted(len(painted), time.perf_counter() - began, self.processor() - before)
        raise AssertionError(f"{marker!r} was not painted:\n{painted[-2000:]!r}")

    def quiet(self, seconds: float = 0.3) -> bytes:
        """Read until nothing has come for so long."""
        painted = b""
        while select.select([self.terminal], [], [], seconds)[0]:
            painted += os.read(self.terminal, 1 << 16)
        return painted

    def during(self, seconds: float) -> bytes:
        """Read for so long."""
        painted, end = b"", time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if select.select([self.terminal], [], [], left)[0]:
                painted += os.read(self.terminal, 1 << 16)
        return painted

    def at_rest(self) -> None:
        """Read until it paints nothing more and wants no processor: checks in the background have ended."""
        before = -1.0
        while self.processor() - before > 0.02 or self._waits_for_a_processor():
            before = self.processor()
            self.quiet(0.7)

    def _waits_for_a_processor(self) -> bool:
        """Or has one: on a busy machine it may get none for long."""
        states = []
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            with suppress(OSError):  # it has ended meanwhile
                states.append((task / "stat").read_text().rpartition(")")[2].split()[0])
        return "R" in states

    def press(self, key: bytes, quiet: float = 0.04) -> Painted:
        """Press a key and read what it paints."""
        began, before = time.perf_counter(), self.processor()
        os.write(self.terminal, key)
        count, last = 0, began
        while select.select([self.terminal], [], [], quiet if count else 2.0)[0]:
            count += len(os.read(self.terminal, 1 << 16))
            last = time.perf_counter()
        return Painted(count, last - began, self.processor() - before)
