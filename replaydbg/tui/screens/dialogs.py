"""Small dialogs over a screen: something to know, something to answer, something to choose, a line to type."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from rich.style import Style as RichStyle
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.style import Style
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from replaydbg.tui.actions import by_id, keyed, of_screen
from replaydbg.tui.screens.acting import LeftOnce, bindings, perform
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.said import Said, sayable
from replaydbg.views.blocks import Block, shown
from replaydbg.views.text import cell_width, clip

Answer = TypeVar("Answer")

_REPAINT_SECONDS = 0.1


class Dialog(LeftOnce[Answer], ModalScreen[Answer]):
    """Its keys are those of the table, as on any screen; an action is done by `do_<id>`, or by what can be moved in."""

    WHERE = ""

    def action_act(self, id_: str) -> None:
        perform(by_id(self.WHERE, id_), self, self.pane())

    def pane(self) -> Widget | None:
        """What keys of movement go to."""
        return self.focused


class Keys(Static):
    """The line of a dialog that names its keys; a click on one is the key."""

    def __init__(self, where: str, text: str) -> None:
        """`text` names actions in braces; what follows one, as far as three blanks, is clicked with it."""
        super().__init__(classes="dialog--keys")
        self._where, self._text = where, text

    def render(self) -> Content:
        pieces = []
        for piece in self._text.split(_GAP):
            named = _NAMED.search(piece)
            said = sayable(keyed(self._where, piece))
            click = {"@click": f"screen.act('{named[1]}')"} if named and piece.count("{") == 1 else {}
            pieces.append(Content.styled(said, Style.from_meta(click)))
        return Content(_GAP).join(pieces)


_GAP = "   "
_NAMED = re.compile(r"\{(\w+)\}")


class Tell(Dialog[None]):
    """Something to know: a sentence, and a hint that says what would help. Any of the keys closes it."""

    WHERE = "tell"
    BINDINGS = bindings("tell")

    def __init__(self, title: str, text: str, hint: str = "") -> None:
        super().__init__()
        self._title, self._text, self._hint = title, text, hint

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Said(self._title, classes="dialog--title")
            yield Said(shown(self._text))
            if self._hint:
                yield Said(shown(self._hint), classes="dialog--hint")
            yield Keys("tell", "{close} close")

    def do_close(self) -> None:
        self.dismiss(None)


class Writing(Dialog[None]):
    """A file that takes its time: `told` says how much of it there is, `stop` is called where the person wants no more."""

    WHERE = "writing"
    BINDINGS = bindings("writing")

    def __init__(self, told: Callable[[], str], stop: Callable[[], object]) -> None:
        super().__init__()
        self._told, self._stop = told, stop

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Said("Writing", classes="dialog--title")
            yield Said(self._told(), id="so-far")
            yield Keys("writing", "{stop} stop")

    def on_mount(self) -> None:
        self.set_interval(
            _REPAINT_SECONDS, lambda: self.query_one("#so-far", Said).update(sayable(self._told()))
        )

    def do_stop(self) -> None:
        self._stop()


class Ask(Dialog[str]):
    """A question. Its answers are actions of the table, and what it gives is the id of one."""

    def __init__(self, title: str, lines: Sequence[Block]) -> None:
        super().__init__()
        self._title, self._lines = title, tuple(lines)

    def compose(self) -> ComposeResult:
        answers = (action for action in of_screen(self.WHERE) if not action.pane)
        with Vertical(classes="dialog -tall" if len(self._lines) > 6 else "dialog"):
            yield Said(self._title, classes="dialog--title")
            text = Document()
            text.can_focus = False
            yield text
            yield Keys(self.WHERE, _GAP.join(f"{{{action.id}}} {action.label}" for action in answers))

    def on_mount(self) -> None:
        self.pane().show(lambda _folds, _width: iter(self._lines))

    def on_resize(self) -> None:
        """The answers must be in sight: where there are few lines, the text scrolls in what they leave."""
        text = self.pane()
        text.styles.height = "1fr" if self.has_class("-short") else min(max(len(self._lines), 1) + 2, 18)

    def pane(self) -> Document:
        return self.query_one(Document)

    def action_act(self, id_: str) -> None:
        if by_id(self.WHERE, id_).pane:
            super().action_act(id_)
        else:
            self.dismiss(id_)


class Unsaved(Ask):
    """What is to become of a text that was changed and not saved."""

    WHERE = "unsaved"
    BINDINGS = bindings("unsaved")


class Allow(Ask):
    """Whether a tool may run."""

    WHERE = "permission"
    BINDINGS = bindings("permission")


class Nobody(Ask):
    """What to do where nobody is there to answer."""

    WHERE = "question"
    BINDINGS = bindings("question")


class _Options(OptionList, inherit_bindings=False):
    """Moved in as all lists of ours, by the keys of the table; an option is a line."""

    def render_line(self, y: int) -> Strip:
        """Without colours between the terminal's own the line is turned around, as in all lists; a style sheet cannot."""
        strip = super().render_line(y)
        here = y + self.scroll_offset.y == self.highlighted
        return strip.apply_style(RichStyle(reverse=True)) if here and self.app.native_ansi_color else strip

    def action_move(self, lines: int) -> None:
        if lines > 0:
            self.action_cursor_down()
        else:
            self.action_cursor_up()

    def action_page(self, pages: int) -> None:
        """Works before the list has been laid out, too: the key may come that early."""
        at = (self.highlighted or 0) + pages * max(1, self.scrollable_content_region.height)
        self.highlighted = max(0, min(self.option_count - 1, at)) if self.option_count else None

    def action_top(self) -> None:
        self.action_first()

    def action_bottom(self) -> None:
        self.action_last()


