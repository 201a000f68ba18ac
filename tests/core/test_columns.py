"""Rows into pre-order: whatever order they come in, every row once and parents before children."""

from __future__ import annotations

from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core import columns as columns_module
from replaydbg.core.columns import KIND_NUMBER, NOT_RECORDED, NUMBER_END, Arranged, Columns, Names, arrange
from replaydbg.core.step import Kind, PlainBody, Status
from replaydbg.core.trace import Source

Spec = tuple[str, str, int]
"""Id, parent id, start."""


def arranged(*specs: Spec) -> Arranged:
    columns = Columns()
    for id_, parent_id, start in specs:
        columns.add(
            id=id_, kind=Kind.OPAQUE, name=f"name of {id_}", handle=id_, parent_id=parent_id, start_ns=start
        )
    return arrange(columns, trace_id="t", source=Source("s", "f"), decode=lambda _: PlainBody())


def shape(result: Arranged) -> list[tuple[str, int]]:
    trace = result.trace
    return [(trace.ids[row], trace.depths[row]) for row in range(len(trace))]


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        ([], []),
        ([("a", "", 1)], [("a", 0)]),
        ([("c", "b", 3), ("b", "a", 2), ("a", "", 1)], [("a", 0), ("b", 1), ("c", 2)]),
        ([("a", "", 1), ("late", "a", 9), ("early", "a", 2)], [("a", 0), ("early", 1), ("late", 1)]),
        ([("a", "", 1), ("x", "a", 9), ("y", "a", NOT_RECORDED)], [("a", 0), ("x", 1), ("y", 1)]),
        ([("b", "", 5), ("a", "", 1)], [("a", 0), ("b", 0)]),
        ([("a", "", 1), ("b", "", 1)], [("a", 0), ("b", 0)]),
    ],
)
def test_pre_order(specs: list[Spec], expected: list[tuple[str, int]]) -> None:
    result = arranged(*specs)
    assert shape(result) == expected
    assert result.notices == ()


def test_orphans_are_roots_with_one_notice_for_each_missing_parent() -> None:
    result = arranged(("a", "gone", 1), ("b", "gone", 2), ("c", "", 3))
    assert shape(result) == [("a", 0), ("b", 0), ("c", 0)]
    assert [(notice.pointer, "2 steps" in notice.message) for notice in result.notices] == [("gone", True)]


def test_a_step_that_is_its_own_parent_is_a_root() -> None:
    assert shape(arranged(("a", "a", 1))) == [("a", 0)]


def test_a_ring_is_cut_once() -> None:
    result = arranged(("a", "c", 1), ("b", "a", 2), ("c", "b", 3), ("d", "c", 4))
    assert len(result.trace) == 4
    assert sum(parent < 0 for parent in result.trace.parents) == 1
    assert len(result.notices) == 1


def test_repeated_ids_are_renamed_and_never_to_a_name_that_is_taken() -> None:
    result = arranged(("a", "", 1), ("a", "", 2), ("a~2", "", 3), ("child", "a", 4))
    assert len(set(result.trace.ids)) == 4
    assert result.notices


def test_an_empty_parent_id_means_none_even_where_an_id_is_empty() -> None:
    assert shape(arranged(("", "", 1), ("b", "", 2))) == [("no-id", 0), ("b", 0)]


def test_columns_go_with_their_rows() -> None:
    columns = Columns()
    columns.add(id="b", kind=Kind.MODEL_CALL, name="call", handle=1, parent_id="a", model="m", agent="x",
                start_ns=5, end_ns=6, status=Status.ERROR, input_tokens=7, output_tokens=8, cost_usd=0.5)  # fmt: skip
    columns.extend(
        [("a", "", KIND_NUMBER[Kind.AGENT_INVOCATION], "root", "x", "", 1, 9, 0, -1, -1, float("nan"), 2)]
    )
    trace = arrange(columns, trace_id="t", source=Source("s", "f"), decode=lambda _: PlainBody()).trace
    assert trace.handles == [2, 1]
    call = trace.step(1)
    assert (call.id, call.parent_id, call.kind, call.name, call.agent, call.model) == (
        "b", "a", Kind.MODEL_CALL, "call", "x", "m",
    )  # fmt: skip
    assert (call.started_ns, call.ended_ns, call.status, call.cost_usd) == (5, 6, Status.ERROR, 0.5)
    assert (trace.input_tokens[1], trace.output_tokens[1]) == (7, 8)
    assert trace.cost_usd(0) is None


def test_extend_and_add_fill_the_same_columns() -> None:
    one, two = Columns(), Columns()
    one.add(
        id="a", kind=Kind.RETRIEVAL, name="n", handle=None, agent="g", model="m", start_ns=1, cost_usd=1.0
    )
    two.extend([("a", "", KIND_NUMBER[Kind.RETRIEVAL], "n", "g", "m", 1, -1, 0, -1, -1, 1.0, None)])
    two.extend([])
    for name in Columns.__slots__:
        if name != "strings":
            assert getattr(one, name) == getattr(two, name), name
    assert one.strings.strings == two.strings.strings == ["", "n", "g", "m"]


