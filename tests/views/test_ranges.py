"""The sum and the largest of a range."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from replaydbg.views.ranges import Maxima, sums

COLUMN = array("q", ((number * 7919) % 1009 for number in range(3000)))
KNOWN = Maxima(COLUMN)


@given(st.integers(0, 2999), st.integers(1, 3000))
def test_of_any_range(start: int, length: int) -> None:
    end = min(start + length, 3000)
    assert KNOWN.of(start, end) == max(COLUMN[start:end])
    before = sums(COLUMN)
    assert before[end] - before[start] == sum(COLUMN[start:end])
