"""What each command does to a sitting, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replaydbg import codec
from replaydbg.core.branch import Choice, Edit
from replaydbg.session.commands import (
    AddBranch,
    AddEdit,
    AddEdits,
    ClearEdits,
    Command,
    CommandRefused,
    ContinueBranch,
    DropBranch,
    RemoveEdit,
    SelectBranch,
    SetChoice,
    SetLabel,
    SetMark,
    SetNote,
    Suppress,
)
from replaydbg.session.state import Sitting
from tests.support.sittings import branch, recording


def after(*commands: Command) -> Sitting:
    sitting = Sitting(recording())
    for command in commands:
        sitting = command.apply(sitting)
    return sitting


def edit(step_id: str = "t1", pointer: str = "/result", value: object = "two") -> Edit:
    trace = recording()
    return codec.make_edit(trace.step(trace.row(step_id)), pointer, value)


def test_edits_are_pending_where_they_were_made() -> None:
    sitting = after(AddEdit(edit()), AddBranch(branch("b1")))

    assert sitting.edits == ()
    assert SelectBranch("").apply(sitting).edits == (edit(),)


def test_running_the_edits_makes_them_a_branch_that_is_looked_at() -> None:
    sitting = after(AddEdit(edit()), AddBranch(branch("b1", edits=(edit(),))))

    assert sitting.current == "b1"
    assert sitting.trace is sitting.branches[0].trace
    assert SelectBranch("").apply(sitting).edits == ()


def test_several_edits_are_one_change_all_of_them_or_none() -> None:
    other = edit("m2", "/output/content", "found")
    assert after(AddEdits((edit(), other))).edits == (edit(), other)

    stale = Edit("t1", "/result", "never there", 1)
    with pytest.raises(CommandRefused):
        after(AddEdits((other, stale)))


def test_an_edit_can_be_taken_back_alone_or_with_all() -> None:
    other = edit("m2", "/output/content", "found")

    assert after(AddEdit(edit()), AddEdit(other), RemoveEdit("t1", "/result")).edits == (other,)
    assert after(AddEdit(edit()), AddEdit(other), ClearEdits()).edits == ()


def test_a_taken_branch_id_gives_way() -> None:
    sitting = after(AddBranch(branch("b1")), AddBranch(branch("b1")))

    assert [one.id for one in sitting.branches] == ["b1", "b2"]
    assert sitting.current == "b2"


def test_a_branch_that_goes_on_takes_the_place_of_what_it_was_unless_others_were_made_of_it() -> None:
    on = replace(branch("b1"), stopped=None)
    sitting = after(AddBranch(branch("b1")), AddBranch(branch("b2")), SetLabel("b1", "mine"))

    (first, second) = ContinueBranch(on).apply(sitting).branches
    assert (first.id, first.stopped, first.label, second.id) == ("b1", None, "mine", "b2")
    assert ContinueBranch(on).apply(sitting).current == "b1"
    for one in (
        AddBranch(branch("b3", "b1")).apply(sitting),
        AddEdit(edit()).apply(SelectBranch("b1").apply(sitting)),
        replace(sitting, branches=()),
        after(AddBranch(branch("b1", edits=(edit(),)))),
    ):
        beside = ContinueBranch(on).apply(one)
        assert len(beside.branches) == len(one.branches) + 1
        assert [kept for kept in beside.branches if kept in one.branches] == list(one.branches)


def test_a_dropped_branch_takes_its_own_branches_along() -> None:
    sitting = after(
        AddBranch(branch("b1")), AddBranch(branch("b2", "b1")), AddBranch(branch("b3")), SelectBranch("b2")
    )

    sitting = DropBranch("b1").apply(sitting)
    assert [one.id for one in sitting.branches] == ["b3"]
    assert sitting.current == ""


def test_labels_and_notes() -> None:
    sitting = after(AddBranch(branch("b1")), SetLabel("b1", "telling error"), SetNote("m1", "starts here"))

    assert sitting.branches[0].label == "telling error"
    assert sitting.notes == {"m1": "starts here"}
    assert SetNote("m1", "").apply(sitting).notes == {}
    marked = SetMark("b1", on=True).apply(sitting)
    assert marked.marks == {"b1"}
    assert SetMark("b1", on=False).apply(marked).marks == frozenset()


def test_a_finding_is_suppressed_for_a_reason() -> None:
    sitting = after(Suppress("f00d", " known "), Suppress("beef", "theirs"), Suppress("f00d", "ticket 7"))
    assert sitting.suppressed == {"beef": "theirs", "f00d": "ticket 7"}
    assert Suppress("f00d", "").apply(sitting).suppressed == {"beef": "theirs"}


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        pytest.param(AddEdit(Edit("gone", "/result", None, 1)), "no step has the id", id="no such step"),
        pytest.param(AddEdit(Edit("t1", "/status", "unset", "ok")), "can be edited at", id="not editable"),
        pytest.param(
            AddEdit(Edit("t1", "/result", 1, 2)), "not what the edit was made for", id="other before"
        ),
        pytest.param(AddEdit(Edit("m1", "/model", "m-1", 7)), "model must be a string", id="not a model"),
        pytest.param(AddEdit(Edit("m1", "/messages/9", None, {})), "past the end", id="no such message"),
        pytest.param(RemoveEdit("t1", "/result"), "no pending edit", id="no such edit"),
        pytest.param(SelectBranch("b7"), "no branch 'b7'", id="no such branch to select"),
        pytest.param(SetLabel("", "x"), "no branch ''", id="the recording has no label"),
        pytest.param(Suppress("f00d", " "), "for a reason", id="no reason"),
        pytest.param(AddBranch(branch("b2", "b1")), "not in this sitting", id="no such parent"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(command: Command, sentence: str) -> None:
    with pytest.raises(CommandRefused, match=sentence):
        command.apply(Sitting(recording()))


def test_an_edit_of_an_edited_place_may_be_made_from_either_value() -> None:
    sitting = after(AddEdit(edit(value="two")))
    again = codec.make_edit(sitting.step(1), "/result", "three")

    assert AddEdit(again).apply(sitting).edits == (edit(value="three"),)
    assert AddEdit(edit(value="three")).apply(sitting).edits == (edit(value="three"),)


def test_an_edit_below_what_an_edit_has_removed_is_refused() -> None:
    sitting = after(AddEdit(edit("m1", "/tool_calls/0/arguments", "no object")))

    with pytest.raises(CommandRefused):
        AddEdit(edit("m1", "/tool_calls/0/arguments/q", "y")).apply(sitting)


def test_a_choice_holds_as_long_as_anything_is_edited() -> None:
    sitting = Sitting(recording())
    with pytest.raises(CommandRefused, match="nothing is edited"):
        SetChoice("m2", "keep").apply(sitting)
    sitting = AddEdit(codec.make_edit(sitting.trace.step(1), "/result", "two")).apply(sitting)
    for id_, choice in (("nobody", "keep"), ("m2", "perhaps")):
        with pytest.raises(CommandRefused):
            SetChoice(id_, choice).apply(sitting)
    decided = SetChoice("m2", "keep").apply(sitting)
    assert dict(decided.chosen) == {"m2": Choice.KEEP}
    assert dict(SetChoice("m2", "").apply(decided).chosen) == {}
    assert dict(ClearEdits().apply(decided).chosen) == {}
