"""Small dialogs over a screen: something to know, something to answer, something to choose, a line to type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.said import Said
from replaydbg.views.blocks import Block, shown
from replaydbg.views.text import cell_width, clip


class Tell(ModalScreen[None]):
    """Something to know: a sentence, and a hint that says what would help. Any of the keys closes it."""

    BINDINGS = [Binding("enter,escape,q,space", "dismiss", "Close")]

    def __init__(self, title: str, text: str, hint: str = "") -> None:
        super().__init__()
        self._title, self._text, self._hint = title, text, hint

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Said(self._title, classes="dialog--title")
            yield Said(shown(self._text))
            if self._hint:
                yield Said(shown(self._hint), classes="dialog--hint")
            yield Said("⏎ close", classes="dialog--keys")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to a question: the key that gives it, in a word or two what it means, and the value."""

    key: str
    label: str
    value: str


class Ask(ModalScreen[str]):
    """A question with a few answers, each with its key. Escape gives the last one, which must be the harmless one."""

    BINDINGS = [
        Binding("escape", "harmless", "Cancel"),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[Block], replies: Sequence[Reply]) -> None:
        super().__init__()
        self._title, self._lines, self._replies = title, tuple(lines), tuple(replies)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall" if len(self._lines) > 6 else "dialog"):
            yield Said(self._title, classes="dialog--title")
            text = Document()
            text.can_focus = False
            yield text
            yield Said(
                "   ".join(f"{reply.key} {reply.label}" for reply in self._replies),
                classes="dialog--keys",
            )

    def on_mount(self) -> None:
        self.query_one(Document).show(lambda _folds, _width: iter(self._lines))

    def on_resize(self) -> None:
        """The answers must be in sight: where there are few lines, the text scrolls in what they leave."""
        text = self.query_one(Document)
        text.styles.height = "1fr" if self.has_class("-short") else min(max(len(self._lines), 1) + 2, 18)

    def on_key(self, event: events.Key) -> None:
        for reply in self._replies:
            if reply.key in {event.key, event.character}:
                event.stop()
                self.dismiss(reply.value)
                return

    def action_move(self, lines: int) -> None:
        self.query_one(Document).action_move(lines)

    def action_harmless(self) -> None:
        self.dismiss(self._replies[-1].value)


class Choose(ModalScreen[int | None]):
    """One of some lines; None where nothing was chosen. Made for tens of lines, not thousands."""

    BINDINGS = [
        Binding("escape,q", "dismiss", "Cancel"),
        Binding("j", "down", "Down", show=False),
        Binding("k", "up", "Up", show=False),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str]], first: int = 0) -> None:
        """`options` are pairs of a label and what more there is to say of it."""
        super().__init__()
        self._title, self._options, self._first = title, tuple(options), first

    def compose(self) -> ComposeResult:
        width = max((cell_width(shown(label)) for label, _ in self._options), default=0)
        room = max(20, min(_WIDE_CELLS, int(self.app.size.width * 0.94)) - 6)
        with Vertical(classes="dialog -wide"):
            yield Said(self._title, classes="dialog--title")
            options = [Option(clip(_option(label, more, width), room)) for label, more in self._options]
            yield OptionList(*options, markup=False)
            yield Said("⏎ choose   j k move   esc cancel", classes="dialog--keys")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = min(self._first, len(self._options) - 1)
        options.focus()

    def action_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)


_WIDE_CELLS = 100
"""The width of `.dialog.-wide` in the style sheet."""


def _option(label: str, more: str, width: int) -> str:
    return f"{shown(label).ljust(width)}  {shown(more)}".replace("\n", " ").rstrip()


class Line(ModalScreen[str | None]):
    """A line to type, at the bottom of the screen; None where it was left with escape. `heard` is told while one types."""

    BINDINGS = [Binding("escape", "dismiss", "Cancel")]

    def __init__(
        self, label: str, value: str = "", placeholder: str = "", heard: Callable[[str], None] | None = None
    ) -> None:
        super().__init__()
        self._label, self._value, self._placeholder = label, value, placeholder
        self._heard = heard
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="line"):
            yield Said(self._label, classes="dialog--title")
            yield Input(self._value, placeholder=self._placeholder, compact=True)

    def say(self, text: str) -> None:
        """Something about what was typed, beside the label."""
        self.query_one(".dialog--title", Said).update(Content(f"{self._label}   {text}"))

    def on_input_changed(self, event: Input.Changed) -> None:
        if self._heard is None or event.value == self._value:
            return
        if self._timer is not None:
            self._timer.stop()
        self._value = event.value
        self._timer = self.set_timer(_HEARD_AFTER_SECONDS, partial(self._heard, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self._timer is not None:
            self._timer.stop()
        self.dismiss(event.value)


_HEARD_AFTER_SECONDS = 0.12
"""Who types a word does not want to be told of its letters."""
