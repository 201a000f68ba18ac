"""Attributes: OTLP values in all their forms, indices sorted as numbers, JSON inside of text."""

from __future__ import annotations

from math import isnan

import pytest
from hypothesis import given

from replaydbg.core.message import Json
from replaydbg.readers._attributes import (
    Attributes,
    any_value,
    cut_off,
    keyed,
    number,
    numbered,
    parsed,
    parsed_list,
    unfolded,
    whole,
)
from tests.support import strategies
from tests.support.otlp import any_value as written


@given(strategies.json_values)
def test_any_value_reads_every_value(value: Json) -> None:
    assert any_value(written(value)) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, None),
        ({"arrayValue": {}}, None),
        ({"arrayValue": {"values": []}}, []),
        ({"kvlistValue": {}}, {}),
        ({"intValue": 5}, 5),
        ({"intValue": "many"}, "many"),
        ({"int_value": "5"}, 5),
        ({"string_value": "x"}, "x"),
        ({"doubleValue": "2.5"}, 2.5),
        ({"bytesValue": "AA=="}, "AA=="),
        ("bare", "bare"),
        (None, None),
    ],
)
def test_any_value_in_odd_forms(value: Json, expected: Json) -> None:
    assert any_value(value) == expected


def test_nesting_ends() -> None:
    value: Json = {"stringValue": "deep"}
    for _ in range(600):
        value = {"arrayValue": {"values": [value]}}
    any_value(value)


def test_keyed_passes_over_what_is_no_pair() -> None:
    assert keyed([{"key": "a", "value": {"intValue": "1"}}, 3, {"key": 5}, {"key": "b"}]) == {
        "a": 1,
        "b": None,
    }
    assert keyed("x") == keyed(None) == {}


def test_indexed_attributes_are_sorted_by_number_and_may_be_sparse() -> None:
    attributes = Attributes({"m.10.x": "c", "m.2.x": "b", "m.0.x": "a", "m.name": "n", "mm.0.x": "no"})
    assert [item["x"] for item in numbered(attributes.below("m"))] == ["a", "b", "c"]


def test_a_path_that_runs_into_a_value_is_passed_over() -> None:
    assert Attributes({"m.0": "text", "m.0.x": "below"}).below("m") == {"0": "text"}


def test_lists_that_were_not_flattened() -> None:
    assert unfolded([{"a.b": 1, "a.c": [{"d.e": 2}]}]) == {"0": {"a": {"b": 1, "c": {"0": {"d": {"e": 2}}}}}}
    assert Attributes({"m": '[{"a.b": 1}]'}).below("m") == {"0": {"a": {"b": 1}}}
    assert Attributes({"m": "text"}).below("m") == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", "5"),
        ("null", "null"),
        ('"x"', "x"),
        (" [1]", [1]),
        ("{no", "{no"),
        ('{"a":1,"b":"c', {"a": 1}),
        (7, 7),
    ],
)
def test_parsed(text: Json, expected: Json) -> None:
    assert parsed(text) == expected


def test_parsed_list_tells_whether_it_was_cut() -> None:
    assert parsed_list("[1, 2]") == ([1, 2], False)
    assert parsed_list("[1, 2") == ([1], True)
    assert parsed_list("no") == (None, True)
    assert parsed_list([1]) == ([1], False)
    assert parsed_list({"a": 1}) == (None, False)
    assert cut_off("k", 5).parts


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        ("5", 5),
        (5.0, 5),
        (True, None),
        (None, None),
        ("x", None),
        (2**70, None),
        (float("inf"), None),
        ([], None),
    ],
)
def test_whole(value: Json, expected: int | None) -> None:
    assert whole(value) == expected


def test_number() -> None:
    assert number("0.5") == 0.5
    assert all(map(isnan, map(number, [None, "x", [], True])))


def test_texts_and_counts_by_the_first_name_that_has_one() -> None:
    attributes = Attributes({"a": "", "b": 3, "c": "x", "d": "7"})
    assert attributes.text("a", "b", "c") == "x"
    assert attributes.text("z") == ""
    assert attributes.whole("c", "d") == 7
    assert attributes.whole("z") is None
