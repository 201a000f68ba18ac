"""One line with a hint; it takes no room while there is none."""

from __future__ import annotations

from replaydbg.tui.widgets.one_line import OneLine
from replaydbg.views.text import Line, Span, clip

_WAY_OUT = "  (--no-hints)"


class HintLine(OneLine):
    DEFAULT_CSS = "HintLine { dock: bottom; margin-bottom: 1; display: none; }"

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def show(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.display = bool(text)
            self.refresh()

    def line(self, width: int) -> Line:
        way_out = _WAY_OUT if len(self.text) + len(_WAY_OUT) + 3 < width else ""
        return (Span(" "), Span(clip(self.text, width - 2), "hint"), Span(way_out, "dim"))
