"""Find and replace in the editor, by keys."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.app import App

from replaydbg.tui.screens.editor import EditorScreen
from replaydbg.tui.widgets import find_bar
from replaydbg.tui.widgets.editor import Editor
from replaydbg.tui.widgets.find_bar import AT_ONCE_CHARS, FindBar
from replaydbg.views.editing import Form, Part
from tests.support.screens import text_of, until

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


LONG = "an apple, a pear\n" * (AT_ONCE_CHARS // 17 + 100)
PLACES = LONG.count("apple")


async def until_text(it: Typing, text: str) -> None:
    await until(it.pilot, lambda: it.has(text), f"“{text}”")


async def test_a_long_text_is_looked_through_and_replaced_beside_the_screen() -> None:
    threads: list[str] = []
    find, put = find_bar._find, find_bar._put_in

    def noted(real: Any) -> Any:
        def done(*given: Any) -> None:
            threads.append(threading.current_thread().name)
            real(*given)

        return done

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(find_bar, "_find", noted(find))
        patch.setattr(find_bar, "_put_in", noted(put))
        async with typing_in(LONG) as it:
            await it.find("apple")
            await until_text(it, f"1 of {PLACES:,}")
            await it.press("enter", "down")
            assert it.has(f"3 of {PLACES:,}")
            await it.press("tab", *"fig", "ctrl+l")
            await until_text(it, f"replaced in {PLACES:,} places")
            assert it.text == LONG.replace("apple", "fig")
            await it.press("ctrl+z")
            assert it.text == LONG
            await until_text(it, f"of {PLACES:,}")
    assert threads
    assert "MainThread" not in threads


async def test_enter_before_the_words_are_found_waits_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    let, find = threading.Event(), find_bar._find

    def late(*given: Any) -> None:
        let.wait(10)
        find(*given)

    monkeypatch.setattr(find_bar, "_find", late)
    async with typing_in(LONG) as it:
        await it.find("pear")
        await it.press("enter")
        assert it.has("…")
        let.set()
        await until_text(it, f"1 of {PLACES:,}")
        assert it.editor.selected_text == "pear"


async def test_nothing_is_replaced_in_a_text_that_was_changed_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    let, put = threading.Event(), find_bar._put_in

    def late(*given: Any) -> None:
        let.wait(10)
        put(*given)

    monkeypatch.setattr(find_bar, "_put_in", late)
    async with typing_in(LONG) as it:
        await it.find("apple")
        await until_text(it, f"1 of {PLACES:,}")
        await it.press("tab", *"fig", "ctrl+l")
        it.editor.insert("!", (0, 0))
        await it.pilot.pause()
        let.set()
        await it.pilot.pause(0.1)
        assert it.text == "!" + LONG


async def test_what_never_ends_is_said_of_a_long_text() -> None:
    async with typing_in("a" * 60 + "!\n" + LONG) as it:
        await it.find("/(a|aa)+$/")
        await until_text(it, "takes too long")
