"""A tiny app around one widget."""

from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult
from textual.message import Message
from textual.widget import Widget

from replaydbg.tui import theme


class Host(App[None]):
    """Shows the widgets side by side and keeps what they post, newest last."""

    CSS = "Screen { layout: horizontal; } "
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget, css: str = "", theme_name: str = theme.DARK.name) -> None:
        super().__init__()
        self.widgets = widgets
        self.posted: list[Message] = []
        self.animation_level = "none"
        for known in theme.THEMES:
            self.register_theme(known)
        self.theme = theme_name
        self.stylesheet.add_source(css, is_default_css=False)

    def compose(self) -> ComposeResult:
        yield from self.widgets

    async def on_event(self, event: Any) -> None:
        await super().on_event(event)

    async def _on_message(self, message: Message) -> None:
        if message.__class__.__module__.startswith("replaydbg"):
            self.posted.append(message)
        await super()._on_message(message)
