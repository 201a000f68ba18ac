"""Lanes: any window, after any folding, is what a fresh layout would draw."""

from __future__ import annotations

from itertools import pairwise
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replaydbg.core.trace import Trace
from replaydbg.graph import lanes
from replaydbg.graph.lanes import Chain
from replaydbg.graph.rows import FREE, OVERFLOW, Laid
from replaydbg.graph.walk import unheeded
from tests.support.build import agent, model_call, trace
from tests.support.runs import any_run, looping, made_up, parallel_tools, sub_agent


def shape(laid: Laid) -> tuple[int, int, tuple[int, ...], tuple[int, ...]]:
    return laid.entry.row, laid.lane, laid.merges, laid.forks


def test_a_fork_and_a_merge() -> None:
    chain = Chain(parallel_tools(3))
    assert [shape(laid) for laid in chain.window(0, 9)] == [
        (0, 0, (), ()),
        (1, 0, (0,), (1, 2)),
        (2, 0, (0,), ()),
        (3, 1, (1,), ()),
        (4, 2, (2,), ()),
        (5, 0, (0, 1, 2), ()),
    ]


def test_the_caller_keeps_its_lane_and_the_called_agent_gets_the_next() -> None:
    run = sub_agent()
    chain = Chain(run)
    lane_of = {run.ids[laid.entry.row]: laid.lane for laid in chain.window(0, 99)}
    assert lane_of == {"a": 0, "m1": 0, "t1": 0, "b": 1, "m2": 1, "t2": 1, "m3": 1, "m4": 0}


