"""Repeated call: the same is asked and little comes of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.repeated_call import RULE
from tests.support.build import assistant, call, chat, response, tool_execution, trace, user
from tests.support.rules import found


def calling(deeds: Iterable[tuple[Any, ...]]) -> Trace:
    messages = [user("Go.")]
    for number, (tool, arguments, result, *failed) in enumerate(deeds):
        messages += [
            assistant("", call(tool, arguments, f"c{number}")),
            response(f"c{number}", result, is_error=bool(failed)),
        ]
    return chat([*messages, assistant("Done.")])


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(calling([("f", {}, "ab"[n % 2]) for n in range(4)]), id="four times"),
        pytest.param(calling([("f", {}, f"{n}0 %") for n in range(9)]), id="polling"),
        pytest.param(calling([("f", {}, "x")] * 5), id="the other rule's loop"),
        pytest.param(calling([("f", {"page": n}, f"page {'abcde'[n]}") for n in range(5)]), id="pages"),
        pytest.param(calling([("f", {"n": n}, "ok") for n in (4, 1, 7, 3, 9)]), id="acknowledged"),
        pytest.param(
            calling([deed for n in range(5) for deed in (("read", {}, f"v{n}"), ("edit", {"n": n}, "ok"))]),
            id="read again after a change",
        ),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_the_same_call_with_little_news() -> None:
    (finding,) = found(RULE, calling([("f", {}, "ab"[n in {1, 2, 4}]) for n in range(6)]))
    assert finding.severity is Severity.WARNING
    assert (
        finding.message == "f is called 6 times with the same arguments, and gets 2 different results in turn"
    )
    assert (finding.period, finding.repeats) == (2, 6)


def test_it_counts_sooner_when_the_last_fails() -> None:
    (finding,) = found(RULE, calling([("f", {}, "x"), ("f", {}, "y"), ("f", {}, "no", True)]))
    assert finding.message == "f is called 3 times with the same arguments, with 1 error"


def test_waiting_long_is_said_though_it_ends() -> None:
    (finding,) = found(RULE, calling([*[("f", {}, "pending")] * 10, ("f", {}, "done")]))
    assert (
        finding.message
        == "f is called 11 times with the same arguments, and another result comes only after 10 equal ones"
    )


def test_a_clock_is_nothing_new() -> None:
    (finding,) = found(RULE, calling([("f", {}, f"pending, waited {n}s") for n in range(10)]))
    assert (
        finding.message
        == "f is called 10 times with the same arguments, and all that is new in the results is the time"
    )


def test_results_that_nobody_recorded_are_not_spoken_of() -> None:
    asked = call("f", {}, "c")
    (finding,) = found(RULE, trace(*(tool_execution(f"x{n}", asked) for n in range(5))))
    assert finding.message == "f is called 5 times with the same arguments"
