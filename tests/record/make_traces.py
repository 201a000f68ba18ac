"""Make the sample traces anew: `python tests/record/make_traces.py [name...]`, all of them without a name.

A name is a module beside this file that has `record() -> Path`. Needs the environment of `requirements.txt`; it talks to
nothing but a scripted server on the loopback interface.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLES = (
    "support_incident",
    "travel_clean",
    "billing_loop",
    "review_violations",
    "analysis_parallel",
    "newsroom_handoffs",
    "upgrade_long",
    "leave_chatlog",
    "oncall_anthropic",
    "chat_export",
    "reorder_events",
)


def main(names: list[str]) -> int:
    """Record each named sample in a process of its own: instrumentation is global to a process."""
    unknown = sorted(set(names) - set(SAMPLES))
    if unknown:
        sys.stderr.write(f"no such sample: {', '.join(unknown)}; there are {', '.join(SAMPLES)}\n")
        return 2
    for name in names or SAMPLES:
        subprocess.run([sys.executable, str(HERE / "make_traces.py"), "--one", name], check=True)
    return 0


def one(name: str) -> None:
    """Record one sample in this process."""
    sys.path.insert(0, str(HERE.parents[1]))
    path = importlib.import_module(f"tests.record.{name}").record()
    sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:]))
