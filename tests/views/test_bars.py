"""Bars on an axis of time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.views.bars import Axis, bar
from replaydbg.views.signs import ASCII, UNICODE
from replaydbg.views.text import plain, spans_width

AXIS = Axis(1000, 1080)


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (1000, 1080, " ████████ "),
        (1000, 1040, " ████     "),
        (1040, 1080, "     ████ "),
        (1040, 1045, "     ▌    "),
        (1040, 1040, "     ▏    "),
        (1080, 1080, "        ▏ "),
        (900, 1010, " █        "),
        (1070, 2000, "        █ "),
        (0, 900, "          "),
        (1081, 1090, "          "),
    ],
)
def test_bar(start: int, end: int, shown: str) -> None:
    assert plain(bar(AXIS, start, end, 10, "x")) == shown


def test_thin_and_ascii() -> None:
    assert plain(bar(AXIS, 1000, 1040, 10, "x", thin=True)) == " ────     "
    assert plain(bar(AXIS, 1000, 1045, 10, "x", signs=ASCII)) == " ####-    "
    assert plain(bar(AXIS, 1000, 1040, 10, "x", thin=True, signs=ASCII)) == " ----     "


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(2, 60))
def test_the_width_is_kept(start: int, length: int, width: int) -> None:
    for signs in (UNICODE, ASCII):
        assert (
            spans_width(bar(Axis(10**8, 5 * 10**8), start, start + length, width, "x", signs=signs)) == width
        )
