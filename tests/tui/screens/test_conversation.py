"""The conversation as a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.tui.screens.dialogs import Line
from tests.support.build import assistant, call, model_call, system, tool_execution, trace, user
from tests.support.desk import conversation_of, open_demo, open_made
from tests.support.golden import same_as_golden


async def test_it_begins_at_the_step_and_leads_to_another_and_back(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        row = sitting.main.row
        screen = await conversation_of(sitting)
        block = screen.text.block
        assert block is not None
        assert block.row == row
        await sitting.press("}", "enter")
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the steps")
        assert sitting.main.row == row + 1
        assert sitting.main.detail.document.has_focus
        screen = await conversation_of(sitting)
        assert screen.text.block is not None
        assert screen.text.block.row == row + 1
        await sitting.press("q")
        assert sitting.app.screen is sitting.main
        assert sitting.main.row == row + 1


async def test_words_are_found_in_it(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        screen = await conversation_of(sitting)
        await sitting.press("slash")
        await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the line")
        await sitting.type("outage")
        await sitting.press("enter")
        await sitting.until(lambda: screen.text.found, "a hit")
        await sitting.pilot.pause(0.1)
        assert screen.text.block is not None
        assert "outage" in screen.text.block.text
        await sitting.press("escape")
        assert screen.text.sought == ""
        await sitting.press("escape")
        assert sitting.app.screen is sitting.main


async def test_markdown_is_laid_out_on_demand_and_the_place_is_kept(tmp_path: Path) -> None:
    prompt = system("# Rules\n\n* be **brief**\n\n<tone>kind</tone>")
    run = trace(model_call("m", [prompt, user("hi"), user("there")], "ok"))
    async with open_made(tmp_path, run) as sitting:
        await conversation_of(sitting)
        assert "be **brief**" in sitting.text
        await sitting.press("v")
        assert "• be brief" in sitting.text
        assert "<tone>kind</tone>" in sitting.text
        assert "laid out as Markdown" in sitting.said
        await sitting.press("v")
        assert "be **brief**" in sitting.text


async def test_every_key_acts_or_says_why(tmp_path: Path) -> None:
    asked = call("f", {"x": 1}, "c")
    run = trace(model_call("m", [user("hi")], assistant("", asked)), tool_execution("t", asked, "r"))
    async with open_made(tmp_path, run) as sitting:
        screen = await conversation_of(sitting)
        await sitting.press("n")
        assert "nothing was searched" in sitting.said
        await sitting.press("G", "}")
        assert "nothing was said after this" in sitting.said
        await sitting.press("g", "{")
        assert "nothing was said before this" in sitting.said
        await sitting.press("y")
        assert "copied" in sitting.said
        await sitting.press("?")
        await sitting.until_text("To the step in which this was said")
        await sitting.press("escape")
        assert sitting.app.screen is screen


async def test_a_step_of_no_thread_says_so(tmp_path: Path) -> None:
    async with open_made(tmp_path, trace(tool_execution("t", call("f"), 1))) as sitting:
        await sitting.press("C")
        assert "belongs to no model call" in sitting.said


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (200, 60)])
async def test_as_it_looks(tmp_path: Path, size: tuple[int, int]) -> None:
    async with open_demo(tmp_path, size) as sitting:
        await conversation_of(sitting)
        same_as_golden(__file__, f"conversation-{size[0]}x{size[1]}", await sitting.at_rest())