def test_opening_a_fan_out_lays_again_from_where_it_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fork stands in a row above the fold, and has one line or many."""
    monkeypatch.setattr(lanes, "CHECKPOINT_ROWS", 1)
    chain = Chain(parallel_tools(7))
    chain.window(0, 99)
    assert [shape(laid)[3] for laid in chain.window(0, 3)] == [(), (), ()]
    chain.toggle(2)
    assert [shape(laid)[3] for laid in chain.window(0, 3)] == [(), (1, 2, 3, 4, 5, 6), ()]
    same_as_fresh(chain, 2)
    chain.toggle(2)
    assert [shape(laid)[3] for laid in chain.window(0, 4)] == [(), (), (), ()]
    same_as_fresh(chain, 0)


def test_steps_without_a_free_lane_share_the_last_column() -> None:
    chain = Chain(parallel_tools(30))
    (header,) = [y for y in range(len(chain)) if chain.entry(y).fold]
    chain.toggle(header)
    window = chain.window(0, 99)
    assert max(laid.lane for laid in window) == OVERFLOW
    assert max(len(laid.after) for laid in window) == OVERFLOW
    assert any(laid.more for laid in window)


def test_a_loop_is_one_row_that_opens() -> None:
    run = looping(6)
    chain = Chain(run)
    folded = len(chain)
    (header,) = [y for y in range(len(chain)) if chain.entry(y).fold]
    entry = chain.entry(header)
    assert entry.fold is not None
    assert not entry.opened
    chain.toggle(header)
    assert chain.entry(header).opened
    assert len(chain) == folded + (entry.end - entry.row)
    assert chain.window(header, header + 1)[0].lane == FREE
    assert chain.entry(header + 1).inside == entry.fold
    assert chain.around(header + 2) == header
    chain.toggle(header)
    assert len(chain) == folded


def test_reveal_opens_what_hides_a_step() -> None:
    run = looping(6)
    chain = Chain(run)
    chain.fold_all()
    row = run.row("t4")
    assert not chain.shows(row)
    y = chain.reveal(row)
    assert chain.entry(y).row == row
    assert chain.entry(y).fold is None


def test_folds_are_kept_by_the_names_of_steps() -> None:
    chain = Chain(looping(6))
    (header,) = [y for y in range(len(chain)) if chain.entry(y).fold]
    chain.toggle(header)
    again = Chain(looping(6), state=chain.state)
    assert again.entries == chain.entries
    assert Chain(looping(5)).state == Chain(looping(6)).state, "nothing opened, nothing to keep"


def test_toggling_lays_again_only_what_changed() -> None:
    chain = Chain(made_up(6_000))
    chain.window(len(chain) - 1, len(chain))  # all checkpoints
    headers = [y for y in range(len(chain)) if chain.entry(y).fold]
    for y in headers[:: len(headers) // 20]:
        size = chain.entry(y).end - chain.entry(y).row
        assert chain.toggle(y) <= size + 2 * lanes.CHECKPOINT_ROWS
        chain.toggle(y)


def test_a_window_costs_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = Chain(made_up(6_000))
    chain.window(len(chain) - 1, len(chain))
    advanced = 0
    advance = Chain._advance

    def counted(self: Chain, lanes_now: list[int], y: int) -> object:
        nonlocal advanced
        advanced += 1
        return advance(self, lanes_now, y)

    monkeypatch.setattr(Chain, "_advance", counted)
    chain.window(len(chain) // 2, len(chain) // 2 + 40)
    assert advanced <= 40 + lanes.CHECKPOINT_ROWS


@settings(max_examples=60)
@given(any_run(), st.lists(st.integers(0, 10_000), max_size=8), st.data())
def test_after_any_folding_the_layout_is_a_fresh_one(
    run: Trace, toggles: list[int], data: st.DataObject
) -> None:
    with patch.object(lanes, "CHECKPOINT_ROWS", 3):
        chain = Chain(run)
        chain.window(0, len(chain))
        for number in toggles:
            chain.toggle(number % len(chain))
        same_as_fresh(chain, data.draw(st.integers(0, len(chain))))


@pytest.mark.parametrize("seed", [0, 3, 5, 7, 9])
def test_lines_that_run_to_the_end_do_not_have_it_laid_again_at_once(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line that a fold moves to another lane moves for as long as it is waited for."""
    monkeypatch.setattr(lanes, "CHECKPOINT_ROWS", 2)
    monkeypatch.setattr(lanes, "AT_ONCE_ROWS", 20)
    chain = Chain(made_up(300, seed))
    for y in (y for y in range(80) for _ in range(2)):
        chain.take_marks(chain.marks_to_end(unheeded) or ())
        assert chain.toggle(y) <= 20
        fresh = Chain(chain.trace, state=chain.state)
        fresh.take_marks(fresh.marks_to_end(unheeded) or ())
        for at, lanes_above in chain._marks[:: 1 + len(chain._marks) // 50]:
            assert lanes_above == fresh.window(at, at + 1)[0].before, (
                "a checkpoint that was kept is still true"
            )


@pytest.mark.parametrize("seed", range(2))
def test_long_runs_too(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "CHECKPOINT_ROWS", 4)
    chain = Chain(made_up(1500, seed))
    chain.window(0, len(chain))
    for number in range(0, 60_000, 1997):
        chain.toggle((number * 7919 + seed) % len(chain))
        same_as_fresh(chain, number % len(chain))


def same_as_fresh(chain: Chain, start: int) -> None:
    fresh = Chain(chain.trace, state=chain.state)
    assert fresh.entries == chain.entries
    whole = fresh.window(0, len(fresh))
    assert chain.window(start, start + 30) == whole[start : start + 30]
    for y, lanes_above in chain._marks:
        assert lanes_above == whole[y].before, "a checkpoint that was kept is still true"


@given(any_run(), st.lists(st.integers(0, 10_000), max_size=12))
def test_stretches_between_folds_are_laid_as_step_by_step(run: Trace, toggles: list[int]) -> None:
    class StepByStep(Chain):
        def _stops(self, row: int, end: int, closed: set[int]) -> range:
            return range(row, end)

    quick, plain = Chain(run), StepByStep(run)
    for number in toggles:
        y = number % len(plain)
        assert quick.toggle(y) == plain.toggle(y)
        assert (quick.entries, quick._inside) == (plain.entries, plain._inside)
    quick.unfold_all()
    plain.unfold_all()
    assert (quick.entries, quick._inside) == (plain.entries, plain._inside)


@given(any_run())
def test_every_edge_in_view_is_drawn_from_its_producer_to_its_consumer(run: Trace) -> None:
    chain = Chain(run)
    chain.unfold_all()
    window = [laid for laid in chain.window(0, len(chain)) if laid.lane != FREE]
    for above, below in pairwise(window):
        assert above.after == below.before, "lines join from row to row"
    for laid in window:
        row = laid.entry.row
        joins = chain.joins
        into = {joins.sources[edge] for edge in laid.before if edge >= 0 and joins.targets[edge] == row}
        wanted = {joins.sources[edge] for edge in range(len(joins.targets)) if joins.targets[edge] == row}
        full = any(one.more or one.lane == OVERFLOW for one in window)
        assert into <= wanted
        assert full or bool(into) == bool(wanted)


def test_a_short_run_is_not_hidden_by_rounds_that_hold_steps() -> None:
    turns = [agent(f"a{n}", "turn", model_call(f"m{n}", start_ms=20 * n), start_ms=20 * n) for n in range(40)]
    short = Chain(trace(*turns[:20]))
    assert [fold.rounds for fold in short.folds] == [20]
    assert len(short) == len(short.trace) + 1, "every step and the header of the rounds"
    assert len(Chain(trace(*turns, *(model_call(f"x{n}", start_ms=900 + n) for n in range(60))))) < 10
