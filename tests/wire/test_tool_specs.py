"""Tool offers in every provider's shape."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.wire.tool_specs import read_tools

SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}
SHAPES = {
    "OpenAI Chat": [
        {"type": "function", "function": {"name": "find", "description": "Finds.", "parameters": SCHEMA}}
    ],
    "OpenAI Responses": [{"type": "function", "name": "find", "description": "Finds.", "parameters": SCHEMA}],
    "Anthropic": [{"name": "find", "description": "Finds.", "input_schema": SCHEMA}],
    "MCP": {"tools": [{"name": "find", "description": "Finds.", "inputSchema": SCHEMA}]},
    "an MCP answer": {
        "jsonrpc": "2.0",
        "id": 1,
        "result": {"tools": [{"name": "find", "description": "Finds.", "inputSchema": SCHEMA}]},
    },
    "Vercel": [
        json.dumps(
            {
                "type": "function",
                "name": "find",
                "description": "Finds.",
                "inputSchema": {"jsonSchema": SCHEMA},
            }
        )
    ],
    "Bedrock": [{"toolSpec": {"name": "find", "description": "Finds.", "inputSchema": {"json": SCHEMA}}}],
    "Gemini": [{"functionDeclarations": [{"name": "find", "description": "Finds.", "parameters": SCHEMA}]}],
    "Gemini, snake case": {
        "function_declarations": [{"name": "find", "description": "Finds.", "parametersJsonSchema": SCHEMA}]
    },
    "a string": json.dumps([{"name": "find", "description": "Finds.", "parameters": SCHEMA}]),
    "a schema that is a string": [
        {"name": "find", "description": "Finds.", "parameters": json.dumps(SCHEMA)}
    ],
}


@pytest.mark.parametrize("offer", SHAPES.values(), ids=SHAPES.keys())
def test_shapes(offer: Any) -> None:
    (tool,) = read_tools(offer)
    assert (tool.name, tool.description, tool.schema) == ("find", "Finds.", SCHEMA)


def test_the_plain_mapping() -> None:
    tools = read_tools({"find": SCHEMA, "any": True})
    assert [(tool.name, tool.schema) for tool in tools] == [("find", SCHEMA), ("any", True)]


def test_names_alone_have_no_schema() -> None:
    assert [(tool.name, tool.schema) for tool in read_tools(["find", {"name": "open"}])] == [
        ("find", None),
        ("open", None),
    ]


def test_tools_of_the_provider_have_a_type_for_a_name() -> None:
    assert [
        tool.name for tool in read_tools([{"type": "web_search"}, {"type": "mcp", "server_label": "x"}])
    ] == [
        "web_search",
        "mcp",
    ]
    assert [tool.name for tool in read_tools([{"type": "web_search_20250305", "name": "web_search"}])] == [
        "web_search"
    ]


def test_the_offer_is_kept_as_it_came() -> None:
    offer = {"name": "find", "input_schema": SCHEMA, "cache_control": {"type": "ephemeral"}}
    assert read_tools([offer])[0].raw == offer


@pytest.mark.parametrize(
    "value",
    [None, 5, "find", "{broken", [None, 5, [], {}], {}, [{"type": "function"}], {"type": "object"}],
    ids=repr,
)
def test_what_is_no_offer_is_passed_over(value: Any) -> None:
    assert read_tools(value) == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "function", "tools", "parameters", "result", "type", "functionDeclarations", "x"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_never_raises_and_every_tool_has_a_name(value: Any) -> None:
    assert all(tool.name for tool in read_tools(value))
