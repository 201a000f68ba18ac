"""What differs between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from replaydbg.core.changes import Change
from replaydbg.diff.sequence import common_subsequence


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


def changed_words(change: Change) -> tuple[Piece, ...] | None:
    """The two texts word by word; None where one of the two is no text."""
    if isinstance(change.before, str) and isinstance(change.after, str):
        return words(change.before, change.after)
    return None


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
