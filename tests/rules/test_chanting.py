"""Chanting: one reply that says the same over and over."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.core.finding import Severity
from replaydbg.core.trace import Trace
from replaydbg.rules import chanting
from replaydbg.rules.chanting import RULE, Chant, chant
from tests.support.build import trace
from tests.support.rules import found
from tests.support.staged import said


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(trace(), id="empty"),
        pytest.param(said("I will look. " * 100), id="short"),
        pytest.param(said("".join(f"{n * 7919 % 9973} is a number. " for n in range(300))), id="a list"),
        pytest.param(said("=" * 5000), id="a line"),
        pytest.param(said("| - | - |\n" * 500), id="an empty table"),
        pytest.param(said("The refrain is sung.\n" * 6 + "x".join(map(str, range(2000)))), id="six times"),
    ],
)
def test_quiet(run: Trace) -> None:
    assert found(RULE, run) == []


def test_a_chant() -> None:
    (finding,) = found(RULE, said("Let me see. " + "I will check the order now. " * 200))
    assert finding.severity is Severity.WARNING
    assert (
        finding.message
        == "the reply says the same 200 times without a break, 100% of it: I will check the order now."
    )
    assert finding.repeats == 200


def test_what_it_cost() -> None:
    from replaydbg.core.step import Usage
    from tests.support.build import model_call, user

    text = "Once upon a time there was a lamp that had no shade. " * 10 + "Again and again. " * 100
    (finding,) = found(
        RULE, trace(model_call("m", [user("Go.")], text, usage=Usage(10, 1000), start_ms=0, duration_ms=4000))
    )
    assert finding.loop is not None
    assert finding.loop.tokens is not None
    assert 700 < finding.loop.tokens < 800
    assert finding.loop.duration_ms == pytest.approx(4 * finding.loop.tokens, rel=0.01)


WORDS = st.lists(st.sampled_from(["a", "b", "see", "1.", "2)", "then", "x" * 60]), min_size=1, max_size=6)


@settings(max_examples=300)
@given(WORDS, WORDS, st.integers(1, 30), WORDS, st.sampled_from([0.0, 0.2, 0.34, 0.5, 0.9, 1.0]))
def test_only_periods_that_a_chant_can_have_are_looked_for(
    before: list[str], passage: list[str], times: int, after: list[str], share: float
) -> None:
    text, own = " ".join([*before, *passage * times, *after]), Chant(times_min=2, share_min=share)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(chanting, "_PACKED_MAX", 10.0)
        quick = chant(text, own)
        patched.setattr(chanting, "_periods", lambda *_: None)
        assert chant(text, own) == quick


PASSAGES = st.lists(
    st.sampled_from(["a", "aa", "see", "#.", "x#)y", "1.", "2)", "12:", "then", "x" * 60, "x1)y", "語" * 7, ".", "-" * 9, "\n", " "]), min_size=1, max_size=8
)  # fmt: skip


@settings(max_examples=500)
@given(
    PASSAGES,
    PASSAGES,
    st.integers(2, 60),
    PASSAGES,
    st.sampled_from(["", " "]),
    st.sampled_from([0.3, 0.5, 0.9]),
    st.sampled_from([2, 8, 12]),
)
def test_a_glance_overlooks_no_chant(
    before: list[str], passage: list[str], times: int, after: list[str], space: str, share: float, least: int
) -> None:
    rounds = [part.replace("#", str(number)) for number in range(times) for part in passage]
    text = space.join([*before, *rounds, *after])
    own = Chant(times_min=least, share_min=share)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(chanting, "_PACKED_MAX", 10.0)
        quick = chant(text, own)
        patched.setattr(chanting, "_may_chant", lambda *_: True)
        assert chant(text, own) == quick


def test_what_no_chant_is_in_is_told_at_a_glance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("replaydbg.rules.chanting.zlib.compress", None)
    assert chant(" ".join(map("".join, product("kmpt", "aeiou", "lnrs", "aeiou", "gh"))), Chant()) is None
