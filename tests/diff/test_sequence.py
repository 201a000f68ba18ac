"""What two sequences have in common, against the table of the textbook."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg import limits
from replaydbg.diff.sequence import common_subsequence


def longest(a: list[int], b: list[int]) -> int:
    """By the table of the textbook."""
    row = [0] * (len(b) + 1)
    for one in a:
        last = 0
        for at, other in enumerate(b):
            last, row[at + 1] = row[at + 1], last + 1 if one == other else max(row[at + 1], row[at])
    return row[-1]


@given(st.lists(st.integers(0, 3), max_size=14), st.lists(st.integers(0, 3), max_size=14))
def test_common_subsequence_is_common_and_longest(a: list[int], b: list[int]) -> None:
    found = common_subsequence(a, b)
    assert all(a[x] == b[y] for x, y in found)
    assert found == sorted(set(found))
    assert len({x for x, _ in found}) == len({y for _, y in found}) == len(found)
    assert len(found) == longest(a, b)


def test_runs_that_differ_too_much_are_still_paired_at_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "DIFFERENCES_MAX", 4)
    a = [1, *range(100, 150), 2]
    b = [1, *range(200, 250), 2]
    assert common_subsequence(a, b) == [(0, 0), (51, 51)]
