"""Views of a buffer that stay the same."""

from __future__ import annotations

from replaydbg.readers._windows import OVERLAP_BYTES, WINDOW_BYTES, Windows

TEXT = bytes(range(256)) * 1024
WINDOWS = Windows(memoryview(TEXT))


def test_windows_hold_what_they_are_over() -> None:
    (only,) = WINDOWS.over(10, 20)
    assert bytes(only) == TEXT[: WINDOW_BYTES + OVERLAP_BYTES]
    first, second = WINDOWS.over(WINDOW_BYTES - 1, WINDOW_BYTES + 1)
    assert bytes(second) == TEXT[WINDOW_BYTES : 2 * WINDOW_BYTES + OVERLAP_BYTES]
    assert first is only
    assert list(WINDOWS.over(0, 0)) == []
    *_, last = WINDOWS.over(0, len(TEXT))
    assert bytes(last) == TEXT[-WINDOW_BYTES:]
