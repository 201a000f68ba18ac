"""Which hints a person needs no more: a small file in the folder of the user's state, never beside a trace.

What cannot be read is nothing, and what cannot be written is left: a hint is not worth a word about it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_BYTES_MAX = 1 << 16


def place() -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("replaydbg", appauthor=False)) / "hints.json"


def read() -> dict[str, int]:
    """By hint, in how many sittings it was shown."""
    try:
        with place().open("rb") as file:
            known = json.loads(file.read(_BYTES_MAX))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {name: count for name, count in known.items() if isinstance(count, int)}


def write(shown: Mapping[str, int]) -> None:
    target = place()
    with suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(shown))
        beside.replace(target)
