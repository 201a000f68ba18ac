"""How alike two values are: the edit distance of the parts in which they differ, or the words that they share."""

from __future__ import annotations

from collections.abc import Iterator

from replaydbg.core.message import Json
from replaydbg.graph.wording import canonical_bytes, roughly

COMPARED_BYTES_MAX = 400
"""Of each part, between where two begin and cease to differ: the distance is quadratic in it. More is not alike."""


def likeness(before: Json, after: Json, least: float = 0.0) -> float:
    """From 0, nothing in common, to 1, equal but for numbers and case. Of values less alike than `least` it is some number below
    that, found much sooner.

    Only fields that differ are weighed: two searches in one long path that look for different words are not alike.
    """
    parts = [(old, new, max(len(old), len(new))) for old, new in _differing(before, after)]
    size = sum(longest for _, _, longest in parts)
    most, distance = int((1 - least) * size) + 1, 0
    for old, new, longest in parts:
        by_words = round(longest * _strange_words(old, new))
        distance += min(by_words, edit_distance(old, new, min(by_words, most - distance)))
    return 1 - distance / size if size else 1.0


def _differing(before: Json, after: Json) -> Iterator[tuple[bytes, bytes]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            if key in before and key in after:
                if before[key] != after[key]:
                    yield from _differing(before[key], after[key])
            else:
                yield b"", canonical_bytes(before.get(key, after.get(key)))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for one, other in zip(before, after, strict=True):
            if one != other:
                yield from _differing(one, other)
    else:
        old, new = roughly(_flat(before)), roughly(_flat(after))
        if old != new:
            yield old, new


def _flat(value: Json) -> bytes:
    """A list of words as they would be said."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        value = " ".join(value)
    return canonical_bytes(value)


def _strange_words(one: bytes, other: bytes) -> float:
    """The share of words that only one of two texts has, in whatever order."""
    if b" " not in one or b" " not in other:
        return 1.0
    mine, its = set(one.split()), set(other.split())
    return 1 - 2 * len(mine & its) / (len(mine) + len(its))


def edit_distance(one: bytes, other: bytes, most: int) -> int:
    """Bytes to be put in, taken out or changed (Levenshtein), by Myers' bit vectors: one step for a whole column. Where that
    are more than `most`, some number above it.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    one, other = _middles(one, other)
    longer = max(len(one), len(other))
    if not one or not other or longer > COMPARED_BYTES_MAX:
        return longer
    places: dict[int, int] = {}
    for at, byte in enumerate(one):
        places[byte] = places.get(byte, 0) | 1 << at
    last, full = 1 << (len(one) - 1), (1 << len(one)) - 1
    plus, minus, distance = full, 0, len(one)
    for left, byte in zip(range(len(other) - 1, -1, -1), other, strict=True):
        equal = places.get(byte, 0)
        vertical = equal | minus
        horizontal = (((equal & plus) + plus) ^ plus) | equal
        up, down = minus | ~(horizontal | plus) & full, plus & horizontal
        distance += bool(up & last) - bool(down & last)
        up = up << 1 | 1
        if distance - left > most:  # each byte that is left makes it one less at best
            return distance - left
        plus, minus = (down << 1 | ~(vertical | up)) & full, up & vertical & full
    return distance


def _middles(one: bytes, other: bytes) -> tuple[bytes, bytes]:
    """Both without what they begin and end with in common."""
    shorter = min(len(one), len(other))
    head = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    one, other = one[head:], other[head:]
    shorter -= head
    tail = next((at for at in range(shorter) if one[-1 - at] != other[-1 - at]), shorter)
    return one[: len(one) - tail], other[: len(other) - tail]
