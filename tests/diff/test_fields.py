"""Differences of texts by word."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.changes import ABSENT, Change
from replaydbg.diff.fields import Piece, PieceKind, changed_words, words


@given(st.text(max_size=40), st.text(max_size=40))
def test_pieces_spell_both_texts(before: str, after: str) -> None:
    pieces = words(before, after)
    assert "".join(piece.before for piece in pieces) == before
    assert "".join(piece.after for piece in pieces) == after
    assert all((piece.kind is PieceKind.EQUAL) == (piece.before == piece.after) for piece in pieces)


def test_words_differ_as_words() -> None:
    assert words("use the old tool", "use the new tool") == (
        Piece(PieceKind.EQUAL, "use the", "use the"),
        Piece(PieceKind.REPLACED, " old", " new"),
        Piece(PieceKind.EQUAL, " tool", " tool"),
    )


def test_texts_that_differ_everywhere_are_compared_in_bounded_time() -> None:
    """Two texts of half a megabyte; the pieces still spell them."""
    before = " ".join(str(number) for number in range(80_000))
    after = " ".join(str(number * 7) for number in range(80_000))
    pieces = words(before, after)
    assert "".join(piece.after for piece in pieces) == after


def test_only_texts_have_words() -> None:
    assert changed_words(Change("", "a", "a b")) is not None
    assert changed_words(Change("", "a", 1)) is None
    assert changed_words(Change("", ABSENT, "a")) is None
