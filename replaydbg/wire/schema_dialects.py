"""The dialects of tool schemas, brought to JSON Schema: Gemini and OpenAPI, BFCL, MLflow, draft-4 and draft-7 habits."""

from __future__ import annotations

from replaydbg.core.message import Json

_DICTS_OF_SCHEMAS = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")
_LISTS_OF_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
_SCHEMAS = (
    "items",
    "additionalProperties",
    "additionalItems",
    "unevaluatedProperties",
    "unevaluatedItems",
    "contains",
    "propertyNames",
    "not",
    "if",
    "then",
    "else",
)
NULL_MEANS_NULL = frozenset({"const", "default", "example"})
"""Keywords whose value is any data. Everywhere else null is no legal value, and stands for *absent*."""

_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
_PYTHON_TYPES = {
    "dict": "object",
    "list": "array",
    "tuple": "array",
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "none": "null",
}
"""Type names of the BFCL corpus, which are Python's."""

_ANY_TYPE = frozenset({"any", "arraylist", "bigint", "char", "hashmap", "hashtable", "type_unspecified"})
"""BFCL's and Gemini's words for *no restriction*; and BFCL's names of types of Java, whose values are texts in Java."""

_COUNTS = frozenset(
    {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"},
)
"""Gemini's own JSON writes 64-bit numbers as strings."""


def normalised(schema: Json) -> Json:
    """The schema as JSON Schema: what the dialects of tool schemas say otherwise is rewritten, the rest kept.

    Gemini (an OpenAPI 3.0 subset) writes types in upper case, `nullable`, and counts as strings; BFCL writes Python's
    type names; MLflow writes every keyword it knows with null for *absent*. Where no `$schema` says which draft is
    meant, `exclusiveMinimum: true` and `items: [...]` mean what they meant in drafts 4 and 7.
    """
    drafted = isinstance(schema, dict) and schema.get("$schema") is not None
    return _normalised(schema, drafted=drafted)


def _normalised(schema: Json, *, drafted: bool) -> Json:
    if not isinstance(schema, dict):
        return schema

    def inner(part: Json) -> Json:
        return _normalised(part, drafted=drafted)

    clean: dict[str, Json] = {}
    for key, value in schema.items():
        if value is None and key not in NULL_MEANS_NULL:
            continue
        if key in _DICTS_OF_SCHEMAS and isinstance(value, dict):
            clean[key] = {name: inner(item) for name, item in value.items() if item is not None}
        elif key in _LISTS_OF_SCHEMAS and isinstance(value, list):
            clean[key] = [inner(item) for item in value]
        elif key in _SCHEMAS:
            clean[key] = [inner(item) for item in value] if isinstance(value, list) else inner(value)
        elif key == "type":
            type_ = _type(value)
            if type_ is not None:
                clean[key] = type_
        elif key in _COUNTS and isinstance(value, str) and value.isdecimal():
            clean[key] = int(value)
        else:
            clean[key] = value
    if not drafted:
        _in_new_words(clean)
    return _with_null(clean) if clean.pop("nullable", False) is True else clean


def _in_new_words(schema: dict[str, Json]) -> None:
    """Two words that changed their meaning between the drafts. The old meaning is no legal schema today."""
    if isinstance(schema.get("items"), list):
        schema["prefixItems"] = schema.pop("items")
        if "additionalItems" in schema:
            schema["items"] = schema.pop("additionalItems")
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)


def _type(value: Json) -> Json:
    if isinstance(value, list):
        return [_type(item) or item for item in value]
    if not isinstance(value, str) or value in _TYPES:
        return value
    lower = value.lower()
    if lower in _ANY_TYPE:
        return None
    return lower if lower in _TYPES else _PYTHON_TYPES.get(lower, value)


def _with_null(schema: dict[str, Json]) -> dict[str, Json]:
    if "$ref" in schema or any(key in schema for key in _LISTS_OF_SCHEMAS):
        return {"anyOf": [schema, {"type": "null"}]}
    wider = dict(schema)
    if isinstance(wider.get("type"), str):
        wider["type"] = [wider["type"], "null"]
    if isinstance(wider.get("enum"), list) and None not in wider["enum"]:
        wider["enum"] = [*wider["enum"], None]
    return wider
