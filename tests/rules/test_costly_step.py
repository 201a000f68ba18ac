"""Model calls that cost far more than their like."""

from __future__ import annotations

from replaydbg.core.step import Usage
from replaydbg.core.trace import Trace
from replaydbg.rules.costly_step import RULE
from tests.support.build import model_call, trace, user
from tests.support.rules import found


def spending(*tokens: int, cost_usd: float = float("nan")) -> Trace:
    calls = (
        model_call(f"m{n}", [user(f"{n}")], "ok", usage=Usage(count, 0), cost_usd=cost_usd * count)
        for n, count in enumerate(tokens)
    )
    return trace(*calls)


def test_quiet() -> None:
    assert found(RULE, spending()) == []
    assert found(RULE, spending(*[2000] * 9)) == []
    assert found(RULE, spending(*[2000] * 9, 9000)) == []


def test_by_tokens() -> None:
    (finding,) = found(RULE, spending(*[2000] * 9, 90_000))
    assert finding.message == "chat m-1 cost 90,000 tokens, where 2,000 is usual in this run"


def test_by_cost() -> None:
    (finding,) = found(RULE, spending(*[2000] * 9, 90_000, cost_usd=1e-6))
    assert finding.message == "chat m-1 cost $0.0900, where $0.0020 is usual in this run"
