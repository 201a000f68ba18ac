"""What texts must hold that a regular expression finds."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.views.literals import literals


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("lost parcel", [("lost parcel",)]),
        (r"order \d+ lost", [("order ", " lost")]),
        (r"time.?out|re+fused", [("time", "out"), ("re", "fused")]),
        ("colou?r", [("colo", "r")]),
        ("ab*c{0,3}de", [("a", "de")]),
        (r"a\.b[xyz]c", [("a", "b", "c")]),
        (r"^x\x41y$", [("x", "y")]),
        ("[]|]a", [("a",)]),
        ("[[:alpha:]_]a[[:x]b", [("a", "b")]),
        ("(lost)+", [("lost",)]),
        ("(lost)?", [()]),
        ("(a|b)c", [()]),
        ("(?i)lost", [()]),
        ("a|", [("a",), ()]),
        (r"\p{L}lost", [()]),
        ("lost{e<=1}", [()]),
        ('{"lost"}', [('{"lost"}',)]),
    ],
)
def test_runs_of_letters(pattern: str, expected: list[tuple[str, ...]]) -> None:
    assert literals(pattern) == expected


PIECES = st.sampled_from(
    ["ab", "c", ".", "a?", "b*", "c+", r"\d", r"\x41", r"\.", "[ab]", "[^]c]", "[[:alpha:]]", r"\p{L}", "{e<=1}", r"\h", "a{0,2}", "b{2}", "|", "(", ")", ")?", ")+", "(?:"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=7).map("".join), st.text("abcA1. ", max_size=12))
def test_what_is_found_holds_them(pattern: str, text: str) -> None:
    try:
        compiled = regex.compile(pattern)
    except regex.error:
        return
    if compiled.search(text):
        assert any(all(run in text for run in runs) for runs in literals(pattern)), (pattern, text)
