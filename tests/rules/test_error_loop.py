"""Error loop: the same call fails again and again. More situations: `tests/support/situations.py`."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.error_loop import RULE
from tests.support.build import trace
from tests.support.rules import found
from tests.support.staged import done, each, times


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(done(*times(2, ("f", {}, "no", True))), id="twice"),
        pytest.param(done(*times(4, ("f", {}, "no", True)), ("f", {}, "yes")), id="it works in the end"),
        pytest.param(done(*times(4, ("f", {}, "x"))), id="nothing fails"),
        pytest.param(done(*each("f", "q", "abc", "no", True)), id="different calls"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_the_same_error() -> None:
    (finding,) = found(RULE, done(*times(4, ("f", {"q": 1}, "no such order", True))))
    assert finding.severity is Severity.ERROR
    assert finding.message == "f is called 4 times with the same arguments, each time with the same error"
    assert [one.message for one in finding.evidence] == [
        "here it begins",
        "the same again, and it fails again",
    ]


def test_other_errors() -> None:
    (finding,) = found(RULE, done(*(("f", {}, word, True) for word in ("one", "two", "three"))))
    assert finding.message == "f is called 3 times with the same arguments, each time with an error"
    assert finding.loop is not None
    assert [(change.before, change.after) for change in finding.loop.changes] == [
        ("one", "two"),
        ("two", "three"),
    ]


def test_a_round_in_which_something_fails() -> None:
    (finding,) = found(RULE, done(*times(3, ("read", {}, "A"), ("edit", {}, "no match", True))))
    assert (
        finding.message
        == "read and edit are called 3 times with the same arguments, and each round has the same error"
    )
