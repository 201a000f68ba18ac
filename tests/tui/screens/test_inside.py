"""Searching inside the detail, by keys."""

from __future__ import annotations

from pathlib import Path

from replaydbg.tui.screens.dialogs import Line
from tests.support.desk import Sitting, open_demo


async def typed(sitting: Sitting, text: str) -> None:
    await sitting.press("slash")
    await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the line")
    await sitting.type(text)
    await sitting.pilot.pause(0.2)


async def test_words_are_found_while_one_types_and_gone_through_with_n(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("enter")
        row, text = sitting.main.row, sitting.main.detail.document
        await typed(sitting, "order")
        await sitting.until(lambda: text.found, "hits")
        assert f" of {text.found}: n next" in sitting.text, "it is counted where one types"
        await sitting.press("enter")
        assert f" of {text.found}: n next" in sitting.said, "and when one has typed"
        before = text.standing
        await sitting.press("n")
        assert text.standing != before
        assert sitting.said.startswith("“order” ")
        await sitting.press("N")
        assert text.standing == before
        for _ in range(text.found):
            await sitting.press("n")
        assert "no hit after this place" in sitting.said
        assert sitting.main.row == row, "the list stays where it was"


async def test_escape_while_typing_takes_it_back_and_escape_afterwards_clears_it(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("enter")
        text = sitting.main.detail.document
        place = text.place
        await typed(sitting, "order")
        await sitting.until(lambda: text.cursor, "the first hit")
        await sitting.press("escape")
        assert (text.place, text.sought) == (place, "")
        await typed(sitting, "order")
        await sitting.press("enter", "escape")
        assert text.sought == ""
        assert text.has_focus
        await sitting.press("escape")
        assert sitting.main.chain.has_focus


async def test_what_is_folded_is_opened_by_enter(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("enter")
        await typed(sitting, "support agent")
        await sitting.until_text("in what is folded: n goes there")
        lines = sitting.main.detail.document.lines
        await sitting.press("enter")
        await sitting.until(lambda: sitting.main.detail.document.lines > lines, "the earlier messages")
        assert "“support agent” 1 of" in sitting.said


async def test_what_is_no_expression_is_said_where_one_types(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("enter")
        await typed(sitting, "/(/")
        await sitting.until_text("no regular expression")
        await sitting.press("escape")


async def test_in_the_list_of_steps_the_same_key_searches_the_steps(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await typed(sitting, "order")
        await sitting.until(lambda: sitting.main.hits, "steps")
        await sitting.press("enter")
        assert sitting.main.detail.document.sought == ""
