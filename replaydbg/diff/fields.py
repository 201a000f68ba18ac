"""What differs between two JSON values, by JSON pointer; and between two texts, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from itertools import islice

from replaydbg import limits
from replaydbg.core.message import Json
from replaydbg.core.pointer import join
from replaydbg.diff.sequence import common_subsequence


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

    @property
    def words(self) -> tuple[Piece, ...] | None:
        """The two texts word by word; None where one of the two is no text."""
        if isinstance(self.before, str) and isinstance(self.after, str):
            return words(self.before, self.after)
        return None


class PieceKind(StrEnum):
    EQUAL = "equal"
    REPLACED = "replaced"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of two texts; all pieces in a row spell both."""

    kind: PieceKind
    before: str
    after: str


_WORD = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")
"""A word with the white space before it: spaces alone would find their like everywhere."""


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


def words(before: str, after: str) -> tuple[Piece, ...]:
    """The texts as pieces, word by word."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    pieces: list[Piece] = []
    same: list[str] = []
    at_old = at_new = 0
    for to_old, to_new in (*common_subsequence(old, new), (len(old), len(new))):
        if (at_old, at_new) != (to_old, to_new):
            pieces += [_equal_piece(same), _piece("".join(old[at_old:to_old]), "".join(new[at_new:to_new]))]
            same = []
        same += old[to_old : to_old + 1]
        at_old, at_new = to_old + 1, to_new + 1
    return tuple(piece for piece in (*pieces, _equal_piece(same)) if piece.before or piece.after)


def _piece(before: str, after: str) -> Piece:
    kind = PieceKind.REPLACED if before and after else PieceKind.ADDED if after else PieceKind.REMOVED
    return Piece(kind, before, after)


def _equal_piece(same: list[str]) -> Piece:
    text = "".join(same)
    return Piece(PieceKind.EQUAL, text, text)


def first_changes(before: Json, after: Json, most: int = limits.CHANGES_PER_STEP_MAX) -> tuple[Change, ...]:
    return tuple(islice(changes(before, after), most))
