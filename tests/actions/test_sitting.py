"""Sitting down with a recording, leaving, and coming back."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from replaydbg import codec
from replaydbg.actions.sitting import OpenSitting, open_sitting
from replaydbg.codec import step_document
from replaydbg.core.branch import Choice, Provenance
from replaydbg.core.outcome import Reply
from replaydbg.drivers import session_places, store
from replaydbg.errors import NotSaved, UsageProblem
from replaydbg.graph.facts import Facts
from replaydbg.readers._api import Document
from replaydbg.replay.api import Policy
from replaydbg.replay.engine import Replay
from replaydbg.session.answers import Begun, answer_row
from replaydbg.session.commands import AddBranch, AddEdit, Command, CommandRefused, SelectBranch, SetNote
from replaydbg.session.journal import Entry
from tests.support.build import assistant
from tests.support.session_files import write_version_1
from tests.support.sittings import branch, recording


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "trace.json"
    path.write_text('{"messages": []}')
    return path


_OPENED: list[OpenSitting] = []


@pytest.fixture(autouse=True)
def _leaving() -> Iterator[None]:
    """Whoever sat down leaves: a session file that stays open is a warning, and a warning is a failure."""
    yield
    while _OPENED:
        _OPENED.pop().close()


def sit(source: Path, session: Path | None = None, author: str = "") -> OpenSitting:
    it = open_sitting(recording(), str(source), str(session) if session else None, author=author)
    _OPENED.append(it)
    return it


def edit(value: object = "two") -> AddEdit:
    trace = recording()
    return AddEdit(codec.make_edit(trace.step(1), "/result", value))


def session_of(source: Path) -> Path:
    return source.with_name(source.name + session_places.SUFFIX)


def test_looking_makes_no_file(source: Path) -> None:
    sit(source).close()

    assert list(source.parent.iterdir()) == [source]


def test_what_was_done_is_there_after_coming_back_and_can_be_undone(source: Path) -> None:
    first = sit(source)
    first.do(edit())
    first.do(AddBranch(branch("", edits=first.history.sitting.edits)))
    first.do(SetNote("m1", "starts here"))
    first.undo()
    first.close()

    second = sit(source)
    assert second.path == session_of(source)
    sitting = second.history.sitting
    assert (sitting.current, sitting.edits, sitting.notes) == ("b1", (), {})
    assert [step_document(step) for step in sitting.trace.steps()] == [
        step_document(step) for step in recording().steps()
    ]
    assert second.redo().sitting.notes == {"m1": "starts here"}
    second.undo()
    assert second.undo().sitting.edits == (edit().edit,)
    second.close()


def test_an_act_is_on_the_disk_before_it_is_acknowledged(source: Path) -> None:
    mine = sit(source)
    mine.do(edit())

    other = sqlite3.connect(session_of(source))
    assert other.execute("SELECT count(*) FROM act").fetchone() == (1,)
    other.close()
    mine.close()


def test_a_refused_command_is_not_kept(source: Path) -> None:
    mine = sit(source)
    with pytest.raises(CommandRefused):
        mine.do(SelectBranch("b9"))

    assert mine.saved
    assert not session_of(source).exists()


def test_two_people_at_one_session_see_each_others_acts(source: Path) -> None:
    ann, bob = sit(source, author="ann"), sit(source, author="bob")
    ann.do(SetNote("m1", "ann was here"))
    bob.do(SetNote("t1", "bob was here"))
    ann.do(edit())

    assert bob.undo().sitting.notes == {"m1": "ann was here", "t1": "bob was here"}
    ann.close()
    bob.close()
    third = sit(source)
    assert third.history.sequence == 4
    assert third.history.sitting.notes == {"m1": "ann was here", "t1": "bob was here"}
    third.close()


def test_two_branches_made_at_once_are_both_kept(source: Path) -> None:
    ann, bob = sit(source), sit(source)
    ann.do(AddBranch(branch("b1")))
    bob.do(AddBranch(branch("b1")))

    assert [one.id for one in bob.history.sitting.branches] == ["b1", "b2"]
    ann.close()
    bob.close()


def test_a_full_disk_loses_nothing_while_the_program_runs(source: Path) -> None:
    mine = sit(source)
    mine.do(edit())
    assert mine._store is not None
    connection = mine._store._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(NotSaved, match="full"):
        mine.do(SetNote("m1", os.urandom(40_000).hex()))
    assert mine.history.sitting.notes["m1"]
    kept = (mine.saved,)

    connection.execute("PRAGMA max_page_count = 100000")
    mine.save()
    assert (*kept, mine.saved) == (False, True)
    mine.close()
    again = sit(source)
    assert again.history.sitting.notes == mine.history.sitting.notes
    again.close()


def test_a_damaged_session_is_set_aside_with_a_notice(source: Path) -> None:
    session_of(source).write_bytes(b"rubbish " * 600)
    mine = sit(source)

    (notice,) = mine.notices
    assert "set aside as trace.json.replaydbg.sqlite3.damaged-1" in notice.message
    assert (source.parent / "trace.json.replaydbg.sqlite3.damaged-1").read_bytes() == b"rubbish " * 600
    mine.do(edit())
    assert session_of(source).exists()
    mine.close()


def test_what_a_person_named_by_mistake_is_left_where_it_is(source: Path) -> None:
    other = source.with_name("other-trace.json")
    other.write_bytes(b'{"messages": []}' * 100)
    with pytest.raises(UsageProblem, match="is no session file; nothing was changed in it"):
        sit(source, other)
    assert other.read_bytes() == b'{"messages": []}' * 100
    assert not list(source.parent.glob("*.damaged-*"))


def test_what_stands_before_a_damaged_act_is_kept(source: Path) -> None:
    mine = sit(source)
    mine.do(SetNote("m1", "kept"))
    mine.do(edit())
    mine.close()
    with sqlite3.connect(session_of(source)) as other:
        other.execute("UPDATE act SET command = x'00' WHERE sequence = 2")
    other.close()

    for _ in range(2):  # the second time from the new file
        again = sit(source)
        assert again.history.sitting.notes == {"m1": "kept"}
        assert again.history.sitting.edits == ()
        again.close()


def test_a_recording_that_has_taken_anothers_name_gets_a_session_of_its_own(source: Path) -> None:
    mine = sit(source)
    mine.do(edit())
    mine.close()
    source.write_text('{"messages": ["recorded again"]}')

    later = sit(source)
    assert later.history.sitting.edits == ()
    assert "made for another recording" in later.notices[0].message
    later.do(SetNote("m1", "new"))
    assert later.path != session_of(source)
    later.close()
    assert sit(source).history.sitting.notes == {"m1": "new"}


def test_a_named_session_of_another_recording_is_refused(source: Path, tmp_path: Path) -> None:
    session = tmp_path / "mine.sqlite3"
    first = sit(source, session)
    first.do(edit())
    first.close()
    other = tmp_path / "other.json"
    other.write_text("[]")

    with pytest.raises(UsageProblem, match=r"mine\.sqlite3 was made for another recording"):
        sit(other, session)


def test_where_the_folder_can_not_be_written_the_users_state_is_used(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path) != source.parent and real(path, mode)
    )  # the tests may run as root, to whom every folder can be written
    mine = sit(source)
    mine.do(edit())

    assert mine.path.is_relative_to(tmp_path / "state")
    mine.close()
    again = sit(source)
    assert again.history.sitting.edits == (edit().edit,)
    again.close()


def test_standard_input_is_known_again_by_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    document = Document("standard input", memoryview(b"{}"))
    mine = open_sitting(recording(), "-", document=document)
    _OPENED.append(mine)
    mine.do(edit())
    mine.close()

    again = open_sitting(recording(), "-", document=document)
    _OPENED.append(again)
    assert again.history.sitting.edits == (edit().edit,)
    again.close()
    with pytest.raises(UsageProblem):
        open_sitting(recording(), "-")


def test_who_only_looks_writes_nothing(source: Path) -> None:
    first = sit(source)
    first.do(AddBranch(branch("")))
    first.close()
    before = session_of(source).read_bytes()

    looking = open_sitting(recording(), str(source), look_only=True)
    (kept,) = looking.history.sitting.branches
    looking.do(SelectBranch(""))
    looking.do(SelectBranch(kept.id))
    assert looking.history.sitting.current == kept.id
    assert looking.saved
    assert session_of(source).read_bytes() == before
    assert sorted(source.parent.iterdir()) == [source, session_of(source)]


def test_who_only_looks_leaves_a_damaged_session_where_it_is(source: Path) -> None:
    session_of(source).write_bytes(b"rubbish " * 600)
    looking = open_sitting(recording(), str(source), look_only=True)
    (notice,) = looking.notices
    assert "nothing was changed" in notice.message
    assert session_of(source).read_bytes() == b"rubbish " * 600


@pytest.mark.parametrize("unplaced", [0, 2])
def test_answers_of_a_cut_off_re_run_that_have_no_place_are_kept_and_told(
    source: Path, unplaced: int
) -> None:
    journal = sit(source).run_journal()
    journal.begin(Begun((edit().edit,), branch_id="cut"))
    asked = Replay(Facts(recording()), (edit().edit,), Policy()).requests()
    for id_ in [
        *(one.id for one in asked),
        *(f"asked by another version {number}" for number in range(unplaced)),
    ]:
        journal.keep(answer_row(id_, Reply(assistant("paid for")), Provenance.LIVE))
    journal.close()

    again = sit(source)

    assert [one.id for one in again.history.sitting.branches] == ["cut"]
    said = " ".join(notice.message for notice in again.notices)
    aside = list(source.parent.glob("*.unplaced"))
    assert (len(aside), f"{unplaced} answers of it have no place" in said) == (
        (1, True) if unplaced else (0, False)
    )
    for path in aside:
        with closing(sqlite3.connect(path)) as kept:
            assert kept.execute("SELECT count(*) FROM answer").fetchone() == (unplaced + len(asked),)
    assert sit(source).notices == (), "once is enough"


def test_what_a_later_version_left_is_told_and_left_alone(source: Path) -> None:
    path = source.with_name("trace.json.run-x.replaydbg.sqlite3")
    with closing(sqlite3.connect(path)) as later, later:
        later.execute("CREATE TABLE something (new TEXT)")
        later.execute("PRAGMA user_version = 99")
    for _ in range(2):
        (notice,) = sit(source).notices
        assert (notice.pointer, "a later version" in notice.message) == (str(path), True)
    assert path.exists()


def test_a_session_of_the_first_version_is_taken_up_and_gone_on_with(source: Path) -> None:
    before = open_sitting(recording(), str(source))
    kept = branch("b1", "", (edit().edit,))
    commands: list[Command] = [SetNote("m1", "x"), AddBranch(kept), SelectBranch("")]
    write_version_1(session_of(source), before._recording, commands)
    content = session_of(source).read_bytes()
    looking = open_sitting(recording(), str(source), look_only=True)
    assert (looking.history.sitting.notes, looking.notices) == ({"m1": "x"}, ())
    assert session_of(source).read_bytes() == content

    mine = sit(source)
    mine.do(edit())
    mine.close()

    sitting = sit(source).history.sitting
    assert (sitting.notes, len(sitting.edits)) == ({"m1": "x"}, 1)
    (again,) = sitting.branches
    assert (again.id, again.edits, again.steps, again.stopped) == ("b1", kept.edits, kept.steps, kept.stopped)


def test_a_re_run_that_went_on_and_was_cut_off_is_the_branch_that_it_went_on_with(source: Path) -> None:
    """With what was decided; and one whose branch had just been kept when it was cut off is not kept twice."""
    facts, edits = Facts(recording()), (edit().edit,)
    stopped = replace(
        Replay(facts, edits, Policy(calls_max=0)).branch("b1", "mine"), choices={"t1": Choice.KEEP}
    )
    sitting = sit(source)
    sitting.do(AddBranch(stopped))
    begun = Begun(edits, branch_id="b1", label="mine", resumes="b1", choices=stopped.choices)
    (asked, *_) = Replay(facts, edits, Policy()).requests()
    answers = [answer_row(asked.id, Reply(assistant("paid for")), Provenance.LIVE)]
    journal = sitting.run_journal()
    for _ in range(2):
        journal.begin(begun)
        journal.keep(answers[0])
        journal.close()
    sitting.close()

    (branch,) = sit(source).history.sitting.branches

    assert (branch.id, branch.label, branch.choices) == ("b1", "mine", {"t1": "keep"})
    assert Provenance.LIVE in {step.provenance for step in branch.steps}
    assert not [path.name for path in source.parent.iterdir() if ".run-" in path.name]


def test_closing_waits_for_the_act_of_another_thread(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite ends the process if a connection is closed in the middle of a statement of another thread."""
    mine = sit(source)
    mine.do(SetNote("m1", "first"))
    begun, going_on = threading.Event(), threading.Event()
    append = store.Store.append

    def slow(of: store.Store, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        begun.set()
        assert going_on.wait(10)
        return append(of, entries)

    monkeypatch.setattr(store.Store, "append", slow)
    keeping = threading.Thread(target=mine.do, args=(SetNote("m1", "kept"),))
    keeping.start()
    assert begun.wait(10)
    closing = threading.Thread(target=mine.close)
    closing.start()
    closing.join(0.2)
    assert closing.is_alive(), "it waits"
    going_on.set()
    for thread in (keeping, closing):
        thread.join(10)
        assert not thread.is_alive()
    again = sit(source)
    assert again.history.sitting.notes == {"m1": "kept"}
    again.close()


def test_an_act_after_the_end_is_kept_and_lets_go_of_the_file(source: Path) -> None:
    mine = sit(source)
    mine.close()
    mine.do(SetNote("m1", "late"))
    assert mine._store is None
    again = sit(source)
    assert again.history.sitting.notes == {"m1": "late"}
    again.close()
