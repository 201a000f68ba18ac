"""Broken calls made from valid ones: the valid one is the oracle of what is wrong, and where."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.labelled.dialects import TOOLS, VALID

_WRONG_TYPES = {
    "string": 7,
    "integer": "two",
    "number": "much",
    "boolean": "yes",
    "array": {"0": "x"},
    "object": ["x"],
}


@dataclass(frozen=True)
class Mutant:
    """`rule` is what must be said ("" for nothing), `place` where: below `/arguments`, or of the call.

    `raw` is broken text; else `arguments` are the value. `says` must stand in the evidence. `extra` marks mutants that
    only a dialect can see that forbids fields.
    """

    what: str
    tool: str
    arguments: Any
    rule: str
    place: str = ""
    raw: str | None = None
    says: str = ""
    name: str = ""
    extra: bool = False


def mutants() -> Iterator[Mutant]:
    for tool, schema in TOOLS.items():
        for valid in VALID[tool]:
            yield from _harmless(tool, valid)
            yield from _of_fields(tool, schema, valid, ())
            yield from _of_text(tool, valid)
            yield from _of_names(tool, valid)


def _harmless(tool: str, valid: dict[str, Any]) -> Iterator[Mutant]:
    yield Mutant("the original", tool, valid, "")
    yield Mutant("keys the other way round", tool, dict(reversed(valid.items())), "")
    whole = {key: float(value) if type(value) is int else value for key, value in valid.items()}
    yield Mutant("2.0 for 2", tool, whole, "")
    yield Mutant("text that the recorder removed", tool, None, "", raw="__REDACTED__")
    for key, value in valid.items():
        gone = "[REDACTED]" if isinstance(value, str) else "<redacted>"
        yield Mutant("a value that the recorder removed", tool, {**valid, key: gone}, "")
    if valid:
        yield Mutant("in a field of the recorder's", tool, {"input": valid}, "")
        yield Mutant(
            "as text in a field of the recorder's", tool, {"args": [], "kwargs": json.dumps(valid)}, ""
        )
    else:
        yield Mutant("no text for no arguments", tool, {}, "", raw="")
        yield Mutant("null for no arguments", tool, {}, "", raw="null")


def _of_fields(tool: str, schema: dict[str, Any], valid: Any, path: tuple[str, ...]) -> Iterator[Mutant]:
    """One field of the object at `path` broken at a time, inner objects included."""
    inner = _at(valid, path)
    at = "".join(f"/{key}" for key in path)
    for key, rules in schema["properties"].items():
        yield Mutant(
            "a field left out",
            tool,
            _without(valid, path, key),
            "schema-violation",
            at,
            says=f'"{key}" is missing',
        )
        wrong = _WRONG_TYPES[rules["type"]]
        yield Mutant(
            "a wrong type",
            tool,
            _with(valid, path, key, wrong),
            "schema-violation",
            f"{at}/{key}",
            says=f"not {rules['type']}",
        )
        yield Mutant(
            "null", tool, _with(valid, path, key, None), "schema-violation", f"{at}/{key}", says="null"
        )
        renamed = _with(_without(valid, path, key), path, f"{key}_", inner[key])
        yield Mutant("a field renamed", tool, renamed, "schema-violation", at, says=f'"{key}" is missing')
        if rules["type"] in {"object", "array"}:
            text = json.dumps(inner[key])
            yield Mutant(
                "JSON in a string",
                tool,
                _with(valid, path, key, text),
                "schema-violation",
                f"{at}/{key}",
                says="written as a string",
            )
        if "enum" in rules:
            other = inner[key].swapcase()
            yield Mutant(
                "an enum in another case",
                tool,
                _with(valid, path, key, other),
                "schema-violation",
                f"{at}/{key}",
                says=f'did you mean "{inner[key]}"',
            )
            yield Mutant(
                "no value of the enum",
                tool,
                _with(valid, path, key, "zzz"),
                "schema-violation",
                f"{at}/{key}",
                says="is none of",
            )
        yield from _of_bounds(tool, valid, path, key, rules)
        if rules["type"] == "object":
            yield from _of_fields(tool, rules, valid, (*path, key))
    more = _with(valid, path, "colour", "red")
    yield Mutant(
        "a field too many", tool, more, "schema-violation", f"{at}/colour", says="not a field", extra=True
    )


def _of_bounds(
    tool: str, valid: Any, path: tuple[str, ...], key: str, rules: dict[str, Any]
) -> Iterator[Mutant]:
    at = "".join(f"/{one}" for one in (*path, key))
    broken = {"minimum": -1, "maximum": 1000, "maxLength": "x" * 99, "pattern": "Oslo", "minItems": []}
    for word, value in broken.items():
        if word in rules:
            yield Mutant(f"beyond {word}", tool, _with(valid, path, key, value), "schema-violation", at)
    if rules["type"] == "array":
        items = [*_at(valid, (*path, key)), 5]
        yield Mutant(
            "an item of another type",
            tool,
            _with(valid, path, key, items),
            "schema-violation",
            f"{at}/{len(items) - 1}",
        )


def _of_text(tool: str, valid: dict[str, Any]) -> Iterator[Mutant]:
    text = json.dumps(valid)
    for cut in {len(text) // 2, len(text) - 1} if len(text) > 2 else ():
        yield Mutant("text cut off", tool, None, "unparsable-arguments", raw=text[:cut], says="break off")
    yield Mutant("single quotes", tool, None, "unparsable-arguments", raw="{'a': 1}", says="are no JSON")
    yield Mutant(
        "Python's literals", tool, None, "unparsable-arguments", raw='{"a": True}', says="are no JSON"
    )
    yield Mutant(
        "text after the object", tool, None, "unparsable-arguments", raw=text + " thanks", says="are no JSON"
    )
    yield Mutant("a bracket too many", tool, None, "unparsable-arguments", raw=text + "}", says="are no JSON")
    yield Mutant(
        "encoded twice", tool, None, "arguments-not-an-object", raw=json.dumps(text), says="encoded twice"
    )
    yield Mutant("a list", tool, None, "arguments-not-an-object", raw=json.dumps([valid]), says="a list")


def _of_names(tool: str, valid: dict[str, Any]) -> Iterator[Mutant]:
    camel = "".join(word.capitalize() for word in tool.split("_"))
    yield Mutant(
        "a tool in another spelling", tool, valid, "unknown-tool", name=camel + "s", says="there are"
    )
    yield Mutant("a tool that is not there", tool, valid, "unknown-tool", name="teleport", says="there are")


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def _with(value: Any, path: tuple[str, ...], key: str, new: Any) -> Any:
    changed = copy.deepcopy(value)
    _at(changed, path)[key] = new
    return changed


def _without(value: Any, path: tuple[str, ...], key: str) -> Any:
    changed = copy.deepcopy(value)
    del _at(changed, path)[key]
    return changed
