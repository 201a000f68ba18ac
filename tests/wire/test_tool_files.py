"""Files of tool definitions: what benchmarks add to the shapes of offers."""

from __future__ import annotations

from typing import Any

import pytest

from replaydbg import limits
from replaydbg.wire.tool_files import read_tool_file

SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}
OTHER = {"type": "object", "properties": {"n": {"type": "integer"}}}


def schemas(*values: Any) -> dict[str, Any]:
    return {tool.name: tool.schema for tool in read_tool_file([("", value) for value in values]).tools}


def told(value: Any) -> list[str]:
    return [f"{each.pointer}: {each.message}" for each in read_tool_file([("", value)]).notices]


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
        {"find": {"type": "function", "name": "find", "parameters": SCHEMA}},
        [[{"name": "find", "parameters": SCHEMA}]],
        [{"find": SCHEMA}],
        [{"name": "find"}, {"name": "find", "parameters": SCHEMA}],
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
        "OpenAI's newer ones by name",
        "lists",
        "names in a list",
        "once by its name only",
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


def test_what_is_no_tool_is_told_by_its_place() -> None:
    good = {"name": "find", "parameters": SCHEMA}
    assert told(
        [good, {"nam": "b", "parameters": SCHEMA}, 7, {"function": {"description": "d"}}, "{bad"]
    ) == [
        "/1: passed over: a tool without a name",
        "/2: passed over: a number, where a tool is an object or its name",
        "/3: passed over: an object that names no tool (function)",
        "/4: passed over: text that begins as JSON, and is none",
    ]
    assert told({"find": SCHEMA, "b": 7}) == ["/b: passed over: a number, where a schema is an object"]
    assert told({"shop": {"find": SCHEMA, "c": "x", "look": SCHEMA}}) == [
        "/shop/c: passed over: text, where a schema is an object"
    ]
    assert told([good]) == []


def test_what_is_not_whole_is_told() -> None:
    assert told([{"name": "a", "parameters": "{broken"}, "b"]) == [
        "/0: what stands for the schema of a is none",
        ": without a schema, so that no call is held against one: a, b",
    ]
    assert told([{"name": "a", "parameters": SCHEMA}, {"name": "a", "parameters": OTHER}]) == [
        ": defined in several ways, of which a call may satisfy any: a"
    ]
    reference = {"$ref": "#/$defs/a", "$defs": {"a": SCHEMA}}
    assert told([{"name": "a", "parameters": SCHEMA}, {"name": "a", "parameters": reference}]) == [
        ": defined in several ways with references, of which the first counts: a"
    ]


@pytest.mark.parametrize(
    "value",
    [
        SCHEMA,
        {"openapi": "3.0.0", "info": {"title": "x"}, "paths": {"/a": {"get": {}}}},
        {"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "no"}},
        {"is_correct": True, "system_prompt": {"a": "b"}},
    ],
    ids=["a schema itself", "OpenAPI", "an error", "a recording"],
)
def test_other_documents_define_no_tool(value: Any) -> None:
    assert schemas(value) == {}
    assert len(told(value)) == 1


def test_as_many_are_told_as_anybody_reads() -> None:
    assert len(told([0] * 5000)) == limits.NOTICES_MAX + 1
