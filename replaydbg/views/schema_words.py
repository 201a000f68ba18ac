"""What a schema says of a value and of the places in it, in words. Schemas come from traces: nothing here raises on one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from replaydbg.core import pointer
from replaydbg.core.message import Json
from replaydbg.views.blocks import one_line, shown

_HOPS_MAX = 16
_DEEP_MAX = 8


def declaration(schema: Json, *, given: bool = True) -> str:
    """What a schema says of one value, in a few words: `string matching ^ORD-`, `"EU" | "US"`, `integer 1..10`."""
    if schema is None:
        return "not in the schema" if given else ""
    rules = mapping(schema)
    if not rules:
        return "nothing" if schema is False else "anything"
    if isinstance(rules.get("enum"), list):
        values = [one_line(value) for value in rules["enum"]]
        return shown(" | ".join(values[:8]) + (f" | … {len(values) - 8} more" if len(values) > 8 else ""))
    if "const" in rules:
        return shown(one_line(rules["const"]))
    for word in ("anyOf", "oneOf"):
        if isinstance(rules.get(word), list):
            return " or ".join(dict.fromkeys(declaration(item) for item in rules[word]))
    type_ = rules.get("type")
    words = " or ".join(map(str, type_)) if isinstance(type_, list) else str(type_ or "anything")
    if type_ == "array" and rules.get("items"):
        words = f"array of {declaration(rules['items'])}"
    if isinstance(rules.get("pattern"), str):
        words += f" matching {rules['pattern']}"
    if isinstance(rules.get("format"), str):
        words += f" ({rules['format']})"
    return shown(words + _bounds(rules))


def _bounds(rules: Mapping[str, Any]) -> str:
    said = [
        f"{sign}{rules[word]}"
        for word, sign in (
            ("minimum", ">= "), ("exclusiveMinimum", "> "), ("maximum", "<= "), ("exclusiveMaximum", "< "),
            ("minLength", "length >= "), ("maxLength", "length <= "), ("minItems", "items >= "), ("maxItems", "items <= "),
        )
        if isinstance(rules.get(word), int | float)
    ]  # fmt: skip
    return " " + ", ".join(said) if said else ""


def meant(schema: Json, root: Json) -> Json:
    """The schema that a reference in the same document stands for; of what may also be null, what it is otherwise."""
    for _ in range(_HOPS_MAX):
        rules = mapping(schema)
        options = [each for each in _list(rules.get("anyOf")) if mapping(each).get("type") != "null"]
        target = rules.get("$ref")
        if isinstance(target, str) and target.startswith("#"):
            try:
                schema = pointer.get(root, target[1:])
            except pointer.PointerError:
                return schema
        elif len(options) == 1 and mapping(options[0]).keys() & {"$ref", "properties", "items"}:
            schema = options[0]
        else:
            break
    return schema


def part_of(schema: Json, token: str, root: Json, deep: int = _DEEP_MAX) -> Json:
    """What the schema says of a field or an item; None where the field is not in it, `{}` where anything goes."""
    rules = mapping(meant(schema, root))
    properties = mapping(rules.get("properties"))
    if token in properties:
        return properties[token]
    items: Any = rules.get("prefixItems", rules.get("items"))
    if isinstance(items, list):
        return items[int(token)] if token.isdecimal() and int(token) < len(items) else rules.get("items", {})
    if isinstance(items, dict) and token.isdecimal():
        return items
    for word in ("anyOf", "oneOf", "allOf") if deep else ():
        for branch in _list(rules.get(word)):
            found = part_of(branch, token, root, deep - 1)
            if found not in (None, {}):
                return found
    others = rules.get("additionalProperties")
    if isinstance(others, dict):
        return others
    return None if others is False else {}


def required_of(schema: Json, root: Json) -> list[str]:
    """The fields that an object must have."""
    needed = _list(mapping(meant(schema, root)).get("required"))
    return [name for name in needed if isinstance(name, str)]


def mapping(value: Json) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
