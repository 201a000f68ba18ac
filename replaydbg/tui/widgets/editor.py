"""The box in which a part of a step is edited: JSON is coloured on the lines that are seen, by a regular expression.

No grammar of a parser generator: the one that Textual would use crashes on large JSON.
"""

from __future__ import annotations

import re

from rich.text import Text
from textual import events
from textual.document._document_navigator import DocumentNavigator
from textual.widgets import TextArea

from replaydbg.tui import theme
from replaydbg.tui.widgets.wrapped import Lines, Wrapped
from replaydbg.views.expressions import Expression, TooSlow
from replaydbg.views.text import veiled

_TOKEN = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*")(?P<colon>\s*:)?|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(?P<literal>true|false|null)\b"""
)

_LINE_SECONDS_MAX = 0.02
"""What marking one line may take: it is painted on the thread of the screen."""


class Editor(TextArea):
    """Multi-line text with undo. `is_json` colours it."""

    def __init__(self, text: str, *, is_json: bool) -> None:
        super().__init__(text, soft_wrap=True, show_line_numbers=is_json, tab_behavior="focus")
        self._is_json = is_json
        self._marked: Expression | None = None

    def _set_document(self, text: str, language: str | None) -> None:  # noqa: ARG002 - lines are coloured by us
        """As the widget does it for a text without a grammar, but wrapped by what remembers lines."""
        self._highlight_query = None
        self.document = Lines(text)
        self.wrapped_document = Wrapped(self.document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._build_highlight_map()
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()

    async def _on_paste(self, event: events.Paste) -> None:
        """Terminals end the lines of what is pasted as they like. The widget puts it in after this."""
        event.text = event.text.replace("\r\n", "\n").replace("\r", "\n")

    def offset_of(self, location: tuple[int, int]) -> int:
        """How many characters of the text stand before the place."""
        return len(self.get_text_range((0, 0), location))

    def location_at(self, offset: int) -> tuple[int, int]:
        """The place of a character of the text."""
        before = self.text[:offset]
        return before.count("\n"), offset - (before.rfind("\n") + 1)

    def mark(self, wanted: Expression | None) -> None:
        """Mark what fits, on the lines that are seen; None marks nothing."""
        self._marked = wanted
        self.notify_style_update()  # lines are kept as they were painted
        self.refresh()

    def get_line(self, line_index: int) -> Text:
        line = Text(veiled(self.document.get_line(line_index)), end="", no_wrap=True)
        if self._is_json:
            ground = self.background_colors[1]
            for found in _TOKEN.finditer(line.plain):
                kind = "key" if found["colon"] else found.lastgroup or "string"
                group = "string" if found["string"] else kind
                line.stylize(theme.drawn(self.app, f"json-{kind}", ground), *found.span(group))
        if self._marked is not None:
            style = theme.drawn(self.app, "found", self.background_colors[1])
            try:
                for begin, end in self._marked.stretches(line.plain, seconds=_LINE_SECONDS_MAX):
                    line.stylize(style, begin, end)
            except TooSlow:  # who looks through all of the text says so
                self._marked = None
        return line
