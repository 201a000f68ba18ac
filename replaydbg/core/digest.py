"""Canonical JSON and its digest: the name under which equal requests and equal calls meet."""

from __future__ import annotations

import hashlib
import json

from replaydbg.core.message import Json

DIGEST_BYTES = 16
"""Wide enough that two different requests of one trace never share a name by chance."""


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr)
_PLAIN = frozenset({str, int, bool, type(None)})


def canonical(value: Json) -> str:
    """Keys sorted, no white space, 1.0 written as 1. Values that are no JSON are written by `repr`."""
    return _ENCODER.encode(_whole(value))


def digest(value: Json) -> str:
    """Hex digest of the canonical JSON. Lone surrogates (broken data) are digested as they stand."""
    return hashlib.blake2b(
        canonical(value).encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES
    ).hexdigest()


def _whole(value: Json) -> Json:
    """Integers that were written with a point are the same number."""
    if isinstance(value, dict):
        return {str(key): item if type(item) in _PLAIN else _whole(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _PLAIN else _whole(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
