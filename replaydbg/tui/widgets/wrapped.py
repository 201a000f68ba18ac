"""Long texts in the editor: what Textual wraps anew for each change is looked up where the lines are the same ones.

With the text widget as it is, two seconds go by until five megabytes are open, and most of one for each replacement.
"""

from __future__ import annotations

import re

from textual._wrap import compute_wrap_offsets  # the one that the widget wraps with: ours must say the same
from textual.document._document import Document, EditResult, Location
from textual.document._wrapped_document import WrappedDocument
from textual.expand_tabs import get_tab_widths

from replaydbg.views.text import veiled

_RANGE_LINES_MAX = 200
"""A change of more lines wraps the whole text: most of them are known."""

_BREAK = re.compile(r"\r?\n")


class Lines(Document):
    """A text that stays what it is: the widget's own ends lines at form feeds, too, and at whatever Unicode calls a line."""

    def __init__(self, text: str) -> None:
        breaks = text.count("\n")
        self._newline = "\r\n" if breaks and text.count("\r\n") == breaks else "\n"
        self._lines = text.split(self._newline)

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        top, bottom = sorted((start, end))
        replaced = self.get_text_range(top, bottom)
        new = text.split("\n") if self._newline == "\n" else _BREAK.split(text)
        column = len(new[-1]) + (top[1] if len(new) == 1 else 0)
        new[-1] += self._lines[bottom[0]][bottom[1] :]
        new[0] = self._lines[top[0]][: top[1]] + new[0]
        self._lines[top[0] : bottom[0] + 1] = new
        return EditResult((top[0] + len(new) - 1, column), replaced)


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
                wraps = known[line] = before.get(line) or wraps_of(veiled(line), width, tab_width)
            offsets, tabs = wraps
            self._wrap_offsets.append(offsets)
            self._tab_width_cache.append(tabs)
            begin = len(self._offset_to_line_info)
            self._line_index_to_offsets.append([*range(begin, begin + len(offsets) + 1)])
            self._offset_to_line_info.extend([(index, part) for part in range(len(offsets) + 1)])
        self._done = list(lines)

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        rows = [row for row, _ in (start, old_end, new_end)]
        new = self.document.lines[min(rows) : new_end[0] + 1]
        if max(rows) - min(rows) > _RANGE_LINES_MAX or any(veiled(line) != line for line in new):
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
