"""A page to read over the main screen: notices, one finding. A line may lead to a step; the page gives its row."""

from __future__ import annotations

from textual.app import ComposeResult

from replaydbg.tui.screens.acting import bindings
from replaydbg.tui.screens.jumping import JumpingScreen
from replaydbg.tui.widgets.document import Document, Source
from replaydbg.tui.widgets.footer import FooterLine
from replaydbg.tui.widgets.said import Said


class PageScreen(JumpingScreen[int | None]):
    """Gives the row of the step to go to, or None."""

    WHERE = "page"
    BINDINGS = bindings("page")

    def __init__(self, title: str, source: Source) -> None:
        super().__init__()
        self._title, self._source = title, source

    def compose(self) -> ComposeResult:
        yield Said(f" {self._title}", id="editor-title")
        yield Document(id="form")
        yield FooterLine()

    def on_mount(self) -> None:
        text = self.query_one(Document)
        text.show(self._source)
        text.focus()
        self.offer()

    def do_open(self) -> None:
        self.query_one(Document).action_open()

    def do_leave(self) -> None:
        self.dismiss(None)

    def on_document_led(self, event: Document.Led) -> None:
        self.dismiss(event.row)
