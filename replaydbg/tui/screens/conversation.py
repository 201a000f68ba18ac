"""A whole thread to read, over the main screen. Gives the id of the step that was opened, or None."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

from textual import work
from textual.app import ComposeResult

from replaydbg.tui import outside
from replaydbg.tui.actions import State
from replaydbg.tui.desk import Shown
from replaydbg.tui.screens import inside
from replaydbg.tui.screens.acting import bindings
from replaydbg.tui.screens.jumping import JumpingScreen
from replaydbg.tui.widgets.detail import prose_of
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.said import Said, sayable
from replaydbg.tui.widgets.searched import SearchedDocument
from replaydbg.views.blocks import Folds, copied, plain_lines
from replaydbg.views.thread import Talk, thread_blocks, title


class ConversationScreen(JumpingScreen[str | None]):
    WHERE = "conversation"
    BINDINGS = bindings("conversation")

    def __init__(
        self,
        of: Talk,
        row: int,
        again: Callable[[Shown, int], Talk | None],
        *,
        markdown: bool,
        in_browser: bool,
    ) -> None:
        """`row` is the step that one comes from: there one begins to read. `again` gives the talk at a row of more of the run."""
        super().__init__()
        self._in_browser = in_browser
        self._of, self._row, self._again, self._markdown = of, row, again, markdown
        self._from = of.facts.trace.ids[row]

    def compose(self) -> ComposeResult:
        yield Said(f" {title(self._of)}", id="editor-title")
        yield SearchedDocument(id="form")
        yield FooterLine()

    @property
    def text(self) -> SearchedDocument:
        return self.query_one(SearchedDocument)

    def on_mount(self) -> None:
        self._paint(keep_place=False)
        self.text.focus()
        self.offer()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Where the step was said that one comes from."""
        text = self.text
        text.cursor = text.first_line(lambda block: block.row == self._row and block.look == "strong")
        text.scroll_to(y=max(0, text.cursor - 2), animate=False, immediate=True)

    def _paint(self, *, keep_place: bool) -> None:
        prose = prose_of(on=self._markdown)
        self.text.show(
            lambda folds, width: thread_blocks(self._of, folds, prose(width)), keep_place=keep_place
        )

    def run_went_on(self, shown: Shown) -> None:
        """Who reads stays at the line; who is at the end goes on with it."""
        text, before = self.text, self._of.facts.trace
        row = shown.row_of(self._from)
        of = self._again(shown, row) if row >= 0 else None
        if of is None:
            return
        block, at_end, above = text.block, text.at_end, text.cursor - text.scroll_offset.y
        into = text.cursor - text.line_of(text.cursor)
        begun = shown.row_of(before.ids[self._of.rows[self._of.here]])
        here = len(of.rows) - 1 if at_end or begun not in of.rows else of.rows.index(begun)
        self._of = replace(of, here=here)
        self.query_one("#editor-title", Said).update(sayable(f" {title(of)}"))
        self._paint(keep_place=True)
        if at_end:
            text.action_bottom()
        elif block is not None and block.row >= 0 and text.block != block:  # something came in above
            same = (shown.row_of(before.ids[block.row]), block.place, block.look)
            line = text.first_line(lambda each: (each.row, each.place, each.look) == same)
            if line:
                text.cursor = line + into
                text.scroll_to(y=max(0, text.cursor - above), animate=False, immediate=True)

    def state(self) -> State:
        return State(searched=self.text.sought, in_browser=self._in_browser)

    def position(self) -> object:
        return super().position(), self.text.standing, self._markdown

    def do_next_turn(self) -> None:
        self._to_turn(1)

    def do_previous_turn(self) -> None:
        self._to_turn(-1)

    def _to_turn(self, by: int) -> None:
        """To the next line that says who speaks."""
        line = self.text.line_from(
            self.text.cursor, by, lambda block: block.look == "strong" or bool(block.fold)
        )
        if line is not None:
            self.text.cursor = line

    def do_open(self) -> None:
        self.text.action_open()

    def on_document_led(self, event: SearchedDocument.Led) -> None:
        self.dismiss(self._of.facts.trace.ids[event.row])

    @work
    async def do_search(self) -> None:
        await inside.ask_words(self, self.text)

    def on_searched_document_sought(self, event: SearchedDocument.Sought) -> None:
        inside.tell(self, event)

    def do_next_hit(self) -> None:
        self.text.to_next(1)

    def do_previous_hit(self) -> None:
        self.text.to_next(-1)

    def do_markdown(self) -> None:
        """The place is kept by the step that the cursor is on: laid out anew, lines are others."""
        block = self.text.block
        self._markdown = not self._markdown
        self._paint(keep_place=True)
        if block is not None and block.row >= 0:
            self._row = block.row
            self._begin()
        self.say(f"texts are {'laid out as Markdown' if self._markdown else 'as they were written'}", "dim")

    def do_copy(self) -> None:
        block = self.text.block
        if block is not None:
            self.say(f"copied {outside.copy(self.app, copied(block))}", "good")

    def do_pager(self) -> None:
        head = f"{title(self._of)}\n\n"
        blocks = thread_blocks(self._of, Folds(all_open=True))
        said = outside.page(self.app, chain((head,), plain_lines(blocks)))
        self.refresh(layout=True)
        self.say(said)

    def do_back(self) -> None:
        if self.text.sought:
            self.text.forget()
        else:
            self.dismiss(None)

    def do_leave(self) -> None:
        self.dismiss(None)
