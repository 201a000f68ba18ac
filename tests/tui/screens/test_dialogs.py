"""Small dialogs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.screen import Screen

from replaydbg.tui import actions
from replaydbg.tui.actions import State, by_id
from replaydbg.tui.screens.dialogs import Allow, Choose, Line, Nobody, Tell, Unsaved, _Options
from replaydbg.tui.screens.help import Help
from replaydbg.views.blocks import Block
from tests.support.desk import Size, open_demo
from tests.support.golden import SIZES, states_same_as_golden
from tests.support.screens import strips_of, text_of


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


@pytest.mark.parametrize(
    ("dialog", "key", "value"),
    [
        (Unsaved, "s", "save"),
        (Unsaved, "d", "drop"),
        (Unsaved, "escape", "go_on"),
        (Allow, "y", "once"),
        (Allow, "escape", "no"),
        (Nobody, "w", "write"),
        (Nobody, "escape", "stop"),
    ],
)
async def test_ask(dialog: type[Any], key: str, value: str) -> None:
    assert await answer(dialog("Really?", [Block("the text")]), key, shows="the text") == [value]


async def test_ask_waits_for_one_of_its_keys() -> None:
    assert await answer(Unsaved("Really?", [Block("the text")]), "x", "j", "k") == []


@pytest.mark.parametrize(
    ("dialog", "given", "key", "value", "shows"),
    [
        (Tell("Title", "a sentence"), {"tell.close": "f4"}, "f4", None, "f4 close"),
        (Unsaved("Really?", []), {"unsaved.drop": "w"}, "w", "drop", "w drop the changes"),
        (Allow("May it?", []), {"permission.always": "f5,t"}, "t", "always", "f5 always"),
        (Choose("Which?", [("one", "")]), {"choose.choose": "x"}, "x", 0, "x choose"),
        (Line("/"), {"line.cancel": "f6"}, "f6", None, ""),
        (Help("main", State()), {"help.close": "f9"}, "f9", None, "f9 close"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_keys_of_the_settings(
    dialog: Any, given: dict[str, str], key: str, value: Any, shows: str
) -> None:
    """They are told, and they work; what was the key before does nothing any more."""
    (name,) = given
    before = by_id(*name.split(".")).keys[0]
    assert actions.give_keys(given) == []
    try:
        app: App[None] = App()
        app.set_keymap(actions.keymap())
        answers: list[Any] = []
        async with app.run_test(size=(80, 24)) as pilot:
            app.push_screen(dialog, answers.append)
            await pilot.pause()
            assert shows in text_of(app)
            await pilot.press(before)
            await pilot.pause()
            assert answers == []
            await pilot.press(key)
            await pilot.pause()
            assert answers == [value]
    finally:
        actions.give_keys({})


@pytest.mark.parametrize(
    ("dialog", "word", "value"),
    [
        (Tell("Title", "a sentence"), "close", None),
        (Unsaved("Really?", []), "drop the", "drop"),
        (Choose("Which?", [("one", ""), ("two", "")], first=1), "choose", 1),
        (Choose("Which?", [("one", "")]), "cancel", None),
    ],
)
async def test_a_click_on_a_key_is_the_key(dialog: Any, word: str, value: Any) -> None:
    app: App[None] = App()
    answers: list[Any] = []
    async with app.run_test(size=(80, 24)) as pilot:
        app.push_screen(dialog, answers.append)
        await pilot.pause()
        lines = text_of(app).splitlines()
        y = next(y for y in range(len(lines) - 1, -1, -1) if word in lines[y])
        await pilot.click(offset=(lines[y].index(word), y))
        await pilot.pause()
    assert answers == [value]


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        (("enter",), 1),
        (("j", "enter"), 2),
        (("up", "space"), 0),
        (("G", "enter"), 2),
        (("g", "enter"), 0),
        (("pagedown", "enter"), 2),
        (("pageup", "enter"), 0),
        (("escape",), None),
    ],
)
async def test_choose(keys: tuple[str, ...], number: int | None) -> None:
    screen = Choose("Which?", [("one", "first"), ("two", "second [b]"), ("three", "x" * 300)], first=1)
    assert await answer(screen, *keys, shows="second [b]") == [number]


async def test_a_page_can_be_asked_for_before_the_list_is_laid_out() -> None:
    options = _Options("one", "two", "three")
    options.action_page(1)
    assert options.highlighted == 1
    _Options().action_page(1)


async def test_choose_keeps_each_option_on_one_line() -> None:
    screen = Choose("Which?", [("one", "word " * 100), ("two", "")])
    app: App[None] = App()
    async with app.run_test(size=(60, 20)) as pilot:
        app.push_screen(screen)
        await pilot.pause()
        lines = text_of(app).splitlines()
        at = next(number for number, line in enumerate(lines) if "one" in line)
        assert "two" in lines[at + 1]


async def test_choices_follow_the_size_of_the_terminal() -> None:
    """Narrow, what there is to choose stands alone; wide again, what more there is to say of it is there again."""
    app: App[None] = App()
    async with app.run_test(size=(100, 20)) as pilot:
        app.push_screen(Choose("Which?", [("name of the tool", "lookup"), ("result", "a lamp")], first=1))
        await pilot.pause()
        assert "a lamp" in text_of(app)
        await pilot.resize_terminal(28, 12)
        await pilot.pause()
        assert "name of the tool" in text_of(app)
        assert "…" not in text_of(app)
        assert "a lamp" not in text_of(app)
        await pilot.resize_terminal(100, 20)
        await pilot.pause()
        assert "a lamp" in text_of(app)
        assert app.screen.query_one(_Options).highlighted == 1


async def test_choices_in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLAYDBG_ASCII", "1")
    app: App[None] = App()
    async with app.run_test(size=(60, 20)) as pilot:
        app.push_screen(Choose("Which?", [("größer", "wörter " * 100)]))
        await pilot.pause()
        (line,) = (line for line in text_of(app).splitlines() if "gr" in line)
        assert "w?rter" in line
        assert "~" in line
        assert "…" not in line


async def test_line() -> None:
    assert await answer(Line("/ search", "ab"), "end", "c", "enter", shows="/ search") == ["abc"]
    assert await answer(Line("/ search", "ab"), "escape") == [None]


@pytest.mark.parametrize("no_colour", ["", "1"])
@pytest.mark.parametrize("size", SIZES)
async def test_as_they_look(
    tmp_path: Path, size: Size, no_colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without colour they hide no more of what is under them."""
    monkeypatch.setenv("NO_COLOR", no_colour)
    long = "The model provider did not answer: connection refused at https://localhost:1 after 3 attempts"
    dialogs: dict[str, Screen[Any]] = {
        "to know": Tell("The re-run did not begin", long, "Start the server, or choose another one with r"),
        "to answer": Unsaved("Really?", [Block(f"line {number}") for number in range(9)]),
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


async def test_without_colour_the_chosen_line_is_turned_around(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_demo(tmp_path, (80, 24)) as sitting:
        await sitting.app.push_screen(Choose("Which?", [("first", ""), ("second", "")], first=1))
        await sitting.until_text("Which?")
        strips = strips_of(sitting.app)
    turned = {
        segment.text.strip()
        for strip in strips
        for segment in strip
        if segment.style is not None and segment.style.reverse and segment.text.strip()
    }
    assert any(text.startswith("second") for text in turned)
    assert not any(text.startswith("first") for text in turned)
