"""Laws of undo and redo, on any series of commands and acts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replaydbg.session.commands import Command, CommandRefused, DropBranch, SetNote
from replaydbg.session.history import Act, Deed, History, replayed
from replaydbg.session.state import Sitting
from tests.support.sittings import COMMANDS, recording

ACTS = st.lists(COMMANDS | st.sampled_from([Deed.UNDO, Deed.REDO]), max_size=12)


def done(history: History, wishes: list[Command | Deed]) -> tuple[History, list[Act]]:
    """The history after the wishes that could be done, and the acts that were."""
    acts = []
    for wish in wishes:
        deed, command = (wish, None) if isinstance(wish, Deed) else (Deed.DO, wish)
        act = Act(history.sequence + 1, "ann", deed, command)
        try:
            after = history.after(act)
        except CommandRefused:
            continue
        if after is not history:
            acts.append(act)
        history = after
    return history, acts


@given(ACTS, COMMANDS)
def test_do_then_undo_is_the_sitting_before(wishes: list[Command | Deed], command: Command) -> None:
    history, _ = done(History(Sitting(recording())), wishes)
    try:
        after = history.do(command)
    except CommandRefused:
        return

    assert after.undo().sitting == history.sitting


@given(ACTS)
def test_undo_then_redo_is_the_sitting_after(wishes: list[Command | Deed]) -> None:
    history, _ = done(History(Sitting(recording())), wishes)
    if not history.past:
        return

    assert history.undo().redo().sitting == history.sitting
    assert history.undo().redo().past == history.past


@given(ACTS)
def test_undoing_everything_is_the_start_and_redoing_everything_the_end(wishes: list[Command | Deed]) -> None:
    history, _ = done(History(Sitting(recording())), wishes)
    back = history
    while back.past:
        back = back.undo()
    forth = back
    for _ in history.past:
        forth = forth.redo()

    assert back.sitting == history.start
    assert forth.sitting == history.sitting


@given(ACTS)
def test_the_acts_in_order_are_the_whole_truth(wishes: list[Command | Deed]) -> None:
    history, acts = done(History(Sitting(recording())), wishes)

    assert replayed(history.start, acts) == history
    assert [act.sequence for act in acts] == list(range(1, len(acts) + 1))


@given(ACTS)
def test_no_command_touches_what_was_there(wishes: list[Command | Deed]) -> None:
    start = Sitting(recording())
    history, _ = done(History(start), wishes)
    ids = [list(moment.sitting.trace.ids) for moment in history.past]

    done(history, wishes)
    assert ids == [list(moment.sitting.trace.ids) for moment in history.past]
    assert start == Sitting(start.recording)


def test_doing_something_new_gives_up_what_was_undone() -> None:
    history = History(Sitting(recording())).do(SetNote("m1", "a")).undo().do(SetNote("m1", "b"))

    assert history.future == ()
    assert history.redo() is history


def test_with_nothing_to_undo_nothing_happens() -> None:
    history = History(Sitting(recording()))

    assert history.undo() is history
    assert history.redo() is history


def test_a_refused_command_raises_and_changes_nothing() -> None:
    history = History(Sitting(recording()))

    with pytest.raises(CommandRefused, match="no branch 'b9'"):
        history.after(Act(1, "", Deed.DO, DropBranch("b9")))
    assert history.sitting == history.start
