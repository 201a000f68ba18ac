"""Looking into JSON that may be anything."""

import json
from typing import Any

import pytest

from replaydbg.wire import loose


@pytest.mark.parametrize(
    ("value", "tokens"),
    [
        (3, 3),
        (3.0, 3),
        ("3", 3),
        (0, 0),
        (True, None),
        (-1, None),
        ("x", None),
        (None, None),
        (1e300, None),
        (2**53, None),
        (str(2**53), None),
    ],
)
def test_counts(value: Any, tokens: Any) -> None:
    assert loose.count(value) == tokens


def test_what_is_not_of_the_type_is_absent() -> None:
    assert (loose.mapping([1]), loose.sequence({}), loose.text(1)) == ({}, [], "")


def test_what_no_encoder_can_write_is_null() -> None:
    deep: list[Any] = []
    for _ in range(20_000):
        deep = [deep]
    assert loose.encoded(deep) == "null"
    assert loose.encoded({1: object()}) == "null"
    assert loose.encoded({"a": 1}) == '{"a":1}'


def test_what_the_quick_encoder_does_not_write_is_written_all_the_same() -> None:
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]
    assert json.loads(loose.encoded(deep)) == deep
    assert loose.encoded([1 << 70, "\ud83d"]) == '[1180591620717411303424,"\\ud83d"]'


def test_decoded_takes_objects_only() -> None:
    assert loose.decoded('{"a": 1}') == {"a": 1}
    assert loose.decoded("[1]") == loose.decoded("nonsense") == {}
