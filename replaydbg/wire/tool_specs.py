"""Tool offers in every provider's shape. One tolerant extractor, since recorders mix the shapes freely.

Accepted: OpenAI Chat `{type, function: {name, parameters}}`, OpenAI Responses and OTel GenAI `{type, name,
parameters}`, Anthropic and MCP `{name, input_schema | inputSchema}`, Vercel `{name, inputSchema}`, Bedrock
`{toolSpec: {name, inputSchema: {json}}}`, Gemini `{functionDeclarations: [...]}`, MCP `tools/list` results
`{tools: [...]}`, and the plain mapping `{name: schema}`. Any of them may be a JSON string.
"""

from __future__ import annotations

import orjson

from replaydbg.core.message import Json
from replaydbg.core.tool import ToolSpec

_SCHEMA_KEYS = (
    "parameters",
    "parametersJsonSchema",
    "parameters_json_schema",
    "input_schema",
    "inputSchema",
    "json_schema",
)


def read_tools(value: Json) -> tuple[ToolSpec, ...]:
    """Every tool offer found in `value`, in order; what is none is passed over."""
    value = _decoded(value)
    if isinstance(value, dict):
        return _from_object(value)
    if isinstance(value, (list, tuple)):
        return tuple(spec for item in value for spec in _from_item(_decoded(item)))
    return ()


def _decoded(value: Json) -> Json:
    if isinstance(value, str) and value.lstrip()[:1] in {"{", "["}:
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    return value


def _from_object(value: dict[str, Json]) -> tuple[ToolSpec, ...]:
    for key in ("tools", "functionDeclarations", "function_declarations"):
        if isinstance(value.get(key), list):
            return read_tools(value[key])
    if isinstance(value.get("result"), dict):  # a JSON-RPC answer to tools/list
        return _from_object(value["result"])
    specs = _from_item(value)
    if specs:
        return specs
    return tuple(
        ToolSpec(name, schema=schema, raw={"name": name, "parameters": schema})
        for name, schema in value.items()
        if name and isinstance(schema, (dict, bool))
    )


def _from_item(item: Json) -> tuple[ToolSpec, ...]:
    if isinstance(item, str):
        return (ToolSpec(item, raw=item),) if item else ()
    if not isinstance(item, dict):
        return ()
    for key in ("functionDeclarations", "function_declarations"):
        if isinstance(item.get(key), list):
            return read_tools(item[key])
    offer = next(
        (item[key] for key in ("function", "toolSpec", "tool") if isinstance(item.get(key), dict)),
        item,
    )
    name = offer.get("name") or _server_side(offer)
    if not isinstance(name, str) or not name:
        return ()
    description = offer.get("description")
    return (ToolSpec(name, description if isinstance(description, str) else "", _schema(offer), item),)


def _server_side(offer: dict[str, Json]) -> Json:
    """OpenAI's own tools (`web_search`, `mcp`, ...) have a type instead of a name."""
    # A tuple: the type of a broken offer may be anything.
    return None if offer.get("type") in ("function", "custom", "object") else offer.get("type")


def _schema(offer: dict[str, Json]) -> Json | None:
    for key in _SCHEMA_KEYS:
        schema = _decoded(offer.get(key))
        if isinstance(schema, dict) and len(schema) == 1:
            schema = schema.get("json", schema.get("jsonSchema", schema))  # Bedrock, Vercel
        if isinstance(schema, (dict, bool)):
            return schema
    return None
