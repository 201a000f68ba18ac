"""Files that are nearly right, by chance alone: the fast kind, for many thousands of them. (`said.twisted` shrinks.)"""

from __future__ import annotations

import json
import random
from typing import Any

SEED_BYTES_MAX = 12 << 10
"""A larger file is cut down to a seed: what matters is its shape, and small files are tried more often."""

_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1e308, 2**63, -(2**63) - 1, 10**30, 10**400, 0.5, float("inf"), float("nan"), "", " ", "\x00", "\ud800", "é", "1", "null",
    "{}", "[]", '{"a": 1}', "2024-01-01T00:00:00Z", "9999-99-99T99:99:99Z", "1700000000000000000", "NaN", [], {}, [[]],
    [None], [{}], {"": ""}, {"role": "user", "content": "x"}, {"type": "text", "text": "x"},
)  # fmt: skip


def twist(data: bytes, chance: random.Random) -> bytes:
    """The file with some values of its JSON replaced, moved, doubled or left out, line by line where it has lines."""
    try:
        lines, joiner = [json.loads(data)], b""
    except (ValueError, RecursionError):
        lines, joiner = [], b"\n"
        for line in data.split(b"\n"):
            try:
                lines.append(json.loads(line))
            except (ValueError, RecursionError):
                lines.append(line)
    pool = _values(lines, chance)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        lines = _twisted(lines, pool, chance)
    try:
        return joiner.join(line if isinstance(line, bytes) else _dumped(line) for line in lines)
    except (RecursionError, ValueError):
        return data


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _values(lines: list[Any], chance: random.Random) -> list[Any]:
    """Some of the values inside those lines that are JSON, at any depth."""
    found: list[Any] = []
    todo = [one for one in lines if not isinstance(one, bytes)]
    while todo and len(found) < 500:
        one = todo.pop(chance.randrange(len(todo)))
        found.append(one)
        todo += one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()
    return found


def _twisted(lines: list[Any], pool: list[Any], chance: random.Random) -> list[Any]:
    """A copy in which one place, found by walking down at random, is another."""
    path: list[Any] = []
    at: Any = lines
    while isinstance(at, (dict, list)) and at and (not path or chance.random() < 0.95):
        key = chance.choice(list(at)) if isinstance(at, dict) else chance.randrange(len(at))
        path.append(key)
        at = at[key]
    if not path:
        return lines
    copy = holder = list(lines)
    for key in path[:-1]:
        holder[key] = dict(holder[key]) if isinstance(holder[key], dict) else list(holder[key])
        holder = holder[key]
    _change(holder, path[-1], pool, chance)
    return copy


def _change(holder: Any, key: Any, pool: list[Any], chance: random.Random) -> None:
    deed = chance.randrange(7)
    if deed == 0:
        del holder[key]
    elif deed == 1:
        holder[key] = chance.choice(pool) if pool else None
    elif deed == 2 and isinstance(holder, list):
        holder.insert(key, holder[key])
    elif deed == 2:
        holder[chance.choice([one for one in pool if isinstance(one, str)] or ["type"])] = holder[key]
    elif deed == 3 and not isinstance(holder[key], bytes):
        holder[key] = _dumped(holder[key]).decode()
    elif deed == 4:
        holder[key] = [holder[key]] if not isinstance(holder[key], bytes) else None
    elif deed == 5 and isinstance(holder, list):
        other = chance.randrange(len(holder))
        holder[key], holder[other] = holder[other], holder[key]
    else:
        holder[key] = chance.choice(_ODD)


def seed(data: bytes) -> bytes:
    """A small file of the same shape: its first lines or items, long texts cut."""
    if len(data) <= SEED_BYTES_MAX:
        return data
    for kept, length in ((8, 300), (4, 100), (3, 40), (2, 20)):
        try:
            small = _dumped(_cut(json.loads(data), kept, length))
        except ValueError:
            lines = data.splitlines()[: kept * 4]
            small = b"\n".join(_cut_line(line, kept, length) for line in lines) + b"\n"
        if len(small) <= SEED_BYTES_MAX:
            break
    return small[: 4 * SEED_BYTES_MAX]


def _cut_line(line: bytes, kept: int, length: int) -> bytes:
    try:
        return _dumped(_cut(json.loads(line), kept, length))
    except ValueError:
        return line[:length]


def _cut(value: Any, kept: int, length: int) -> Any:
    if isinstance(value, dict):
        return {key: _cut(item, kept, length) for key, item in value.items()}
    if isinstance(value, list):
        return [_cut(item, kept, length) for item in value[:kept]]
    if isinstance(value, str) and len(value) > length:
        try:  # JSON in a text stays JSON
            return json.dumps(_cut(json.loads(value), kept, length))
        except ValueError:
            return value[:length]
    return value
