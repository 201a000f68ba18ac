"""Whether bytes can hold a text, however it is written in them."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from replaydbg.views.expressions import Expression, QueryProblem
from replaydbg.views.needle import Needle


def written(text: str, *depths: bool) -> bytes:
    """A text inside texts: at each depth, from within, whether all but ASCII is escaped."""
    for escaped in depths:
        text = json.dumps(text, ensure_ascii=escaped)
    return text.encode()


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("Lost Parcel", "where is the LOST PARCEL", True),
        ("lost parcel", "parcels are lost", False),
        ("parcel, lost", "parcel and then lost", True),
        ("strasse", "Straße", True),
        ("STRASSE", "Stra\u1e9ee", True),
        ("straße", "strasse", True),
        ("strasse", "caf\u00e9", False),
        ("kelvin", "\u212aelvin", True),
        ("file", "\ufb01le", True),
        ("file", "\ufb01ne caf\u00e9", True),
        ("привет", "ПРИВЕТ", True),
        ("привет", "пока", False),
        ("größe", "GRÖSSE", True),
        ("größe", "grosse", False),
        ("日本", "これは日本語", True),
        ("日本", "本日", False),
        ("😀", "a 😀 b", True),
        ("😀", "a 😁 b", False),
        ("48213", "order 48213", True),
        ("48213", "order 48214", False),
        ("call_a1-b2", "id call_A1-B2", True),
        ("2024-05-01", "2024-05-02", False),
    ],
)
@pytest.mark.parametrize("depths", [(False,), (True,), (True, True), (True, False, True), (False, False)])
def test_words_in_bytes(words: str, text: str, expected: bool, depths: tuple[bool, ...]) -> None:
    needle = Needle.of(words)
    assert needle
    assert needle.may_be_in(written(text, *depths)) == (expected or "\ufb01ne" in text)


@pytest.mark.parametrize("words", ["", "{}", "::", "ab", "1e5", "3e-4", "null", "nul", "(a|b)", "u"])
def test_of_some_words_bytes_say_nothing(words: str) -> None:
    assert not Needle.of(words)


def test_letters_that_nobody_needs_to_escape_are_found_too() -> None:
    assert Needle.of("lost").may_be_in(rb'"\u006co\u0053t"')
    assert Needle.of("lost").may_be_in(rb'"\\u006Cost"')
    assert not Needle.of("lost").may_be_in(rb'"\u003ccat\u003e \u00e9"')


@pytest.mark.parametrize("number", ["1.50e3", "0.30000000000000004441", "15e2"])
def test_numbers_that_are_said_otherwise(number: str) -> None:
    said = repr(float(number)).replace(".0", "")
    assert Needle.of(said.rpartition(".")[2]).may_be_in(b'{"n":%b}' % number.encode())


LETTERS = st.text(
    st.sampled_from('abkisß\u017f\u212aİıéÉñЖжΣσςάΆ日本😀\ufb03\u0149 _-19eE."\\\n\u2028{'), max_size=12
)


@given(LETTERS, LETTERS, LETTERS, st.lists(st.booleans(), min_size=1, max_size=3))
@example("s", "", "\ufb06", [True])
def test_what_is_there_is_never_missed(before: str, words: str, after: str, depths: list[bool]) -> None:
    text = before + words + after
    needle = Needle.of(words)
    for sought in (words, words.upper(), words.lower()):
        if sought.casefold() in text.casefold():
            found = Needle.of(sought)
            assert not found or found.may_be_in(written(text, *depths))
    assert not needle or needle.may_be_in(written(text, *depths))


@given(LETTERS, LETTERS, LETTERS, st.lists(st.booleans(), min_size=1, max_size=3))
def test_what_a_pattern_finds_is_never_missed(
    before: str, words: str, after: str, depths: list[bool]
) -> None:
    text = before + words + after
    for pattern in (re.escape(words), words):
        try:
            wanted = Expression(pattern)
        except QueryProblem:
            continue
        if wanted.holds(text):
            needle = Needle.of(wanted)
            assert not needle or needle.may_be_in(written(text, *depths)), (pattern, text)
