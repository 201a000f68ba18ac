"""Steps that took far longer than their like."""

from __future__ import annotations

from replaydbg.core.trace import Trace
from replaydbg.rules.slow_step import RULE
from tests.support.build import call, tool_execution, trace
from tests.support.rules import found


def taking(*seconds: float) -> Trace:
    return trace(
        *(
            tool_execution(f"x{n}", call("search"), "ok", duration_ms=int(s * 1000))
            for n, s in enumerate(seconds)
        )
    )


def test_quiet() -> None:
    assert found(RULE, taking()) == []
    assert found(RULE, taking(*[1.0] * 9, 9.0)) == []
    assert found(RULE, taking(*[0.1] * 9, 5.0)) == []


def test_found() -> None:
    (finding,) = found(RULE, taking(*[1.0] * 9, 42.0))
    assert finding.message == "search took 42.0 s, where 1 s is usual in this run"
    assert finding.step_ids == ("x9",)
