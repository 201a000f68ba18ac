"""Re-running, going on, and leaving the terms of a re-run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replaydbg.actions.demo import PROVIDER
from replaydbg.actions.rerun import RerunOptions, rerun
from replaydbg.codec import make_edit
from replaydbg.core.branch import Provenance
from replaydbg.session.commands import AddBranch, AddEdit
from replaydbg.tui.screens.compare import StepDifference
from replaydbg.tui.screens.rerun import RerunScreen
from replaydbg.tui.screens.running import without_options
from replaydbg.tui.setup import Setup
from tests.support.desk import Sitting, open_demo, open_setup

TOLD = '{"error": "order_id must match ^ORD-[0-9]{6}$; region must be one of EU, US, APAC"}'


async def edit_result(sitting: Sitting) -> None:
    """Let the tool at #9 say what is wrong."""
    sitting.main.do(AddEdit(make_edit(sitting.shown.trace.step(8), "/result", TOLD)))
    await sitting.until(lambda: sitting.main.desk.plan is not None, "the plan")


async def test_an_edited_tool_result_mends_the_run_too(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await edit_result(sitting)
        await sitting.press("r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("y")
        await sitting.until_text("findings gone")
        await sitting.press("d")
        assert isinstance(sitting.app.screen, StepDifference)
        await sitting.press("q")


async def test_edits_of_a_branch_are_re_run_once_more_from_the_list(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await edit_result(sitting)
        await sitting.press("r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("y")
        await sitting.until_text("findings gone")
        await sitting.press("r")
        assert "the list of b re-runs its own edits once more" in sitting.said
        await sitting.press("b", "r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("q")
        await sitting.until_text("Branches")
        assert len(sitting.main.desk.branches) == 1
        await sitting.press("r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("y")
        await sitting.until(lambda: len(sitting.main.desk.branches) == 2, "another branch")
        first, again = list(sitting.main.desk.branches)
        assert (again.parent, again.edits) == (first.parent, first.edits)
        assert again.id != first.id
        assert sitting.main.desk.branch_id == again.id


async def test_r_in_one_go_with_saving_waits_for_the_plan(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        sitting.main.do(AddEdit(make_edit(sitting.shown.trace.step(8), "/result", TOLD)))
        assert sitting.main.desk.plan is None
        sitting.main.do_rerun()
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")


async def test_leaving_the_terms_sends_nothing(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await edit_result(sitting)
        await sitting.press("r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("q")
        await sitting.until(lambda: "nothing was sent" in sitting.said, "the sentence")
        assert sitting.main.desk.branches == ()


async def test_a_step_is_kept_or_re_run_by_choice_and_undone(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("c")
        assert "nothing is edited yet" in sitting.said
        await edit_result(sitting)
        id_ = sitting.shown.trace.ids[12]
        sitting.main.chain.go_to(12)
        desk = sitting.main.desk
        for choice in ("keep", "rerun", None, "keep"):
            await sitting.press("c")
            assert desk.choices.get(id_) == choice
        await sitting.until(lambda: desk.plan is not None, "the plan with the choice")
        assert desk.plan is not None
        await sitting.press("u")
        assert id_ not in desk.choices


async def test_a_branch_that_was_stopped_goes_on_and_asks_nothing_twice(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("R")
        assert "only a branch that was stopped" in sitting.said
        await edit_result(sitting)
        recording = sitting.shown
        options = RerunOptions(provider=PROVIDER, calls_max=1)
        stopped = await rerun(recording.facts, sitting.main.desk.edits, options)
        assert stopped.stopped is not None
        sitting.main.do(AddBranch(stopped))
        await sitting.press("R")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("y")
        await sitting.until(
            lambda: all(one.stopped is None for one in sitting.main.desk.branches), "the branch to go on"
        )
        first, (second,) = stopped, sitting.main.desk.branches
        assert (second.id, second.parent, second.edits) == (first.id, "", first.edits)
        await sitting.until(lambda: sitting.main.chain.trace is second.trace, "the steps of it")
        kept = [row for row, step in enumerate(first.steps) if step.provenance is Provenance.LIVE]
        assert kept
        for row in kept:
            assert first.trace.body(row).output == second.trace.body(row).output


async def test_the_cursor_goes_to_the_edit_and_not_to_what_nothing_proves(tmp_path: Path) -> None:
    """Without times nearly everything is unproven, the first step of the run among it."""
    talk = [("Manager", "the task"), ("Alice", "one"), ("Bob", "and?"), ("Alice", "two")]
    history = [{"role": "assistant", "name": name, "content": text} for name, text in talk]
    path = tmp_path / "talk.json"
    path.write_text(json.dumps({"history": history, "mistake_agent": "Alice"}))
    async with open_setup(Setup(str(path), session_path=str(tmp_path / "s.sqlite3"))) as sitting:
        await sitting.until_checked()
        sitting.main.do(AddEdit(make_edit(sitting.shown.trace.step(1), "/output/content", "eins")))
        await sitting.press("r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("y")
        await sitting.until_text("What does the model say")
        await sitting.press("s")
        await sitting.until(lambda: sitting.shown.branch is not None, "the branch")
        provenances = [step.provenance for step in sitting.branch.steps]
        assert provenances[:2] == [Provenance.UNPROVEN, Provenance.EDITED]
        assert sitting.main.row == 1


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            "m has to be asked anew and nothing is sent: ask it with --live, or write the turn yourself",
            "m has to be asked anew and nothing is sent",
        ),
        ("no file: no result answers f: bind it with --tool f=x", "no file: no result answers f"),
        ("the server said: no", "the server said: no"),
        ("--odd", "--odd"),
    ],
)
def test_on_the_screen_no_option_of_the_command_line_is_named(reason: str, said: str) -> None:
    assert without_options(reason) == said
