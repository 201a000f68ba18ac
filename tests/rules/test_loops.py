"""The words and details of findings about loops."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import LoopDetail
from replaydbg.graph.facts import Facts
from replaydbg.rules._loops import failing, in_vain, is_called, named
from replaydbg.rules.no_progress_loop import RULE
from tests.support.rules import found
from tests.support.staged import done, each, times


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
    assert failing(failures, 3) == words


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("no results", ", and finds nothing"),
        ("Error: no", ", each time with an error"),
        ("long " * 20, ", and is told the same"),
    ],
)
def test_in_vain(result: str, words: str) -> None:
    (loop,) = Facts(done(*each("f", "q", [f"order {n}" for n in (4, 2, 9, 5)], result))).cycles.loops
    assert is_called(loop) + in_vain(loop) == f"f is called 4 times{words}"


def test_a_finding_carries_the_details_of_its_loop() -> None:
    (finding,) = found(RULE, done(*times(3, ("f", {}, "x"))))
    assert isinstance(finding.loop, LoopDetail)
    assert (finding.loop.first_step, finding.loop.began, finding.loop.last_step) == ("m1", "m2", "x3")
    assert (finding.period, finding.repeats) == (2, 3)
