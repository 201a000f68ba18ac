"""Files of tool definitions: what benchmarks add to the shapes of offers."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg.wire.tool_files import read_tool_file

SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}
OTHER = {"type": "object", "properties": {"n": {"type": "integer"}}}


def schemas(*values: Any) -> dict[str, Any]:
    return {tool.name: tool.schema for tool in read_tool_file(values)}


@pytest.mark.parametrize(
    "value",
    [
        [{"type": "function", "function": {"name": "find", "parameters": SCHEMA}}],
        [{"name": "find", "input_schema": SCHEMA}],
        {"tools": [{"name": "find", "inputSchema": SCHEMA}]},
        {"find": SCHEMA},
        {"shop": {"find": SCHEMA}},
        {"find": {"description": "d", "parameters": SCHEMA}},
        {"find": {"inputSchema": SCHEMA}},
        {"find": {"type": "function", "function": {"name": "find", "parameters": SCHEMA}}},
        {"toolConfig": {"tools": [{"toolSpec": {"name": "find", "inputSchema": {"json": SCHEMA}}}]}},
        [{"id": "1", "question": [], "function": [{"name": "find", "parameters": SCHEMA}]}],
    ],
    ids=[
        "OpenAI",
        "Anthropic",
        "MCP",
        "name to schema",
        "sets",
        "definitions by name",
        "by name, bare",
        "OpenAI's by name",
        "Bedrock",
        "entries",
    ],
)
def test_shapes(value: Any) -> None:
    assert schemas(value) == {"find": SCHEMA}


def test_lines() -> None:
    assert schemas({"name": "a", "parameters": SCHEMA}, {"name": "b", "parameters": OTHER}) == {
        "a": SCHEMA,
        "b": OTHER,
    }


def test_types_of_other_languages() -> None:
    given = {
        "type": "dict",
        "properties": {
            "a": {"type": "float"},
            "b": {"type": "tuple", "items": {"type": "any", "description": "x"}},
            "type": {"type": "String"},
        },
    }
    assert schemas([{"name": "f", "parameters": given}])["f"] == {
        "type": "object",
        "properties": {
            "a": {"type": "number"},
            "b": {"type": "array", "items": {"description": "x"}},
            "type": {"type": "string"},
        },
    }


def test_a_name_that_is_defined_in_two_ways_is_held_against_either() -> None:
    both = {"retail": {"find": SCHEMA, "one": SCHEMA}, "airline": {"find": OTHER, "one": SCHEMA}}
    assert schemas(both) == {"find": {"anyOf": [SCHEMA, OTHER]}, "one": SCHEMA}


def test_references_are_not_moved() -> None:
    first, second = (
        {"$ref": "#/$defs/a", "$defs": {"a": SCHEMA}},
        {"$ref": "#/$defs/b", "$defs": {"b": OTHER}},
    )
    assert schemas([{"name": "f", "parameters": first}, {"name": "f", "parameters": second}]) == {"f": first}


def test_dots_become_underlines_on_the_wire() -> None:
    assert schemas([{"name": "shop.find", "parameters": SCHEMA}]) == {
        "shop.find": SCHEMA,
        "shop_find": SCHEMA,
    }


def test_a_tool_with_properties_named_like_words_of_schemas_is_one_schema() -> None:
    tricky = {"find": {"type": "object", "properties": {"type": {"type": "string"}}}}
    assert schemas(tricky) == tricky


@pytest.mark.parametrize("value", [None, 7, "x", [], {}, [None], {"a": {}}, [{"function": "x"}]])
def test_what_defines_no_tool(value: Any) -> None:
    assert set(schemas(value)) <= {"a"}
