"""`replaydbg open --web` as a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from replaydbg.actions.demo import incident_path

SECONDS_MAX = 40.0


@dataclass
class Serving:
    url: str
    process: subprocess.Popen[str]
    said: str

    @property
    def port(self) -> int:
        port = urlsplit(self.url).port
        assert port is not None
        return port

    @property
    def secret(self) -> str:
        return urlsplit(self.url).path.strip("/")

    @property
    def visitors(self) -> list[int]:
        """The processes that the server has started and that still run."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,stat=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.splitlines()
        return [int(line.split()[0]) for line in listed if not line.split()[1].startswith("Z")]

    def until_visitors(self, count: int) -> None:
        end = time.monotonic() + SECONDS_MAX
        while len(self.visitors) != count:
            assert time.monotonic() < end, f"{len(self.visitors)} visitors, not {count}"
            time.sleep(0.05)

    def stop(self) -> int:
        """Interrupt it, as Ctrl+C does. Returns its exit code."""
        self.process.send_signal(signal.SIGINT)
        _, rest = self.process.communicate(timeout=SECONDS_MAX)
        self.said += rest
        return self.process.returncode


@contextmanager
def serving(*arguments: str, folder: Path) -> Iterator[Serving]:
    """`arguments` are those of `replaydbg`, `--web` among them; or `-c` and a script."""
    environ = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    program = arguments if arguments[0] == "-c" else ("-m", "replaydbg", *arguments)
    command = [sys.executable, *program]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environ, cwd=folder) as process:
        try:
            assert process.stderr is not None
            said = ""
            while "Ctrl+C" not in said and (line := process.stderr.readline()):
                said += line
            url = re.search(r"http://\S+", said)
            assert url is not None, said
            yield Serving(url[0], process, said)
        finally:
            if process.poll() is None:
                process.terminate()
                process.communicate(timeout=SECONDS_MAX)


def serving_demo(folder: Path) -> AbstractContextManager[Serving]:
    """The demo with its stand-in and its tools, to be edited; its session in `folder`, so that no other test meets it."""
    asked = {"path": incident_path(), "demo": True, "session_path": str(folder / "session.sqlite3")}
    script = (
        f"from replaydbg.cli import interactive; interactive.serve({asked!r}, web=True, port=0, edit=True)"
    )
    return serving("-c", script, folder=folder)
