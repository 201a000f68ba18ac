"""All keys, from the table of actions, with a line to filter them."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from replaydbg.tui.actions import EVERYWHERE, State, UserAction, keyed, of_screen
from replaydbg.tui.dialog_actions import DIALOGS
from replaydbg.tui.given_keys import name_of
from replaydbg.tui.screens.acting import bindings
from replaydbg.tui.screens.dialogs import Dialog, Keys
from replaydbg.tui.widgets.document import Document
from replaydbg.tui.widgets.said import Said
from replaydbg.views.blocks import Block

_KEYS_CELLS = 14
_LABEL_CELLS = 18
_TOOLTIP_CELLS_MIN = 24
_INDENT_CELLS = 4
_AT = _KEYS_CELLS + _LABEL_CELLS
_BESIDE_CELLS_MIN = _AT + _TOOLTIP_CELLS_MIN


class Help(Dialog[None]):
    """The keys of one screen. What cannot be done now stands there with the reason."""

    WHERE = "help"
    BINDINGS = bindings("help")

    def __init__(self, where: str, state: State) -> None:
        super().__init__()
        self._where, self._state = where, state

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -full"):
            yield Said("Keys", classes="dialog--title")
            yield Input(placeholder="type to filter; a dot shows the names in the settings", compact=True)
            yield Document()
            yield Keys("help", "{up} {down} scroll   {close} close")

    def on_mount(self) -> None:
        self.query_one(Document).can_focus = False
        self.query_one(Input).focus()
        self._filter("")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._filter(event.value)

    def pane(self) -> Document:
        return self.query_one(Document)

    def do_close(self) -> None:
        self.dismiss(None)

    def _filter(self, words: str) -> None:
        self.query_one(Document).show(lambda _folds, width: rows(self._where, self._state, words, width))


def rows(where: str, state: State, words: str = "", width: int = 80) -> Iterator[Block]:
    """A line for each action whose keys, label, tooltip or name in the settings hold all of the words.

    Those of this screen, then those that are the same everywhere. The names are shown once somebody looks for one.
    """
    group = ""
    for action in (*of_screen(where), *_elsewhere(where)):
        tooltip, name = keyed(action.where, action.tooltip), name_of(action)
        said = f"{action.signs} {action.label} {tooltip} {action.group} {name}".lower()
        if not all(word in said for word in words.lower().split()):
            continue
        if action.group != group:
            if group:
                yield Block()
            yield Block(action.group, "heading")
            group = action.group
        reason = action.why_not(state) if action.where == where else None
        named = f"  {name}" if "." in words else ""
        yield from _row(action, tooltip + named, len(named), width, dim=reason is not None)
        if reason is not None:
            yield Block(
                f"not now: {keyed(where, reason)}",
                "hint",
                indent=_INDENT_CELLS if width < _BESIDE_CELLS_MIN else _AT,
            )
    if not group:
        yield Block(f"no key has to do with “{words}”", "dim")


def _elsewhere(where: str) -> list[UserAction]:
    """The keys of the program, and of the dialogs, which have no list of their own."""
    return [action for each in (EVERYWHERE, *DIALOGS) for action in of_screen(each) if each != where]


def _row(action: UserAction, more: str, name_cells: int, width: int, *, dim: bool) -> Iterator[Block]:
    """The keys, the label and what it does; that is a line of its own where it is narrow."""
    text = f"{action.signs:<{_KEYS_CELLS}}{action.label:<{_LABEL_CELLS}}"
    spans = ((0, _KEYS_CELLS, "key"), (_KEYS_CELLS, _AT, "dim" if dim else "strong"))
    if width < _BESIDE_CELLS_MIN:
        yield Block(text.rstrip(), spans=spans)
        yield Block(more, spans=_faint(more, 0, name_cells), indent=_INDENT_CELLS)
    else:
        yield Block(text + more, spans=(*spans, *_faint(text + more, _AT, name_cells)), hang=_AT)


def _faint(text: str, begin: int, name_cells: int) -> tuple[tuple[int, int, str], ...]:
    """What an action does, and what it is called in the settings."""
    return ((begin, len(text) - name_cells, "dim"), (len(text) - name_cells, len(text), "number"))
