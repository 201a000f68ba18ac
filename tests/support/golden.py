"""Golden files: what a screen or a listing said when somebody last looked at it and found it right.

`REPLAYDBG_GOLDEN=write pytest ...` writes them anew; the difference is then read like any other change.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path

SIZES = ((40, 10), (80, 24), (120, 40), (200, 60))
"""The terminals that each screen is looked at in: as small as it gets, the usual one, a laptop's, a wall's."""


def states_same_as_golden(
    test_file: str, screen: str, size: tuple[int, int], states: Mapping[str, str]
) -> None:
    """The states of one screen at one size, below each other in one file."""
    text = "\n".join(f"=== {name}\n{text}" for name, text in states.items())
    same_as_golden(test_file, f"{screen}-{size[0]}x{size[1]}", text)


def same_as_golden(test_file: str, name: str, text: str) -> None:
    """Compare with `golden/<name>.txt` beside the test file."""
    path = Path(test_file).parent / "golden" / f"{name}.txt"
    if os.environ.get("REPLAYDBG_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    assert path.exists(), f"{path.name} is missing; write it with REPLAYDBG_GOLDEN=write"
    golden = path.read_text(encoding="utf-8").removesuffix("\n")
    differences = unified_diff(golden.splitlines(), text.splitlines(), path.name, "now", lineterm="", n=1)
    assert text == golden, "\n".join(differences)
