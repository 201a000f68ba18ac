"""The line at the bottom: what can be done now, or what a key has just had to say, in more lines where it takes them.

Painted on the line API: Textual's own footer is taken apart and put together again on each change of the focus.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from textual import events
from textual.message import Message
from textual.strip import Strip

from replaydbg.tui.actions import UserAction, sign
from replaydbg.tui.widgets.line_list import Target
from replaydbg.tui.widgets.one_line import OneLine
from replaydbg.views.text import Line, Span, cell_width, clip

_GAP_CELLS = 2
_WAY_OUT_RANK = 90
_SAID_LINES_MAX = 3
_HIGH_ROWS = 16
"""A lower screen has no second line to spare: what is looked at would move."""


class FooterLine(OneLine):
    DEFAULT_CSS = "FooterLine { dock: bottom; }"

    class Clicked(Message):
        def __init__(self, action_id: str) -> None:
            super().__init__()
            self.action_id = action_id

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id)
        self.actions: tuple[tuple[UserAction, str], ...] = ()
        self.said = ""
        self._look = ""
        self._lines: list[str] = []
        """What is said, as it is broken."""
        self._at: list[tuple[int, int, str]] = []

    def offer(self, actions: Sequence[tuple[UserAction, str]]) -> None:
        """Name these actions, each with its label."""
        if tuple(actions) != self.actions:
            self.actions = tuple(actions)
            self.refresh()

    def say(self, text: str, look: str = "warning") -> None:
        """Say something instead, until the next key or a click on it; "" goes back to the actions."""
        if text != self.said:
            self.said, self._look = text, look
            self._break()
            self.refresh()

    def on_resize(self) -> None:
        self._break()

    def _break(self) -> None:
        """A sentence that says what would help is of no use without its end."""
        width, text = self.size.width - 1, self.said.replace("\n", " ")
        lines = _lines(text, width) if text and width > 0 else [text]
        kept = lines[: _SAID_LINES_MAX if self.app.size.height >= _HIGH_ROWS else 1]
        if len(lines) > len(kept):
            kept[-1] = clip(f"{kept[-1]} {lines[len(kept)]}", width)
        before, self._lines = max(len(self._lines), 1), kept
        if len(kept) != before:
            self.styles.height = len(kept)

    def line(self, width: int) -> Line:
        spans, used = [Span(" ")], 1
        at: list[tuple[int, int, str]] = []
        for action, label in self._that_fit(width):
            mark = sign(action.keys[0])
            cells = cell_width(mark) + 1 + cell_width(label) + _GAP_CELLS
            spans.extend([Span(mark, "key"), Span(f" {label}" + " " * _GAP_CELLS)])
            at.append((used, used + cells, action.id))
            used += cells
        self._at = at
        return tuple(spans)

    def render_line(self, y: int) -> Strip:
        if self.said and y < len(self._lines):
            return self.strip((Span(f" {self._lines[y]}", self._look),), self.size.width)
        return super().render_line(y)

    def _that_fit(self, width: int) -> list[tuple[UserAction, str]]:
        """The ways out (help, quit) come first when room is given out, whatever stands before them."""
        room, fit = width - 1 + _GAP_CELLS, set[str]()
        for action, label in sorted(self.actions, key=lambda each: each[0].footer < _WAY_OUT_RANK):
            cells = cell_width(sign(action.keys[0])) + 1 + cell_width(label) + _GAP_CELLS
            if cells <= room:
                room -= cells
                fit.add(action.id)
        return [each for each in self.actions if each[0].id in fit]

    def targets(self) -> Iterable[Target]:
        """The actions that are named. They have keys already, but a hand that jumps need not look for them."""
        for begin, _end, action_id in () if self.said else self._at:
            yield Target(begin, 0, partial(self.post_message, self.Clicked(action_id)))

    def on_click(self, event: events.Click) -> None:
        """What was said stands where the actions are: whoever has no hand at the keys gets at them by a click."""
        if self.said:
            self.say("")
            return
        for begin, end, action_id in self._at:
            if begin <= event.x < end:
                self.post_message(self.Clicked(action_id))


def _lines(text: str, width: int) -> list[str]:
    from replaydbg.views.wrapping import wrapped  # nothing is said before the first paint

    return [text[begin:end] for begin, end in wrapped(text, width)]
