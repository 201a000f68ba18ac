"""Pending edits of one step never overlap, whatever order they are made in."""

from __future__ import annotations

import pytest

from replaydbg import codec
from replaydbg.core.branch import Branch, BranchStep, Edit, Provenance
from replaydbg.session.state import Sitting, with_edit
from tests.support.build import assistant, call, model_call, trace, user

DOCUMENT = {"a": {"b": 1, "c": [1, 2]}, "d": "x"}


def edit(pointer: str, after: object, before: object = None) -> Edit:
    return Edit("s", pointer, before, after)


def places(edits: tuple[Edit, ...]) -> list[tuple[str, object, object]]:
    return [(one.pointer, one.before, one.after) for one in edits]


def added(*edits: Edit) -> list[tuple[str, object, object]]:
    pending: tuple[Edit, ...] = ()
    for one in edits:
        pending = with_edit(pending, one, DOCUMENT)
    return places(pending)


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param([edit("/d", "y")], [("/d", "x", "y")], id="before is what was recorded"),
        pytest.param([edit("/d", "y"), edit("/d", "z")], [("/d", "x", "z")], id="same place: the later one"),
        pytest.param([edit("/d", "y"), edit("/d", "x")], [], id="set back is no edit"),
        pytest.param(
            [edit("/a", {"b": 2}), edit("/a/b", 3)],
            [("/a", DOCUMENT["a"], {"b": 3})],
            id="inside an earlier one: folded into it",
        ),
        pytest.param(
            [edit("/a/b", 2), edit("/a/c/0", 9), edit("/a", {})],
            [("/a", DOCUMENT["a"], {})],
            id="around earlier ones: replaces them",
        ),
        pytest.param(
            [edit("/a/b", 2), edit("/d", "y")], [("/a/b", 1, 2), ("/d", "x", "y")], id="side by side: both"
        ),
        pytest.param(
            [edit("/a/c/-", 3), edit("/a/c/-", 4)],
            [("/a/c/-", None, 3), ("/a/c/-", None, 4)],
            id="appending twice appends twice",
        ),
        pytest.param([edit("/a/new", 1)], [("/a/new", None, 1)], id="a new key had nothing before"),
        pytest.param([edit("/a/new", None)], [("/a/new", None, None)], id="a new null is a change"),
    ],
)
def test_pending_edits_do_not_overlap(edits: list[Edit], expected: list[tuple[str, object, object]]) -> None:
    assert added(*edits) == expected


def test_edits_of_other_steps_are_left_alone() -> None:
    other = Edit("other", "/d", "x", "y")

    assert with_edit((other,), edit("/d", "z"), DOCUMENT) == (other, edit("/d", "z", "x"))


def test_a_step_is_seen_with_its_pending_edits() -> None:
    recording = trace(model_call("m1", [user("hi")], assistant("", call("search", {"q": "x"}, "c1"))))
    change = codec.make_edit(recording.step(0), "/tool_calls/0/arguments/q", "y")
    sitting = Sitting(recording, pending={"": (change,)})

    assert sitting.step(0).tool_calls[0].arguments == {"q": "y"}
    assert recording.step(0).tool_calls[0].arguments == {"q": "x"}


def test_branch_ids_are_short_and_free() -> None:
    assert Sitting(trace()).free_branch_id() == "b1"


def branch_of(parent: str, id_: str, ids: dict[str, str | None]) -> Branch:
    """A branch with steps of these ids, each standing for one of its parent, or new."""
    run = trace(*(model_call(each, [user("hi")], "yes") for each in ids))
    steps = tuple(BranchStep(each, of, Provenance.RECORDED, "") for each, of in ids.items())
    return Branch(id_, parent, (), run, steps)


def test_steps_of_two_branches_are_the_same_where_they_come_from_the_same_one() -> None:
    recording = trace(*(model_call(each, [user("hi")], "yes") for each in "abc"))
    first = branch_of("", "b1", {"a1": "a", "b1": "b", "new1": None})
    second = branch_of("", "b2", {"a2": "a", "c2": "c", "new2": None})
    below = branch_of("b1", "b3", {"a3": "a1", "n3": "new1", "own": None})
    sitting = Sitting(recording, (first, second, below))

    assert sitting.same_steps("", "b1") == {"a1": "a", "b1": "b"}
    assert sitting.same_steps("b1", "") == {"a": "a1", "b": "b1"}
    assert sitting.same_steps("b1", "b2") == {"a2": "a1"}
    assert sitting.same_steps("b1", "b3") == {"a3": "a1", "n3": "new1"}
    assert sitting.same_steps("b2", "b3") == {"a3": "a2"}
    assert sitting.same_steps("", "") == {id_: id_ for id_ in "abc"}
