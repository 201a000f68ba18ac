"""Editing a part."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from textual.app import App

from replaydbg.tui.screens.dialogs import Ask
from replaydbg.tui.screens.editor import EditorScreen, verdict
from replaydbg.tui.widgets.editor import Editor
from replaydbg.views.editing import Form, Part
from tests.support.blocks import text_of as blocks_text
from tests.support.build import parameters
from tests.support.screens import text_of

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
        assert type(typing.app.screen) is Ask
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
