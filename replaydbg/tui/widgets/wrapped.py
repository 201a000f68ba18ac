"""Long texts in the editor: what Textual wraps anew for each change is looked up where the lines are the same ones.

With the text widget as it is, two seconds go by until five megabytes are open, and most of one for each replacement.
"""

from __future__ import annotations

from textual._wrap import compute_wrap_offsets  # the one that the widget wraps with: ours must say the same
from textual.document._document import Location
from textual.document._wrapped_document import WrappedDocument
from textual.expand_tabs import get_tab_widths

_RANGE_LINES_MAX = 200
"""A change of more lines wraps the whole text: most of them are known."""

_Wraps = tuple[list[int], list[int]]
"""Where a line is broken, and the widths of its tabs."""


class Wrapped(WrappedDocument):
    """Remembers how lines are broken, at the width that they were last wrapped to."""

    _known: dict[str, _Wraps] | None = None
    _known_for = (0, 0)
    _done: list[str] | None = None
    """The lines that were wrapped last, as they were."""

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        tab_width = tab_width or self._tab_width
        lines = self.document.lines
        if self._known is None or self._known_for != (width, tab_width):
            self._known, self._known_for, self._done = {}, (width, tab_width), None
        if self._done == lines:  # the height is another, or nothing is
            return
        known, before = self._known, self._known
        self._known = known = {}
        self._width, self._tab_width = width, tab_width
        self._wrap_offsets, self._tab_width_cache = [], []
        self._offset_to_line_info, self._line_index_to_offsets = [], []
        for index, line in enumerate(lines):
            wraps = known.get(line)
            if wraps is None:
                wraps = known[line] = before.get(line) or wraps_of(line, width, tab_width)
            offsets, tabs = wraps
            self._wrap_offsets.append(offsets)
            self._tab_width_cache.append(tabs)
            begin = len(self._offset_to_line_info)
            self._line_index_to_offsets.append([*range(begin, begin + len(offsets) + 1)])
            self._offset_to_line_info.extend([(index, part) for part in range(len(offsets) + 1)])
        self._done = list(lines)

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        rows = [row for row, _ in (start, old_end, new_end)]
        if max(rows) - min(rows) > _RANGE_LINES_MAX:
            self.wrap(self._width, self._tab_width)
        else:
            super().wrap_range(start, old_end, new_end)
            self._done = None

    @property
    def height(self) -> int:
        """The widget asks for it with each line that it paints."""
        return len(self._offset_to_line_info)


def wraps_of(line: str, width: int, tab_width: int) -> _Wraps:
    """What Textual's own functions say of the line; most lines are plain, and are broken with fewer looks at them."""
    if line.isascii() and line.isprintable():
        return (_breaks(line, width) if 0 < width < len(line) else []), ([0] if line else [])
    tabs = get_tab_widths(line, tab_width)
    breaks = compute_wrap_offsets(line, width, tab_width, precomputed_tab_sections=tabs) if width else []
    return breaks, [each for _, each in tabs]


def _breaks(line: str, width: int) -> list[int]:
    """Of a line of letters and blanks: a word goes with the blanks after it; one that is too long is cut."""
    breaks, begin = list[int](), 0
    while begin + width < len(line):
        at = begin + width
        if line[at] == " " or line[at - 1] != " ":  # not where a word begins: back to where this one does
            at = line.rfind(" ", begin, len(line[begin:at].rstrip()) + begin) + 1
        if at <= begin:  # it fills the line, and its blanks count as part of it
            at = begin + width
        breaks.append(at)
        begin = at
    return breaks
