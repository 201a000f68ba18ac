"""Comparing a step, and leaving the terms of a re-run."""

from __future__ import annotations

from pathlib import Path

from replaydbg.codec import make_edit
from replaydbg.session.commands import AddEdit
from replaydbg.tui.screens.compare import StepDifference
from replaydbg.tui.screens.rerun import RerunScreen
from tests.support.desk import Sitting, open_demo

TOLD = '{"error": "order_id must match ^ORD-[0-9]{6}$; region must be one of EU, US, APAC"}'


async def edit_result(sitting: Sitting) -> None:
    """Let the tool at #9 say what is wrong."""
    sitting.main.do(AddEdit(make_edit(sitting.shown.trace.step(8), "/result", TOLD)))
    await sitting.until(lambda: sitting.main.desk.plan is not None, "the plan")


async def test_a_pending_edit_is_compared_with_what_was(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await edit_result(sitting)
        sitting.main.chain.go_to(8)
        await sitting.press("d")
        assert isinstance(sitting.app.screen, StepDifference)
        assert "must match" in sitting.text
        await sitting.press("q")


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


async def test_leaving_the_terms_sends_nothing(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await edit_result(sitting)
        await sitting.press("r")
        await sitting.until(lambda: isinstance(sitting.app.screen, RerunScreen), "the terms")
        await sitting.press("q")
        await sitting.until(lambda: "nothing was sent" in sitting.said, "the sentence")
        assert sitting.main.desk.branches == ()
