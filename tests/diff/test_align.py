"""Which step is which: by what a branch knows, by what the steps did, by their sort."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replaydbg.core.message import Message
from replaydbg.core.trace import Trace
from replaydbg.diff.align import align
from tests.support.build import assistant, call, chat, response, tool_execution, trace, user


def run(*asked: tuple[str, int]) -> Trace:
    """A run that calls these tools with these numbers, then ends."""
    messages: list[Message] = [user("Go.")]
    for number, (name, x) in enumerate(asked):
        messages += [assistant("", call(name, {"x": x}, f"c{number}")), response(f"c{number}", f"{name} {x}")]
    return chat([*messages, assistant("Done.")])


def pairs(a: Trace, b: Trace, of: dict[str, str] | None = None) -> list[tuple[str | None, str | None]]:
    return [
        (
            a.ids[pair.row_a] if pair.row_a is not None else None,
            b.ids[pair.row_b] if pair.row_b is not None else None,
        )
        for pair in align(a, b, of)
    ]


def test_equal_runs() -> None:
    a = run(("f", 1), ("g", 2))
    assert pairs(a, run(("f", 1), ("g", 2))) == [(id_, id_) for id_ in a.ids]


def test_empty_runs() -> None:
    assert pairs(trace(), trace()) == []
    assert pairs(trace(), run()) == [(None, "m1")]
    assert pairs(run(), trace()) == [("m1", None)]


def test_a_step_in_between_was_added() -> None:
    assert pairs(run(("f", 1), ("g", 2)), run(("f", 1), ("h", 9), ("g", 2))) == [
        ("m1", "m1"),
        ("x1", "x1"),
        (None, "m2"),
        (None, "x2"),
        ("m2", "m3"),
        ("x2", "x3"),
        ("m3", "m4"),
    ]


def test_another_argument_is_a_change_and_no_other_step() -> None:
    assert pairs(run(("f", 1), ("g", 2)), run(("f", 7), ("g", 2))) == [
        (id_, id_) for id_ in ("m1", "x1", "m2", "x2", "m3")
    ]


def test_a_loop_that_became_shorter_lost_its_last_rounds() -> None:
    found = pairs(run(*[("f", 1)] * 5), run(*[("f", 1)] * 2))
    assert [a for a, b in found if b is None] == ["m3", "x3", "m4", "x4", "m5", "x5"]
    assert found[-1] == ("m6", "m3")


def test_what_a_branch_knows_goes_first() -> None:
    """The k-th of equal steps is told by the branch, though the first looks as good."""
    a, b = run(*[("f", 1)] * 3), run(("f", 1))
    found = pairs(a, b, {"m1": "m3", "x1": "x3", "m2": "m4"})
    assert found == [
        ("m1", None),
        ("x1", None),
        ("m2", None),
        ("x2", None),
        ("m3", "m1"),
        ("x3", "x1"),
        ("m4", "m2"),
    ]


def test_steps_that_a_branch_moved_are_still_pairs() -> None:
    a = trace(*(tool_execution(id_, call(id_)) for id_ in ("p", "q")))
    b = trace(*(tool_execution(id_, call(id_)) for id_ in ("q", "p")))
    assert sorted(map(str, pairs(a, b, {"q": "q", "p": "p"}))) == ["('p', 'p')", "('q', 'q')"]


def test_ids_that_are_not_there_are_passed_over() -> None:
    assert pairs(run(), run(), {"m1": "gone", "gone": "m1"}) == [("m1", "m1")]


@given(st.lists(st.tuples(st.sampled_from("fgh"), st.integers(0, 2)), max_size=6), st.data())
def test_every_row_of_both_once(asked: list[tuple[str, int]], data: st.DataObject) -> None:
    a = run(*asked)
    b = run(*data.draw(st.lists(st.tuples(st.sampled_from("fgh"), st.integers(0, 2)), max_size=6)))
    of = data.draw(st.dictionaries(st.sampled_from(b.ids), st.sampled_from(a.ids), max_size=4))
    found = align(a, b, of)
    assert sorted(pair.row_a for pair in found if pair.row_a is not None) == list(range(len(a)))
    assert [pair.row_b for pair in found if pair.row_b is not None] == list(range(len(b)))
    assert all(pair.row_a is not None or pair.row_b is not None for pair in found)
