"""Long work rests where somebody asked for it, and nowhere else."""

from __future__ import annotations

from contextvars import copy_context

import pytest

from replaydbg.core.columns import AT_ONCE, Columns, arrange
from replaydbg.core.rest import rest, resting
from replaydbg.core.step import Body, Kind, PlainBody
from replaydbg.core.trace import Source


def decode(_: object) -> Body:
    return PlainBody()


def test_only_who_asked_is_told() -> None:
    rested: list[str] = []
    rest()
    with resting(lambda: rested.append("outer")):
        rest()
        with resting(lambda: rested.append("inner")):
            rest()
        copy_context().run(rest)
        rest()
    rest()
    assert rested == ["outer", "inner", "outer", "outer"]


def test_putting_rows_in_order_rests_between_stretches() -> None:
    columns = Columns()
    for number in range(2 * AT_ONCE + 1):
        columns.add(id=f"s{number}", parent_id="s0" if number else "", kind=Kind.OPAQUE, name="", handle=None)
    rested: list[int] = []
    with resting(lambda: rested.append(1)):
        found = arrange(columns, trace_id="t", source=Source("f", "x"), decode=decode)
    assert len(rested) >= 3 * 3, "for each stretch of ids, parents and rows"
    assert found.trace.parents[1:4].tolist() == [0, 0, 0]


def test_who_is_told_may_end_it() -> None:
    def enough() -> None:
        raise InterruptedError

    with resting(enough), pytest.raises(InterruptedError):
        rest()
