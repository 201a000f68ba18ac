"""Looking into JSON that may be anything: what is not of the wanted type counts as absent."""

from __future__ import annotations

import json
import re

import orjson

from replaydbg.core.message import Json

COUNT_END = 1 << 53
"""Counts are smaller: what a JSON number holds exactly, and far from where a sum of some leaves its column."""


def mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def sequence(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def count(value: Json) -> int | None:
    """A number of tokens; None for what is no such number. Some writers give `12.0`, some `"12"`."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
        value = int(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < COUNT_END:
        return int(value)
    return None


def either(body: dict[str, Json], key: str) -> Json:
    """A field by its JSON name or by its name in the protocol: `functionCall`, `function_call`. Both are taken there."""
    return body[key] if key in body else body.get(re.sub(r"(?=[A-Z])", "_", key).lower())


def decoded(raw: str) -> dict[str, Json]:
    """The JSON object that the text is; an empty one for any other text."""
    try:
        return mapping(orjson.loads(raw))
    except ValueError:
        return {}


def parsed(value: Json) -> Json:
    """JSON in text, once; what is no JSON, or no text, stays what it is."""
    if not isinstance(value, str) or value.lstrip()[:1] not in {"{", "[", '"'}:
        return value
    try:
        return orjson.loads(value)
    except ValueError:
        return value


def encoded(value: Json) -> str:
    """Compact JSON text. What no encoder can write (deeper than Python calls itself) is written as `null`."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # deeper than 254 levels, a lone surrogate, an integer beyond 64 bits
        try:
            return json.dumps(value, separators=(",", ":"))
        except (TypeError, ValueError, RecursionError):
            return "null"
