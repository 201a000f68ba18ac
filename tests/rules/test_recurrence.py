"""Recurrence: asked again, though nothing was changed."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.recurrence import RULE
from tests.support.build import trace
from tests.support.rules import found
from tests.support.staged import done, times


def _recurring(count: int, between: str = "open") -> Trace:
    return done(
        *(
            deed
            for n in range(count)
            for deed in (("search", {"q": "lamp"}, "a, b"), (between, {"u": "vwxyz"[n]}, "p" * (n + 1)))
        )
    )


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(_recurring(3), id="three times"),
        pytest.param(_recurring(5, "edit_file"), id="after changes"),
        pytest.param(done(*times(5, ("read", {}, "x"))), id="a loop"),
        pytest.param(
            done(*(("look", {"at": n // 2} if n % 2 else {}, f"{n}") for n in range(10))),
            id="other results",
        ),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_it_is_a_hint() -> None:
    (finding,) = found(RULE, _recurring(4))
    assert finding.severity is Severity.HINT
    assert (
        finding.message
        == "search is called 4 times with the same arguments and always the same result, with other calls between"
    )
    assert finding.step_ids == ("m1", "x1", "m3", "x3", "m5", "x5", "m7", "x7")
    assert finding.evidence[1].step_id == "m3"
    assert finding.loop is not None
    assert (finding.period, finding.loop.duration_ms) == (0, 6)
