"""First-start hints: which of them a person has seen or does without."""

from __future__ import annotations

from collections.abc import Mapping

from replaydbg.drivers import remembered


def read() -> dict[str, int]:
    """By hint, in how many sittings it was shown."""
    return {name: count for name, count in remembered.read("hints").items() if isinstance(count, int)}


def write(shown: Mapping[str, int]) -> None:
    remembered.write("hints", shown)
