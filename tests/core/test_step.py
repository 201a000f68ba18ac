"""Steps: what is derived from their facts."""

from __future__ import annotations

from replaydbg.core.step import KINDS, STATUSES, Kind, Status
from tests.support.build import assistant, call, model_call, other, tool_execution, trace


def test_the_calls_of_a_step() -> None:
    asked = call("f", {}, "c")
    run = trace(
        model_call("m", [], assistant("", asked)),
        model_call("n", [], None),
        tool_execution("x", asked, 1),
        tool_execution("y", None),
        other("o", Kind.OPAQUE, "o"),
    )
    assert [step.tool_calls for step in run.steps()] == [(asked,), (), (asked,), (), ()]


def test_duration_needs_both_ends() -> None:
    run = trace(model_call("m", [], "", start_ms=0, duration_ms=1500), model_call("n", [], "", timed=False))
    assert [step.duration_ms for step in run.steps()] == [1500.0, None]


def test_words_of_the_output() -> None:
    assert [str(kind) for kind in KINDS] == [
        "model-call",
        "tool-execution",
        "agent-invocation",
        "retrieval",
        "handoff",
        "opaque",
    ]
    assert STATUSES[0] is Status.UNSET
