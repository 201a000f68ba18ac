"""Files of tool definitions that a person gives beside a trace: all shapes of offers, and what benchmarks add to them.

Known beyond `tool_specs`: lists of entries with a `function` list each (BFCL), sets of tools by name
(`{"retail": {"find": schema}}`), definitions by name (`{"find": {"parameters": schema}}`), and the types that BFCL borrows from Python and Java. A name that several entries or
sets define in different ways is held against any of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from replaydbg.core.message import Json
from replaydbg.core.tool import ToolSpec
from replaydbg.wire import loose
from replaydbg.wire.tool_specs import read_tools

_SCHEMA_WORDS = frozenset(
    {
        "type",
        "properties",
        "$ref",
        "anyOf",
        "oneOf",
        "allOf",
        "enum",
        "required",
        "additionalProperties",
        "$defs",
    }
)
_SCHEMAS = ("parameters", "input_schema", "inputSchema")
_TYPES = {
    "dict": "object", "HashMap": "object", "Hashtable": "object",
    "tuple": "array", "list": "array", "ArrayList": "array", "Array": "array", "Queue": "array", "Stack": "array",
    "float": "number", "double": "number",
    "int": "integer", "long": "integer", "short": "integer", "byte": "integer", "Bigint": "integer",
    "bool": "boolean", "Boolean": "boolean",
    "str": "string", "String": "string", "char": "string",
}  # fmt: skip
_ANY = ("any", "Any")
_DEPTH_MAX = 100
_ALTERNATIVES_MAX = 16
"""Ways to define one name that are kept; what differs in more is a data set, not a set of tools."""


def read_tool_file(values: Iterable[Json]) -> tuple[ToolSpec, ...]:
    """Every tool that the values (one document, or the lines of one) define, each name once."""
    found: dict[str, list[ToolSpec]] = {}
    for value in values:
        for tool in _read(value):
            alike = found.setdefault(tool.name, [])
            if all(other.schema != tool.schema for other in alike) and len(alike) < _ALTERNATIVES_MAX:
                alike.append(tool)
    tools = [_joined(alike) for alike in found.values()]
    names = {tool.name for tool in tools}
    # Providers take no dot in a name: harnesses send `a.b` as `a_b`, and that is what calls are recorded with.
    dotted = [tool for tool in tools if "." in tool.name and tool.name.replace(".", "_") not in names]
    return (*tools, *(_renamed(tool, tool.name.replace(".", "_")) for tool in dotted))


def _read(value: Json) -> Iterator[ToolSpec]:
    if isinstance(value, dict) and isinstance(value.get("toolConfig"), dict):  # a request to Bedrock
        value = value["toolConfig"]
    entries = value if isinstance(value, list) else [value]
    if entries and all(isinstance(loose.mapping(entry).get("function"), list) for entry in entries):
        for entry in entries:
            yield from map(_with_plain_types, read_tools(entry["function"]))
    elif _is_by_name(value):
        named = [{**_definition(given), "name": name} for name, given in value.items()]
        yield from map(_with_plain_types, read_tools(named))
    elif _is_sets(value):
        for tools in value.values():
            yield from map(_with_plain_types, read_tools(tools))
    else:
        yield from map(_with_plain_types, read_tools(value))


def _definition(given: dict[str, Json]) -> dict[str, Json]:
    """What is inside OpenAI's wrapping, where it is in one."""
    inner = given.get("function")
    return inner if isinstance(inner, dict) else given


def _is_by_name(value: Json) -> bool:
    """`{name: {description, parameters}}`, as the AI SDK and others keep them, each in OpenAI's wrapping or not."""
    definitions = [
        _definition(given) if isinstance(given, dict) else given for given in loose.mapping(value).values()
    ]
    return bool(definitions) and all(
        isinstance(definition, dict)
        and not _SCHEMA_WORDS & definition.keys()
        and any(isinstance(definition.get(key), dict) for key in _SCHEMAS)
        for definition in definitions
    )


def _is_sets(value: Json) -> bool:
    """`{set: {name: schema}}`: objects of schemas that are none themselves."""
    sets = list(value.values()) if isinstance(value, dict) else []
    return bool(sets) and all(
        isinstance(tools, dict)
        and bool(tools)
        and not _SCHEMA_WORDS & tools.keys()
        and all(_SCHEMA_WORDS & loose.mapping(schema).keys() for schema in tools.values())
        for tools in sets
    )


def _joined(alike: list[ToolSpec]) -> ToolSpec:
    """One spec that any of the definitions satisfies; references would point elsewhere, and leave the first alone."""
    first = alike[0]
    schemas = [tool.schema for tool in alike if tool.schema is not None]
    if len(schemas) < 2 or "$ref" in json.dumps(schemas):
        return first
    return ToolSpec(first.name, first.description, {"anyOf": schemas}, first.raw)


def _renamed(tool: ToolSpec, name: str) -> ToolSpec:
    return ToolSpec(name, tool.description, tool.schema, tool.raw)


def _with_plain_types(tool: ToolSpec) -> ToolSpec:
    """The spec in the types of JSON Schema, where its object is a `dict`."""
    if not isinstance(tool.schema, dict) or tool.schema.get("type") not in ("dict", "HashMap"):
        return tool
    return ToolSpec(tool.name, tool.description, _plain(tool.schema), tool.raw)


def _plain(schema: Json, depth: int = 0) -> Json:
    if depth > _DEPTH_MAX:
        return schema
    if isinstance(schema, list):
        return [_plain(item, depth + 1) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _plain(item, depth + 1) for key, item in schema.items()}
    kind = plain.get("type")
    if kind in _ANY:
        del plain["type"]
    elif isinstance(kind, str):
        plain["type"] = _TYPES.get(kind, kind)
    return plain
