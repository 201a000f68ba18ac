"""What one visible row is."""

from __future__ import annotations

from array import array

from replaydbg.graph.folds import Fold
from replaydbg.graph.rows import FREE, Entry, Laid


def test_a_row_sums_up_what_it_folds_or_stretches_over() -> None:
    fold = Fold(0, 3, 1, array("i", (0, 1, 2)))
    assert Entry(0, 3, fold).summed
    assert Entry(0, 3, stretch=True).summed
    assert not Entry(0, 1).summed
    assert not Entry(0, 3, closed=True).summed, "a step that hides others tells its own"


def test_a_row_is_as_wide_as_its_lanes() -> None:
    entry = Entry(0, 1)
    assert Laid(entry, FREE).width == 1
    assert Laid(entry, 2, before=(1,)).width == 3
    assert Laid(entry, 0, after=(1, FREE, 2)).width == 3
