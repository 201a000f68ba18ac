"""Repeated call: what it says of each of its three kinds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from replaydbg.core.finding import Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.repeated_call import RULE
from tests.support.build import assistant, call, chat, response, trace, user
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
    assert finding.message == "f is called 6 times with the same arguments"
    assert (finding.period, finding.repeats) == (2, 6)


def test_errors_count_sooner() -> None:
    (finding,) = found(RULE, calling([("f", {}, word, True) for word in ("one", "two", "three")]))
    assert finding.message == "f is called 3 times with the same arguments, each time with an error"


def test_guesses() -> None:
    (finding,) = found(RULE, calling([("f", {"q": f"order {n}"}, "No results.") for n in (7, 3, 9, 1)]))
    assert (
        finding.message == "f is called 4 times with arguments that differ only in numbers, and finds nothing"
    )


def test_recurring_is_a_hint() -> None:
    others = [("open", {"u": "vwxyz"[n]}, "p" * (n + 1)) for n in range(4)]
    deeds = [deed for one in others for deed in (("search", {"q": "lamp"}, "a, b"), one)]
    (finding,) = found(RULE, calling(deeds))
    assert finding.severity is Severity.HINT
    assert finding.message.startswith(
        "search is called 4 times with the same arguments and always the same result"
    )
    assert finding.step_ids == ("m1", "x1", "m3", "x3", "m5", "x5", "m7", "x7")
    assert finding.evidence[1].step_id == "m3"
