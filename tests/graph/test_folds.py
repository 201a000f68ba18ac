"""Repeats among siblings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.step import Kind, Status
from replaydbg.core.trace import Trace
from replaydbg.graph.folds import FAN_OUT_OPEN_MAX, Fold, FoldKind, find_folds, repeats
from replaydbg.graph.joins import join
from tests.support.build import call, model_call, other, tool_execution, trace
from tests.support.runs import any_run, looping, parallel_tools


def folds_of(run: Trace) -> list[Fold]:
    return find_folds(run, join(run))


@pytest.mark.parametrize(
    ("signatures", "expected"),
    [
        ("abc", []),
        ("aab", []),
        ("aaa", [(0, 1, 3)]),
        ("abab", []),
        ("xababab", [(1, 2, 3)]),
        ("abababa", [(0, 2, 3)]),
        ("aaabababab", [(2, 2, 4)]),
        ("abcdefgh" * 3, [(0, 8, 3)]),
        ("abcdefghi" * 3, []),
        ("aaabbb", [(0, 1, 3), (3, 1, 3)]),
    ],
)
def test_repeats(signatures: str, expected: list[tuple[int, int, int]]) -> None:
    assert [found for found in repeats(signatures) if found[1]] == expected


@given(st.lists(st.sampled_from("abc"), max_size=60))
def test_repeats_cover_the_list_and_are_what_they_say(signatures: list[str]) -> None:
    at = 0
    for start, period, rounds in repeats(signatures):
        assert start == at
        at += max(1, period * rounds)
        stretch = signatures[start : start + period * rounds]
        assert stretch == stretch[:period] * rounds
    assert at == len(signatures)


def test_a_loop() -> None:
    run = looping(6)
    (fold,) = folds_of(run)
    assert (fold.kind, fold.period, fold.rounds) == (FoldKind.LOOP, 2, 6)
    assert run.ids[fold.start] == "m1", "m0 asked for another tool"


def test_rounds_of_a_loop() -> None:
    run = looping(4)
    (fold,) = folds_of(run)
    assert fold.round_of(fold.start + 2) == (fold.start + 2, fold.start + 4)
    assert fold.round_of(fold.end - 1) == (fold.end - 2, fold.end)


def test_wide_fan_outs_fold_and_narrow_ones_are_lanes() -> None:
    assert not folds_of(parallel_tools(FAN_OUT_OPEN_MAX))
    (fold,) = folds_of(parallel_tools(FAN_OUT_OPEN_MAX + 1))
    assert (fold.kind, fold.rounds) == (FoldKind.FAN_OUT, FAN_OUT_OPEN_MAX + 1)


def test_retries() -> None:
    run = trace(
        model_call("m1", None, status=Status.ERROR, error="429"),
        model_call("m2", None, status=Status.ERROR, error="429"),
        model_call("m3", None, "at last"),
    )
    (fold,) = folds_of(run)
    assert (fold.kind, fold.rounds) == (FoldKind.RETRY, 3)


def test_a_loop_around_loops_of_different_length() -> None:
    steps = []
    for outer, searches in enumerate((3, 5, 4)):
        steps.append(other(f"p{outer}", Kind.OPAQUE, "plan"))
        steps.extend(tool_execution(f"s{outer}-{n}", call("search", n), n) for n in range(searches))
    found = folds_of(trace(*steps))
    assert [(fold.period, fold.rounds) for fold in found] == [(2, 3), (1, 3), (1, 5), (1, 4)]


@given(any_run())
def test_folds_nest(run: Trace) -> None:
    found = folds_of(run)
    for fold in found:
        assert 0 <= fold.start < fold.end <= len(run)
        assert fold.rounds >= 3
        assert list(fold.units) == sorted(set(fold.units))
        for other_fold in found:
            apart = fold.end <= other_fold.start or other_fold.end <= fold.start
            inside = fold.start <= other_fold.start and other_fold.end <= fold.end
            around = other_fold.start <= fold.start and fold.end <= other_fold.end
            assert apart or inside or around
