"""What a run that is still being written puts on the screen, and on the pages over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from replaydbg.readers._api import Reading
from replaydbg.tui import workers
from replaydbg.tui.messages import Found
from replaydbg.tui.screens.finding import FindingScreen
from tests.support.build import model_call, trace, user
from tests.support.desk import conversation_of
from tests.support.followed import followed, grow


async def test_a_conversation_grows_and_the_person_stays_unless_at_its_end(tmp_path: Path) -> None:
    async with followed(tmp_path, 12) as (sitting, path):
        screen = await conversation_of(sitting)
        await sitting.press("g", *["j"] * 9)
        place, block = screen.text.place, screen.text.block
        grow(path, 13, 14)
        await sitting.until_text("14 calls of one thread")
        assert (screen.text.place, screen.text.block) == (place, block)
        await sitting.press("G")
        assert screen.text.at_end
        grow(path, 15, 16)
        await sitting.until_text("this is turn 16")
        assert screen.text.at_end
        await sitting.press("k", "k", "k")
        cursor, top = screen.text.place
        grow(path, 17, 17)
        await sitting.until_text("17 calls of one thread")
        assert screen.text.block is not None
        assert "turn 16" in "".join(block.text for block in screen.text.blocks[-30:])
        assert screen.text.cursor - screen.text.scroll_offset.y == cursor - top


async def test_what_a_line_leads_to_is_the_step_where_rows_have_moved(tmp_path: Path) -> None:
    async with followed(tmp_path, 3) as (sitting, path):
        screen = await conversation_of(sitting)
        await sitting.press("g", "}")
        assert screen.text.block is not None
        wanted = sitting.shown.trace.ids[screen.text.block.row]
        grow(path, 4, 5)
        await sitting.until_text("5 calls of one thread")
        await sitting.press("enter")
        await sitting.until(lambda: sitting.app.screen is sitting.main, "the steps")
        assert sitting.shown.trace.ids[sitting.main.row] == wanted


async def test_the_page_of_a_finding_goes_on_with_it(tmp_path: Path) -> None:
    async with followed(tmp_path, 4) as (sitting, path):
        await sitting.press("g", "F")
        await sitting.until(lambda: isinstance(sitting.app.screen, FindingScreen), "the page")
        page = sitting.app.screen
        assert isinstance(page, FindingScreen)
        await sitting.until(lambda: page.exhibit is not None, "its evidence")
        before = page.finding
        assert before.name == "error-loop"
        grow(path, 5, 9)
        await sitting.until(lambda: page.finding.repeats == 9, "the longer loop")
        await sitting.until_text("9 times")
        assert (page.finding.code, page.finding.step_ids[0]) == (before.code, before.step_ids[0])


async def test_what_was_found_is_told_until_all_rules_have_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a run grows faster than it is checked, rules are not given up for each line; nothing blinks."""
    async with followed(tmp_path, 4) as (sitting, path):
        main, found = sitting.main, list(sitting.shown.findings)
        assert found
        asked: list[int] = []
        monkeypatch.setattr(workers, "check", lambda shown, *_, **__: asked.append(len(shown.trace)))
        main._took = 9.0  # facts take long: rows are shown at once
        grow(path, 5, 5)
        await sitting.until_text("10 steps")
        grow(path, 6, 6)
        await sitting.until_text("12 steps")
        assert sitting.shown.findings == found
        assert (asked, sitting.shown.checked) == ([10], False)
        first = main._looked_over
        assert first is not None
        main.on_found(Found(first, (), last=True))
        await sitting.until(lambda: asked == [10, 12], "the newest is next")
        assert sitting.shown.findings == [], "nothing was found in ten steps"


async def test_a_run_whose_facts_take_no_time_is_shown_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with followed(tmp_path, 4) as (sitting, _):
        main, before = sitting.main, sitting.shown
        monkeypatch.setattr(workers, "check", lambda *_, **__: None)
        longer = trace(
            *(model_call(str(each), [user("go")], "1") for each in range(9)), trace_id=before.trace.id
        )
        main._took = 0.01
        main.go_on(Reading((longer,)))
        assert sitting.shown is before
        assert main._looked_over is not None
        assert main._looked_over.trace is longer
