"""What can still be read of damaged JSON: values out of text that is cut off, corrupt, or not quite JSON.

Nothing here raises anything but `ValueError`, whatever the bytes are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import msgspec
import orjson

from replaydbg import limits
from replaydbg.core.message import Json
from replaydbg.wire import arguments

Bytes = bytes | memoryview

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises on bytes that are no JSON, or not of the shape that is asked for."""

_LOOKED_AT_BYTES = 1 << 20
"""What nests too deep mostly does so soon."""

_STRUCTURE = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|[{}\[\]]', re.DOTALL)
_TO_STRUCTURE = re.compile(rb'(?:[^"{}\[\],]++|"(?:[^"\\]++|\\.)*+"?+)*+[{}\[\],]', re.DOTALL)
"""To the end of the next bracket or comma that is in no text: what is between is stepped over in one go."""
_OBJECT = re.compile(rb'\s*\{\s*("[^"\\]*")')
_COMMA = re.compile(rb"\s*,\s*(?=\{)")
_END_OF_ARRAY = re.compile(rb"\s*\]")
_CLOSERS = {ord("{"): b"}", ord("["): b"]"}


def loads(raw: Bytes | str) -> Json:
    """The value of JSON text, forgiving what writers of traces get wrong. Raises ValueError.

    Forgiven: NaN and Infinity, invalid UTF-8 and lone surrogates (both become U+FFFD), numbers of any length.
    """
    try:
        return orjson.loads(raw)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        pass
    text = raw if isinstance(raw, str) else bytes(raw).decode("utf-8", "replace")
    try:
        value = json.loads(text.removeprefix("\ufeff"), parse_int=_number)
        return _without_surrogates(value) if "\\u" in text or isinstance(raw, str) else value
    except RecursionError:
        raise ValueError("nested too deep") from None


def lost(text: Bytes) -> str:
    """What to say of JSON text of which only the beginning was read."""
    if arguments.is_too_deep(bytes(text[:_LOOKED_AT_BYTES]).decode("utf-8", "replace")):
        return f"nested deeper than {limits.JSON_LEVELS_MAX:,} levels: only the first {limits.JSON_DEPTH_MAX} of them were read"
    return "damaged JSON: only what stands before the damage was read"


def value(text: Bytes) -> Json | None:
    """The value of JSON text; where that is damaged, its longest whole beginning."""
    try:
        return loads(text)
    except ValueError:
        return repaired(text)


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < 4000 else float(digits)  # longer ones are refused by int()


def _without_surrogates(value: Json) -> Json:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    return value


def value_end(text: Bytes, start: int) -> int:
    """The offset after the object or array that begins at `start`; -1 where it does not end.

    Only quotes and brackets are looked at, so that what is inside may be wrong.
    """
    depth = 0
    for token in _STRUCTURE.finditer(text, start):
        char = text[token.start()]
        if char in b"{[":
            depth += 1
        elif char in b"}]":
            depth -= 1
            if depth <= 0:
                return token.end()
    return -1


def repaired(text: Bytes) -> Json | None:
    """The longest whole beginning of an object or array that stops or breaks in the middle; None where none is.

    Values that were cut are left out with their key: half a text would look like a whole one.
    """
    closers: list[bytes] = []
    good = at = 0
    while (found := _TO_STRUCTURE.match(text, at)) is not None:
        at = found.end()
        mark = text[at - 1]
        if mark in _CLOSERS:
            if len(closers) == limits.JSON_DEPTH_MAX:
                break
            closers.append(_CLOSERS[mark])
            good = at
        elif mark in b",":
            good = at - 1
        else:
            if not closers or closers[-1][0] != mark:
                break
            closers.pop()
            good = at
            if not closers:
                break
    return _closed(text, good, closers) if good else None


def _closed(text: Bytes, end: int, closers: list[bytes]) -> Json | None:
    try:
        return loads(bytes(text[:end]) + b"".join(reversed(closers)))
    except ValueError:
        return None


_RESUMED_MAX = 16
"""A damaged object may contain so many beginnings that look like its own, before the next one is taken for whole."""


def objects_in_arrays(
    text: Bytes, opening: re.Pattern[bytes], start: int = -1
) -> Iterator[tuple[int, int, bool]]:
    """Objects of every array that `opening` finds: start, end, and whether the object ends there as it should.

    Where an object is damaged, the next one is found by the key that the first of the array begins with: a quote
    that is missing would otherwise swallow all that follows. `start` is where an object of an array is known to begin.
    """
    at = start if start >= 0 else _after(opening, text, 0)
    while at >= 0:
        first = _OBJECT.match(text, at)
        if first is not None:
            beginning = re.compile(rb"\{\s*" + re.escape(bytes(first[1])) + rb"\s*:")
            for begin, end, whole in _objects(text, first.end() - len(first[0].lstrip()), beginning):
                yield begin, end, whole
                at = end
        at = _after(opening, text, at)


def _after(pattern: re.Pattern[bytes], text: Bytes, at: int) -> int:
    found = pattern.search(text, at)
    return found.end() if found else -1


def _objects(text: Bytes, start: int, beginning: re.Pattern[bytes]) -> Iterator[tuple[int, int, bool]]:
    while True:
        end = _whole_end(text, start, beginning)
        if end > 0:
            yield start, end, True
            separator = _COMMA.match(text, end)
            if separator is not None:
                start = separator.end()
                continue
            if _END_OF_ARRAY.match(text, end):
                return
        resumed = beginning.search(text, max(end, start + 1))
        if end < 0:
            yield start, resumed.start() if resumed else len(text), False
        if resumed is None:
            return
        start = resumed.start()


def _whole_end(text: Bytes, start: int, beginning: re.Pattern[bytes]) -> int:
    """The end of the object at `start`, if it parses; -1 if it does not.

    It is looked for up to the next beginnings only, so that one lost quote does not cost a walk to the end.
    """
    limit = start
    for _ in range(_RESUMED_MAX):
        following = beginning.search(text, limit + 1)
        limit = following.start() if following else len(text)
        end = value_end(text[start:limit], 0)
        if end > 0:
            return start + end if _parses(text[start : start + end]) else -1
        if following is None:
            break
    return -1


def _parses(text: Bytes) -> bool:
    try:
        loads(text)
    except ValueError:
        return False
    return True
