"""What is left of damaged JSON."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.readers._salvage import loads, objects_in_arrays, repaired, value_end

SPANS = re.compile(rb'"spans":\[')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"a":1}', {"a": 1}),
        (b'"\\ud83d"', "\ufffd"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\xff"', "\ufffd"),
        (b"[Infinity]", [float("inf")]),
        (b"1" * 5000, float("inf")),
        (b'\xef\xbb\xbf{"a":NaN}'[3:].replace(b"NaN", b"1e999"), {"a": float("inf")}),
    ],
)
def test_loads_forgives(text: bytes, expected: object) -> None:
    assert loads(text) == expected


@pytest.mark.parametrize("text", [b"", b"{", b"[" * 100_000, b'{"a":}', b"nope"])
def test_loads_raises_value_errors_only(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"a":[1,2,{"b":"c', {"a": [1, 2, {}]}),
        (b'{"a":1,"b":12', {"a": 1}),
        (b'{"a":"}",', {"a": "}"}),
        (b"[1,2]]", [1, 2]),
        (b'{"a":[1}', {"a": []}),
        (b'{"a"', {}),
        (b"", None),
        (b"12", None),
        (b'{"a":nonsense,"b":1}', None),
    ],
)
def test_repaired(text: bytes, expected: object) -> None:
    assert repaired(text) == expected


def test_repaired_ends_where_nesting_does_not() -> None:
    assert repaired(b'{"a":' * 100_000) is not None


def test_value_end_sees_quotes_and_escapes() -> None:
    text = b' {"a":"}\\"}"} tail'
    assert text[1 : value_end(text, 1)] == b'{"a":"}\\"}"}'
    assert value_end(b'{"a":"}', 0) == -1


def found(text: bytes) -> list[tuple[bytes, bool]]:
    return [(text[start:end], whole) for start, end, whole in objects_in_arrays(text, SPANS)]


def test_objects_of_every_array() -> None:
    assert found(b'{"spans":[{"k":1},{"k":2}]},{"x":[],"spans":[{"k":3}]}') == [
        (b'{"k":1}', True),
        (b'{"k":2}', True),
        (b'{"k":3}', True),
    ]


def test_a_lost_quote_costs_one_object() -> None:
    text = b'"spans":[{"k":1},{"k":2,"n":"lost},{"k":3},{"k":4}]'
    assert [whole for _, whole in found(text)] == [True, False, True, True]
    assert found(text)[2][0] == b'{"k":3}'


def test_two_lost_quotes_do_not_make_one_object_of_two() -> None:
    text = b'"spans":[{"k":1,"a":"x},{"k":2,"b":y"},{"k":3}]'
    assert [whole for _, whole in found(text)] == [False, False, True]


def test_objects_inside_that_begin_alike_are_not_taken_for_the_next() -> None:
    assert [whole for _, whole in found(b'"spans":[{"k":1,"links":[{"k":8},{"k":9}]},{"k":2}]')] == [
        True,
        True,
    ]


def test_what_is_cut_off_is_the_last_and_not_whole() -> None:
    assert found(b'"spans":[{"k":1},{"k":2,"a":[{"b":')[-1] == (b'{"k":2,"a":[{"b":', False)


@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=5), min_size=1, max_size=3), max_size=5),
    st.data(),
)
def test_cut_anywhere(items: list[dict[str, str]], data: st.DataObject) -> None:
    texts = [json.dumps({"k": item}).encode() for item in items]
    text = b'{"spans":[' + b",".join(texts) + b"]}"
    at = data.draw(st.integers(0, len(text)))
    ends, position = [], len(b'{"spans":[')
    for item in texts:
        ends.append(position + len(item))
        position = ends[-1] + 1
    whole = [part for part, is_whole in found(text[:at]) if is_whole]
    assert whole == texts[: sum(end <= at for end in ends)]


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    repaired(content)
    list(objects_in_arrays(b'"spans":[' + content, SPANS))
