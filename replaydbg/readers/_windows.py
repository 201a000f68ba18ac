"""A buffer in windows of equal size, each always the same view: who looks for words in them looks at none twice."""

from __future__ import annotations

WINDOW_BITS = 16
WINDOW_BYTES = 1 << WINDOW_BITS
"""So much stays in the processor's cache."""
OVERLAP_BYTES = 1 << 10
"""A window goes on into the next one: what is looked for is found whole in one of them."""


def windows(buffer: memoryview) -> list[memoryview]:
    """The byte at `offset` is in the window at `offset >> WINDOW_BITS`."""
    starts = range(0, len(buffer), WINDOW_BYTES)
    return [buffer[start : start + WINDOW_BYTES + OVERLAP_BYTES] for start in starts]
