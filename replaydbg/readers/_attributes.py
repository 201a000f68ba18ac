"""Attributes of spans: flat, dotted, and decoded when somebody asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from math import nan
from typing import Any, TypeAlias

import msgspec

from replaydbg import limits
from replaydbg.core.message import Json, Message, OtherPart, Role
from replaydbg.readers import _salvage

Tree: TypeAlias = dict[str, Any]
"""What indexed attributes unfold to: `a.1.b` and `a.0.b` give `{"0": {"b": ...}, "1": {"b": ...}}` below `a`."""

_LARGE_BYTES = 1 << 10
"""Values of more text are decoded each time: bodies keep what they made of them, and not the text as well."""

_SHORT_BYTES = 64
"""Names of models and agents, kinds of operations: the spans of a run say the same few again and again."""

_NUMBERED = re.compile(r"\d{1,9}")


class Attributes(Mapping[str, Json]):
    """The attributes of one span. Values are JSON, or the undecoded text of an OTLP `AnyValue`."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Json]) -> None:
        self._values = dict(values)

    def __getitem__(self, key: str) -> Json:
        value = self._values[key]
        return self._decoded(key, value) if type(value) is msgspec.Raw else value

    def get(self, key: str, default: Any = None) -> Json:
        """As of any mapping, without an exception for what is absent: most of what is asked for is."""
        value = self._values.get(key, default)
        return self._decoded(key, value) if type(value) is msgspec.Raw else value

    def _decoded(self, key: str, raw: msgspec.Raw) -> Json:
        size = len(memoryview(raw))
        if size >= _LARGE_BYTES:
            return raw_any_value(raw)
        repeats = size <= _SHORT_BYTES and not key.endswith(".id")
        value = self._values[key] = _short_value(bytes(raw)) if repeats else raw_any_value(raw)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    @property
    def undecoded(self) -> Mapping[str, Json]:
        """The values as far as they were decoded: to make other attributes of."""
        return self._values

    def text(self, *keys: str) -> str:
        """The first of these that is a text and not empty, or ""."""
        for key in keys:
            value = self.get(key)
            if isinstance(value, str) and value:
                return value
        return ""

    def whole(self, *keys: str) -> int | None:
        """The first of these that is a whole number, also written as text."""
        for key in keys:
            number = whole(self.get(key))
            if number is not None:
                return number
        return None

    def json(self, key: str) -> Json:
        """The value, parsed where it is JSON written as text; of text that was cut off, its whole beginning."""
        return parsed(self.get(key))

    def below(self, prefix: str) -> Tree:
        """What the attributes under `prefix.` say, unfolded at each dot; a list under `prefix` itself counts too."""
        tree: Tree = {}
        start = prefix + "."
        for key in self:
            if key.startswith(start):
                _graft(tree, key[len(start) :].split("."), self[key])
        if not tree and prefix in self:
            whole_list = self.json(prefix)
            return unfolded(whole_list) if isinstance(whole_list, list) else tree
        return tree


def _graft(tree: Tree, path: list[str], value: Json) -> None:
    for token in path[:-1]:
        below = tree.setdefault(token, {})
        if not isinstance(below, dict):
            return
        tree = below
    tree.setdefault(path[-1], value)


def unfolded(value: Json) -> Json:
    """Lists that were delivered whole, in the shape of unfolded attributes; their keys may be dotted or nested."""
    if isinstance(value, list):
        return {str(number): unfolded(item) for number, item in enumerate(value)}
    if not isinstance(value, dict):
        return value
    tree: Tree = {}
    for key, inner in value.items():
        _graft(tree, key.split("."), unfolded(inner))
    return tree


def numbered(tree: Json) -> list[Json]:
    """The values under 0, 1, 2, ... in the order of the numbers (not of their text), also where some are missing."""
    if not isinstance(tree, dict):
        return []
    return [tree[key] for key in sorted(filter(_NUMBERED.fullmatch, tree), key=int)]


def parsed(value: Json) -> Json:
    """JSON in text, once; text that is none stays text. Truncated JSON gives its whole beginning."""
    if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "[", '"'}:
        return value
    try:
        return _salvage.loads(value)
    except ValueError:
        beginning = _salvage.repaired(value.encode("utf-8", "replace"))
        return beginning or value


def parsed_list(value: Json) -> tuple[list[Json] | None, bool]:
    """The list that `value` is or is the text of, and whether its text was cut off. None where there is none."""
    if not isinstance(value, str):
        return (value, False) if isinstance(value, list) else (None, False)
    try:
        found, cut = _salvage.loads(value), False
    except ValueError:
        found, cut = _salvage.repaired(value.encode("utf-8", "replace")), True
    return (found if isinstance(found, list) else None), cut


def cut_off(key: str, length: int) -> Message:
    """Stands where the rest of the messages is missing, so that half a prompt never passes for a whole one."""
    return Message(Role.UNKNOWN, (OtherPart({"type": "truncated", "attribute": key, "characters": length}),))


def whole(value: Json) -> int | None:
    """A whole number, also one written as text or with a point; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if -(1 << 63) <= number < 1 << 63 else None


def number(value: Json) -> float:
    """A number, also one written as text; NaN for anything else."""
    try:
        return nan if value is None or isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        return nan


@lru_cache(maxsize=4096)
def _short_value(raw: bytes) -> Json:
    return raw_any_value(raw)


def raw_any_value(raw: msgspec.Raw | bytes) -> Json:
    try:
        value = _salvage.loads(memoryview(raw))
    except ValueError:
        return bytes(raw).decode("utf-8", "replace")
    if type(value) is dict and len(value) == 1 and "stringValue" in value:
        return value["stringValue"]  # nearly all
    return any_value(value)


def any_value(value: Json, depth: int = 0) -> Json:
    """The JSON value of an OTLP `AnyValue`, keys in either case; `{}` is null, and so is an array without values."""
    if not isinstance(value, dict) or not value or depth > limits.JSON_DEPTH_MAX:
        return value or None
    kind, inner = next(iter(value.items()))
    match kind:
        case "intValue" | "int_value":
            found = whole(inner)
            return inner if found is None else found
        case "doubleValue" | "double_value":
            return number(inner) if isinstance(inner, str) else inner
        case "arrayValue" | "array_value":
            items = inner.get("values") if isinstance(inner, dict) else None
            return None if items is None else [any_value(item, depth + 1) for item in items]
        case "kvlistValue" | "kvlist_value":
            pairs = inner.get("values") if isinstance(inner, dict) else None
            return keyed(pairs, depth + 1)
    return inner


def keyed(pairs: Json, depth: int = 0) -> dict[str, Json]:
    """`[{key, value: AnyValue}]` as a mapping; what is no pair is passed over."""
    return {
        pair["key"]: any_value(pair.get("value"), depth)
        for pair in (pairs if isinstance(pairs, list) else ())
        if isinstance(pair, dict) and isinstance(pair.get("key"), str)
    }
