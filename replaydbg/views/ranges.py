"""The sum and the largest of any range of a column, at a price that does not grow with the range."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import accumulate

_BLOCK = 512


def sums(values: Iterable[int]) -> array[int]:
    """Entry n is the sum of the first n values, so that a range costs one subtraction."""
    return array("q", accumulate(values, initial=0))


class Maxima:
    def __init__(self, values: array[int]) -> None:
        self._values = values
        self._blocks = array("q", (max(values[at : at + _BLOCK]) for at in range(0, len(values), _BLOCK)))

    def of(self, start: int, end: int) -> int:
        """Of the values from `start` to `end` (not included), of which there must be one."""
        first, last = -(-start // _BLOCK), end // _BLOCK
        if first >= last:
            return max(self._values[start:end])
        parts = (
            self._values[start : first * _BLOCK],
            self._blocks[first:last],
            self._values[last * _BLOCK : end],
        )
        return max(max(part) for part in parts if part)
