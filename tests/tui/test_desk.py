"""What lies before the person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from replaydbg.actions.sitting import open_sitting
from replaydbg.core.branch import Branch, BranchStep, Provenance
from replaydbg.session.commands import AddBranch, AddEdit, SelectBranch
from replaydbg.tui.desk import Desk
from replaydbg.tui.setup import Setup
from tests.support.blocks import violation
from tests.support.build import agent, model_call, trace, user
from tests.support.drive import edit

RUN = trace(agent("a", "worker", model_call("m", [user("go")], "1")))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    recording = tmp_path / "r.json"
    recording.write_bytes(b"{}")
    it = Desk(Setup(str(recording), session_path=str(tmp_path / "s.sqlite3")))
    it.read(RUN, complete=True)
    it.sitting = open_sitting(RUN, str(recording), str(tmp_path / "s.sqlite3"))
    yield it
    it.sitting.close()


def test_nothing_is_shown_before_something_was_read() -> None:
    empty = Desk(Setup("x"))
    assert empty.shown is None
    assert empty.subject(0) is None
    assert empty.edits == ()
    assert not empty.editable(0)


def test_a_subject_has_the_findings_and_edits_of_its_step(desk: Desk) -> None:
    assert desk.shown is not None
    assert desk.sitting is not None
    desk.shown.add([violation("m", "/model"), violation("a", "")])
    desk.sitting.do(AddEdit(edit(RUN, "m", "/model", "gpt")))
    about = desk.subject(1)
    assert about is not None
    assert [finding.step_ids for finding in about.findings] == [("m",)]
    assert about.step.model == "gpt"
    assert desk.subject(9) is None


def test_only_what_was_sent_can_be_edited(desk: Desk) -> None:
    assert [desk.editable(row) for row in (-1, 0, 1, 2)] == [False, False, True, False]


def test_a_branch_is_shown_with_where_its_steps_came_from(desk: Desk) -> None:
    assert desk.sitting is not None
    recording = desk.shown
    steps = (BranchStep("a", "a", Provenance.RECORDED, "="), BranchStep("m", "m", Provenance.LIVE, "asked"))
    desk.sitting.do(AddBranch(Branch("b1", "", (), RUN, steps)))
    assert desk.branch_id == "b1"
    assert desk.shown is not recording
    about = desk.subject(1)
    assert about is not None
    assert about.origin == steps[1]
    desk.sitting.do(SelectBranch(""))
    assert desk.shown is recording
    assert desk.of_branch("b9") is None


def test_a_run_that_goes_on_tells_what_was_found_before_until_its_own_is_known(desk: Desk) -> None:
    before = desk.shown
    assert before is not None
    found = violation("m", "/model")
    before.add([found, violation("gone", "")])
    now = desk.made(RUN)
    now.go_on_from(before)
    assert now.findings == [found]
    other = violation("a", "")
    now.add([other])
    assert (now.findings, now.by_step["m"]) == ([found], [found])
    now.settle()
    assert (now.checked, now.findings, list(now.by_step)) == (True, [other], ["a"])
    now.go_on_from(before)
    assert now.findings == [other], "what is known is not told over again"
