"""Data frames as pandas writes them."""

from __future__ import annotations

import pytest

from replaydbg.core.message import Json
from replaydbg.readers import _frames

ROWS = [{"id": "a", "x": 1}, {"id": "b", "x": None}]


@pytest.mark.parametrize(
    "frame",
    [
        {"id": {"0": "a", "1": "b"}, "x": {"0": 1, "1": None}},
        {"0": ROWS[0], "1": ROWS[1]},
        {"columns": ["id", "x"], "index": [0, 1], "data": [["a", 1], ["b", None]]},
    ],
    ids=["columns", "index", "split"],
)
def test_every_form_has_the_rows(frame: Json) -> None:
    assert _frames.rows(frame, "id") == ROWS


@pytest.mark.parametrize("value", [ROWS, ROWS[0], {}, None, {"a": {"b": 1}}, {"columns": ["x"], "data": []}])
def test_what_is_none(value: Json) -> None:
    assert _frames.rows(value, "id") is None
