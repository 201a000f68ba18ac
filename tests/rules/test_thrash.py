"""Thrash: other numbers, no other outcome."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.thrash import RULE
from tests.support.build import trace
from tests.support.rules import found
from tests.support.staged import done, each, times


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(done(*each("f", "q", range(3), [])), id="three times"),
        pytest.param(done(*each("f", "page", range(8), lambda n: f"page {'abcdefgh'[n]}")), id="pages"),
        pytest.param(done(*each("f", "n", (4, 1, 7, 3, 9), "ok")), id="acknowledged"),
        pytest.param(done(*times(5, ("f", {"n": 1}, []))), id="the same number"),
        pytest.param(done(*each("edit", "n", range(5), "long " * 30)), id="acknowledged at length"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ("No results.", "and finds nothing"),
        ("Error: no", "each time with an error"),
        ("The policy. " * 9, "and is told the same"),
    ],
)
def test_guesses(result: str, words: str) -> None:
    (finding,) = found(RULE, done(*each("f", "q", [f"order {n}" for n in (7, 3, 9, 1)], result)))
    assert finding.severity is Severity.WARNING
    assert finding.message == f"f is called 4 times with arguments that differ only in numbers, {words}"
    assert finding.loop is not None
    assert (finding.loop.changes[0].before, finding.loop.changes[0].after) == ("order 7", "order 3")
