"""Markdown as blocks: laid out, nothing lost, nothing harmful."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg import limits
from replaydbg.tui.markdown import rendered
from tests.support.blocks import text_of


def laid_out(text: str, width: int = 40) -> str:
    return text_of(rendered(width)(text))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        pytest.param("# Title\nbody", "Title\n\nbody", id="heading"),
        pytest.param("a **b** *c* `d`", "a b c d", id="inline"),
        pytest.param("* one\n* two", " • one\n • two", id="list"),
        pytest.param("```py\nx = 1\n```", "  x = 1", id="code"),
        pytest.param("one\ntwo", "one\ntwo", id="a line end is one"),
        pytest.param("<rules>\nbe brief\n</rules>", "<rules>\nbe brief\n</rules>", id="tags are text"),
        pytest.param("see <b>this</b>", "see <b>this</b>", id="tags in a line"),
        pytest.param("![x](http://h/p.png)", "!x (http://h/p.png)", id="no picture is fetched or hidden"),
        pytest.param("", "(empty)", id="empty"),
    ],
)
def test_layout(text: str, seen: str) -> None:
    assert laid_out(text) == seen


def test_a_table_is_set_in_columns() -> None:
    assert "1  22" in laid_out("| a | b |\n|---|--:|\n| 1 | 22 |")


def test_looks_are_ours() -> None:
    (block,) = rendered(40)("a **b**")
    assert block.spans == ((2, 3, "strong"),)


@pytest.mark.parametrize("text", ["\x1b[31mred", "a&#x202e;b", "&#27;[2J", "a&#8203;b", "`\x07`"])
def test_named_characters_do_no_harm_either(text: str) -> None:
    assert all(char.isprintable() or char == "\n" for char in laid_out(text))


@given(st.text(st.sampled_from("#*_`|-> \n[]()!<&;:1.ab\x1b\u202e\t"), max_size=120), st.integers(8, 60))
def test_any_text_can_be_laid_out(text: str, width: int) -> None:
    assert all(char.isprintable() or char == "\n" for char in laid_out(text, width))


def test_a_long_text_is_shown_as_it_was_written() -> None:
    text = "# a\n" * (limits.MARKDOWN_LAID_CHARS_MAX // 4 + 1)
    first, whole = rendered(40)(text)
    assert "too much" in first.text
    assert whole.text == text
