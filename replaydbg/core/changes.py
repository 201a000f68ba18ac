"""What differs between two JSON values, by JSON pointer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import islice, zip_longest
from typing import Any, TypeAlias

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


def changes(before: Json, after: Json) -> Iterator[Change]:
    """Every field that differs, in the order of the documents. True is not 1, and 1.0 is. Iterative: nesting must not end
    the program.
    """
    waiting: list[_Pair] = [((), before, after)]
    while waiting:
        path, old, new = waiting.pop()
        if isinstance(old, dict) and isinstance(new, dict):
            both = [((*path, key), value, new.get(key, ABSENT)) for key, value in old.items()]
            added = [((*path, key), ABSENT, value) for key, value in new.items() if key not in old]
            waiting += reversed(both + added)
        elif isinstance(old, list) and isinstance(new, list):
            waiting += reversed(_items(old, new, path))
        elif old is ABSENT or new is ABSENT or not _equal(old, new):
            yield Change(join(path), old, new)


_Pair: TypeAlias = tuple[tuple[str | int, ...], Any, Any]


def _items(before: list[Json], after: list[Json], path: tuple[str | int, ...]) -> list[_Pair]:
    """Items from both ends that are equal are set aside where there are more in one; what is left in the middle is compared
    in its order.
    """
    shorter = min(len(before), len(after)) if len(before) != len(after) else 0
    head = 0
    while head < shorter and _equal(before[head], after[head]):
        head += 1
    tail = 0
    while tail < shorter - head and _equal(before[-1 - tail], after[-1 - tail]):
        tail += 1
    left = zip_longest(before[head : len(before) - tail], after[head : len(after) - tail], fillvalue=ABSENT)
    return [((*path, at), old, new) for at, (old, new) in enumerate(left, head)]


def _equal(one: Json, other: Json) -> bool:
    waiting = [(one, other)]
    while waiting:
        mine, its = waiting.pop()
        if isinstance(mine, bool) or isinstance(its, bool):
            if mine is not its:
                return False
        elif isinstance(mine, dict) and isinstance(its, dict):
            if mine.keys() != its.keys():
                return False
            waiting += [(value, its[key]) for key, value in mine.items()]
        elif isinstance(mine, list) and isinstance(its, list):
            if len(mine) != len(its):
                return False
            waiting += zip(mine, its, strict=True)
        elif mine != its and (mine == mine or its == its):  # noqa: PLR0124 - two NaN say the same
            return False
    return True


def first_changes(before: Json, after: Json, most: int = limits.CHANGES_PER_STEP_MAX) -> tuple[Change, ...]:
    return tuple(islice(changes(before, after), most))
