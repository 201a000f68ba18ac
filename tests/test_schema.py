"""Values against schemas: what is wrong, where, in which words; and which schemas cannot be used."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg import limits
from replaydbg.core import pointer
from replaydbg.schema import UNCHECKED, problem, violations
from replaydbg.wire.schema_dialects import normalised
from tests.support.build import parameters

ORDER = parameters(
    ["order_id"],
    order_id={"type": "string"},
    mode={"enum": ["fast", "slow"]},
    lines={"type": "array", "items": {"type": "integer"}},
    note={"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]},
    where={"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)


def words(schema: Any, value: Any) -> list[tuple[str, str, str]]:
    return [(one.pointer, one.keyword, one.message) for one in violations(schema, value)]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        pytest.param(ORDER, {"order_id": "A-1"}, id="all that is required"),
        pytest.param(ORDER, {"order_id": "A-1", "note": None, "lines": [1, 2]}, id="optional fields"),
        pytest.param({}, {"anything": 1}, id="a schema that says nothing"),
        pytest.param({"type": "object"}, {"extra": 1}, id="extra fields are legal unless forbidden"),
        pytest.param({"type": "integer"}, 3.0, id="3.0 is an integer"),
        pytest.param({"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}, {"a": "x"}, id="Gemini"),
        pytest.param({"type": "STRING", "nullable": True}, None, id="Gemini's nullable"),
        pytest.param({"type": "STRING", "nullable": True, "enum": ["a"]}, None, id="a nullable enum"),
        pytest.param({"anyOf": [{"type": "STRING"}], "nullable": True}, None, id="a nullable anyOf"),
        pytest.param(
            {
                "type": "dict",
                "properties": {"a": {"type": "float"}, "b": {"type": "tuple"}, "c": {"type": "any"}},
            },
            {"a": 1.5, "b": [], "c": "x"},
            id="BFCL",
        ),
        pytest.param(
            {"type": "object", "enum": None, "properties": {"a": {"type": "string", "anyOf": None}}},
            {"a": "x"},
            id="MLflow's nulls",
        ),
        pytest.param(
            {
                "$schema": "http://json-schema.org/draft-07/schema#",
                "definitions": {"s": {"type": "string"}},
                "items": [{"$ref": "#/definitions/s"}, {"type": "integer"}],
            },
            ["a", 1],
            id="draft-7",
        ),
        pytest.param({"properties": {"type": {"type": "string"}}}, {"type": "x"}, id="a field called type"),
        pytest.param({"format": "date"}, "yesterday", id="format is a hint"),
        pytest.param({"default": None, "const": None}, None, id="null as a value"),
    ],
)
def test_quiet(schema: Any, value: Any) -> None:
    assert problem(schema) is None
    assert words(schema, value) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param({}, ("", "required", '"order_id" is missing'), id="a missing field"),
        pytest.param(
            {"order_id": 7}, ("/order_id", "type", "7 is an integer, not string"), id="a wrong type"
        ),
        pytest.param(
            {"order_id": "x", "mode": "Fast"},
            ("/mode", "enum", '"Fast" is none of "fast", "slow"; did you mean "fast"?'),
            id="an enum in another case",
        ),
        pytest.param(
            {"order_id": "x", "Mode": "fast"},
            ("/Mode", "additionalProperties", '"Mode" is not a field of the schema; did you mean "mode"?'),
            id="an extra field that is nearly one",
        ),
        pytest.param(
            {"order_id": "x", "a/b": 1},
            ("/a~1b", "additionalProperties", '"a/b" is not a field of the schema'),
            id="an extra field far from all",
        ),
        pytest.param(
            {"order_id": "x", "lines": [1, "2", 3]},
            ("/lines/1", "type", '"2" is a string, not integer'),
            id="an item of a list",
        ),
        pytest.param(
            {"order_id": "x", "lines": "[1, 2]"},
            ("/lines", "type", "is array written as a string; it should be the array itself"),
            id="JSON inside a string",
        ),
        pytest.param(
            {"order_id": "x", "note": "long"},
            ("/note", "maxLength", '"long" is longer than 3 characters'),
            id="the alternative that was meant",
        ),
        pytest.param(
            {"order_id": "x", "note": 5},
            ("/note", "type", "5 is an integer, not null or string"),
            id="no alternative was meant",
        ),
        pytest.param(
            {"order_id": "x", "where": {}}, ("/where", "required", '"city" is missing'), id="a nested field"
        ),
        pytest.param([], ("", "type", "[] is an array, not object"), id="no object at all"),
    ],
)
def test_one_violation(value: Any, expected: tuple[str, str, str]) -> None:
    assert words(ORDER, value) == [expected]


def test_all_violations_are_told() -> None:
    wrong = {"mode": 1, "lines": ["a", "b"], "x": 1, "y": 2}
    assert sorted(one.pointer for one in violations(ORDER, wrong)) == [
        "",
        "/lines/0",
        "/lines/1",
        "/mode",
        "/x",
        "/y",
    ]


def test_many_violations_are_bounded() -> None:
    assert len(violations({"items": {"type": "string"}}, list(range(5000)))) == limits.VIOLATIONS_MAX


def test_words_stay_short_for_long_values() -> None:
    (violation,) = violations({"maxLength": 3}, "x" * 1_000_000)
    assert len(violation.message) <= 200


@pytest.mark.parametrize(
    ("schema", "part"),
    [
        pytest.param({"type": "thing"}, '"thing"', id="an unknown type"),
        pytest.param({"properties": []}, "at /properties", id="a list of properties"),
        pytest.param({"$ref": "#/$defs/gone"}, "/$defs/gone", id="a reference to nothing"),
        pytest.param({"$ref": "file:///etc/passwd"}, "file:///etc/passwd", id="a reference to a file"),
        pytest.param(
            {"$ref": "http://127.0.0.1:9/x"}, "http://127.0.0.1:9/x", id="a reference to the network"
        ),
        pytest.param(
            {"$schema": "http://example.com/own"}, "http://example.com/own", id="an unknown dialect"
        ),
        pytest.param({"pattern": "("}, '"("', id="a broken pattern"),
        pytest.param("object", "a string", id="no object"),
        pytest.param(None, "null", id="null"),
        pytest.param(["a"], "an array", id="a list"),
        pytest.param({"enum": ["\ud800"]}, "JSON", id="a lone surrogate"),
        pytest.param(
            {
                "$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}] * 400}, "b": {"allOf": [{}] * 400}},
                "$ref": "#/$defs/a",
            },
            "unfold",
            id="references that unfold",
        ),
    ],
)
def test_schema_that_cannot_be_used(schema: Any, part: str) -> None:
    why = problem(schema)
    assert why is not None
    assert part in why
    assert words(schema, {"a": 1}) == []


def test_no_file_is_read_for_a_reference(tmp_path: Any) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"type": "string"}')
    why = problem({"$ref": secret.as_uri()})
    assert why is not None
    assert "secret.json" in why


def test_rings_of_references_end() -> None:
    tree = {"type": "object", "properties": {"next": {"$ref": "#"}}, "additionalProperties": False}
    assert problem(tree) is None
    assert [one.pointer for one in violations(tree, {"next": {"next": {"last": 1}}})] == ["/next/next/last"]
    assert words({"$ref": "#"}, 1) == []


def test_hostile_pattern_ends() -> None:
    assert violations({"pattern": r"^(?=(a+)+$)(?!b)a+c$"}, "a" * 5000)


def test_half_a_character_is_looked_at_as_one_that_was_lost() -> None:
    (violation,) = violations({"properties": {"a": {"maxLength": 1}}}, {"a": "\ud800ab"})
    assert (violation.keyword, violation.pointer) == ("maxLength", "/a")
    assert violations({"properties": {"a": {"maxLength": 3}}}, {"a": "\ud800ab"}) == ()


def test_what_is_nested_too_deep_is_not_looked_at() -> None:
    value: Any = 1
    for _ in range(600):
        value = [value]
    (violation,) = violations({"type": "string"}, value)
    assert violation.keyword == UNCHECKED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
KEYWORDS = st.sampled_from(
    [
        "type",
        "properties",
        "items",
        "enum",
        "required",
        "anyOf",
        "$ref",
        "nullable",
        "not",
        "pattern",
        "const",
    ]
)


@given(st.dictionaries(KEYWORDS, JSON, max_size=4) | JSON, JSON)
def test_never_raises_and_every_pointer_leads_somewhere(schema: Any, value: Any) -> None:
    problem(schema)
    for violation in violations(schema, value):
        pointer.get(value, violation.pointer)


@given(JSON)
def test_normalising_is_done_once(schema: Any) -> None:
    assert normalised(normalised(schema)) == normalised(schema)


def test_the_validator_is_imported_only_when_asked() -> None:
    code = "import sys, replaydbg.schema; print('jsonschema_rs' in sys.modules); replaydbg.schema.problem({}); print('jsonschema_rs' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "True"]


def test_hundred_thousand_checks_share_one_checker() -> None:
    """Equal schemas are compiled once, whatever the order of their keys."""
    from replaydbg.schema import checker

    assert checker(json.loads('{"type": "object", "minProperties": 1}')) is checker(
        json.loads('{"minProperties": 1, "type": "object"}')
    )
