"""What may not reach a terminal as it is, and what may."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.views.text import printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain, grüße, 注文, 🙂, é", "plain, grüße, 注文, 🙂, é", id="harmless"),
        pytest.param("12\u202f000", "12\u202f000", id="narrow space"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="escape sequence"),
        pytest.param("\x9b2J", "\\x9b2J", id="escape sequence in one byte"),
        pytest.param("a\nb\tc\r", "a\\nb\\tc\\r", id="line ends"),
        pytest.param("\u202egnp.exe", "\\u202egnp.exe", id="turned around"),
        pytest.param("pay\u200bpal", "pay\\u200bpal", id="zero width"),
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

    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cs"}
    assert not {unicodedata.bidirectional(character) for character in shown} & {"RLO", "LRO", "RLE", "LRE", "RLI"}
    assert printable(shown) == shown
