"""Does this value satisfy this JSON Schema? The only file that imports the validator, and only when asked (41 ms).

Schemas come from traces, so they are foreign data: the dialects of tool schemas are brought to JSON Schema first, no
`$ref` is ever fetched (the validator would read files and the network by default), and a schema that unfolds without
end is refused. Nothing here raises on data; a schema that cannot be used is a `problem`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

import orjson

from replaydbg import limits
from replaydbg.core import pointer
from replaydbg.core.digest import canonical
from replaydbg.core.message import Json
from replaydbg.wire.schema_dialects import NULL_MEANS_NULL, normalised

UNCHECKED = "value"
"""In the place of a keyword: the value is nested deeper than the validator looks, which is no mistake that is known."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong with a value. `pointer` is the place in the value, "" for the value itself.

    A field that is missing is a violation of the object that lacks it: the place of the field does not exist.
    """

    pointer: str
    keyword: str
    message: str
    expected: tuple[Json, ...] = field(default=(), compare=False)
    """What would have been right: the values of the enum, the types, the missing field, the fields that there are."""


@dataclass(frozen=True, slots=True)
class Checker:
    """A schema made ready. `problem` is a sentence when it cannot be used, and then nothing violates it."""

    problem: str | None
    accepts: Callable[[Json], bool]
    errors: Callable[[Json], Iterable[Any]]
    schema: Json
    has_formats: bool = False
    """Whether the schema gives any string a `format`."""

    def violations(self, value: Json) -> tuple[Violation, ...]:
        """Everything wrong with `value`, in the order of the schema, at most `limits.VIOLATIONS_MAX`."""
        try:
            return () if self.accepts(value) else self._broken(value)  # five times as fast as to list errors
        except (ValueError, TypeError):  # values that no JSON document can hold: lone surrogates, mostly
            try:
                value = orjson.loads(canonical(value).encode("utf-8", "replace"))
                return () if self.accepts(value) else self._broken(value)
            except (ValueError, TypeError) as error:
                why = f"cannot be checked: {_shortened(_first_line(error))}"
                return (Violation("", UNCHECKED, why),)

    def _broken(self, value: Json) -> tuple[Violation, ...]:
        found = (said for error in self.errors(value) for said in _violations(error, self.schema))
        return tuple(dict.fromkeys(islice(found, limits.VIOLATIONS_MAX)))

    def formats(self, value: Json) -> tuple[Violation, ...]:
        """Where strings are not of the `format` that the schema gives them. Schemas do not forbid that: a hint."""
        try:
            return tuple(
                Violation(pointer.join(error.instance_path), "format", _shortened(error.message))
                for error in islice(_format_checker(orjson.dumps(self.schema))(value), limits.VIOLATIONS_MAX)
                if error.kind.name == "format"
            )
        except (ValueError, TypeError):
            return ()


def violations(schema: Json, value: Json) -> tuple[Violation, ...]:
    """Everything wrong with `value`; nothing when the schema itself has a `problem`."""
    return checker(schema).violations(value)


def problem(schema: Json) -> str | None:
    """Why the schema cannot be used, as a sentence; None when it can."""
    return checker(schema).problem


def checker(schema: Json) -> Checker:
    """The checker of the schema. Equal schemas have one; ask once per schema where many values are checked."""
    try:
        return _checker(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS))
    except (TypeError, ValueError) as error:
        # Lone surrogates, integers beyond 64 bits, nesting beyond 254 levels.
        return _unusable(f"it cannot be written as JSON: {_first_line(error)}", schema)


@lru_cache(maxsize=512)
def _checker(schema_json: bytes) -> Checker:
    schema = orjson.loads(schema_json)
    if not isinstance(schema, (dict, bool)):
        return _unusable(f"it is {_type_name(schema)}, where a schema is an object", schema)
    schema = normalised(schema)
    if _unfolded(schema) > limits.SCHEMA_UNFOLDED_MAX:
        return _unusable(f"its references unfold to more than {limits.SCHEMA_UNFOLDED_MAX} parts", schema)
    import jsonschema_rs  # noqa: PLC0415 - 41 ms, only when schemas are looked at

    options = jsonschema_rs.FancyRegexOptions(backtrack_limit=limits.PATTERN_STEPS_MAX)
    try:
        validator = jsonschema_rs.validator_for(schema, retriever=_refused, pattern_options=options)
    except jsonschema_rs.ValidationError as error:
        place = pointer.join(error.instance_path)
        if error.instance_path[-1:] == ["type"] and isinstance(error.instance, str):
            return _unusable(f"{_quoted(error.instance)} is no type of JSON Schema, at {place}", schema)
        where = f" at {place}" if place else ""
        return _unusable(_shortened(error.message.split(" and retrieving it failed")[0]) + where, schema)
    except (ValueError, TypeError, jsonschema_rs.ReferencingError) as error:
        return _unusable(_shortened(_first_line(error)), schema)
    has_formats = b'"format":' in schema_json
    return Checker(None, validator.is_valid, validator.iter_errors, schema, has_formats)


@lru_cache(maxsize=512)
def _format_checker(schema_json: bytes) -> Callable[[Json], Iterable[Any]]:
    import jsonschema_rs  # noqa: PLC0415 - 41 ms, only when schemas are looked at

    options = jsonschema_rs.FancyRegexOptions(backtrack_limit=limits.PATTERN_STEPS_MAX)
    return jsonschema_rs.validator_for(
        orjson.loads(schema_json), validate_formats=True, retriever=_refused, pattern_options=options
    ).iter_errors


def _refused(uri: str) -> Json:
    raise ValueError(f"{uri} is not fetched")


def _unusable(why: str, schema: Json) -> Checker:
    return Checker(why, lambda _: True, lambda _: (), schema)


# Bounds


def _unfolded(schema: Json) -> int:
    """How many parts the schema has once its inner references are written out; a ring of references counts once.

    Thirty definitions that each name the next one twice are a page of JSON and a billion checks.
    """
    known: dict[str, int] = {}

    def parts(value: Json) -> int:
        if isinstance(value, list):
            return sum(map(parts, value))
        if not isinstance(value, dict):
            return 0
        count = 1 + sum(parts(item) for key, item in value.items() if key not in _DEFINITIONS)
        reference = value.get("$ref")
        return count + target(reference) if isinstance(reference, str) else count

    def target(reference: str) -> int:
        if reference not in known:
            known[reference] = 1
            try:
                known[reference] = parts(pointer.get(schema, reference.removeprefix("#")))
            except (pointer.PointerError, RecursionError):
                known[reference] = 1  # the validator says what is wrong with it
        return known[reference]

    return parts(schema)


_DEFINITIONS = ("$defs", "definitions", "enum", "examples", *NULL_MEANS_NULL)
"""Keywords below which nothing is checked unless something refers to it."""


# Words


def _violations(error: Any, schema: Json) -> Iterator[Violation]:
    kind = error.kind
    name = kind.name
    place = pointer.join(error.instance_path)
    if name in {"anyOf", "oneOf"} and any(kind.context):
        yield from _of_alternatives(error, schema, place, name)
    elif name in {"additionalProperties", "unevaluatedProperties"}:
        known = _properties(schema, error.schema_path[:-1])
        for extra in kind.unexpected:
            hint = _nearest(extra, known)
            message = f"{_quoted(extra)} is not a field of the schema{hint}"
            yield Violation(place + pointer.join([extra]), name, message, tuple(known))
    elif name == "required":
        yield Violation(place, name, f"{_quoted(kind.property)} is missing", (kind.property,))
    elif name == "enum":
        listed = ", ".join(_quoted(option) for option in kind.options[:8])
        more = f" and {len(kind.options) - 8} more" if len(kind.options) > 8 else ""
        hint = _nearest(error.instance, kind.options)
        message = f"{_quoted(error.instance)} is none of {listed or 'the values, of which there are none'}{more}{hint}"
        yield Violation(place, name, message, tuple(kind.options))
    elif name == "type":
        types = sorted(kind.types)  # the validator names them in no fixed order
        yield Violation(place, name, _type_message(error.instance, types), tuple(types))
    else:
        yield Violation(place, name, _shortened(error.message))


def _of_alternatives(error: Any, schema: Json, place: str, name: str) -> Iterator[Violation]:
    """What is wrong with the one alternative that was meant, where that can be told; else that none fits.

    An optional field is written `anyOf: [X, null]`: a wrong X should read as that, not as *neither X nor null*.
    """
    meant = [
        branch
        for branch in error.kind.context
        if not any(one.kind.name == "type" and one.instance_path == error.instance_path for one in branch)
    ]
    if len(meant) == 1:
        for one in meant[0]:
            yield from _violations(one, schema)
        return
    types = {
        type_
        for branch in error.kind.context
        for one in branch
        if one.kind.name == "type"
        for type_ in one.kind.types
    }
    if not meant and types:
        yield Violation(place, "type", _type_message(error.instance, sorted(types)), tuple(sorted(types)))
        return
    reasons = "; ".join(_shortened(branch[0].message, 60) for branch in error.kind.context[:3] if branch)
    count = len(error.kind.context)
    yield Violation(place, name, f"fits none of the {count} alternatives: {reasons}")


def _properties(schema: Json, path: list[str | int]) -> list[str]:
    """Field names of the object schema at `path`."""
    try:
        parent = pointer.get(schema, pointer.join(path))
    except pointer.PointerError:
        return []
    properties = parent.get("properties") if isinstance(parent, dict) else None
    return list(properties) if isinstance(properties, dict) else []


def _nearest(wrong: Json, known: Iterable[Json]) -> str:
    """`; did you mean ...?` for a word that is nearly one of the known ones, "" otherwise."""
    if not isinstance(wrong, str) or len(wrong) > limits.NAME_CHARS_MAX:
        return ""
    name = nearest(wrong, (item for item in known if isinstance(item, str)))
    return f"; did you mean {_quoted(name)}?" if name is not None else ""


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant; case, `_`, `-` and `.` count for nothing."""
    return _nearest_of(wrong[: limits.NAME_CHARS_MAX], tuple(islice(known, limits.NAMES_COMPARED_MAX)))


