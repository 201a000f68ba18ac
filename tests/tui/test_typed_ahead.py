"""A whole word arrives at once, as it does over a slow link: each key goes to the screen that it was typed for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.command import CommandList
from textual.events import Key

from replaydbg.core.branch import Branch, BranchStep, Provenance
from replaydbg.session.commands import AddBranch
from replaydbg.tui.screens.dialogs import Choose, Line
from replaydbg.tui.screens.help import Help
from replaydbg.tui.typed_ahead import Palette
from tests.support.desk import Sitting, open_demo

_NAMES = {
    "\r": "enter",
    ";": "semicolon",
    ":": "colon",
    "?": "question_mark",
    "&": "ampersand",
    "\x1b": "escape",
}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is exported on the way lies there."""
    monkeypatch.chdir(tmp_path)


async def _burst(sitting: Sitting, keys: str) -> None:
    """All of them are there before the first one is looked at."""
    for key in keys:
        sitting.app.post_message(Key(_NAMES.get(key, key), key if key.isprintable() else None))
    await sitting.pilot.pause()


async def test_a_note_typed_in_one_go_is_a_note_and_not_a_dozen_commands(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await _burst(sitting, ";mynote\r")
        await sitting.until_text("¶ mynote")
        assert "⚑" not in sitting.text
        assert sitting.app.screen is sitting.main


async def test_a_key_that_comes_later_than_the_others_goes_behind_them(tmp_path: Path) -> None:
    """The line is there when enter comes, and the letters before it are still on their way to it."""
    async with open_demo(tmp_path) as sitting:
        app = sitting.app
        for key in (Key("colon", ":"), Key("1", "1"), Key("2", "2")):
            app.post_message(key)
        opened = asyncio.Event()
        app.screen_change_signal.subscribe(app, lambda _screen: opened.set(), immediate=True)
        await opened.wait()
        for _ in range(20):  # the letters come back from the screen below
            await asyncio.sleep(0)
        app.post_message(Key("enter", "\r"))
        await sitting.until(lambda: app.screen is sitting.main, "the line has gone")
        assert sitting.main.row == 11


async def test_what_is_typed_behind_a_line_is_for_the_screen_below(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await _burst(sitting, ":2\rjj")
        await sitting.until(lambda: sitting.main.row == 3, "two steps below")
        assert sitting.app.screen is sitting.main


async def test_a_list_to_choose_from_takes_the_keys_that_came_before_it(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await _burst(sitting, "ojj\r")
        await sitting.until(lambda: isinstance(sitting.app.screen, Line), "the line")
        await sitting.until_text("-steps.json")
        assert sitting.main.row == 7


async def test_letters_of_a_filter_do_not_open_a_second_dialog(tmp_path: Path) -> None:
    async with open_demo(tmp_path) as sitting:
        await _burst(sitting, "?note")
        await sitting.until(lambda: isinstance(sitting.app.screen, Help), "the help")
        assert len(sitting.app.screen_stack) == 3


@pytest.mark.parametrize("keys", ["o\r\r", ":2\r\r", "e\x1b\x1b", "o\x1b\x1b", ";a\r\r\r"])
async def test_a_key_pressed_twice_leaves_one_screen(tmp_path: Path, keys: str) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press(_NAMES.get(keys[0], keys[0]))
        await sitting.until(lambda: isinstance(sitting.app.screen, Choose | Line), "the dialog")
        await _burst(sitting, keys[1:])
        await sitting.until_still()
        assert sitting.main in sitting.app.screen_stack
        assert sitting.app.is_running


@pytest.mark.parametrize(
    ("keys", "shown"), [("l a wide one\r", "b1  a wide one"), (";a wide one\r", "¶ a wide one")]
)
async def test_a_list_of_branches_that_asks_for_words_gets_all_of_them(
    tmp_path: Path, keys: str, shown: str
) -> None:
    """The list goes before the line comes; what is typed meanwhile is not for the steps below."""
    async with open_demo(tmp_path) as sitting:
        run = sitting.shown.trace
        steps = tuple(BranchStep(each, each, Provenance.RECORDED, "as recorded") for each in run.ids)
        sitting.main.do(AddBranch(Branch("b1", "", (), run, steps)))
        await sitting.press("b")
        await sitting.until_text("Branches")
        await _burst(sitting, keys)
        await sitting.until_text(shown)


@pytest.mark.parametrize("key", ["pagedown", "pageup"])
async def test_a_page_of_the_palette_before_its_lines_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    async with open_demo(tmp_path) as sitting:
        await sitting.press("ctrl+p")
        palette = sitting.app.screen
        assert isinstance(palette, Palette)
        await sitting.type("e")
        await sitting.until(lambda: palette.query_one(CommandList).option_count, "the first lines")
        commands = palette.query_one(CommandList)
        commands._line_cache.clear()
        monkeypatch.setattr(CommandList, "_update_lines", lambda _: None)  # as while it has no size yet
        await sitting.press(key)
        assert sitting.app.screen is palette
