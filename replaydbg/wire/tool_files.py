"""Files of tool definitions that a person gives beside a trace: all shapes of offers, and what benchmarks add to them.

Known beyond `tool_specs`: lists of entries with a `function` list each (BFCL), sets of tools by name
(`{"retail": {"find": schema}}`), definitions by name (`{"find": {"parameters": schema}}`), and the types that BFCL borrows from Python and Java. A name that several entries or
sets define in different ways is held against any of them. What is no tool is passed over and told, by its place.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from replaydbg import limits
from replaydbg.core import pointer
from replaydbg.core.finding import Notice
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
_WRAPPINGS = ("function", "toolSpec", "tool")
_LISTS = ("tools", "functionDeclarations", "function_declarations", "function")
_ENVELOPES = ("toolConfig", "result")
"""A request to Bedrock, an answer to MCP's `tools/list`."""
_KINDS = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    type(None): "null",
}
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
_LISTS_DEEP_MAX = 16
_NAMES_TOLD_MAX = 5
_ALTERNATIVES_MAX = 16
"""Ways to define one name that are kept; what differs in more is a data set, not a set of tools."""


@dataclass(frozen=True, slots=True)
class ToolFile:
    """Each name once; `notices` say, by JSON pointer, which entries are no tools, or no whole ones, and why."""

    tools: tuple[ToolSpec, ...]
    notices: tuple[Notice, ...]


def read_tool_file(values: Iterable[tuple[str, Json]]) -> ToolFile:
    """What the values define: one document at "", or lines, each with the place of it that notices begin with."""
    found: dict[str, list[ToolSpec]] = {}
    told: list[Notice] = []
    left: dict[str, None] = {}
    for place, value in values:
        for tool in _read(value, place, told):
            alike = found.setdefault(tool.name, [])
            if any(other.schema == tool.schema for other in alike):
                continue
            if len(alike) < _ALTERNATIVES_MAX:
                alike.append(tool)
            else:
                left[tool.name] = None
    found = {
        name: [tool for tool in alike if tool.schema is not None] or alike for name, alike in found.items()
    }
    tools = [_joined(alike) for alike in found.values()]
    several = {name: alike for name, alike in found.items() if len(alike) > 1}
    joined = [tool.name for tool in tools if tool.name in several and tool is not several[tool.name][0]]
    of_sums = {
        "defined in several ways, of which a call may satisfy any": joined,
        "defined in several ways with references, of which the first counts": [
            name for name in several if name not in joined
        ],
        f"defined in more than {_ALTERNATIVES_MAX} ways, the rest left out": [*left],
        "without a schema, so that no call is held against one": [
            tool.name for tool in tools if tool.schema is None
        ],
    }
    sums = (Notice("", f"{said}: {_listed(of)}") for said, of in of_sums.items() if of)
    names = {tool.name for tool in tools}
    # Providers take no dot in a name: harnesses send `a.b` as `a_b`, and that is what calls are recorded with.
    dotted = [tool for tool in tools if "." in tool.name and tool.name.replace(".", "_") not in names]
    renamed = (_renamed(tool, tool.name.replace(".", "_")) for tool in dotted)
    return ToolFile((*tools, *renamed), (*told, *sums))