@lru_cache(maxsize=1024)  # agents make the same mistake again
def _nearest_of(wrong: str, known: tuple[str, ...]) -> str | None:
    plain = {_plain(word): word for word in known}
    close = difflib.get_close_matches(_plain(wrong), plain, n=1, cutoff=0.7)
    return plain[close[0]] if close else None


def _plain(word: str) -> str:
    return word[: limits.NAME_CHARS_MAX].lower().translate({ord(mark): None for mark in "_-. "})


def _type_message(value: Json, types: list[str]) -> str:
    asked = " or ".join(types)
    if isinstance(value, str) and {"object", "array"} & set(types) and _is_written_out(value):
        return f"is {asked} written as a string; it should be the {asked} itself"
    return f"{_quoted(value)} is {_type_name(value)}, not {asked}"


def _is_written_out(text: str) -> bool:
    """Whether the text is an object or a list as JSON."""
    if text.lstrip()[:1] not in {"{", "["}:
        return False
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _type_name(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a number"
        case str():
            return "a string"
        case dict():
            return "an object"
        case list():
            return "an array"
    return type(value).__name__


def _quoted(value: Json) -> str:
    if isinstance(value, (dict, list)) and len(value) > 0:
        return "{…}" if isinstance(value, dict) else "[…]"
    try:
        return _shortened(orjson.dumps(value).decode(), 60)
    except TypeError:
        return _shortened(repr(value), 60)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _shortened(text: str, most: int = 200) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
