"""The dialects of tool schemas, each with a value that it takes and one that it does not."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.schema import problem, violations
from replaydbg.wire.schema_dialects import normalised

DRAFT_4, DRAFT_7 = "http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-07/schema#"
PAIR = [{"type": "string"}, {"type": "integer"}]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        pytest.param({"type": "STRING", "maxLength": "3"}, "abc", "abcd", id="Gemini's counts"),
        pytest.param({"type": "ARRAY", "items": {"type": "INTEGER"}, "minItems": "1"}, [1], [], id="Gemini's lists"),
        pytest.param({"type": "INTEGER", "nullable": True}, None, "x", id="Gemini's nullable"),
        pytest.param({"type": "array", "items": PAIR}, ["a", 1], [1, 1], id="draft 7's tuples, unnamed"),
        pytest.param({"type": "array", "items": PAIR, "additionalItems": False}, ["a", 1], ["a", 1, 2], id="no more items"),
        pytest.param({"$schema": DRAFT_7, "properties": {"a": {"items": PAIR}}}, {"a": ["a", 1]}, {"a": [1]}, id="draft 7's tuples, named"),
        pytest.param({"type": "number", "minimum": 0, "exclusiveMinimum": True}, 1, 0, id="OpenAPI's bounds"),
        pytest.param({"type": "number", "maximum": 9, "exclusiveMaximum": False}, 9, 10, id="OpenAPI's bounds, inclusive"),
        pytest.param({"$schema": DRAFT_4, "minimum": 0, "exclusiveMinimum": True}, 1, 0, id="draft 4's bounds, named"),
        pytest.param({"type": "dict", "properties": {"a": {"type": "tuple"}}}, {"a": [1]}, {"a": 1}, id="BFCL"),
        pytest.param({"type": "dict", "properties": {"a": {"type": "HashMap"}}, "required": ["a"]}, {"a": "new HashMap<>()"}, {}, id="BFCL, Java"),
        pytest.param({"type": "object", "enum": None, "required": ["a"], "anyOf": None}, {"a": 1}, {}, id="MLflow's nulls"),
    ],
)  # fmt: skip
def test_dialects(schema: dict[str, Any], good: Any, bad: Any) -> None:
    assert problem(schema) is None
    assert violations(schema, good) == ()
    assert violations(schema, bad) != ()


def test_fields_that_are_called_like_keywords_are_left_alone() -> None:
    schema = {
        "properties": {
            "type": {"type": "STRING"},
            "nullable": {"type": "BOOLEAN"},
            "maxItems": {"type": "STRING"},
        }
    }
    assert normalised(schema)["properties"] == {
        "type": {"type": "string"},
        "nullable": {"type": "boolean"},
        "maxItems": {"type": "string"},
    }
