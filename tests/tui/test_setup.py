"""What was given on the command line."""

from __future__ import annotations

import subprocess
import sys

from replaydbg.tui.setup import Setup


def test_it_costs_next_to_nothing_to_name_a_trace() -> None:
    script = "import sys; import replaydbg.tui.setup; print(*(n for n in sys.modules if n.startswith('replaydbg')))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["replaydbg", "replaydbg.tui", "replaydbg.tui.setup"]


def test_a_folder_or_a_file_and_nothing_else_is_needed() -> None:
    assert Setup("x").trace_id is None
    assert Setup("x").tools == {}
