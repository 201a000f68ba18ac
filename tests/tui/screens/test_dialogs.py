"""Small dialogs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.screen import Screen

from replaydbg.tui.screens.dialogs import Ask, Choose, Line, Reply, Tell
from replaydbg.views.blocks import Block
from tests.support.desk import Size, open_demo
from tests.support.golden import SIZES, states_same_as_golden
from tests.support.screens import text_of

REPLIES = (Reply("s", "save", "save"), Reply("d", "drop", "drop"), Reply("esc", "go on", ""))


async def answer(screen: Any, *keys: str, shows: str = "", size: tuple[int, int] = (80, 24)) -> Any:
    """What the dialog gives after these keys."""
    app: App[None] = App()
    answers: list[Any] = []
    async with app.run_test(size=size) as pilot:
        app.push_screen(screen, answers.append)
        await pilot.pause()
        assert shows in text_of(app)
        await pilot.press(*keys)
        await pilot.pause()
    return answers


@pytest.mark.parametrize("key", ["enter", "escape", "q", "space"])
async def test_tell_is_closed_by_any_of_its_keys(key: str) -> None:
    assert await answer(Tell("Title", "a sentence", "a hint"), key, shows="a hint") == [None]


@pytest.mark.parametrize(("key", "value"), [("s", "save"), ("d", "drop"), ("escape", "")])
async def test_ask(key: str, value: str) -> None:
    assert await answer(Ask("Really?", [Block("the text")], REPLIES), key, shows="the text") == [value]


async def test_ask_waits_for_one_of_its_keys() -> None:
    assert await answer(Ask("Really?", [Block("the text")], REPLIES), "x", "j", "k") == []


@pytest.mark.parametrize(
    ("keys", "number"), [(("enter",), 1), (("j", "enter"), 2), (("k", "enter"), 0), (("escape",), None)]
)
async def test_choose(keys: tuple[str, ...], number: int | None) -> None:
    screen = Choose("Which?", [("one", "first"), ("two", "second [b]"), ("three", "x" * 300)], first=1)
    assert await answer(screen, *keys, shows="second [b]") == [number]


async def test_choose_keeps_each_option_on_one_line() -> None:
    screen = Choose("Which?", [("one", "word " * 100), ("two", "")])
    app: App[None] = App()
    async with app.run_test(size=(60, 20)) as pilot:
        app.push_screen(screen)
        await pilot.pause()
        lines = text_of(app).splitlines()
        at = next(number for number, line in enumerate(lines) if "one" in line)
        assert "two" in lines[at + 1]


async def test_line() -> None:
    assert await answer(Line("/ search", "ab"), "end", "c", "enter", shows="/ search") == ["abc"]
    assert await answer(Line("/ search", "ab"), "escape") == [None]


@pytest.mark.parametrize("size", SIZES)
async def test_as_they_look(tmp_path: Path, size: Size) -> None:
    long = "The model provider did not answer: connection refused at https://localhost:1 after 3 attempts"
    dialogs: dict[str, Screen[Any]] = {
        "to know": Tell("The re-run did not begin", long, "Start the server, or choose another one with r"),
        "to answer": Ask("Really?", [Block(f"line {number}") for number in range(9)], REPLIES),
        "to choose": Choose("Which?", [("one", "first"), ("another", "second " * 40), *[("more", "")] * 9]),
        "to type": Line("/ search", "kind:tool", "words, /regex/, kind:tool"),
    }
    states = {}
    async with open_demo(tmp_path, size) as sitting:
        for name, dialog in dialogs.items():
            await sitting.app.push_screen(dialog)
            states[name] = await sitting.at_rest()
            await sitting.press("escape")
            await sitting.until(lambda: sitting.app.screen is sitting.main, "the end of it")
    states_same_as_golden(__file__, "dialogs", size, states)
