"""Golden files: what a screen or a listing said when somebody last looked at it and found it right.

`REPLAYDBG_GOLDEN=write pytest ...` writes them anew; the difference is then read like any other change.
"""

from __future__ import annotations

import os
from pathlib import Path


def same_as_golden(test_file: str, name: str, text: str) -> None:
    """Compare with `golden/<name>.txt` beside the test file."""
    path = Path(test_file).parent / "golden" / f"{name}.txt"
    if os.environ.get("REPLAYDBG_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    assert path.exists(), f"{path.name} is missing; write it with REPLAYDBG_GOLDEN=write"
    assert text == path.read_text(encoding="utf-8").removesuffix("\n")
