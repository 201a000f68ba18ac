"""The program in a terminal, stopped and let go on by signals that it does not hear of before."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest

from replaydbg.actions.demo import incident_path
from tests.support.pseudo import Program


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted in /proc")
def test_going_on_after_a_stop_that_nobody_told_reads_keys_once(tmp_path: Path) -> None:
    """SIGSTOP cannot be heard of, and SIGCONT comes to programs that nobody stopped. Each used to add a thread that took keys."""
    trace = shutil.copy(incident_path(), tmp_path / "incident.json")
    with Program([sys.executable, "-m", "replaydbg", "open", str(trace), "--no-hints"]) as program:
        program.until(b"lookup_order")
        program.at_rest()
        tasks = Path(f"/proc/{program.pid}/task")
        before = len(list(tasks.iterdir()))
        for told in (signal.SIGSTOP, signal.SIGCONT, signal.SIGCONT, signal.SIGCONT):
            os.kill(program.pid, told)
            program.during(0.4)
        program.at_rest()
        assert len(list(tasks.iterdir())) <= before
        os.write(program.terminal, b":12\r")
        program.until_painted(b"#12 chat")
