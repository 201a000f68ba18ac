"""Tokens of the calls of a plan: as recorded, measured, or like the others."""

from __future__ import annotations

import pytest

from replaydbg.core.step import Usage
from replaydbg.replay import spending
from tests.support.build import model_call, trace, user

RUN = trace(
    model_call("a", [user("u")], "x", usage=Usage(100, 10)),
    model_call("b", [user("four" * 100)], "four"),
    model_call("c", [user("four" * 100)], "four"),
)


def test_recorded_usage_counts_and_what_has_none_is_measured() -> None:
    assert spending.usage_by_model(RUN, {0: "m"}) == {"m": Usage(100, 10)}
    measured = spending.usage_by_model(RUN, {1: "m"})["m"]
    assert 90 <= (measured.input_tokens or 0) <= 130


def test_calls_beyond_those_that_are_measured_count_as_the_average(monkeypatch: pytest.MonkeyPatch) -> None:
    both = spending.usage_by_model(RUN, {1: "m", 2: "m"})
    monkeypatch.setattr(spending, "ESTIMATED_CALLS_MAX", 1)
    assert spending.usage_by_model(RUN, {1: "m", 2: "m"}) == both


def test_models_are_counted_each_for_itself() -> None:
    assert spending.usage_by_model(RUN, {0: "m", 1: "n"}).keys() == {"m", "n"}


def test_what_a_tool_lacks_is_a_sentence() -> None:
    assert spending.ToolNeed("f", 2, 2).missing == ""
    assert "answers 1 of the 2 calls to f" in spending.ToolNeed("f", 2, 1).missing
    assert "answers any of the 2 calls to f" in spending.ToolNeed("f", 2, 0).missing
    assert "answers the call to f" in spending.ToolNeed("f", 1, 0).missing
