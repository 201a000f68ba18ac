"""Shared options."""

from __future__ import annotations

import pytest

from replaydbg.cli.options import words


@pytest.mark.parametrize(
    ("given", "expected"),
    [(None, ()), ([], ()), (["a"], ("a",)), (["a,b", "c"], ("a", "b", "c")), ([" a , ,b,"], ("a", "b"))],
)
def test_rules_are_named_by_commas_or_repeated(given: list[str] | None, expected: tuple[str, ...]) -> None:
    assert words(given) == expected
