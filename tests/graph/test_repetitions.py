"""Runs of equal symbols."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replaydbg.graph.repetitions import Repetition, inside, long_runs, near_repetitions, repetitions


def brute_force(symbols: list[int], period_max: int) -> set[Repetition]:
    """All maximal runs by definition, without those whose rounds are themselves rounds of something shorter."""
    found = set()
    for period in range(1, period_max + 1):
        for start in range(len(symbols)):
            end = start + period
            while end < len(symbols) and symbols[end] == symbols[end - period]:
                end += 1
            begins = (
                start == 0
                or start + period > len(symbols)
                or symbols[start - 1] != symbols[start + period - 1]
            )
            one = symbols[start : start + period]
            primitive = all(
                one != one[:part] * (period // part) for part in range(1, period) if period % part == 0
            )
            if end - start >= 2 * period and begins and primitive:
                found.add(Repetition(start, end, period))
    return found


@given(st.lists(st.integers(0, 2), max_size=40))
def test_repetitions_are_all_there_are(symbols: list[int]) -> None:
    assert set(repetitions(symbols, 8)) == brute_force(symbols, 8)


@given(st.lists(st.integers(0, 30), max_size=60))
def test_symbols_that_occur_once_change_nothing(symbols: list[int]) -> None:
    """Most symbols of a run occur once; what stands between two such is looked at alone."""
    assert set(repetitions(symbols, 8)) == brute_force(symbols, 8)


@given(st.lists(st.integers(0, 5), max_size=60))
def test_a_closer_look_at_what_repeats_finds_what_a_look_at_everything_does(symbols: list[int]) -> None:
    quick = repetitions([symbol // 2 for symbol in symbols])
    assert sorted(inside(quick, symbols.__getitem__), key=str) == sorted(repetitions(symbols), key=str)


def test_nothing_repeats_in_nothing() -> None:
    assert repetitions([]) == []
    assert repetitions([1, 2, 3]) == []


def test_rounds_are_whole() -> None:
    (run,) = repetitions([0, 1, 2, 1, 2, 1, 3])
    assert (run, run.rounds, run.length) == (Repetition(1, 6, 2), 2, 5)
    assert run.moved(10) == Repetition(11, 16, 2)


def test_near_repetitions() -> None:
    """What stands a period later again is not the same here, but near: a chain."""
    assert list(near_repetitions(b"\1\1\0\1\1\1", 2)) == [Repetition(0, 4, 2), Repetition(3, 8, 2)]


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 6))
def test_long_runs_are_found_without_asking_a_place_twice(near: list[bool], least: int) -> None:
    asked: list[int] = []

    def holds(at: int) -> bool:
        asked.append(at)
        return near[at]

    expected = [
        (run.start, run.end - 1) for run in near_repetitions(bytes(near), 1) if run.length - 1 >= least
    ]
    assert list(long_runs(len(near), least, holds)) == expected
    assert len(asked) == len(set(asked))


def test_where_little_holds_few_places_are_asked() -> None:
    asked: list[int] = []

    def holds(at: int) -> bool:
        asked.append(at)
        return False

    assert list(long_runs(900, 9, holds)) == []
    assert len(asked) == 100
