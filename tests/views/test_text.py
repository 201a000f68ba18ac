"""What may not reach a terminal as it is, and what may; widths and short numbers."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from replaydbg.views.text import (
    Span,
    cell_width,
    clip,
    clip_middle,
    cost_words,
    count_words,
    duration_words,
    fit,
    one_line,
    pad,
    plain,
    plural,
    printable,
    spans_width,
    token_words,
    veiled,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain, grüße, 注文, 🙂, é", "plain, grüße, 注文, 🙂, é", id="harmless"),
        pytest.param("12\u202f000", "12\u202f000", id="narrow space"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="escape sequence"),
        pytest.param("\x9b2J", "\\x9b2J", id="escape sequence in one byte"),
        pytest.param("a\nb\tc\r", "a\\nb\\tc\\r", id="line ends"),
        pytest.param("\u202egnp.exe", "\\u202egnp.exe", id="turned around"),
        pytest.param("pay\u200bpal\ufeff", "pay\\u200bpal\\ufeff", id="zero width"),
        pytest.param("a\u200db", "a\\u200db", id="joiner between letters"),
        pytest.param("\u26a0\ufe0f heed", "\u26a0 heed", id="emoji style"),
        pytest.param("\U0001f468\u200d\U0001f4bb", "\U0001f468\U0001f4bb", id="joined emoji"),
        pytest.param("filler\u3164", "filler\\u3164", id="empty letter"),
        pytest.param("\ud83d", "\\ud83d", id="lone surrogate"),
        pytest.param("\U000e0041", "\\U000e0041", id="hidden tag"),
    ],
)
def test_unsafe_characters_are_escaped(text: str, expected: str) -> None:
    assert printable(text) == expected


@given(st.text(st.characters()))
def test_what_is_printed_can_be_encoded_and_controls_nothing(text: str) -> None:
    shown = printable(text)
    shown.encode()

    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not {unicodedata.bidirectional(char) for char in shown} & {"RLO", "LRO", "RLE", "LRE", "RLI"}
    assert printable(shown) == shown


@given(st.text(st.sampled_from("aé東🙂한\u0301ﬁ"), max_size=30), st.integers(0, 20))
def test_clipped_text_fits(text: str, width: int) -> None:
    assert cell_width(clip(text, width)) <= width
    assert cell_width(pad(text, width)) == width
    if 0 < cell_width(text) <= width:
        assert clip(text, width) == text


@pytest.mark.parametrize("text", ["abc", "東京タワー", "🙂👍", "e\u0301", "한국어", "│├─◆■●▲⇄↻∥‼✗★☺✎▸▾┃"])
def test_widths_are_those_the_terminal_toolkit_counts(text: str) -> None:
    assert cell_width(text) == cell_len(text)


def test_spans_are_fitted_to_the_cell() -> None:
    spans = [Span("name", "strong"), Span(" 東京東京", "dim")]
    assert plain(fit(spans, 20)) == "name 東京東京       "
    assert plain(fit(spans, 8)) == "name 東…"
    assert plain(fit(spans, 9)) == "name 東… "
    assert all(spans_width(fit(spans, width)) == width for width in range(20))


def test_one_line() -> None:
    assert one_line("  a\n\n  b\tc\x07 ") == "a b c\\x07"
    assert len(one_line("x" * 10_000)) == 400


def test_numbers_in_few_cells() -> None:
    durations = (None, 0, 0.4, 31.2, 999.4, 999.6, 4200, 59_940, 59_960, 192_000, 7_500_000, -20)
    assert [duration_words(value) for value in durations] == [
        "", "0ms", "0.4ms", "31ms", "999ms", "1.0s", "4.2s", "59.9s", "1m00s", "3m12s", "2h05m", "-20ms",
    ]  # fmt: skip
    counts = (None, 0, 412, 999, 1000, 3120, 9950, 41_200, 999_499, 999_500, 2_300_000, 4_000_000_000)
    assert [count_words(value) for value in counts] == [
        "", "0", "412", "999", "1.0k", "3.1k", "10k", "41k", "999k", "1.0M", "2.3M", "4.0G",
    ]  # fmt: skip
    assert [cost_words(value) for value in (None, float("nan"), 0.0, 0.00123, 0.37, 1234.5)] == [
        "", "", "$0.00", "$0.0012", "$0.37", "$1,234.50",
    ]  # fmt: skip
    assert [plural(1, "step"), plural(1200, "step"), plural(2, "entry", "entries")] == [
        "1 step", "1,200 steps", "2 entries",
    ]  # fmt: skip


@given(st.text())
def test_what_is_veiled_has_its_columns_and_nothing_that_harms(text: str) -> None:
    shown = veiled(text)
    assert len(shown) == len(text)
    assert printable(shown.replace("\t", "")) == shown.replace("\t", "")
    assert all(
        after == before for before, after in zip(text, shown, strict=True) if printable(before) == before
    )


def test_tokens_are_counted_in_words() -> None:
    assert [token_words(count) for count in (0, 1, 2, 3100)] == [
        "0 tokens",
        "1 token",
        "2 tokens",
        "3.1k tokens",
    ]


@pytest.mark.parametrize("width", range(15))
@pytest.mark.parametrize("text", ["run-00001-of-them.jsonl", "日本語日本語日本語", "e\u0301" * 20, "x", ""])
def test_what_is_cut_in_the_middle_keeps_its_end(text: str, width: int) -> None:
    cut = clip_middle(text, width)
    assert cell_width(cut) <= width
    assert (cut == text) == (cell_width(text) <= width)
    if width > 1 and text.isascii() and cut:
        assert cut.endswith(text[-1])
