"""All keys, from the table of actions, with a line to filter them."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from replaydbg.tui.actions import State, keyed, of_screen
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.said import Said
from replaydbg.views.blocks import Block

_KEYS_CELLS = 14
_LABEL_CELLS = 18
_TOOLTIP_CELLS_MIN = 24
_INDENT_CELLS = 4


class Help(ModalScreen[None]):
    """The keys of one screen. What cannot be done now stands there with the reason."""

    BINDINGS = [
        Binding("escape", "dismiss", "Close"),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(self, where: str, state: State) -> None:
        super().__init__()
        self._where, self._state = where, state

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -full"):
            yield Said("Keys", classes="dialog--title")
            yield Input(placeholder="type to filter", compact=True)
            yield Document()
            yield Said("↑ ↓ scroll   esc close", classes="dialog--keys")

    def on_mount(self) -> None:
        self.query_one(Document).can_focus = False
        self.query_one(Input).focus()
        self._filter("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._filter(event.value)

    def action_move(self, lines: int) -> None:
        self.query_one(Document).action_move(lines)

    def action_page(self, pages: int) -> None:
        self.query_one(Document).action_page(pages)

    def _filter(self, words: str) -> None:
        self.query_one(Document).show(lambda _folds, width: rows(self._where, self._state, words, width))


def rows(where: str, state: State, words: str = "", width: int = 80) -> Iterator[Block]:
    """A line for each action whose keys, label or tooltip hold all of the words; what is narrow has the tooltip below."""
    group, found = "", False
    for action in of_screen(where):
        tooltip = keyed(where, action.tooltip)
        said = f"{action.signs} {action.label} {tooltip} {action.group}".lower()
        if not all(word in said for word in words.lower().split()):
            continue
        if action.group != group:
            if found:
                yield Block()
            yield Block(action.group, "heading")
            group = action.group
        found = True
        at = _KEYS_CELLS + _LABEL_CELLS
        text, beside = (
            f"{action.signs:<{_KEYS_CELLS}}{action.label:<{_LABEL_CELLS}}",
            width >= at + _TOOLTIP_CELLS_MIN,
        )
        text, indent = (text + tooltip, at) if beside else (text.rstrip(), _INDENT_CELLS)
        reason = action.why_not(state)
        spans = (
            (0, _KEYS_CELLS, "key"),
            (_KEYS_CELLS, at, "dim" if reason else "strong"),
            (at, len(text), "dim"),
        )
        yield Block(text, spans=spans, hang=at if beside else 0)
        if not beside:
            yield Block(tooltip, "dim", indent=indent)
        if reason is not None:
            yield Block(f"not now: {keyed(where, reason)}", "hint", indent=indent)
    if not found:
        yield Block(f"no key has to do with “{words}”", "dim")
