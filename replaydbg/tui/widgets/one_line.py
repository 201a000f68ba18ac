"""A widget of one line, painted on the line API: nothing to lay out, nothing to take apart when it changes."""

from __future__ import annotations

from textual.strip import Strip

from replaydbg.tui.widgets.line_list import Looks
from replaydbg.views.text import Line


class OneLine(Looks, inherit_bindings=False):
    DEFAULT_CSS = "OneLine { height: 1; overflow: hidden; }"

    def line(self, width: int) -> Line:
        """What it says, from the left; what is too long is cut off."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        return self.strip(self.line(width) if y == 0 else (), width)
