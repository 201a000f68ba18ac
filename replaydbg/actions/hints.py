"""First-start hints: which of them a person has seen or does without."""

from __future__ import annotations

from replaydbg.drivers.hints import read, write

__all__ = ["read", "write"]
