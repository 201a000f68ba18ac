"""Where a command keeps its branches: what can not be kept is said before anything is paid for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from replaydbg.actions.open import open_trace
from replaydbg.actions.sitting import open_sitting
from replaydbg.cli.keeping import Keeper
from replaydbg.core.branch import Branch, Provenance, Question, Stop
from replaydbg.core.message import Message, Role
from replaydbg.core.outcome import Reply
from replaydbg.core.trace import Trace
from replaydbg.errors import NotSaved, ReplaydbgError
from replaydbg.session.answers import Begun, answer_row
from tests.support.sittings import branch

CHAT = '{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "yes"}]}'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "trace.json"
    path.write_text(CHAT)
    return path


def test_the_same_branch_that_nobody_answered_is_kept_once(source: Path) -> None:
    opened = open_trace(str(source))
    for _ in range(2):
        with Keeper(opened, None) as keeper:
            keeper.keep(branch(trace_=opened.trace))
    sitting = open_sitting(opened.trace, str(source))
    sitting.close()
    assert [one.id for one in sitting.history.sitting.branches] == ["b1"]


def test_a_branch_is_told_by_the_name_that_it_is_kept_under(source: Path) -> None:
    """What a person was told to pin or go on with is what they made, and not an older branch of the same edits."""
    opened = open_trace(str(source))
    ended = branch(trace_=opened.trace)
    cut = replace(ended, stopped=Stop("budget", "the bound is reached"))
    names = []
    for made in (ended, cut, ended, cut):
        with Keeper(opened, None) as keeper:
            names.append(keeper.keep(made).id)
    sitting = open_sitting(opened.trace, str(source))
    sitting.close()
    assert names == ["b1", "b2", "b1", "b2"]
    assert [one.stopped for one in sitting.history.sitting.branches] == [ended.stopped, cut.stopped]


def test_a_session_that_can_not_be_used_is_said_and_raised_where_it_was_named(
    source: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, named = open_trace(str(source)), source.with_name("named.sqlite3")
    named.write_bytes(source.read_bytes())
    named.chmod(0o600)
    other = source.with_name("other.json")
    other.write_text(CHAT.replace("yes", "no"))
    with Keeper(open_trace(str(other)), str(source.with_name("of-another.sqlite3"))) as keeper:
        keeper.keep(branch(trace_=opened.trace))
    with pytest.raises(ReplaydbgError, match="another recording"):
        Keeper(opened, str(source.with_name("of-another.sqlite3")))

    monkeypatch.setattr(
        "replaydbg.actions.sitting.session_places.places", lambda *_: (source / "no" / "folder",)
    )
    with Keeper(opened, None) as keeper:
        keeper.keep(branch(trace_=opened.trace))
    assert "is not kept" in capsys.readouterr().err


def paid(of: Trace) -> Branch:
    made = branch(trace_=of)
    first = replace(made.steps[0], provenance=Provenance.LIVE, question=Question.ANSWERED)
    return replace(made, steps=(first, *made.steps[1:]))


def test_what_was_paid_for_is_written_aside_where_it_can_not_be_kept(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    opened = open_trace(str(source))
    monkeypatch.setattr(
        "replaydbg.actions.sitting.session_places.places", lambda *_: (source / "no" / "folder",)
    )
    for made in (branch(trace_=opened.trace), paid(opened.trace)):
        with Keeper(opened, None) as keeper:
            keeper.keep(made)
    (written,) = tmp_path.glob("replaydbg-*/branch-b1.json")
    assert f"the branch is written to {written}" in capsys.readouterr().err
    assert open_trace(str(written)).trace.ids == opened.trace.ids


def test_answers_that_a_full_disk_left_are_named(
    source: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_trace(str(source))
    with Keeper(opened, None) as keeper:
        assert keeper.journal is not None
        keeper.journal.begin(Begun(()))
        keeper.journal.keep(answer_row("q", Reply(Message(Role.ASSISTANT)), Provenance.LIVE))
        kept_in = keeper.journal.kept_in

        def full(*_: object) -> None:
            raise NotSaved("the disk is full")

        monkeypatch.setattr(keeper._sitting, "do", full)
        keeper.keep(paid(opened.trace))
        assert (keeper.has_kept, keeper.was_refused) == (False, True)
    assert kept_in is not None
    assert kept_in.exists()
    said = capsys.readouterr().err
    assert f"its answers stay in {kept_in}" in said
    assert "the branch is not kept: the disk is full" in said
