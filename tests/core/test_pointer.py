"""JSON pointers: the laws of getting and replacing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core import pointer
from replaydbg.core.pointer import PointerError

KEYS = st.text(max_size=4) | st.sampled_from(["", "a/b", "m~n", "~1", "0", "-"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)


@st.composite
def places(draw: st.DrawFn) -> tuple[Any, str]:
    """A value and a pointer to somewhere in it."""
    value = at = draw(JSON)
    path: list[str | int] = []
    while isinstance(at, (dict, list)) and at and draw(st.booleans()):
        step: Any = draw(st.sampled_from(list(at) if isinstance(at, dict) else range(len(at))))
        path.append(step)
        at = at[step]
    return value, pointer.join(path)


@given(st.lists(KEYS))
def test_tokens_undo_join(path: list[str]) -> None:
    assert pointer.tokens(pointer.join(path)) == tuple(path)


@given(places(), JSON)
def test_what_was_put_is_there(place: tuple[Any, str], new: Any) -> None:
    value, at = place
    assert pointer.get(pointer.replace(value, at, new), at) == new


@given(places(), JSON)
def test_putting_back_restores(place: tuple[Any, str], new: Any) -> None:
    value, at = place
    old = pointer.get(value, at)
    assert pointer.replace(pointer.replace(value, at, new), at, old) == value


@given(places(), JSON)
def test_the_original_stays(place: tuple[Any, str], new: Any) -> None:
    value, at = place
    before = repr(value)
    pointer.replace(value, at, new)
    assert repr(value) == before


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("", {"a": [1, 2], "": 3, "x/y": 4}, id="the whole"),
        pytest.param("/a/1", 2, id="an item"),
        pytest.param("/", 3, id="the empty key"),
        pytest.param("/x~1y", 4, id="a slash"),
    ],
)
def test_get(at: str, expected: Any) -> None:
    assert pointer.get({"a": [1, 2], "": 3, "x/y": 4}, at) == expected


def test_a_new_key_and_a_new_last_item_are_added() -> None:
    assert pointer.replace({"a": 1}, "/b", 2) == {"a": 1, "b": 2}
    assert pointer.replace([1], "/-", 2) == pointer.replace([1], "/1", 2) == [1, 2]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        pytest.param("a", "starts with", id="no slash"),
        pytest.param("/c", "no 'c' here; there is a, b", id="a key that is not there"),
        pytest.param("/a/2", "past the end of 2", id="past the end"),
        pytest.param("/a/01", "not an index", id="a leading zero"),
        pytest.param("/a/-", "not an index", id="the end holds nothing"),
        pytest.param("/a/-1", "not an index", id="a negative index"),
        pytest.param("/a/²", "not an index", id="a digit of another kind"),
        pytest.param("/b/x", "nothing below 'x'", id="below a number"),
    ],
)
def test_places_that_are_not_there(at: str, words: str) -> None:
    with pytest.raises(PointerError, match=words):
        pointer.get({"a": [1, 2], "b": 3}, at)


def test_nothing_is_made_on_the_way() -> None:
    with pytest.raises(PointerError):
        pointer.replace({"a": {}}, "/a/b/c", 1)
    with pytest.raises(PointerError):
        pointer.replace([], "/2", 1)
