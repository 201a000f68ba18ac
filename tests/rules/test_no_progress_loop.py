"""No-progress loop: what it says. Which runs are loops is told in `tests/graph/test_cycles.py`."""

from __future__ import annotations

import pytest

from replaydbg.core.finding import Evidence, Severity
from replaydbg.core.trace import Trace
from replaydbg.rules.no_progress_loop import RULE
from tests.support.build import assistant, call, chat, response, trace, user
from tests.support.rules import found


def calling(*deeds: tuple[str, object, object]) -> Trace:
    messages = [user("Go.")]
    for number, (tool, arguments, result) in enumerate(deeds):
        messages += [assistant("", call(tool, arguments, f"c{number}")), response(f"c{number}", result)]
    return chat([*messages, assistant("Done.")])


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(calling(*[("f", {}, "x")] * 2), id="twice is allowed"),
        pytest.param(calling(*[("f", {}, f"{n}0 %") for n in range(6)]), id="waiting, not looping"),
        pytest.param(calling(*[("f", {"n": n}, "ok") for n in range(6)]), id="different arguments"),
        pytest.param(calling(*[("f", {}, "ab"[n % 2]) for n in range(5)]), id="repeated, but no rounds"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_a_loop_of_one_call() -> None:
    (finding,) = found(RULE, calling(("g", {}, "y"), *[("f", {"q": 1}, "x")] * 3))
    assert finding.severity is Severity.ERROR
    assert finding.message == "f is called 3 times with the same arguments and the same result"
    assert finding.step_ids == ("m2", "x2", "m3", "x3", "m4", "x4")
    assert (finding.period, finding.repeats) == (2, 3)
    assert finding.evidence == (
        Evidence("m2", "/tool_calls/0", "here it begins"),
        Evidence("m3", "/tool_calls/0", "the same again"),
    )


def test_a_loop_of_several_calls() -> None:
    (finding,) = found(RULE, calling(*[("f", {}, "x"), ("g", {}, "y")] * 3))
    assert finding.message == "f and g go round 3 times with the same arguments and the same results"
    assert (finding.period, finding.repeats, len(finding.step_ids)) == (4, 3, 12)


@pytest.mark.parametrize(("period", "loops"), [(32, 1), (33, 0)])
def test_rounds_of_up_to_32_calls(period: int, loops: int) -> None:
    """Longer ones are told as what comes again, if at all."""
    deeds: list[tuple[str, object, object]] = [(f"f{n}", {}, f"r{n}") for n in range(period)]
    assert len(found(RULE, calling(*deeds * 3))) == loops


def test_errors_are_another_rules() -> None:
    assert found(RULE, calling(*[("f", {}, "Error: no such order")] * 4)) == []


def test_a_loop_of_words() -> None:
    run = chat([user("Go."), *(assistant("I will begin.") for _ in range(4))])
    (finding,) = found(RULE, run)
    assert finding.message == "the agent says the same 4 times and is not spoken to"
    assert finding.evidence[0].pointer == "/output/content"
