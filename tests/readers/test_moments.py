"""Points in time as logs write them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given

from replaydbg.core.columns import NOT_RECORDED
from replaydbg.readers._moments import duration, from_moment, nanoseconds
from tests.support import said

NOON = 1_780_401_600_000_000_000


@pytest.mark.parametrize(
    "value",
    [
        NOON,
        NOON // 1_000,
        NOON // 1_000_000,
        NOON // 1_000_000_000,
        NOON / 1e9,
        str(NOON // 1_000_000_000),
        "2026-06-02T12:00:00Z",
        "2026-06-02 12:00:00",
        "2026-06-02T14:00:00+02:00",
    ],
)
def test_noon_in_any_writing(value: Any) -> None:
    assert nanoseconds(value) == NOON


def test_fractions_are_kept() -> None:
    assert nanoseconds("2026-06-02T12:00:00.250Z") == NOON + 250_000_000
    assert nanoseconds(1780401600.25) == NOON + 250_000_000


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        12,
        -1,
        1e300,
        float("nan"),
        float("inf"),
        "soon",
        "",
        [],
        {},
        "1960-01-01",
        "0001-01-01T00:00:00+23:00",
    ],
)
def test_what_is_no_time(value: Any) -> None:
    assert nanoseconds(value) == NOT_RECORDED


@given(said.json_values)
def test_any_json(value: Any) -> None:
    assert nanoseconds(value) >= NOT_RECORDED


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("PT1M48.7S", 108_700_000_000),
        ("PT0.5S", 500_000_000),
        ("P1DT2H", 93_600_000_000_000),
        ("x", -1),
        (3, -1),
    ],
)
def test_durations(text: Any, nanoseconds: int) -> None:
    assert duration(text) == nanoseconds


@pytest.mark.parametrize("text", ["0262-02-03T04:00:08.250Z", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z"])
def test_moments_that_no_column_holds(text: str) -> None:
    assert from_moment(datetime.fromisoformat(text)) == NOT_RECORDED
    assert nanoseconds(text) == NOT_RECORDED
