"""What a schema says, in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.views.schema_words import declaration, meant, part_of, required_of


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 9}, "integer >= 1, <= 9"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"type": "array", "items": {"type": "string"}}, "array of string"),
        ({"anyOf": [{"type": "string"}, {"type": "number"}]}, "string or number"),
        ({"const": 3}, "3"),
        ({"enum": list(range(20))}, "0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | … 12 more"),
        ({}, "anything"),
        (None, "not in the schema"),
        ({"type": "string", "format": "date"}, "string (date)"),
    ],
)
def test_declaration(schema: object, words: str) -> None:
    assert declaration(schema) == words


@pytest.mark.parametrize(
    ("schema", "means"),
    [
        ({"$ref": "#/$defs/A"}, {"type": "string"}),
        ({"$ref": "#/$defs/B"}, {"type": "string"}),
        ({"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}]}, {"type": "string"}),
        ({"$ref": "#/nowhere"}, {"$ref": "#/nowhere"}),
        ({"$ref": "#/$defs/Loop"}, {"$ref": "#/$defs/Loop"}),
        (None, None),
    ],
)
def test_what_a_reference_means(schema: object, means: object) -> None:
    root = {"$defs": {"A": {"type": "string"}, "B": {"$ref": "#/$defs/A"}, "Loop": {"$ref": "#/$defs/Loop"}}}
    assert meant(schema, root) == means


@pytest.mark.parametrize(
    ("declared", "token", "expected"),
    [
        ({"properties": {"a": {"type": "string"}}}, "a", {"type": "string"}),
        ({"additionalProperties": False}, "a", None),
        ({"additionalProperties": {"type": "null"}}, "a", {"type": "null"}),
        ({}, "a", {}),
        (True, "a", {}),
        ({"items": {"type": "number"}}, "3", {"type": "number"}),
        ({"prefixItems": [{"type": "number"}], "items": {"type": "string"}}, "1", {"type": "string"}),
        ({"anyOf": [{"type": "null"}, {"properties": {"a": {"const": 1}}}]}, "a", {"const": 1}),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"properties": {"a": {"const": 2}}}}}, "a", {"const": 2}),
    ],
)
def test_what_the_schema_says_of_a_field(declared: Any, token: str, expected: Any) -> None:
    assert part_of(declared, token, declared) == expected


def test_references_in_a_ring_end() -> None:
    ring = {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}
    assert "$ref" in str(meant(ring, ring)), "it is given up"
    assert meant({"$ref": "https://example.com/x"}, {}) == {"$ref": "https://example.com/x"}, (
        "nothing is fetched"
    )


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["$ref", "anyOf", "allOf", "properties", "items", "enum", "required", "type", "a"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(ODD)
def test_nothing_raises_on_a_schema(schema: Any) -> None:
    for part in (schema, meant(schema, schema), part_of(schema, "a", schema), part_of(schema, "0", schema)):
        assert isinstance(declaration(part), str)
    assert all(isinstance(name, str) for name in required_of(schema, schema))


def test_a_schema_in_itself_ends() -> None:
    ring: dict[str, Any] = {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}
    assert part_of(ring, "a", ring) == {}
