"""A buffer in windows of equal size, each always the same view: who looks for words in them looks at none twice."""

from __future__ import annotations

_BITS = 16
WINDOW_BYTES = 1 << _BITS
"""So much stays in the processor's cache."""
OVERLAP_BYTES = 1 << 10
"""A window goes on into the next one: what is looked for is found whole in one of them."""


class Windows:
    def __init__(self, buffer: memoryview) -> None:
        self.buffer = buffer
        self._views: dict[int, memoryview] = {}

    def over(self, start: int, end: int) -> list[memoryview]:
        """Those that hold the bytes from `start` to `end`."""
        return [self._views.get(at) or self._view(at) for at in range(start >> _BITS, (end - 1 >> _BITS) + 1)]

    def _view(self, at: int) -> memoryview:
        begin = at << _BITS
        view = self._views[at] = self.buffer[begin : begin + WINDOW_BYTES + OVERLAP_BYTES]
        return view
