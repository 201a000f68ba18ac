"""A tiny app around a few widgets."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widget import Widget

from replaydbg.tui import theme

Posted = TypeVar("Posted", bound=Message)


class Host(App[None]):
    """Shows the widgets side by side; `posted` are the messages of ours that came up to the app, newest last."""

    CSS = "Screen { layout: horizontal; }"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget, theme_name: str = theme.DARK.name) -> None:
        super().__init__(ansi_color=theme.terminal_colours(os.environ))
        self.widgets = widgets
        self.posted: list[Message] = []
        self.animation_level = "none"
        for known in theme.THEMES:
            self.register_theme(known)
        self.theme = theme_name

    def compose(self) -> ComposeResult:
        yield from self.widgets

    async def _on_message(self, message: Message) -> None:
        if type(message).__module__.startswith("replaydbg"):
            self.posted.append(message)
        await super()._on_message(message)

    def all_posted(self, kind: type[Posted]) -> list[Posted]:
        return [message for message in self.posted if type(message) is kind]


@asynccontextmanager
async def running(
    *widgets: Widget, size: tuple[int, int] = (80, 24), **given: Any
) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    """An app that shows these widgets, the first one focused, and its pilot."""
    app = Host(*widgets, **given)
    async with app.run_test(size=size) as pilot:
        widgets[0].focus()
        await pilot.pause()
        yield app, pilot
