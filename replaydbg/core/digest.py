"""Canonical JSON and its digest: the name under which equal requests and equal calls meet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from replaydbg.core.message import Json

DIGEST_BYTES = 16
"""Wide enough that two different requests of one trace never share a name by chance."""


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr)
_PLAIN = frozenset({str, int, bool, type(None)})


def canonical(value: Json) -> str:
    """Keys sorted, no white space, 1.0 written as 1. Values that are no JSON are written by `repr`."""
    try:
        return _ENCODER.encode(_whole(value))
    except RecursionError:
        return "".join(_piece_by_piece(value))


def digest(value: Json) -> str:
    """Hex digest of the canonical JSON. Lone surrogates (broken data) are digested as they stand."""
    return hashlib.blake2b(
        canonical(value).encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES
    ).hexdigest()


def _piece_by_piece(value: Json) -> Iterator[str]:
    """The same text of a value that is nested deeper than Python calls itself: hostile, but read all the same."""
    waiting: list[tuple[bool, Json]] = [(False, value)]
    while waiting:
        is_text, one = waiting.pop()
        if is_text:
            yield one
        elif isinstance(one, dict):
            items = sorted(((str(key), item) for key, item in one.items()), key=lambda pair: pair[0])
            waiting.append((True, "}"))
            for number in range(len(items) - 1, -1, -1):
                key, item = items[number]
                waiting += [(False, item), (True, f"{',' * (number > 0)}{_ENCODER.encode(key)}:")]
            waiting.append((True, "{"))
        elif isinstance(one, (list, tuple)):
            waiting.append((True, "]"))
            for number in range(len(one) - 1, -1, -1):
                waiting += [(False, one[number]), (True, "," * (number > 0))]
            waiting.append((True, "["))
        else:
            yield _ENCODER.encode(_whole(one))


def _whole(value: Json) -> Json:
    """Integers that were written with a point are the same number."""
    if isinstance(value, dict):
        return {str(key): item if type(item) in _PLAIN else _whole(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _PLAIN else _whole(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
