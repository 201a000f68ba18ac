"""Notes, marks, places visited, notices."""

from __future__ import annotations

from pathlib import Path

from replaydbg.tui.screens.dialogs import Line
from replaydbg.tui.screens.page import PageScreen
from replaydbg.tui.widgets.chain import ChainList
from tests.support.desk import open_demo


async def test_a_note_is_shown_kept_and_undone(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press(";")
        await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the line")
        await sitting.type("starts here")
        await sitting.press("enter")
        await sitting.until_text("¶ starts here")
        assert "noted on #8" in sitting.said
    async with open_demo(tmp_path) as again:
        await again.until_text("¶ starts here")
        await again.press("u")
        assert "¶" not in again.text
        assert "undone: set note" in again.said


async def test_marks_are_gone_to_in_a_ring(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("m")
        assert "⚑" in sitting.text
        await sitting.press("g", "m", "j", "j")
        await sitting.press("'")
        assert sitting.main.row == 7
        await sitting.press("'")
        assert sitting.main.row == 0
        await sitting.press("m")
        assert "marked no more" in sitting.said
        await sitting.press("G")
        await sitting.press("'")
        assert sitting.main.row == 7


async def test_back_and_forward_through_places(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        here = sitting.main.row
        await sitting.press("G")
        there = sitting.main.row
        await sitting.press("comma")
        assert sitting.main.row == here
        await sitting.press(".")
        assert sitting.main.row == there
        await sitting.press(".")
        assert "no place ahead" in sitting.said


async def test_who_has_not_jumped_has_no_place_to_go_back_to(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.until(lambda: sitting.main.row == 7, "the worst finding, where the program began")
        await sitting.press("comma")
        assert sitting.main.row == 7
        assert "no jump was made yet" in sitting.said


async def test_a_run_that_goes_on_under_a_person_is_no_jump_of_theirs(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        main = sitting.main
        await sitting.press("g")
        assert main.places == [sitting.shown.trace.ids[7]]
        main.chain.post_message(ChainList.Highlighted(20, went=False))
        await sitting.until(lambda: main.row == 20, "the step")
        assert len(main.places) == 1


async def test_notices_are_a_page(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("i")
        assert "nothing had to be bent" in sitting.said
        sitting.main.desk.notices += ["/spans/3: the parent is missing", "word " * 40]
        await sitting.press("i")
        await sitting.until(lambda: isinstance(sitting.app.screen, PageScreen), "the page")
        assert "/spans/3: the parent is missing" in sitting.text
        assert sitting.text.count("·") == 2, "a sign for each, not for each line"
        await sitting.press("q")
        assert sitting.app.screen is sitting.main
