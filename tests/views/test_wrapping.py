"""Lines that fit a width, and two columns of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from replaydbg.views.blocks import Block
from replaydbg.views.wrapping import Side, below, beside, wrapped


def pieces(text: str, width: int) -> list[str]:
    return [text[start:end] for start, end in wrapped(text, width, cell_len)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("one two three", ["one two", "three"]),
        ("a\n\nb", ["a", "", "b"]),
        ("abcdefghijkl", ["abcdefgh", "ijkl"]),
        ("日本語日本語", ["日本語日", "本語"]),
        ("end\n", ["end", ""]),
    ],
)
def test_wrapping(text: str, lines: list[str]) -> None:
    assert pieces(text, 8) == lines


@given(
    st.text(st.characters(exclude_categories=["C", "Z", "M"]) | st.sampled_from(" \n"), max_size=200),
    st.integers(8, 40),
)
def test_every_line_fits_and_nothing_but_spaces_is_lost(text: str, width: int) -> None:
    found = pieces(text, width)
    assert all(cell_len(piece) <= width for piece in found)
    assert "".join(found).replace(" ", "") == text.replace("\n", "").replace(" ", "")


TEXT = st.text(st.characters(exclude_categories=["C", "Z", "M"]) | st.sampled_from(" \n"), max_size=120)


@given(TEXT, TEXT, st.integers(40, 130))
@example("\U0001f3fb", "000000000000000", 40)
def test_columns_hold_both_texts_and_keep_to_the_width(left: str, right: str, width: int) -> None:
    lines = list(beside(Side(left, "dim"), Side(right, indent=2), width))
    middle = {cell_len(line.text.partition(" │ ")[0]) for line in lines if "│" not in left + right}
    assert len(middle) <= 1, "the rule between them is straight"
    assert all(cell_len(line.text) <= width for line in lines)
    if "│" not in left + right:
        for side, text in ((0, left), (2, right)):
            column = "".join(line.text.partition(" │ ")[side] for line in lines)
            assert "".join(column.split()) == "".join(text.split())


def test_looks_fall_on_the_words_that_have_them() -> None:
    left = Side("one two three four five", spans=((4, 13, "gone"),))
    lines = list(beside(left, Side("six", "added"), 30))
    marked = [
        line.text[begin:end] for line in lines for begin, end, look in line.spans if look in ("gone", "added")
    ]
    assert marked == ["two", "six", "three"]


def test_a_mark_stands_beside_the_first_line_only() -> None:
    block = Block(mark="✗", place="/a", row=3)
    lines = list(beside(Side("word " * 10), Side("x"), 40, block))
    assert [line.mark for line in lines] == ["✗"] + [""] * (len(lines) - 1)
    assert {(line.place, line.row) for line in lines} == {("/a", 3)}
    assert [(line.text, line.mark) for line in below(Side("a"), Side("b"), block)] == [("a", "✗"), ("b", "")]


def test_an_empty_side_is_left_out_where_they_stand_below_each_other() -> None:
    assert [line.text for line in below(Side("a"), Side())] == ["a"]
