"""Views of a buffer that stay the same."""

from __future__ import annotations

from replaydbg.readers._windows import OVERLAP_BYTES, WINDOW_BITS, WINDOW_BYTES, windows

TEXT = bytes(range(256)) * 1024


def test_windows_hold_what_begins_in_them() -> None:
    first, *_, last = found = windows(memoryview(TEXT[:-1]))
    assert bytes(first) == TEXT[: WINDOW_BYTES + OVERLAP_BYTES]
    assert bytes(last) == TEXT[-WINDOW_BYTES:-1]
    at = 3 * WINDOW_BYTES - 1
    assert bytes(found[at >> WINDOW_BITS][at % WINDOW_BYTES :])[:256] == TEXT[at : at + 256]
    assert windows(memoryview(b"")) == []
