"""A widget of one line, painted on the line API: nothing to lay out, nothing to take apart when it changes."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from replaydbg.views.blocks import LOOKS


class OneLine(Widget):
    DEFAULT_CSS = "OneLine { height: 1; }"
    COMPONENT_CLASSES = {f"look--{look}" for look in LOOKS}

    def segments(self, width: int) -> list[Segment]:
        """The line, from the left; what is too long is cut off."""
        raise NotImplementedError

    def look(self, look: str) -> Style:
        return self.get_component_rich_style(f"look--{look}", partial=True) if look else Style.null()

    def render_line(self, y: int) -> Strip:
        segments = self.segments(self.size.width) if y == 0 else []
        return Strip(segments).crop_extend(0, self.size.width, None).apply_style(self.rich_style)
