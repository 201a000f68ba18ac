"""Edit distance against its definition, and what it makes of arguments."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.graph.likeness import COMPARED_BYTES_MAX, edit_distance, likeness

WORDS = st.binary(max_size=12).map(lambda word: bytes(byte % 3 + 97 for byte in word))


def by_definition(one: bytes, other: bytes) -> int:
    row = list(range(len(other) + 1))
    for i, x in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(other, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


@given(WORDS, WORDS, st.integers(-2, 14))
def test_edit_distance(one: bytes, other: bytes, most: int) -> None:
    distance, expected = edit_distance(one, other, most), by_definition(one, other)
    assert distance == expected if expected <= most else distance > most


VALUES = st.dictionaries(
    st.sampled_from("ab"), st.one_of(st.none(), st.text("abc \u00e4", max_size=12), st.lists(st.text("ab", max_size=3), max_size=3))
)  # fmt: skip


@settings(max_examples=300)
@given(VALUES, VALUES, st.sampled_from([0.1, 0.5, 0.8, 0.9, 1.0]))
def test_who_asks_for_a_least_likeness_is_told_the_same(one: Any, other: Any, least: float) -> None:
    exact = likeness(one, other)
    asked = likeness(one, other, least)
    assert asked == exact if exact >= least else asked < least


def test_long_texts_are_alike_if_what_differs_is_short() -> None:
    text = b"x" * 100_000
    assert edit_distance(text + b"a" + text, text + b"b" + text, 9) == 1
    assert edit_distance(b"a" * (COMPARED_BYTES_MAX + 1), b"b", len(text)) == COMPARED_BYTES_MAX + 1


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"q": "x"}, {"q": "x"}, 1.0),
        ({"q": "order 7"}, {"q": "Order 12"}, 1.0),
        ({"q": "refund policy"}, {"q": "refund policies"}, 0.8),
        ({"path": "a/very/long/path", "q": "foo"}, {"path": "a/very/long/path", "q": "bar"}, 0.0),
        ({"q": "x"}, {"q": "x", "limit": 5}, 0.0),
        ({"a": ["x", "yy"]}, {"a": ["x", "yz"]}, 0.5),
        ("select", "selects", 6 / 7),
        ("pandas merge fails", "fails merge pandas", 1.0),
        ("reset mfa token", "token to reset mfa", 0.86),
        (["apt", "install", "foo"], ["apt", "install", "foo", "now"], 0.86),
    ],
)
def test_likeness(one: Any, other: Any, expected: float) -> None:
    assert likeness(one, other) == pytest.approx(expected, abs=0.05)
    assert likeness(other, one) == pytest.approx(likeness(one, other))
