"""The words of findings about loops."""

from __future__ import annotations

import pytest

from replaydbg.graph.cycles import Loop, LoopKind
from replaydbg.rules._loops import failing, named


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ((), "the same reply"),
        (("a",), "a"),
        (("a", "b"), "a and b"),
        (("a", "b", "c"), "a, b and c"),
        (tuple("abcdefgh"), "a, b, c, d, e, f … (8 in all)"),
    ],
)
def test_named(names: tuple[str, ...], words: str) -> None:
    assert named(names) == words


@pytest.mark.parametrize(
    ("failures", "words"),
    [(0, ""), (1, ", with 1 error"), (2, ", with 2 errors"), (3, ", each time with an error")],
)
def test_failing(failures: int, words: str) -> None:
    assert failing(Loop(LoopKind.REPEATED, (0, 1, 2), 1, 3, ("a",), failures, 3)) == words
