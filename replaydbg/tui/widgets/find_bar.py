"""Find and replace in an editor: two lines under it. What is replaced at once is undone at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from functools import partial
from itertools import islice

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input
from textual.widgets.text_area import Selection

from replaydbg import limits
from replaydbg.tui.actions import keyed
from replaydbg.tui.background import worker
from replaydbg.tui.widgets.editor import Editor
from replaydbg.tui.widgets.said import Said, sayable
from replaydbg.views.expressions import Expression, QueryProblem, typed_expression
from replaydbg.views.text import plural

AT_ONCE_CHARS = 200_000
"""A longer text is looked through in a thread."""
_LOOK_SECONDS_MAX = 0.2
"""On the thread of the screen."""


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

    class Found(Message):
        """In a thread: where it is, or why that cannot be said. `number` counts the looks."""

        def __init__(self, number: int, hits: list[tuple[int, int]], problem: str) -> None:
            super().__init__()
            self.number, self.hits, self.problem = number, hits, problem

    class PutIn(Message):
        """In a thread: the text with all replaced, or why not."""

        def __init__(self, number: int, text: str, count: int, problem: str) -> None:
            super().__init__()
            self.number, self.text, self.count, self.problem = number, text, count, problem

    class Replaced(Message):
        """What became of replacing all, in a sentence."""

        def __init__(self, said: str) -> None:
            super().__init__()
            self.said = said

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._number = 0
        """Of the last look: whatever a thread says of an older one is of another text, or of other words."""
        self._then: Callable[[], None] | None = None
        """What to do once it is known where the words are; None also while nobody looks."""
        self._looking = False
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
            self._look(self._to_nearest)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "find":
            self.to_next(1)
        else:
            self.replace_one()

    def text_changed(self) -> None:
        """In the editor: by typing, by undo, by us."""
        if self.display:
            self._look()

    def _look(self, then: Callable[[], None] | None = None) -> None:
        """Find all hits anew, and then do that."""
        self._hits, self._problem, self._looking, self._then = [], "", False, None
        self._number += 1
        try:
            wanted = typed_expression(self._typed)
        except QueryProblem as problem:
            wanted, self._problem = None, str(problem)
        self._editor.mark(wanted)
        text = self._editor.text if wanted is not None else ""
        if wanted is not None and len(text) > AT_ONCE_CHARS:
            self._looking, self._then = True, then
            self._say("…")
            job = partial(_find, self._number, wanted, text, self.post_message)
            self.run_worker(worker(job), group="find", exclusive=True)
            return
        if wanted is not None:
            try:
                self._hits = list(wanted.stretches(text, seconds=_LOOK_SECONDS_MAX))
            except QueryProblem as problem:
                self._editor.mark(None)
                self._problem = str(problem)
        self._tell()
        if then is not None:
            then()

    def on_find_bar_found(self, event: Found) -> None:
        event.stop()
        if event.number != self._number:
            return
        self._looking, self._hits, self._problem = False, event.hits, event.problem
        if event.problem:
            self._editor.mark(None)
        self._tell()
        if self._then is not None:
            then, self._then = self._then, None
            then()

    def _to_nearest(self) -> None:
        self._select(self._from(min(self._editor.selection)), tell=True)

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

    def to_next(self, by: int) -> None:
        if self._looking:
            self._then = partial(self.to_next, by)
            return
        here = self._here()
        if here is not None:
            self._select(here + by, tell=True)
        else:
            self._select(self._from(min(self._editor.selection)) - (by < 0), tell=True)

    def replace_one(self) -> None:
        """The hit that is selected, and on to the next; where none is, to the next."""
        here = self._here()
        if here is None or self._looking:
            self.to_next(1)
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
        on = editor.location_at(len(text) - rest)
        self._look(lambda: self._select(self._from(on), tell=True))

    def replace_all(self) -> None:
        """All of them, as one change; `Replaced` says what was done."""
        new, text = self.query_one("#replace", Input).value, self._editor.text
        try:
            wanted = typed_expression(self._typed)
        except QueryProblem as problem:
            self.post_message(self.Replaced(str(problem)))
            return
        if wanted is None:
            self._put_in("", 0, "")
            return
        self._number += 1
        job = partial(_put_in, self._number, wanted, new, text, self.post_message)
        if len(text) > AT_ONCE_CHARS:
            self._say("replacing …")
            self.run_worker(worker(job), group="find", exclusive=True)
        else:
            job()

    def on_find_bar_put_in(self, event: PutIn) -> None:
        event.stop()
        if event.number == self._number:
            self._put_in(event.text, event.count, event.problem)
        else:
            self.post_message(self.Replaced("the text was changed meanwhile: nothing was replaced"))

    def _put_in(self, text: str, count: int, problem: str) -> None:
        if problem or not count:
            said = problem or "nothing to replace: no such words are in this text"
            self.post_message(self.Replaced(said))
            self._tell()
            return
        editor = self._editor
        place = editor.cursor_location
        editor.history.checkpoint()
        editor.replace(text, editor.document.start, editor.document.end, maintain_selection_offset=False)
        editor.history.checkpoint()
        editor.move_cursor((min(place[0], editor.document.line_count - 1), 0))
        self._look()
        said = f"replaced in {plural(count, 'place')}: {keyed('editor', '{undo}')} takes them back"
        self.post_message(self.Replaced(said))


def _find(number: int, wanted: Expression, text: str, post: Callable[[FindBar.Found], object]) -> None:
    hits: list[tuple[int, int]] = []
    try:
        hits.extend(islice(wanted.stretches(text), limits.PASSAGES_MAX))
    except QueryProblem as problem:
        post(FindBar.Found(number, [], str(problem)))
    else:
        post(FindBar.Found(number, hits, ""))


def _put_in(
    number: int, wanted: Expression, new: str, text: str, post: Callable[[FindBar.PutIn], object]
) -> None:
    try:
        replaced, count = wanted.put_in(new, text)
    except QueryProblem as problem:
        post(FindBar.PutIn(number, "", 0, str(problem)))
    else:
        post(FindBar.PutIn(number, replaced, count, ""))