def test_children_of_one_parent_hold_its_id_once() -> None:
    """What others said of it is gone before the next rows come, and so leaves no holes between the ids that stay."""
    columns = Columns()
    parents = [f"parent {number % 2}" for number in range(6)]
    rows = [
        (f"{at}", parent, 0, "n", "", "", -1, -1, 0, -1, -1, 0.0, None) for at, parent in enumerate(parents)
    ]
    columns.extend(rows)
    assert columns.parent_ids == parents
    assert len(set(map(id, columns.parent_ids))) == 2


def test_columns_may_grow_after_they_were_arranged() -> None:
    columns = Columns()
    columns.add(id="a", kind=Kind.OPAQUE, name="one", handle=None)
    first = arrange(columns, trace_id="t", source=Source("s", "f"), decode=lambda _: PlainBody()).trace
    columns.add(id="b", kind=Kind.OPAQUE, name="two", handle=None)
    assert (len(first), first.strings) == (1, ["", "one"])


def test_names_are_numbered_once() -> None:
    names = Names()
    assert [names.number(name) for name in ("", "a", "b", "a", "")] == [0, 1, 2, 1, 0]


def test_a_million_deep_chain_does_not_recurse() -> None:
    count = 100_000
    result = arranged(*[(str(n), str(n - 1) if n else "", n) for n in range(count)])
    assert result.trace.depths[-1] == count - 1


ids = st.sampled_from("abcdefgh")
specs = st.lists(st.tuples(ids, ids | st.sampled_from(["", "gone"]), st.integers(-1, 5)), max_size=12)


@given(specs)
def test_every_row_once_and_parents_before_children(found: list[Any]) -> None:
    result = arranged(*found)
    trace = result.trace
    assert len(trace) == len(found)
    assert len(set(trace.ids)) == len(found)
    assert sorted(trace.handles) == sorted(id_ for id_, _, _ in found)
    for row, parent in enumerate(trace.parents):
        assert parent < row
        assert trace.depths[row] == (trace.depths[parent] + 1 if parent >= 0 else 0)


@given(specs)
def test_subtrees_are_ranges(found: list[Any]) -> None:
    trace = arranged(*found).trace
    for row in range(len(trace)):
        inside = range(row, trace.subtree_ends[row])
        assert all(trace.parents[below] in inside for below in inside[1:])


@given(specs)
def test_siblings_stand_in_order_of_their_start(found: list[Any]) -> None:
    trace = arranged(*found).trace
    for row in range(-1, len(trace)):
        starts = [trace.starts_ns[child] for child in trace.children(row)]
        if all(start >= 0 for start in starts) and row >= 0:
            assert starts == sorted(starts)


def test_numbers_that_fit_no_column_are_not_recorded() -> None:
    columns = Columns()
    facts: dict[str, Any] = {
        "start_ns": 7,
        "end_ns": 10**30,
        "input_tokens": NUMBER_END,
        "output_tokens": NUMBER_END - 1,
    }
    columns.add(id="a", kind=Kind.OPAQUE, name="a", handle=None, **facts)
    row = ("b", "", 0, "b", "", "", 7, 10**30, 0, NUMBER_END, NUMBER_END - 1, 0.0, None)
    columns.extend([row])
    assert list(columns.starts_ns) == [7, 7]
    assert list(columns.ends_ns) == list(columns.input_tokens) == [NOT_RECORDED] * 2
    assert list(columns.output_tokens) == [NUMBER_END - 1] * 2


@given(st.permutations(range(8)))
def test_the_order_in_the_file_does_not_matter(order: list[int]) -> None:
    chain: list[Spec] = [(f"s{n}", f"s{n // 2}" if n else "", n) for n in range(8)]
    assert shape(arranged(*[chain[at] for at in order])) == shape(arranged(*chain))
    assert array("i", arranged(*chain).trace.parents) == arranged(*chain).trace.parents


@given(st.lists(st.integers(-1, 5), max_size=8))
def test_a_trace_without_parents_is_in_order_of_time(starts: list[int]) -> None:
    specs: list[Spec] = [(f"s{n}", "", start) for n, start in enumerate(starts)]
    trace = arranged(*specs).trace
    expected = sorted(specs, key=lambda spec: spec[2]) if min(starts, default=-1) >= 0 else specs
    assert trace.ids == [id_ for id_, _, _ in expected]
    assert list(trace.starts_ns) == [start for _, _, start in expected]
    assert (list(trace.parents), list(trace.depths)) == ([-1] * len(specs), [0] * len(specs))


@given(specs, st.integers(1, 4))
def test_how_many_rows_a_call_is_given_changes_nothing(found: list[Any], at_once: int) -> None:
    """Large traces are arranged in stretches."""
    whole = arranged(*found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns_module, "AT_ONCE", at_once)
        in_stretches = arranged(*found)
    for name in ("ids", "parents", "depths", "names", "starts_ns", "costs", "handles", "strings"):
        one, other = getattr(whole.trace, name), getattr(in_stretches.trace, name)
        assert type(one) is type(other)
        assert repr(one) == repr(other), name
    assert whole.notices == in_stretches.notices


def test_steps_without_an_id_get_one_each_and_nobody_complains() -> None:
    """An empty id means no step, wherever one is named: such a step could not be edited, marked or found."""
    result = arranged(("", "", 1), ("a", "", 2), ("", "a", 3))
    assert list(result.trace.ids) == ["no-id", "a", "no-id~2"]
    assert result.notices == ()
