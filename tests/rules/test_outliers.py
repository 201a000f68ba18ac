"""Values far above the usual."""

from __future__ import annotations

from replaydbg.rules._outliers import outliers


def test_few_values_have_no_usual_one() -> None:
    assert outliers([(n, 1.0) for n in range(6)] + [(6, 99.0)], times=10, least=0) == []


def test_the_greatest_comes_first() -> None:
    values = [(n, 1.0) for n in range(8)] + [(8, 20.0), (9, 40.0), (10, 9.0)]
    assert outliers(values, times=10, least=0) == [(9, 40.0, 1.0), (8, 20.0, 1.0)]
    assert outliers(values, times=10, least=30) == [(9, 40.0, 1.0)]


def test_a_usual_of_nothing_is_no_measure() -> None:
    assert outliers([(n, 0.0) for n in range(8)] + [(8, 20.0)], times=10, least=0) == []
