"""A page to read."""

from __future__ import annotations

from pathlib import Path

from replaydbg.tui.screens.page import PageScreen
from replaydbg.views.blocks import Block
from tests.support.desk import open_demo


async def test_a_line_that_leads_to_a_step_gives_its_row(tmp_path: Path) -> None:
    given: list[int | None] = []
    async with open_demo(tmp_path) as sitting:
        lines = (Block("first"), Block("to #3", row=2))
        sitting.app.push_screen(PageScreen("A page", lambda _folds, _width: iter(lines)), given.append)
        await sitting.until_text("A page")
        await sitting.press("enter")
        assert "leads nowhere" in sitting.said
        await sitting.press("j", "enter")
        await sitting.until(lambda: given == [2], "the row")
