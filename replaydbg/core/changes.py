"""What differs between two JSON values, by JSON pointer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice

from replaydbg import limits
from replaydbg.core.message import Json
from replaydbg.core.pointer import join


class _Absent(Enum):
    """Not null: not there."""

    ABSENT = "absent"


ABSENT = _Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs. `pointer` leads into the document that has the field, the second where both have it.

    `before` or `after` is `ABSENT` where only the other side has the field.
    """

    pointer: str
    before: Json
    after: Json


def changes(before: Json, after: Json, path: tuple[str | int, ...] = ()) -> Iterator[Change]:
    """Every field that differs, in the order of the documents. True is not 1, and 1.0 is."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, old in before.items():
            if key in after:
                yield from changes(old, after[key], (*path, key))
            else:
                yield Change(join((*path, key)), old, ABSENT)
        for key, new in after.items():
            if key not in before:
                yield Change(join((*path, key)), ABSENT, new)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _list_changes(before, after, path)
    elif not _equal(before, after):
        yield Change(join(path), before, after)


def _list_changes(before: list[Json], after: list[Json], path: tuple[str | int, ...]) -> Iterator[Change]:
    """Items from both ends that are equal are set aside; what is left in the middle is compared in its order."""
    shorter = min(len(before), len(after))
    head = 0
    while head < shorter and _equal(before[head], after[head]):
        head += 1
    tail = 0
    while tail < shorter - head and _equal(before[-1 - tail], after[-1 - tail]):
        tail += 1
    ends = len(before) - tail, len(after) - tail
    for at in range(head, min(ends)):
        yield from changes(before[at], after[at], (*path, at))
    for at in range(min(ends), ends[0]):
        yield Change(join((*path, at)), before[at], ABSENT)
    for at in range(min(ends), ends[1]):
        yield Change(join((*path, at)), ABSENT, after[at])


def _equal(one: Json, other: Json) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (dict, list)) and type(one) is type(other) and len(one) == len(other):
        return next(changes(one, other), None) is None
    return bool(one == other) or (one != one and other != other)  # noqa: PLR0124 - two NaN say the same


def first_changes(before: Json, after: Json, most: int = limits.CHANGES_PER_STEP_MAX) -> tuple[Change, ...]:
    return tuple(islice(changes(before, after), most))
