"""What is remembered of a person from sitting to sitting: small JSON files in the folder of their state, never beside a trace.

What cannot be read is nothing, and what cannot be written is left: it is not worth a word.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

_BYTES_MAX = 1 << 16


def place(name: str) -> Path:
    import platformdirs

    return Path(platformdirs.user_state_dir("replaydbg", appauthor=False)) / f"{name}.json"


def read(name: str) -> dict[str, Any]:
    """What the object of that name holds; nothing is known of its values."""
    try:
        with place(name).open("rb") as file:
            known = json.loads(file.read(_BYTES_MAX))
    except (OSError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def write(name: str, known: Mapping[str, Any]) -> None:
    target = place(name)
    with suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_suffix(f".{os.getpid()}")
        beside.write_text(json.dumps(known))
        beside.replace(target)
