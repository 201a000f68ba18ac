"""Tool offers in every provider's shape."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given

from replaydbg.core.tool import ToolSpec
from replaydbg.wire.tool_specs import read_tools
from tests.support import said

SCHEMA = {"type": "object", "properties": {"q": {"type": "string"}}}


@pytest.mark.parametrize(
    "offer",
    [
        {"type": "function", "function": {"name": "f", "description": "d", "parameters": SCHEMA}},
        {"type": "function", "name": "f", "description": "d", "parameters": SCHEMA},
        {"name": "f", "description": "d", "input_schema": SCHEMA},
        {"name": "f", "description": "d", "inputSchema": SCHEMA},
        {"toolSpec": {"name": "f", "description": "d", "inputSchema": {"json": SCHEMA}}},
        {"name": "f", "description": "d", "parameters": orjson.dumps(SCHEMA).decode()},
    ],
)
def test_offers_of_every_shape(offer: dict[str, Any]) -> None:
    expected = ToolSpec("f", "d", SCHEMA, offer)
    assert read_tools([offer]) == (expected,)
    assert read_tools({"tools": [offer]}) == (expected,)
    assert read_tools({"jsonrpc": "2.0", "result": {"tools": [offer]}}) == (expected,)
    assert read_tools(orjson.dumps([offer]).decode()) == (expected,)


def test_offers_inside_offers() -> None:
    offer = {"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}
    assert read_tools([{"functionDeclarations": [offer]}]) == (ToolSpec("f", "d", SCHEMA, offer),)


def test_names_alone_and_schemas_by_name() -> None:
    assert read_tools(["f", "g"]) == (ToolSpec("f", raw="f"), ToolSpec("g", raw="g"))
    (spec,) = read_tools({"f": SCHEMA})
    assert (spec.name, spec.schema) == ("f", SCHEMA)


def test_a_tool_without_a_schema_has_none() -> None:
    (spec,) = read_tools([{"name": "f"}])
    assert spec.schema is None


@given(said.json_values)
def test_any_json(value: Any) -> None:
    read_tools(value)
    read_tools([value, {"name": value, "parameters": value}])