class Choose(Dialog[int | None]):
    """One of some lines; None where nothing was chosen. Made for tens of lines, not thousands."""

    WHERE = "choose"
    BINDINGS = bindings("choose")

    def __init__(self, title: str, options: Sequence[tuple[str, str]], first: int = 0) -> None:
        """`options` are pairs of a label and what more there is to say of it."""
        super().__init__()
        self._title, self._options, self._first = title, tuple(options), first

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Said(self._title, classes="dialog--title")
            yield _Options(*map(Option, self._lines()), markup=False)
            yield Keys("choose", "{choose} choose   {down} {up} move   {cancel} cancel")

    def on_mount(self) -> None:
        options = self.query_one(_Options)
        options.highlighted = min(self._first, len(self._options) - 1)
        options.focus()

    def on_resize(self) -> None:
        options = self.query_one(_Options)
        for number, line in enumerate(self._lines()):
            options.replace_option_prompt_at_index(number, line)

    def _lines(self) -> list[str]:
        """One line each, in the room that there is now; where it is too little, what there is to choose alone."""
        width = max((cell_width(shown(label)) for label, _ in self._options), default=0)
        room = max(20, min(_WIDE_CELLS, int(self.app.size.width * 0.94)) - 6)
        alone = room - width < _MORE_CELLS_MIN
        lines = (_option(label, "" if alone else more, width) for label, more in self._options)
        return [sayable(clip(line, room)) for line in lines]

    def do_choose(self) -> None:
        self.query_one(_Options).action_select()

    def do_cancel(self) -> None:
        self.dismiss(None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_index)


_WIDE_CELLS = 100
"""The width of `.dialog.-wide` in the style sheet."""
_MORE_CELLS_MIN = 10


def _option(label: str, more: str, width: int) -> str:
    return f"{shown(label).ljust(width)}  {shown(more)}".replace("\n", " ").rstrip()


class Line(Dialog[str | None]):
    """A line to type, at the bottom of the screen; None where it was left. `heard` is told while one types."""

    WHERE = "line"
    BINDINGS = bindings("line")

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
            yield _Field(self._value, placeholder=self._placeholder, compact=True)

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

    def do_cancel(self) -> None:
        self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self._timer is not None:
            self._timer.stop()
        self.dismiss(event.value)


class _Field(Input):
    _entered = False

    def on_key(self, event: events.Key) -> None:
        """What is typed after enter in one go is not part of the line, but for the screen that comes next."""
        if self._entered:
            event.prevent_default()
        self._entered = self._entered or event.key == "enter"


_HEARD_AFTER_SECONDS = 0.12
"""Who types a word does not want to be told of its letters."""
