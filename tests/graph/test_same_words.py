"""Texts by numbers, looked at closely only where two begin alike."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from replaydbg.graph.same_words import SameWords
from replaydbg.graph.wording import canonical_bytes, masked_bytes
from tests.graph.test_deeds import PIECES


def number_of(same: SameWords, text: str) -> int:
    return same.number(text, lambda: text)


@given(st.lists(PIECES, max_size=6))
def test_equal_numbers_are_equal_but_for_times_and_ids(texts: list[str]) -> None:
    same = SameWords()
    numbers = [number_of(same, text) for text in texts]
    exact = [masked_bytes(canonical_bytes(text)) for text in texts]
    for at, number in enumerate(numbers):
        assert [number == one for one in numbers] == [exact[at] == one for one in exact]


def test_the_first_text_is_asked_for_again_only_where_another_begins_as_it_does() -> None:
    same, asked = SameWords(), list[str]()

    def again(text: str) -> Callable[[], str]:
        return lambda: asked.append(text) or text  # type: ignore[func-returns-value]

    first, second, third = "Give me the boots.", "Keep shoes here.", "Give me the boots 2."
    numbers = {same.number(text, again(text)) for text in (first, second)}
    assert not asked
    numbers.add(same.number(third, again(third)))
    assert (len(numbers), asked) == (3, [first])
