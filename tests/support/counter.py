"""A tool with a side effect that outlives a kill: a line in a file for each time it ran."""

from __future__ import annotations

import os
from pathlib import Path


def tick(n: int) -> str:
    with Path(os.environ["COUNTER_FILE"]).open("a", encoding="ascii") as counted:
        counted.write(f"{n}\n")
    return f"ticked {n}"
