"""What was given on the command line."""

from __future__ import annotations

import subprocess
import sys

from replaydbg.config import Settings, ToolSetting
from replaydbg.tui.setup import Setup


def test_it_costs_next_to_nothing_to_name_a_trace() -> None:
    script = "import sys; import replaydbg.tui.setup; print(*(n for n in sys.modules if n.startswith('replaydbg')))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["replaydbg", "replaydbg.tui", "replaydbg.tui.setup"]


def test_a_folder_or_a_file_and_nothing_else_is_needed() -> None:
    assert Setup("x").trace_id is None
    assert Setup("x").tools == {}


def test_what_is_bound_and_allowed_may_run() -> None:
    tools = {
        "sure": ToolSetting(policy="allow", way="answer", answer="x"),
        "asked": ToolSetting(way="answer", answer="x"),
    }
    setup = Setup(
        "x", tools={"bound": "python:m:f", "also": "python:m:g"}, allowed=frozenset({"bound", "unbound"}),
        settings=Settings(tools=tools),
    )  # fmt: skip
    assert setup.may_run() == {"bound", "sure"}
    assert setup.may_run({"asked"}) == {"bound", "sure", "asked"}
