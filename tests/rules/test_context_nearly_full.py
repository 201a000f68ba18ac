"""Prompts that fill what the model can read."""

from __future__ import annotations

import pytest

from replaydbg.config import Settings
from replaydbg.core.step import Usage
from replaydbg.core.trace import Trace
from replaydbg.graph.facts import Facts
from replaydbg.rules.context_nearly_full import RULE, ContextThresholds
from tests.support.build import model_call, trace, user
from tests.support.rules import found


def reading(*tokens: int, model: str = "gpt-4o-2024-08-06") -> Trace:
    """A call for each number of tokens in its prompt."""
    return trace(
        *(
            model_call(f"m{n}", [user(f"{n}")], "ok", model=model, usage=Usage(read, 100))
            for n, read in enumerate(tokens)
        )
    )


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(reading(60_000), id="half"),
        pytest.param(reading(125_000, model="a-model-of-our-own"), id="of unknown size"),
        pytest.param(reading(900_000), id="more than it can read: another variant"),
        pytest.param(reading(100_000, 121_400, 140_000), id="which shows later on"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_found_once_for_an_agent() -> None:
    (finding,) = found(RULE, reading(121_400, 121_400, 121_400))
    assert finding.message == "121,500 of 128,000 tokens that gpt-4o-2024-08-06 can read are used"
    assert finding.step_ids == ("m0",)


def test_the_share_can_be_set() -> None:
    half = Settings(thresholds=(ContextThresholds(percent_full=40),))
    assert len(list(RULE.check(Facts(reading(60_000), settings=half)))) == 1