def _read(value: Json, place: str, told: list[Notice], depth: int = 0) -> Iterator[ToolSpec]:
    """The tools of the value, whatever holds them; what is none goes into `told`."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            tell(told, place, "passed over: text that begins as JSON, and is none")
            return
    if isinstance(value, list) and depth < _LISTS_DEEP_MAX:
        for number, item in enumerate(value):
            yield from _read(item, f"{place}/{number}", told, depth + 1)
        return
    fields = loose.mapping(value)
    key = next((key for key in _LISTS if isinstance(fields.get(key), list)), None) or next(
        (key for key in _ENVELOPES if isinstance(fields.get(key), dict)), None
    )
    if key is not None and depth < _LISTS_DEEP_MAX:
        yield from _read(fields[key], place + pointer.join([key]), told, depth + 1)
    elif tools := read_tools([value] if depth or fields else []):  # a name alone stands in a list
        yield from _offered(tools, fields, place, told)
    elif not _is_nameless(fields) and _are_named(fields.values()):
        for name, given in fields.items():
            yield from _named(name, given, place + pointer.join([name]), told)
    else:
        tell(told, place, f"passed over: {_why_none(value)}")


def tell(told: list[Notice], place: str, why: str) -> None:
    """One more thing that is passed over, as long as anybody would read it."""
    if len(told) < limits.NOTICES_MAX:
        told.append(Notice(place, why))
    elif len(told) == limits.NOTICES_MAX:
        told.append(Notice("", "and more of that kind"))


def _offered(
    tools: Iterable[ToolSpec], offer: dict[str, Json], place: str, told: list[Notice]
) -> Iterator[ToolSpec]:
    inner = next((offer[key] for key in _WRAPPINGS if isinstance(offer.get(key), dict)), offer)
    for tool in tools:
        if tool.schema is None and any(inner.get(key) is not None for key in _SCHEMAS):
            tell(told, place, f"what stands for the schema of {tool.name} is none")
        yield _with_plain_types(tool)


def _named(name: str, given: Json, place: str, told: list[Notice]) -> Iterator[ToolSpec]:
    """What stands below a name: a schema, a definition, or a set of them."""
    if _is_definition(given) or ("description" in loose.mapping(given) and not _is_schema(given)):
        named = {**_definition(given), "name": name}
        yield from _offered(read_tools([named]), named, place, told)
    elif _is_schema(given):
        yield _with_plain_types(ToolSpec(name, schema=given, raw={"name": name, "parameters": given}))
    elif _is_set(given):
        for inner, schema in given.items():
            yield from _named(inner, schema, place + pointer.join([inner]), told)
    else:
        tell(told, place, f"passed over: {_why_none(given, 'a schema is an object')}")


def _are_named(given: Collection[Json]) -> bool:
    """Whether values below names are tools: one shows it, or all allow everything."""
    shown = any(
        _SCHEMA_WORDS & loose.mapping(one).keys() or _is_definition(one) or _is_set(one) for one in given
    )
    return shown or (bool(given) and all(map(_is_schema, given)))


def _definition(given: dict[str, Json]) -> dict[str, Json]:
    """What is inside OpenAI's wrapping, where it is in one."""
    inner = given.get("function")
    return inner if isinstance(inner, dict) else given


def _is_definition(given: Json) -> bool:
    """`{description, parameters}`, as the AI SDK and others keep them by name, in OpenAI's wrapping or not."""
    definition = _definition(given) if isinstance(given, dict) else {}
    return any(isinstance(definition.get(key), dict) for key in _SCHEMAS)


def _is_schema(given: Json) -> bool:
    return isinstance(given, bool) or given == {} or bool(_SCHEMA_WORDS & loose.mapping(given).keys())


def _is_set(given: Json) -> bool:
    """`{name: schema}`, most of which are schemas."""
    inner = loose.mapping(given).values()
    return 2 * sum(bool(_SCHEMA_WORDS & loose.mapping(one).keys()) for one in inner) > len(inner)


def _is_nameless(fields: dict[str, Json]) -> bool:
    """Whether it is a tool, or the schema of one, and no mapping of names."""
    return isinstance(fields.get("type"), (str, list)) or _is_definition(fields)


def _why_none(value: Json, wanted: str = "a tool is an object or its name") -> str:
    if not isinstance(value, dict):
        return f"{_KINDS.get(type(value), 'this')}, where {wanted}"
    if _is_nameless(value):
        is_schema = "properties" in value
        return "a schema without a name: expected {name: schema}" if is_schema else "a tool without a name"
    return f"an object that names no tool ({_listed(list(value))})" if value else "an empty object"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMES_TOLD_MAX} more" if len(names) > _NAMES_TOLD_MAX else ""
    return ", ".join(names[:_NAMES_TOLD_MAX]) + more


def _joined(alike: list[ToolSpec]) -> ToolSpec:
    """One spec that any of the definitions satisfies; references would point elsewhere, and leave the first alone."""
    first = alike[0]
    schemas = [tool.schema for tool in alike]
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
