"""Find and replace in an editor: two lines under it. What is replaced at once is undone at once."""

from __future__ import annotations

from bisect import bisect_left

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input
from textual.widgets.text_area import Selection

from replaydbg.tui.actions import keyed
from replaydbg.tui.widgets.editor import Editor
from replaydbg.tui.widgets.said import Said, sayable
from replaydbg.views.expressions import QueryProblem, typed_expression
from replaydbg.views.text import plural

_LOOK_SECONDS_MAX = 0.2
"""On the thread of the screen; a text that is edited here is small."""


class FindBar(Vertical):
    """`open` shows it, `close` takes it away; in between the editor's hits are marked and one of them is selected."""

    DEFAULT_CSS = """
    FindBar { height: auto; display: none; background: $panel; padding: 0 1; }
    FindBar Horizontal { height: 1; }
    FindBar Said { width: auto; }
    FindBar .label { width: 9; color: $text-muted; }
    FindBar Input { width: 1fr; background: $panel; }
    FindBar #found { color: $text-muted; padding-left: 2; }
    """
    BINDINGS = [
        Binding("down", "next(1)", show=False),
        Binding("up", "next(-1)", show=False),
    ]

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._hits: list[tuple[int, int]] = []
        self._problem = ""
        """Why what is typed cannot be looked for."""

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Said("find", classes="label")
            yield Input(placeholder="words, or /a regular.expression/", compact=True, id="find")
            yield Said("", id="found")
        with Horizontal():
            yield Said("replace", classes="label")
            yield Input(
                placeholder=keyed("editor", "with what: ⏎ one, {replace_all} all"), compact=True, id="replace"
            )

    @property
    def _typed(self) -> str:
        return self.query_one("#find", Input).value

    def open(self) -> None:
        """With what is selected in the editor, where that is a few words."""
        self.display = True
        chosen, field = self._editor.selected_text, self.query_one("#find", Input)
        if chosen and "\n" not in chosen:
            field.value = chosen
        field.focus()
        field.select_all()
        self._look()

    def close(self) -> None:
        self.display = False
        self._editor.mark(None)
        self._editor.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.id == "find":
            self._look()
            self._select(self._from(min(self._editor.selection)), tell=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "find":
            self.action_next(1)
        else:
            self.replace_one()

    def text_changed(self) -> None:
        """In the editor: by typing, by undo, by us."""
        if self.display:
            self._look()

    def _look(self) -> None:
        """Find all hits anew."""
        self._hits, self._problem = [], ""
        try:
            wanted = typed_expression(self._typed)
            if wanted is not None:
                self._hits = list(wanted.stretches(self._editor.text, seconds=_LOOK_SECONDS_MAX))
        except QueryProblem as problem:
            wanted, self._problem = None, str(problem)
        self._editor.mark(wanted)
        self._tell()

    def _tell(self) -> None:
        here = self._here()
        count = len(self._hits)
        self._say(
            self._problem
            if self._problem or not self._typed
            else f"{here + 1 if here is not None else '–'} of {count:,}"
            if count
            else "not there"
        )

    def _say(self, text: str) -> None:
        self.query_one("#found", Said).update(Content(sayable(text)))

    def _here(self) -> int | None:
        """The number of the hit that is selected."""
        begin, end = sorted(map(self._editor.offset_of, self._editor.selection))
        at = bisect_left(self._hits, (begin, end))
        return at if at < len(self._hits) and self._hits[at] == (begin, end) else None

    def _from(self, location: tuple[int, int]) -> int:
        """The number of the first hit from there on; from the end one goes on at the beginning."""
        at = bisect_left(self._hits, (self._editor.offset_of(location), 0))
        return at if at < len(self._hits) else 0

    def _select(self, number: int, *, tell: bool) -> None:
        if self._hits:
            begin, end = self._hits[number % len(self._hits)]
            self._editor.selection = Selection(self._editor.location_at(begin), self._editor.location_at(end))
            self._editor.scroll_cursor_visible(center=True)
        if tell:
            self._tell()

    def action_next(self, by: int) -> None:
        here = self._here()
        if here is not None:
            self._select(here + by, tell=True)
        else:
            self._select(self._from(min(self._editor.selection)) - (by < 0), tell=True)

    def replace_one(self) -> None:
        """The hit that is selected, and on to the next; where none is, to the next."""
        here = self._here()
        if here is None:
            self.action_next(1)
            return
        editor, begin = self._editor, self._hits[here][0]
        wanted = typed_expression(self._typed)
        assert wanted is not None  # there is a hit
        try:
            text, _ = wanted.put_in(self.query_one("#replace", Input).value, editor.text, begin)
        except QueryProblem as problem:
            self._say(str(problem))
            return
        rest = len(editor.text) - self._hits[here][1]
        editor.history.checkpoint()
        editor.replace(text[begin : len(text) - rest], *editor.selection, maintain_selection_offset=False)
        editor.history.checkpoint()
        self._look()
        self._select(self._from(editor.location_at(len(text) - rest)), tell=True)

    def replace_all(self) -> str:
        """All of them, as one change; says what was done."""
        editor, new = self._editor, self.query_one("#replace", Input).value
        try:
            wanted = typed_expression(self._typed)
            text, count = wanted.put_in(new, editor.text) if wanted is not None else ("", 0)
        except QueryProblem as problem:
            return str(problem)
        if not count:
            return "nothing to replace: no such words are in this text"
        place = editor.cursor_location
        editor.history.checkpoint()
        editor.replace(text, editor.document.start, editor.document.end, maintain_selection_offset=False)
        editor.history.checkpoint()
        editor.move_cursor((min(place[0], editor.document.line_count - 1), 0))
        self._look()
        return f"replaced in {plural(count, 'place')}: {keyed('editor', '{undo}')} takes them back"
