"""Differences of JSON values by pointer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg import limits
from replaydbg.core import pointer
from replaydbg.core.changes import ABSENT, Change, changes, first_changes

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"a": 1}, {"a": 1.0}, [], id="1.0 is 1"),
        pytest.param(float("nan"), float("nan"), [], id="NaN"),
        pytest.param([], [], [], id="empty"),
        pytest.param(1, True, [Change("", 1, True)], id="true is not 1"),
        pytest.param({"a": None}, {}, [Change("/a", None, ABSENT)], id="null is not nothing"),
        pytest.param({}, {"a/b": 1}, [Change("/a~1b", ABSENT, 1)], id="a key with a slash"),
        pytest.param({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, [Change("/a/b/1", 2, 3)], id="deep"),
        pytest.param([1, 2, 3], [1, 9, 2, 3], [Change("/1", ABSENT, 9)], id="an item put in"),
        pytest.param([1, 2, 3], [1, 3], [Change("/1", 2, ABSENT)], id="an item taken out"),
        pytest.param({"a": []}, {"a": {}}, [Change("/a", [], {})], id="another type"),
    ],
)
def test_changes(before: Any, after: Any, expected: list[Change]) -> None:
    assert list(changes(before, after)) == expected


@given(JSON, JSON)
def test_every_change_is_where_it_says(before: Any, after: Any) -> None:
    found = list(changes(before, after))
    for change in found:
        if change.after is not ABSENT:
            assert pointer.get(after, change.pointer) == change.after
        else:
            assert pointer.get(before, change.pointer) == change.before
    assert bool(found) == (list(changes(after, before)) != [])


@given(JSON)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert list(changes(value, value)) == []


def test_changes_are_bounded() -> None:
    many = list(range(5000))
    assert len(first_changes(many, [-one - 1 for one in many])) == limits.CHANGES_PER_STEP_MAX


def test_values_nested_deeper_than_functions_may_be_end_nothing() -> None:
    before, after, other = 1, 2, 1
    for _ in range(5000):
        before, after, other = [before], [after], {"x": [other, 1]}  # type: ignore[assignment]
    (change,) = changes(before, after)
    assert (change.pointer.count("/"), change.before, change.after) == (5000, 1, 2)
    assert not list(changes(other, other))
    assert len(list(changes(before, other))) == 1
