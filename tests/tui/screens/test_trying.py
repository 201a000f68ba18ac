"""Trying an edit of the incident many times, from the keys to the branches."""

from __future__ import annotations

from pathlib import Path

from replaydbg.codec import make_edit
from replaydbg.session.commands import AddEdit
from replaydbg.tui.screens.rerun import RerunScreen
from replaydbg.tui.screens.sampling import SamplingScreen
from replaydbg.tui.screens.trial import TrialScreen
from tests.support.desk import CURE, Sitting, open_demo


async def edit_prompt(sitting: Sitting) -> None:
    """Teach the agent what its tools want."""
    step = sitting.shown.trace.step(1)
    (system, *_) = step.body.messages or ()
    sitting.main.do(AddEdit(make_edit(step, "/messages/0/content", system.text + CURE)))
    await sitting.until(lambda: sitting.main.desk.plan is not None, "the plan")


async def try_often(sitting: Sitting) -> None:
    await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
    await sitting.press("y")
    await sitting.until(lambda: isinstance(sitting.app.screen, SamplingScreen), "the form")
    await sitting.until(lambda: "gone:schema-violation" in sitting.text, "what is wanted")
    await sitting.press("enter")
    await sitting.press("backspace", "4", "enter")
    await sitting.press("y")
    await sitting.until(lambda: isinstance(sitting.app.screen, TrialScreen), "the runs")
    await sitting.until_text("8 of 8 runs")
    await sitting.until(lambda: "  the edit helps" in sitting.text, "the end: before it, it is so far")
    await sitting.press("q")


async def test_pending_edits_are_tried_and_each_run_is_a_branch(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("A")
        assert "nothing is edited yet" in sitting.said
        await edit_prompt(sitting)
        await sitting.press("A")
        await try_often(sitting)

        assert [one.label for one in sitting.main.desk.branches] == [
            f"sample {number} of 4: as wanted" for number in (1, 2, 3, 4)
        ]
        assert not list(tmp_path.glob("*.run-*"))

        await sitting.press("b")
        await sitting.at_rest()
        await sitting.press("g", "j")
        assert "± 4 runs with the edit, 4 as it was: the edit helps" in sitting.text
        await sitting.press("p")
        assert "⏎ opens the table" in sitting.said
        await sitting.press("D")
        assert "the branches below are the runs" in sitting.said
        await sitting.press("enter")
        await sitting.until_text("8 of 8 runs")
        assert "4 of 4" in sitting.text
        await sitting.press("q")
        await sitting.until_text("± 4 runs")
        await sitting.press("X")
        await sitting.until(lambda: "± 4 runs" not in sitting.text, "the table to go")
        await sitting.press("q")
        await sitting.press("u")
        kept = sitting.main.desk.session
        assert kept is not None
        assert len(kept.tallies) == 1


async def test_a_branch_is_tried_again_from_the_list_of_branches(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await edit_prompt(sitting)
        await sitting.press("r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("y")
        await sitting.until_text("findings gone")
        mended = sitting.branch.id
        await sitting.press("b")
        await sitting.press("A")
        await try_often(sitting)

        assert len(sitting.main.desk.branches) == 5
        assert {one.edits for one in sitting.main.desk.branches} == {sitting.branch.edits}
        assert sitting.branch.id == mended
