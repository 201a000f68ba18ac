"""Find and replace in the editor, by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App

from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.tui.widgets.editor import Editor
from replaydbg.tui.widgets.find_bar import FindBar
from replaydbg.views.editing import Form, Part
from tests.support.screens import text_of

TEXT = "an apple, a pear\nan Apple\nand the last apple"


class Typing:
    def __init__(self, text: str) -> None:
        self.app: App[None] = App()
        self.screen = EditorScreen(Part("system prompt", "/messages/0/content", text, Form.TEXT), "#1")
        self.gave: list[Any] = []
        self.pilot: Any = None

    @property
    def editor(self) -> Editor:
        return self.screen.query_one(Editor)

    @property
    def text(self) -> str:
        return self.editor.text

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause(0.05)

    async def find(self, words: str) -> None:
        await self.press("ctrl+f", *("space" if char == " " else char for char in words))

    def has(self, text: str) -> bool:
        return text in text_of(self.app)


@asynccontextmanager
async def typing_in(text: str = TEXT, *, at: tuple[int, int] = (0, 0)) -> AsyncIterator[Typing]:
    it = Typing(text)
    async with it.app.run_test(size=(80, 20)) as it.pilot:
        it.app.push_screen(it.screen, it.gave.append)
        await it.pilot.pause()
        it.editor.move_cursor(at)
        yield it


async def test_it_finds_while_one_types_counts_and_goes_round() -> None:
    async with typing_in() as it:
        await it.find("apple")
        assert it.has("1 of 3")
        assert it.editor.selected_text == "apple"
        await it.press("enter")
        assert it.has("2 of 3")
        assert it.editor.selected_text == "Apple"
        await it.press("down", "enter")
        assert it.has("1 of 3")
        await it.press("up")
        assert it.has("3 of 3")
        await it.press("escape")
        assert it.editor.has_focus
        assert not it.has("of 3")
        assert it.editor.selected_text == "apple", "one goes on typing where one was"


async def test_one_is_replaced_after_the_other_and_taken_back_one_by_one() -> None:
    async with typing_in() as it:
        await it.find("apple")
        await it.press("tab", *"fig", "enter")
        assert it.text.startswith("an fig, a pear\nan Apple")
        assert it.editor.selected_text == "Apple"
        await it.press("enter")
        assert it.text == "an fig, a pear\nan fig\nand the last apple"
        await it.press("ctrl+z")
        assert it.text == "an fig, a pear\nan Apple\nand the last apple"
        await it.press("ctrl+z")
        assert it.text == TEXT


async def test_all_are_replaced_at_once_and_taken_back_at_once() -> None:
    async with typing_in() as it:
        it.editor.insert("!", (0, 0))
        await it.find("apple")
        await it.press("tab", *"fig", "ctrl+l")
        assert it.text == "!an fig, a pear\nan fig\nand the last fig"
        assert it.has("replaced in 3 places")
        assert it.has("not there")
        await it.press("ctrl+z")
        assert it.text == f"!{TEXT}"
        await it.press("ctrl+y")
        assert "apple" not in it.text
        await it.press("escape", "ctrl+s")
        assert it.gave == ["!an fig, a pear\nan fig\nand the last fig"]


async def test_expressions_and_their_groups() -> None:
    async with typing_in("id=12\nid=345") as it:
        await it.find("/id=(\\d+)/")
        assert it.has("1 of 2")
        await it.press("tab", *"#\\1", "ctrl+l")
        assert it.text == "#12\n#345"


@pytest.mark.parametrize(
    ("words", "new", "says"), [("/(/", "", "no regular"), ("/a/", "\\9", "cannot be put in")]
)
async def test_what_cannot_be_done_is_said(words: str, new: str, says: str) -> None:
    async with typing_in() as it:
        await it.find(words)
        await it.press("tab", *new, "ctrl+l")
        assert it.has(says)
        assert it.text == TEXT


async def test_what_replaces_may_hold_what_is_replaced() -> None:
    async with typing_in("a a") as it:
        await it.find("a")
        await it.press("tab", *"aa", "enter", "enter")
        assert it.text == "aa aa"


async def test_without_the_bar_there_is_nothing_to_replace() -> None:
    async with typing_in() as it:
        await it.press("ctrl+l")
        assert it.has("^f opens find and replace")
        await it.press("ctrl+f", "ctrl+l")
        assert it.has("nothing to replace")


async def test_what_is_selected_is_looked_for() -> None:
    async with typing_in() as it:
        it.editor.select_all()
        await it.press("ctrl+f")
        assert it.screen.query_one(FindBar).query_one("#find").value == ""  # type: ignore[attr-defined]
        await it.press("escape")
        await it.find("pear")
        await it.press("escape", "ctrl+f")
        assert it.has("1 of 1")


async def test_an_expression_that_takes_too_long_is_said() -> None:
    async with typing_in("a" * 300 + "!") as it:
        await it.find("/(a|aa)+$/")
        assert it.has("takes too long")
        assert not it.has("not there")
        await it.press("tab", "b", "enter", "ctrl+l")
        assert it.text == "a" * 300 + "!"
