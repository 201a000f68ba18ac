"""Retry storm: one request, many failures."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.step import Status
from replaydbg.core.trace import Trace
from replaydbg.rules.retry_storm import RULE
from tests.support.build import Built, model_call, trace, user
from tests.support.rules import found
from tests.support.staged import asked, done, times


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(asked(10, 10), id="two failures"),
        pytest.param(asked(10, 10, 10, same=False), id="other requests"),
        pytest.param(asked(40_000, 80_000, 160_000), id="it waits"),
        pytest.param(done(*times(5, ("f", {}, "no", True))), id="a tool fails"),
        pytest.param(trace(*(model_call(f"m{n}", [user("Vote.")], "yes") for n in range(9))), id="a vote"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_a_storm_with_an_answer() -> None:
    (finding,) = found(RULE, asked(100, 100, 200))
    assert finding.severity is Severity.WARNING
    assert finding.message == "the same request fails 3 times (429), and is then answered"
    assert finding.step_ids == ("m0", "m1", "m2", "m3")
    assert [one.message for one in finding.evidence] == ["429 Too Many Requests"] * 3
    assert finding.loop is not None
    assert (finding.repeats, finding.loop.began, finding.loop.duration_ms) == (4, "m1", 305)


def test_a_storm_without_one() -> None:
    (finding,) = found(RULE, asked(100, 100, error="overloaded", answered=False))
    assert finding.message == "the same request fails 3 times, and is never answered"


def test_two_storms() -> None:
    first, second = found(RULE, trace(*_failing("a", 3), *_failing("b", 4)))
    assert (first.repeats, second.repeats) == (3, 4)


def _failing(word: str, count: int) -> list[Built]:
    return [model_call(f"{word}{n}", [user(word)], error="503", status=Status.ERROR) for n in range(count)]
