"""Values far above what is usual in a run: what the rules about time and cost share."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

SAMPLES_MIN = 8
"""Fewer values have no usual one."""


def outliers(
    values: Sequence[tuple[int, float]], *, times: float, least: float
) -> list[tuple[int, float, float]]:
    """Rows whose value is at least `least` and `times` the median, the greatest first, each with the median."""
    amounts = [value for _, value in values]
    if len(values) < SAMPLES_MIN or max(amounts) < least:
        return []
    usual = median(amounts)
    if usual <= 0:
        return []
    far = [(row, value, usual) for row, value in values if value >= least and value >= times * usual]
    return sorted(far, key=lambda one: -one[1])
