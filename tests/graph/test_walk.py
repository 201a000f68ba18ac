"""One walk for all listeners."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from replaydbg.core.step import Body, Kind
from replaydbg.core.trace import Trace
from replaydbg.graph.walk import Present, Walk
from tests.support.build import agent, model_call, trace


class Heard:
    def __init__(self, before: Heard | None = None) -> None:
        self.before = before
        self.rows: list[int] = []
        self.ahead: list[bool] = []
        """Whether the one before had heard of each row already."""

    def hear(self, row: int, body: Body) -> None:
        assert body.output is not None
        self.rows.append(row)
        self.ahead.append(self.before is not None and row in self.before.rows)


class Walks:
    """A walk that counts how often its rows are asked for."""

    def __init__(self, run: Trace) -> None:
        self.times = 0
        self.run = run
        self.walk = Walk(run, self.rows)

    def rows(self) -> Sequence[int]:
        self.times += 1
        return range(len(self.run))


def walks(count: int) -> Walks:
    return Walks(trace(*(model_call(f"m{number}", [], "ok") for number in range(count))))


@pytest.mark.parametrize("count", [0, 1, 47, 48, 49, 200])
def test_everybody_hears_of_every_row_in_order_after_those_before_them(count: int) -> None:
    one = walks(count)
    first = one.walk.add(lambda _: Heard())

    def make(present: Present) -> Heard:
        return Heard(present(first))

    second = one.walk.add(make)
    later = one.walk.heard(second)
    assert later.rows == one.walk.heard(first).rows == list(range(count))
    assert all(later.ahead)
    assert later.before is one.walk.heard(first)
    assert one.times == 1


def test_some_hear_of_one_kind_only() -> None:
    run = trace(*[step for n in range(60) for step in (model_call(f"m{n}", [], "ok"), agent(f"a{n}", "a"))])
    one = Walks(run)

    class Rows(Heard):
        def hear(self, row: int, body: Body) -> None:
            self.rows.append(row)

    everything = one.walk.add(lambda _: Rows())
    calls = one.walk.add(lambda _: Rows(), Kind.MODEL_CALL)
    ran = one.walk.add(lambda _: Rows(), Kind.TOOL_EXECUTION)
    assert one.walk.heard(everything).rows == list(range(120))
    assert one.walk.heard(calls).rows == list(range(0, 120, 2))
    assert one.walk.heard(ran).rows == []
    assert one.times == 1


def test_who_comes_late_has_a_walk_of_their_own() -> None:
    one = walks(3)
    first = one.walk.add(lambda _: Heard())
    early = one.walk.heard(first)
    second = one.walk.add(lambda present: Heard(present(first)))
    assert one.walk.heard(second).rows == [0, 1, 2]
    assert one.walk.heard(first) is early
    assert (early.rows, one.times) == ([0, 1, 2], 2)


def test_a_walk_that_breaks_off_is_seen_by_nobody() -> None:
    one = walks(2)
    place = one.walk.add(lambda _: Heard())

    class Broken(Heard):
        def hear(self, row: int, body: Body) -> None:
            raise ZeroDivisionError

    one.walk.add(lambda _: Broken())
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            one.walk.heard(place)


def test_it_tells_how_far_it_has_come_and_is_ended_by_who_hears_that() -> None:
    one = walks(100)
    place = one.walk.add(lambda _: Heard())
    told: list[float] = []

    def stop(done: float) -> None:
        told.append(done)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        one.walk.go(stop)
    assert told == [0]
    told.clear()
    one.walk.go(told.append)
    assert told == [0, 0.48, 0.96]
    one.walk.go(told.append)
    assert (len(told), one.times) == (3, 2), "all have heard"
    assert one.walk.heard(place).rows == list(range(100))
