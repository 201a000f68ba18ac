"""Canonical JSON: one text for everything that is the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.digest import _piece_by_piece, canonical, digest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, id="order of keys"),
        pytest.param({"a": 1}, {"a": 1.0}, id="an integer written with a point"),
        pytest.param([0], [-0.0], id="minus zero"),
        pytest.param([1, [2]], (1, (2,)), id="tuples are lists"),
    ],
)
def test_the_same(one: Any, other: Any) -> None:
    assert canonical(one) == canonical(other)
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param([1, 2], [2, 1], id="order of items"),
        pytest.param(1, "1", id="a number and its text"),
        pytest.param(1, True, id="one and true"),
        pytest.param(None, {}, id="null and nothing"),
        pytest.param({"a": None}, {}, id="null and no key"),
        pytest.param("a", "a ", id="white space in text"),
        pytest.param(0.1, 0.1 + 1e-16, id="fractions"),
    ],
)
def test_not_the_same(one: Any, other: Any) -> None:
    assert digest(one) != digest(other)


@given(JSON)
def test_canonical_json_is_json_and_says_the_same(value: Any) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "\ud800", {"\ud800": 1}, {1: 2}, {"s": {1}}, object], ids=repr
)
def test_values_that_are_no_json_have_a_digest(value: Any) -> None:
    assert digest(value) == digest(value)


@given(JSON)
def test_piece_by_piece_it_is_the_same_text(value: Any) -> None:
    assert "".join(_piece_by_piece(value)) == canonical(value)


def test_no_nesting_is_too_deep() -> None:
    value: Any = {"b": 1.0, "a": "x"}
    for level in range(5000):
        value = [value, 2] if level % 2 else {"k": value}
    text = canonical(value)
    assert text.count("[") == text.count("]") == 2500
    assert '{"a":"x","b":1}' in text
