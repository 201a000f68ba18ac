"""Editing a part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from replaydbg.tui.screens.dialogs import Unsaved
from replaydbg.tui.screens.editor import EditorScreen, verdict
from replaydbg.tui.widgets.editor import Editor
from replaydbg.views.editing import Form, Part
from tests.support.blocks import text_of as blocks_text
from tests.support.build import parameters
from tests.support.desk import open_demo
from tests.support.golden import same_as_golden
from tests.support.screens import strips_of, text_of

TEXT = Part("system prompt", "/messages/0/content", "be brief", Form.TEXT)
SCHEMA = parameters(["a"], a={"type": "integer"})
JSON = Part("arguments of f", "/tool_calls/0/arguments", {"a": 1}, Form.JSON, SCHEMA, "this request")


class Typing:
    """An editor on the screen, and what it gave."""

    def __init__(self, part: Part) -> None:
        self.app: App[None] = App()
        self.screen = EditorScreen(part, "#1")
        self.gave: list[Any] = []
        self.pilot: Any = None

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause(0.2)

    def put(self, text: str) -> None:
        self.screen.query_one(Editor).text = text


@asynccontextmanager
async def typing_in(part: Part) -> AsyncIterator[Typing]:
    it = Typing(part)
    async with it.app.run_test(size=(80, 20)) as it.pilot:
        it.app.push_screen(it.screen, it.gave.append)
        await it.pilot.pause()
        yield it


async def test_text_is_added_at_its_end_and_saved() -> None:
    async with typing_in(TEXT) as typing:
        assert "^s Save" in text_of(typing.app)
        await typing.press("!", "ctrl+s")
        assert typing.gave == ["be brief!"]


async def test_saving_what_is_unchanged_changes_nothing() -> None:
    async with typing_in(TEXT) as typing:
        await typing.press("ctrl+s")
        assert typing.gave == [None]


async def test_escape_leaves_when_nothing_was_typed_and_asks_when_something_was() -> None:
    async with typing_in(TEXT) as typing:
        await typing.press("escape")
        assert typing.gave == [None]
    async with typing_in(TEXT) as typing:
        await typing.press("!", "escape")
        assert type(typing.app.screen) is Unsaved
        await typing.press("escape")
        assert len(typing.app.screen_stack) == 2
        await typing.press("escape", "d")
        assert typing.gave == [None]
    async with typing_in(TEXT) as typing:
        await typing.press("!", "escape", "s")
        assert typing.gave == ["be brief!"]


async def test_json_is_checked_while_it_is_typed_and_broken_json_is_not_saved() -> None:
    async with typing_in(JSON) as typing:
        assert "as the schema (this request) wants it" in text_of(typing.app)
        typing.put('{"a": ')
        await typing.pilot.pause(0.3)
        assert "not JSON" in text_of(typing.app)
        await typing.press("ctrl+s")
        assert typing.gave == []
        assert "cannot be saved" in text_of(typing.app)
        typing.put('{"a": 1}')
        await typing.pilot.pause(0.3)
        assert "cannot be saved" not in text_of(typing.app)


async def test_what_breaks_the_schema_may_be_saved() -> None:
    """A debugger must let people break things."""
    async with typing_in(JSON) as typing:
        typing.put('{"a": "x"}')
        await typing.pilot.pause(0.3)
        assert "it can be saved all the same" in text_of(typing.app)
        await typing.press("ctrl+s")
        assert typing.gave == ['{"a": "x"}']


def test_verdicts() -> None:
    assert verdict(TEXT, "anything") == []
    bare = Part("arguments of f", "/tool_calls/0/arguments", {}, Form.JSON)
    assert "schema not recorded" in blocks_text(verdict(bare, "{}"))


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        pytest.param("json", ("2", "tab", "tab", "j", "j", "e"), id="arguments beside their schema"),
        pytest.param("find", ("e", "enter", "ctrl+f", *"order"), id="find and replace"),
    ],
)
async def test_as_it_looks(tmp_path: Path, size: tuple[int, int], name: str, keys: tuple[str, ...]) -> None:
    async with open_demo(tmp_path, size) as sitting:
        if size[1] < 30 and name == "json":
            keys = tuple(key for key in keys if key != "tab") if size[0] < 100 else keys
            keys = ("enter", *keys)
        for key in keys:
            await sitting.press(key)
        await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen), "the editor")
        same_as_golden(__file__, f"editor-{name}-{size[0]}x{size[1]}", await sitting.at_rest())


async def test_what_is_selected_can_be_read_in_sixteen_colours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The widget's own selection is black, turned around: on a black ground nobody sees it."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    async with open_demo(tmp_path) as sitting:
        assert sitting.app.theme == "ansi-dark"
        await sitting.press("e", "enter")
        await sitting.until(lambda: isinstance(sitting.app.screen, EditorScreen), "the editor")
        await sitting.press("ctrl+f", *"Nordlicht")
        await sitting.until_text("1 of 1")
        (found,) = (
            segment
            for strip in strips_of(sitting.app)
            for segment in strip
            if segment.text == "Nordlicht" and segment.style is not None and segment.style.reverse
        )
        assert found.style is not None
        assert found.style.color is None or found.style.color.is_default
